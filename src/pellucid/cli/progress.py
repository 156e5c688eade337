"""The progress of long work on standard error: bars on a terminal; of training, a few lines elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from pellucid.cli.console import output, say
from pellucid.training.events import Callback, Progress
from pellucid.training.history import EpochRecord

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from pellucid.training.run import Run

LINES_ELSEWHERE = 10
SECONDS_ELSEWHERE = 5.0
"""Where there is no terminal, it is said so often how far reading is, or a sweep."""


@contextmanager
def training_progress(epochs: int) -> "Iterator[Callback]":
    """A callback that shows epoch, cost, accuracy and the time left: a bar on a terminal, some lines elsewhere."""
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = output(is_error=True)
    if not console.is_terminal:
        yield Lines(epochs)
        return
    columns = (
        TextColumn("epoch {task.fields[epoch]}/{task.fields[epochs]}"),
        BarColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console, transient=True) as bar:
        yield OnBar(bar, epochs)


class OnBar(Callback):
    """Shows on a bar where training stands.

    Parameters:
        bar: with the fields `epoch` and `epochs`.
        epochs: how many there are to be.
    """

    def __init__(self, bar: "Bar", epochs: int) -> None:
        self.bar = bar
        self.task = bar.add_task("compiling", total=None, epoch=1, epochs=epochs)

    def steps_done(self, run: "Run", progress: Progress) -> None:
        """Moves the bar on."""
        self.bar.update(
            self.task,
            total=progress.epochs * progress.steps,
            completed=(progress.epoch - 1) * progress.steps + progress.step,
            epoch=progress.epoch,
            description=describe(progress, run.history[-1] if run.history else None),
        )


class Lines(Callback):
    """Says after the first epoch, and then after about every tenth part of them, where training stands.

    Parameters:
        epochs: how many there are to be.
    """

    def __init__(self, epochs: int) -> None:
        self.epochs, self.often = epochs, max(1, epochs // LINES_ELSEWHERE)

    def epoch_done(self, run: "Run", record: EpochRecord) -> None:
        """Says it."""
        if record.epoch == 1 or record.epoch % self.often == 0:
            say(f"epoch {record.epoch}/{self.epochs}  {describe(record, record)}", is_error=True)


def describe(progress: Progress | EpochRecord, finished: EpochRecord | None) -> str:
    """Cost and accuracy in the epoch so far, and on the validation part after the last one that is finished."""
    text = f"cost {progress.cost:.4g}"
    if progress.accuracy is not None:
        text += f"  accuracy {progress.accuracy:.2%}"
    return text + (_validation(finished) if finished else "")


def _validation(record: EpochRecord) -> str:
    if record.validation_accuracy is not None:
        return f"  validation {record.validation_accuracy:.2%}"
    return "" if record.validation_cost is None else f"  validation cost {record.validation_cost:.4g}"


@contextmanager
def download_progress() -> Iterator[Callable[[int, int], None]]:
    """A progress callback that draws a bar on standard error from its first call on."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

    bar = Progress(BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=output(is_error=True))
    task = bar.add_task("download")

    def report(n_bytes: int, size: int) -> None:
        bar.start()
        bar.update(task, completed=n_bytes, total=size)

    try:
        yield report
    finally:
        if bar.live.is_started:
            bar.stop()


@contextmanager
def counting_progress(what: str = "examples read") -> Iterator[Callable[[int, int], None]]:
    """A progress callback that is told how many of how many are done: a bar from its first call on, lines elsewhere.

    Parameters:
        what: is done, for the words beside the bar.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = output(is_error=True)
    if not console.is_terminal:
        yield _say_sometimes(what)
        return
    bar = Progress(
        *(TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()), console=console, transient=True
    )
    task = bar.add_task(what, total=None)

    def report(done: int, total: int) -> None:
        bar.start()
        bar.update(task, completed=done, total=total)

    try:
        yield report
    finally:
        if bar.live.is_started:
            bar.stop()


def _say_sometimes(what: str) -> Callable[[int, int], None]:
    last = monotonic()

    def report(done: int, total: int) -> None:
        nonlocal last
        if monotonic() - last >= SECONDS_ELSEWHERE:
            last = monotonic()
            say(f"{done:,} of {total:,} {what}", is_error=True)

    return report
