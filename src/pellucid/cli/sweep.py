"""`pellucid sweep`: many networks at once, every combination of some choices; the best one is kept."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from pellucid.cli.borrowing import chosen_recipe, reading_chosen, with_options_of_train
from pellucid.cli.console import AsJson, print_json, say
from pellucid.cli.evaluate import summary
from pellucid.cli.progress import counting_progress
from pellucid.cli.swept import NewFolder, print_kept, print_table, report_of, write_sweep
from pellucid.cli.training_options import PARSERS
from pellucid.cli.training_run import load_told
from pellucid.errors import counted

TRIED = "What is tried"
HOW = "How it is tried"
SEEDS = re.compile(r"[0-9]{1,18}(-[0-9]{1,18})?(,[0-9]{1,18}(-[0-9]{1,18})?)*")
MOST_SEEDS = 1_000


def listing(name: str, separator: str, help_text: str) -> Any:
    """An option that takes several values of a choice."""
    return typer.Option(f"--{name}", metavar=f"VALUE[{separator}VALUE…]", help=help_text, rich_help_panel=TRIED)


@with_options_of_train("seed")
def sweep(
    data: Annotated[str, typer.Argument(metavar="DATA", help="A named data set (pellucid data list) or a path.")],
    hidden: Annotated[
        str | None, listing("hidden", ":", "Hidden layers, such as 30:50:100,50; 'none': no hidden layer.")
    ] = None,
    learning_rate: Annotated[
        str | None, listing("learning-rate", ",", "Learning rates, such as 0.01,0.03,0.1.")
    ] = None,
    l2: Annotated[str | None, listing("l2", ",", "Strengths of the penalty ½λ‖W‖², such as 0,1e-4.")] = None,
    l1: Annotated[str | None, listing("l1", ",", "Strengths of the penalty λ‖W‖₁.")] = None,
    batch_size: Annotated[str | None, listing("batch-size", ",", "Examples a step, such as 10,64 or full.")] = None,
    seed: Annotated[
        str,
        typer.Option(
            metavar="N[-M,…]", help="Of starts and of the examples' order, such as 0-7 or 1,2,5.", rich_help_panel=TRIED
        ),
    ] = "0",
    halving: Annotated[
        bool,
        typer.Option(
            "--halving",
            help="Successive halving: after 1, 2, 4, … of the epochs the worse half is given up.",
            rich_help_panel=HOW,
        ),
    ] = False,
    folds: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Cross-validate in N folds of the training and validation examples; every network is trained for all "
            "--epochs. The best choices are then trained as usual.",
            rich_help_panel=HOW,
        ),
    ] = None,
    committee: Annotated[
        int | None,
        typer.Option(
            metavar="K",
            help="Keep the K best networks as one model, which answers with their mean.",
            rich_help_panel=HOW,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The new folder. Default: runs/DATA-sweep-1, -2, …", rich_help_panel=HOW),
    ] = None,
    as_json: AsJson = False,
    **chosen: Any,
) -> None:
    """Train many networks at once: every combination of the values given, judged by the validation part.

    Those of the same layers and mini-batches are trained by one compiled program, each as `pellucid train` would. The
    best one, by validation, is kept as a model, and judged once on the test part. Other choices are those of `pellucid
    train`.

    \b
    pellucid sweep digits --learning-rate 0.01,0.03,0.1 --optimizer sgd --seed 0-7
    pellucid sweep mnist --recipe nielsen-30 --hidden 30:50:100,50 --l2 0,1e-4 --halving
    pellucid sweep penguins --hidden none:8:32 --folds 5 --epochs 50
    pellucid sweep digits --seed 0-15 --committee 5
    """
    from pellucid.errors import InvalidValueError
    from pellucid.model import evaluate
    from pellucid.training.run_config import RunConfig
    from pellucid.training.sweep import best_of
    from pellucid.training.sweep import sweep as try_all
    from pellucid.training.trials import trials_of

    varied = {
        "hidden": values_of("hidden", hidden, ":", PARSERS["hidden"]),
        "batch_size": values_of("batch_size", batch_size, ",", PARSERS["batch_size"]),
        "learning_rate": values_of("learning_rate", learning_rate, ",", float),
        "l2": values_of("l2", l2, ",", float),
        "l1": values_of("l1", l1, ",", float),
    }
    varied = {name: values for name, values in varied.items() if values}
    seeds = seeds_of(seed)
    base, recipe = chosen_recipe(data, chosen)
    reading = reading_chosen(chosen)
    labelled = load_told(data, reading, base.balance)
    trials = trials_of(base, varied, seeds, labelled)
    if committee is not None and not 2 <= committee <= len(trials):
        raise InvalidValueError(
            f"committee: at least 2 members are required, and no more than are trained, got {committee} of "
            f"{counted(len(trials), 'network')}; --seed 0-4 trains 5 of each"
        )
    device = chosen.get("device") or "cpu"
    with NewFolder(out, labelled.name) as place:
        say(f"{counted(len(trials), 'network')} on {labelled.name}", is_error=True)
        began = time.perf_counter()
        with counting_progress("epochs of all networks done") as report:
            outcomes = try_all(trials, labelled, halving=halving, n_folds=folds, device=device, report=report)
            kept = best_of(outcomes, labelled, committee or 1, device)
        seconds = time.perf_counter() - began
        if committee is not None and len(kept) < committee:
            say(f"Warning: of {committee} members only {len(kept)} had an epoch done.", is_error=True)
        best = kept[0].trial
        config = RunConfig(best.recipe, data, reading, recipe, best.seed, device)
        model = write_sweep(place, outcomes, kept, labelled, config)
    evaluations = {name: evaluate(model, part) for name, part in labelled.parts.items() if name != "train"}
    if as_json:
        print_json(report_of(place, outcomes, kept, evaluations, seconds))
        return
    print_table(outcomes)
    say(f"{counted(len(outcomes), 'network')} in {seconds:.1f} s")
    print_kept(kept)
    for name, evaluation in evaluations.items():
        say(summary(evaluation, name))
    say(f"model, table and picture: {place}")


def values_of(name: str, text: str | None, separator: str, read: Callable[[str], Any]) -> list[Any]:
    """The values of `0.01,0.03`, each once; none where the option is not given.

    Raises:
        InvalidValueError: it is not written so.
    """
    from pellucid.errors import InvalidValueError

    if text is None:
        return []
    try:
        return list(dict.fromkeys(read(piece.strip()) for piece in text.split(separator)))
    except InvalidValueError:
        raise
    except ValueError as error:
        raise InvalidValueError(f"{name}: numbers parted by '{separator}' are required, got '{text}'") from error


def seeds_of(text: str) -> list[int]:
    """The seeds of `0-7`, or of `1,2,5`.

    Raises:
        InvalidValueError: it is not written so, the last is below the first, or they are too many.

    >>> seeds_of("0-2,7")
    [0, 1, 2, 7]
    """
    from pellucid.errors import InvalidValueError

    if SEEDS.fullmatch(text) is None:
        raise InvalidValueError(f"seed: whole numbers such as 0-7 or 1,2,5 are required, got '{text}'")
    seeds: dict[int, None] = {}
    for piece in text.split(","):
        first, _, last = piece.partition("-")
        if last and int(last) < int(first):
            raise InvalidValueError(f"seed: the last of {piece} must not be below the first")
        if int(last or first) - int(first) >= MOST_SEEDS:
            raise InvalidValueError(f"seed: at most {MOST_SEEDS:,} are tried, got '{text}'")
        seeds |= dict.fromkeys(range(int(first), int(last or first) + 1))
    return list(seeds)
