"""Options of `pellucid train` by which a run is followed: the history as CSV, TensorBoard's files, snapshots."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pellucid.cli.training_options import RUN
from pellucid.errors import InvalidValueError

if TYPE_CHECKING:
    from pellucid.training.events import Callback

CsvOption = Annotated[
    Path | None,
    typer.Option(
        "--csv",
        metavar="FILE",
        help="Also write each epoch's figures to this file, a row an epoch.",
        rich_help_panel=RUN,
    ),
]
TensorBoardOption = Annotated[
    Path | None,
    typer.Option(
        "--tensorboard",
        metavar="FOLDER",
        help="Also write them to this folder for TensorBoard. Needs: pip install 'pellucid\\[tensorboard]'.",
        rich_help_panel=RUN,
    ),
]
SnapshotsOption = Annotated[
    int | None,
    typer.Option(
        "--snapshots",
        metavar="N",
        help="Keep the network after every N steps, to look back at with pellucid explain --at STEP. Of more than 100 "
        "of them, or 1 GiB, every second one goes.",
        rich_help_panel=RUN,
    ),
]


def require_outside(folder: Path, **places: str | None) -> None:
    """Checks that nothing is to be written into a run folder that is replaced as soon as there is a checkpoint.

    Parameters:
        folder: that is replaced.
        places: files and folders by the names of their options; None: not asked for.

    Raises:
        InvalidValueError: one lies in it; it would keep the folder from being replaced.
    """
    for name, place in places.items():
        if place is not None and Path(place).resolve().is_relative_to(folder.resolve()):
            raise InvalidValueError(
                f"{name}: a place outside of {folder}, which is overwritten, is required, got {place}"
            )


def followers(
    place: Callable[[], Path],
    *,
    csv: str | None = None,
    tensorboard: str | None = None,
    snapshots: int | None = None,
    logs_gradients: bool = False,
) -> "list[Callback]":
    """The clients that the options ask for.

    Parameters:
        place: says where the run folder lies at this moment.
        csv, tensorboard, snapshots: the options' values; None: not asked for.
        logs_gradients: whether TensorBoard is shown the layers' norms as well.

    Raises:
        MissingLibraryError: TensorBoard's writer is not installed; InvalidValueError: no number of steps.
    """
    from pellucid.training.clients import CsvLog, Snapshots, TensorBoard
    from pellucid.training.clients.snapshots import SNAPSHOTS_FOLDER

    asked: list[Callback] = []
    if csv is not None:
        asked.append(CsvLog(Path(csv)))
    if tensorboard is not None:
        asked.append(TensorBoard(Path(tensorboard), gradients=logs_gradients))
    if snapshots is not None:
        asked.append(Snapshots(lambda: place() / SNAPSHOTS_FOLDER, snapshots))
    return asked
