"""The history as CSV: every figure exactly, whole at every moment, and never over somebody's own file."""

import csv
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from pellucid.errors import AlreadyExistsError, WriteError
from pellucid.training.clients import CsvLog
from pellucid.training.clients.csv_log import COLUMNS
from pellucid.training.history import EpochRecord

StandIn = Callable[..., Any]


def rows_of(text: str) -> list[EpochRecord]:
    records = []
    for row in csv.DictReader(StringIO(text)):
        assert tuple(row) == COLUMNS
        figures = {name: None if cell == "" else float(cell) for name, cell in row.items()}
        records.append(EpochRecord(**(figures | {"epoch": int(row["epoch"])})))
    return records


def test_it_holds_the_history_exactly_after_each_epoch(followed: Any):
    history = list(followed.result.history)
    assert [rows_of(text) for text in followed.watch.texts] == [history[:1], history[:2], history]
    assert rows_of(followed.file.read_text()) == history


def test_a_resumed_run_goes_on_with_its_own_file(followed: Any, stand_in: StandIn, tmp_path: Path):
    whole = followed.file.read_text()
    begun = [whole, whole[: whole.rindex("\n3") + 5], whole[: whole.rindex("\n3") - 4], ""]
    for text in begun:  # rows beyond the checkpoint, cut short, missing: as a loss of power may leave it
        path = tmp_path / "log.csv"
        path.write_text(text)
        log, run = CsvLog(path), stand_in(2)
        log.run_begins(run)
        run.history.append(followed.result.history[2])
        log.epoch_done(run, run.history[2])
        assert path.read_text() == whole


@pytest.mark.parametrize("epochs", [0, 2])
def test_a_file_that_is_another_s_is_left_alone(epochs: int, stand_in: StandIn, tmp_path: Path):
    path = tmp_path / "log.csv"
    path.write_text("name,age\nAnn,31\n")
    with pytest.raises(AlreadyExistsError, match=r"log\.csv: exists already; choose another name or move it away$"):
        CsvLog(path).run_begins(stand_in(epochs))
    assert path.read_text() == "name,age\nAnn,31\n"


def test_the_log_of_another_run_is_left_alone(followed: Any, stand_in: StandIn, tmp_path: Path):
    path = tmp_path / "log.csv"
    path.write_text(followed.file.read_text())
    with pytest.raises(AlreadyExistsError):
        CsvLog(path).run_begins(stand_in(0))
    path.write_text(followed.file.read_text().replace("\n2,", "\n2,1"))
    with pytest.raises(AlreadyExistsError):
        CsvLog(path).run_begins(stand_in(2))


def test_a_folder_that_is_missing_is_said_before_training(stand_in: StandIn, tmp_path: Path):
    with pytest.raises(WriteError, match=r"log\.csv: could not be written \(No such file or directory\)"):
        CsvLog(tmp_path / "missing" / "log.csv").run_begins(stand_in(0))


def test_a_row_that_could_not_be_written_is_made_good_by_the_next_epoch(
    followed: Any, stand_in: StandIn, tmp_path: Path
):
    path = tmp_path / "log.csv"
    log, run = CsvLog(path), stand_in(1)
    log.run_begins(run)
    path.unlink()
    path.mkdir()
    run.history.append(followed.result.history[1])
    with pytest.warns(RuntimeWarning, match=r"log\.csv: epoch 2 was not written \(.*irectory"):
        log.epoch_done(run, run.history[1])
    path.rmdir()
    run.history.append(followed.result.history[2])
    log.epoch_done(run, run.history[2])
    assert rows_of(path.read_text()) == list(followed.result.history)
