"""What a sweep leaves behind: its folder with table, picture and model; and what is printed of it."""

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from pellucid.cli.console import output, say
from pellucid.errors import counted

if TYPE_CHECKING:
    from pellucid.data import Dataset
    from pellucid.model import Evaluation, Model
    from pellucid.training.run_config import RunConfig
    from pellucid.training.sweep import Outcome

SWEEP_FILE = "sweep.jsonl"
PICTURE = "sweep"
SHOWN_ROWS = 20
ENDS = {
    "all epochs": "done",
    "in the worse half": "given up",
    "no better": "no better any more",
    "diverged": "diverged",
    "": "interrupted",
}
"""How a network's training ends, by how its reason begins, and the same in few words."""


class NewFolder:
    """A folder for a sweep, which is taken at once, and given up if nothing comes into it.

    Parameters:
        folder: its name; None: the first of `runs/NAME-sweep-1`, … that is free.
        name: of the data.
    """

    def __init__(self, folder: Path | None, name: str) -> None:
        self.folder, self.name = folder, name.replace(":", "-")

    def __enter__(self) -> Path:
        """The folder.

        Raises:
            AlreadyExistsError: there is something of that name; WriteError: it cannot be made.
        """
        from pellucid.errors import AlreadyExistsError, WriteError
        from pellucid.training.run_folder import RUNS

        number = 0
        while True:
            number += 1
            self.place = self.folder or RUNS / f"{self.name}-sweep-{number}"
            try:
                self.place.mkdir(parents=True)
            except FileExistsError as error:
                if self.folder is not None:
                    raise AlreadyExistsError(
                        f"{self.place}: exists already; choose another name, or move it away"
                    ) from error
            except OSError as error:
                raise WriteError(f"{self.place}: the folder could not be made ({error.strerror or error})") from error
            else:
                return self.place

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None and not any(self.place.iterdir()):
            self.place.rmdir()


def write_sweep(
    folder: Path, outcomes: "Sequence[Outcome]", kept: "Sequence[Outcome]", data: "Dataset", config: "RunConfig"
) -> "Model":
    """Writes table, picture, the model and its choices; gives the model, a committee where several are kept.

    Parameters:
        folder: of the sweep.
        outcomes: of all trials, the best first.
        kept: those that the model is made of.
        data: that they were trained on.
        config: of the best one of them.
    """
    from pellucid.figures.save import save_figure
    from pellucid.figures.sweep import sweep_chart
    from pellucid.files import write_atomically
    from pellucid.model import Committee, save
    from pellucid.model.storage import MODEL_FILE
    from pellucid.training.run_folder import CONFIG_FILE, HISTORY_FILE
    from pellucid.training.trained_on import TRAINED_ON_FILE, write_trained_on

    lines = [json.dumps(outcome.to_dict(), ensure_ascii=False, allow_nan=False) for outcome in outcomes]
    write_atomically(folder / SWEEP_FILE, "".join(f"{line}\n" for line in lines).encode())
    members = [model_of(outcome, data, len(outcomes), config) for outcome in kept]
    model = Committee(members) if len(members) > 1 else members[0]
    save(model, folder / MODEL_FILE)
    write_trained_on(folder / TRAINED_ON_FILE, data)
    write_atomically(folder / CONFIG_FILE, config.to_toml().encode())
    assert kept[0].lane is not None  # noqa: S101 - those that are kept were trained
    history = [json.dumps(record.to_dict(), allow_nan=False) for record in kept[0].lane.history]
    write_atomically(folder / HISTORY_FILE, "".join(f"{line}\n" for line in history).encode())
    save_figure(sweep_chart(outcomes), folder / PICTURE)
    return model


def model_of(outcome: "Outcome", data: "Dataset", n_trials: int, config: "RunConfig") -> "Model":
    """The model of a trial, with how it was chosen in its provenance."""
    assert outcome.lane is not None  # noqa: S101 - those that are kept were trained
    model = outcome.lane.model(data)
    made_by = replace(config, recipe=outcome.trial.recipe).made_by
    how = {"sweep": {"networks": n_trials, "choices": dict(outcome.trial.varied)}}
    return replace(model, provenance={**model.provenance, **made_by, **how})


