"""What `train` says: of the data before, of the network after, to people and to programs."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pellucid.cli.console import print_json, say
from pellucid.cli.evaluate import summary
from pellucid.errors import counted

if TYPE_CHECKING:
    from pellucid.data import Dataset
    from pellucid.model import Evaluation
    from pellucid.training import EpochRecord, TrainingResult


def tell_data(data: "Dataset", balance: str) -> Iterator[str]:
    """What the data were taken for, what was noticed, how they are split, and what is done for small classes."""
    from pellucid.data import imbalance
    from pellucid.data.balance import tell_balance

    if data.report is not None:
        yield from data.report.sentences()
        yield data.split
    if data.classes:
        counts = data.train.class_counts
        warning = imbalance(counts, data.classes) if balance == "none" else None
        yield from (sentence for sentence in (tell_balance(balance, counts, data.classes),) if sentence)
        yield from (f"Warning: {sentence}" for sentence in (warning,) if sentence)


def report(
    folder: Path,
    result: "TrainingResult",
    seconds: float,
    evaluations: dict[str, "Evaluation | None"],
    *,
    as_json: bool,
) -> None:
    """Says how training went, how good the network is, and where it lies.

    Parameters:
        folder: of the run.
        result: of the training.
        seconds: that it took, before it was resumed as well.
        evaluations: of the parts validation and test; None of one that there is not.
        as_json: whether one JSON object is to be printed, and nothing else.
    """
    if as_json:
        told = {part: short_report(evaluation) for part, evaluation in evaluations.items()}
        print_json(json_report(folder, result, seconds) | told)
        return
    print_end(result, seconds)
    for part, evaluation in evaluations.items():
        if evaluation is not None:
            say(summary(evaluation, part))
    test = evaluations["test"]
    is_balanced = result.model.provenance["training"]["balance"] != "none"  # then small classes count as large ones do
    if test is not None and not is_balanced and (test.accuracy or 0) <= (test.baseline_accuracy or -1):
        advice = "more --epochs or a smaller --learning-rate may help"
        say(f"Hint: no better than always naming one class; {advice}.", is_error=True)
    say(f"model and history: {folder}")


def report_interrupted(folder: Path, result: "TrainingResult", seconds: float, *, as_json: bool) -> None:
    """Says where training stands that was asked to end, by what is known at once: nobody is to wait now.

    The test part is judged once, when training has come to its end.
    """
    best = result.history[result.best_epoch - 1] if result.best_epoch else None
    if as_json:
        print_json(json_report(folder, result, seconds) | {"validation": known_of(best), "test": None})
        return
    print_end(result, seconds)
    if best is not None and best.validation_accuracy is not None:
        say(f"validation accuracy: {best.validation_accuracy:.2%}")
    say(f"saved: {folder}; it goes on with: pellucid train --resume {folder}")


def print_end(result: "TrainingResult", seconds: float) -> None:
    """Says how long training took, what its best epoch was, and why it ended."""
    if not result.best_epoch:
        say(f"no epoch is done yet ({result.stopped_because})")
        return
    epochs = counted(len(result.history), "epoch")
    say(f"{epochs} in {seconds:.1f} s, best: epoch {result.best_epoch} ({result.stopped_because})")


def json_report(folder: Path, result: "TrainingResult", seconds: float) -> dict[str, Any]:
    """How training went, as JSON can hold it."""
    from pellucid.model.storage import MODEL_FILE

    return {
        "run": str(folder),
        "model": str(folder / MODEL_FILE),
        "epochs": len(result.history),
        "best_epoch": result.best_epoch,
        "stopped_because": result.stopped_because,
        "seconds": seconds,
    }


def short_report(evaluation: "Evaluation | None") -> dict[str, Any] | None:
    """The main figures of an evaluation, without the confusion matrix and the classes."""
    if evaluation is None:
        return None
    return {name: value for name, value in evaluation.to_dict().items() if name not in ("confusion", "per_class")}


def known_of(record: "EpochRecord | None") -> dict[str, Any] | None:
    """What an epoch's record tells of the validation part; None where there is none."""
    if record is None or record.validation_cost is None:
        return None
    accuracy = {} if record.validation_accuracy is None else {"accuracy": record.validation_accuracy}
    return accuracy | {"cost": record.validation_cost}
