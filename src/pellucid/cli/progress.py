"""The progress of long work on standard error: bars on a terminal; of training, a few lines elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from pellucid.cli.console import output, say
from pellucid.training.history import EpochRecord, Progress

LINES_ELSEWHERE = 10
SECONDS_ELSEWHERE = 5.0
"""Where there is no terminal, reading says how far it is so often."""


@contextmanager
def training_progress(epochs: int) -> Iterator[Callable[[Progress], None]]:
    """A listener for `train` that shows epoch, cost, accuracy and the time left."""
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = output(is_error=True)
    if not console.is_terminal:
        yield _print_some(epochs)
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
        task = bar.add_task("compiling", total=None, epoch=1, epochs=epochs)
        record: EpochRecord | None = None

        def show(progress: Progress) -> None:
            nonlocal record
            record = progress.last or record
            bar.update(
                task,
                total=progress.epochs * progress.steps,
                completed=(progress.epoch - 1) * progress.steps + progress.step,
                epoch=progress.epoch,
                description=describe(progress, record),
            )

        yield show


def _print_some(epochs: int) -> Callable[[Progress], None]:
    every = max(1, epochs // LINES_ELSEWHERE)

    def show(progress: Progress) -> None:
        if progress.last is not None and (progress.epoch == 1 or progress.epoch % every == 0):
            say(f"epoch {progress.epoch}/{progress.epochs}  {describe(progress, progress.last)}", is_error=True)

    return show


def describe(progress: Progress, finished: EpochRecord | None) -> str:
    """Cost and accuracy so far in the epoch, and on the validation part after the last one that is finished."""
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
def reading_progress(done: str = "read") -> Iterator[Callable[[int, int], None]]:
    """A progress callback for examples that are read or answered: a bar from its first call on, lines elsewhere.

    Parameters:
        done: what is done to them, for the words beside the bar.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = output(is_error=True)
    if not console.is_terminal:
        yield _say_sometimes(done)
        return
    columns = TextColumn(f"examples {done}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    bar = Progress(*columns, console=console, transient=True)
    task = bar.add_task(done, total=None)

    def report(n_done: int, n_examples: int) -> None:
        bar.start()
        bar.update(task, completed=n_done, total=n_examples)

    try:
        yield report
    finally:
        if bar.live.is_started:
            bar.stop()


def _say_sometimes(done: str) -> Callable[[int, int], None]:
    last = monotonic()

    def report(n_done: int, n_examples: int) -> None:
        nonlocal last
        if monotonic() - last >= SECONDS_ELSEWHERE:
            last = monotonic()
            say(f"{n_done:,} of {n_examples:,} examples {done}", is_error=True)

    return report