def by_choices(outcomes: "Sequence[Outcome]") -> "list[list[Outcome]]":
    """The outcomes that differ in their seeds alone, together; the best mean score first, those of no score last."""
    from pellucid.figures.sweep import is_share, score_of

    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        choices = {name: value for name, value in outcome.trial.varied.items() if name != "seed"}
        groups.setdefault(repr(choices), []).append(outcome)

    def standing(group: "list[Outcome]") -> tuple[int, float]:
        scores = [score for each in group if (score := score_of(each)) is not None]
        mean = statistics.mean(scores) if scores else 0.0
        return len(group) - len(scores), -mean if any(map(is_share, group)) else mean

    return sorted(groups.values(), key=standing)


def print_table(outcomes: "Sequence[Outcome]") -> None:
    """Prints a row for each combination of choices: its score, over all seeds the mean and from where to where."""
    from rich.table import Table
    from rich.text import Text

    from pellucid.figures.sweep import is_share, score_of, value_text, what_is_scored

    groups = by_choices(outcomes)
    names = [name for name in outcomes[0].trial.varied if name != "seed"]
    form = "{:.2%}" if is_share(outcomes[0]) else "{:.4g}"
    table = Table(box=None, header_style="bold")
    for title in (*names, "seeds", what_is_scored(outcomes[0]), "from – to", "best epoch", "ended"):
        table.add_column(
            title.replace("_", " "), justify="left" if title == "ended" else "right", no_wrap=title != "ended"
        )
    for group in groups[:SHOWN_ROWS]:
        scores = [score for each in group if (score := score_of(each)) is not None]
        lanes = [each.lane for each in group if each.lane is not None]
        epochs = [lane.best_record.epoch for lane in lanes if lane.best_record is not None]
        table.add_row(
            *(Text(value_text(group[0].trial.varied[name])) for name in names),
            str(len(group)),
            form.format(statistics.mean(scores)) if scores else "–",
            " – ".join(map(form.format, (min(scores), max(scores)))) if len(scores) > 1 else "",
            f"{statistics.median(epochs):g}" if epochs else "",
            ends_of([lane.stopped_because for lane in lanes]),
        )
    output().print(table)
    if len(groups) > SHOWN_ROWS:
        say(f"… and {counted(len(groups) - SHOWN_ROWS, 'more row')} in {SWEEP_FILE}")


def ends_of(reasons: Sequence[str]) -> str:
    """How many networks ended in which way, in few words.

    >>> ends_of(["all epochs done", "in the worse half after epoch 2", "in the worse half after epoch 1"])
    '1 done, 2 given up'
    """
    kinds = [next(short for known, short in ENDS.items() if reason.startswith(known)) for reason in reasons]
    if len(set(kinds)) == 1:
        return kinds[0]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))


def print_kept(kept: "Sequence[Outcome]") -> None:
    """Prints which network, or which members of a committee, were kept."""
    from pellucid.figures.sweep import value_text

    said = [
        ", ".join(f"{name.replace('_', ' ')} {value_text(value)}" for name, value in outcome.trial.varied.items())
        for outcome in kept
    ]
    if len(kept) > 1:
        say(f"a committee of {len(kept)}, answering with their mean: {'; '.join(said)}")
    elif said[0]:
        say(f"best: {said[0]}")


def report_of(
    folder: Path,
    outcomes: "Sequence[Outcome]",
    kept: "Sequence[Outcome]",
    evaluations: "Mapping[str, Evaluation]",
    seconds: float,
) -> dict[str, Any]:
    """The sweep as JSON: where it lies, the best trial, and how the model does."""
    from pellucid.cli.training_report import short_report
    from pellucid.model.storage import MODEL_FILE

    return {
        "sweep": str(folder),
        "model": str(folder / MODEL_FILE),
        "trials": len(outcomes),
        "best": kept[0].to_dict(),
        "members": [outcome.trial.number for outcome in kept],
        "seconds": seconds,
        "validation": short_report(evaluations.get("validation")),
        "test": short_report(evaluations.get("test")),
    }
