"""`python -m benchmarks.diagnosis`: how often `diagnose` misses a planted fault, and how often it sees one in vain.

Every run goes into diagnosis.jsonl, one line each, so that a measurement that is cut short goes on where it stood;
docs/diagnose.md sums them up. Whether a planted fault did any harm is judged by the test part, which `diagnose` does
not look at for that.
"""

import argparse
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from rich.console import Console

from benchmarks.planting import FAULTS_PLANTED, SETUPS, Planted, Setup, fits, healthy
from pellucid.data import Part
from pellucid.diagnosis import diagnose
from pellucid.errors import DivergenceError
from pellucid.model import evaluate
from pellucid.training import TrainingResult, train

RECORD = Path(__file__).with_name("diagnosis.jsonl")
COMPILED = Path(__file__).resolve().parents[1] / "build" / "compiled"
"""Programs that were compiled once: most of the runs differ in numbers only, and would compile the same ones anew."""
N_HEALTHY, N_PLANTED = 8, 2
"""Seeds of each kind of run. Healthy ones are quick and one of many is to be wrong: that takes more of them."""


class Key(NamedTuple):
    """Which run a line of the record is of; a healthy one has no fault."""

    setup: str
    seed: int
    fault: str = ""
    strength: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of a run.

    Attributes:
        named: the faults that were named; None: training itself refused to go on before an epoch was done.
        learnt: the share of the training examples that is answered right, or R²; of a refused run None, as below.
        judged: of the test examples.
        small_recall: on these, the mean recall of every second class, of those that imbalance makes small; None in
            regression.
    """

    named: tuple[str, ...] | None
    learnt: float | None = None
    judged: float | None = None
    small_recall: float | None = None


def trained(run: Planted) -> TrainingResult | None:
    """The result of a run; None where training refuses to go on before an epoch is done.

    Raises:
        KeyboardInterrupt: training was ended from outside; it saves and returns, but that is no run to be counted.
    """
    try:
        result = train(run.network, run.data, **run.choices)
    except DivergenceError:
        return None
    if result.stopped_because.startswith("interrupted"):
        raise KeyboardInterrupt
    return result


def outcome_of(run: Planted) -> Outcome:
    """Makes a run, judges it and has it diagnosed."""
    result = trained(run)
    if result is None:
        return Outcome(None)
    assert run.data.test is not None
    names = tuple(sorted({finding.name for finding in diagnose(result, run.data)}))
    return Outcome(names, score(result, run.data.train), score(result, run.data.test), small_recall(result, run))


def score(result: TrainingResult, part: Part) -> float:
    """The share of right answers, or R²."""
    evaluation = evaluate(result.model, part)
    return evaluation.accuracy if evaluation.accuracy is not None else evaluation.r2 or 0.0


def small_recall(result: TrainingResult, run: Planted) -> float | None:
    """The mean recall of every second class of the test part; None in regression."""
    if run.data.task == "regression" or run.data.test is None:
        return None
    figures = evaluate(result.model, run.data.test).per_class
    return float(np.mean([entry.recall or 0.0 for entry in figures[1::2]]))


def runs_of(setup: Setup, seeds: range, n_healthy: int, faults: Iterable[str]) -> Iterator[tuple[Key, Planted]]:
    """The healthy runs of a set-up, and those with a fault planted.

    Parameters:
        setup: of them.
        seeds: of the planted ones.
        n_healthy: how many healthy ones, of the seeds from 0 on.
        faults: which are planted.
    """
    data = setup.data()
    for seed in range(max(n_healthy, seeds.stop)):
        yield Key(setup.name, seed), healthy(setup, data, seed)
    for seed in seeds:
        for fault in faults:
            for strength, plant in FAULTS_PLANTED[fault].items() if fits(fault, setup, data) else ():
                run = replace(plant(healthy(setup, data, seed), seed), fault=fault, strength=strength)
                yield Key(setup.name, seed, fault, strength), run


def read_record() -> dict[Key, Outcome]:
    """Every run that was made, the last of each key."""
    lines = RECORD.read_text(encoding="utf-8").splitlines() if RECORD.exists() else []
    outcomes: dict[Key, Outcome] = {}
    for entry in map(json.loads, lines):
        key = Key(**{name: entry.pop(name) for name in Key._fields})
        named = entry.pop("named")
        outcomes[key] = Outcome(None if named is None else tuple(named), **entry)
    return outcomes


def keep(key: Key, outcome: Outcome) -> None:
    """Adds a line to the record."""
    figures = {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(outcome).items()}
    with RECORD.open("a", encoding="utf-8") as file:
        file.write(json.dumps(key._asdict() | figures, ensure_ascii=False) + "\n")


def compile_once() -> None:
    """Keeps compiled programs in a folder that the repository ignores, for the whole measurement."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # XLA tells of each program it finds there
    import jax

    jax.config.update("jax_compilation_cache_dir", str(COMPILED))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def main() -> None:
    """Makes the runs that the record lacks, and writes the document."""
    from benchmarks.diagnosis_page import tables, write_page

    parser = argparse.ArgumentParser(prog="python -m benchmarks.diagnosis", description=__doc__)
    parser.add_argument("--seeds", type=int, default=N_PLANTED, help="of each planted fault")
    parser.add_argument("--healthy", type=int, default=N_HEALTHY, help="healthy runs of each kind")
    parser.add_argument("--faults", nargs="*", choices=FAULTS_PLANTED, default=list(FAULTS_PLANTED))
    parser.add_argument("--setups", nargs="*", metavar="BEGINNING", default=[""], help="of the names of set-ups")
    parser.add_argument("--again", action="store_true", help="make these runs anew: the rules have changed")
    chosen = parser.parse_args()
    compile_once()
    console = Console(stderr=True)
    known = {} if chosen.again else read_record()
    for setup in SETUPS:
        if not setup.name.startswith(tuple(chosen.setups)):
            continue
        for key, run in runs_of(setup, range(chosen.seeds), chosen.healthy, chosen.faults):
            if key not in known:
                outcome = outcome_of(run)
                keep(key, outcome)
                console.print(*key, outcome, markup=False, highlight=False, soft_wrap=True)
    found = read_record()
    write_page(found)
    for table in tables(found):
        table.show(Console(width=160))


if __name__ == "__main__":
    main()
