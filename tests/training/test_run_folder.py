"""A run folder belongs to one run at a time, and takes the place of another only when it has something to show."""

import os
from pathlib import Path

import pytest

from pellucid.errors import AlreadyExistsError, InvalidValueError, MissingFileError, WriteError
from pellucid.training import run_folder
from pellucid.training.run_folder import NewRun, OldRun


def write_run(folder: Path, text: str) -> None:
    (folder / "config.toml").write_text(text)
    (folder / "model.safetensors").write_text(text)


def finished(path: Path, text: str = "old") -> Path:
    with NewRun(path, "digits", overwrite=False) as folder:
        write_run(folder.place, text)
        folder.publish()
    return path


def names(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


def test_it_has_its_name_from_the_start_and_is_gone_if_nothing_came_of_it(tmp_path: Path):
    with NewRun(tmp_path / "deep" / "run", "digits", overwrite=False) as folder:
        assert folder.place == folder.folder == tmp_path / "deep" / "run"
        write_run(folder.place, "new")
    assert names(tmp_path / "deep") == set()
    with pytest.raises(KeyboardInterrupt), NewRun(tmp_path / "run", "digits", overwrite=False):
        raise KeyboardInterrupt
    assert names(tmp_path) == {"deep"}


def test_once_there_is_something_to_show_it_stays_whatever_happens(tmp_path: Path):
    def fail() -> None:
        with NewRun(tmp_path / "run", "digits", overwrite=False) as folder:
            write_run(folder.place, "new")
            folder.publish()
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert names(tmp_path / "run") == {"config.toml", "model.safetensors"}, "and no lock is left"


def test_runs_without_a_name_are_numbered_and_none_takes_anothers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with (
        NewRun(None, "spoken-digits:unseen-theo", overwrite=False) as first,
        NewRun(None, "spoken-digits:unseen-theo", overwrite=False) as second,
    ):
        assert first.place == Path("runs/spoken-digits-unseen-theo-1")
        assert second.place == Path("runs/spoken-digits-unseen-theo-2")


def test_two_runs_at_once_never_have_the_same_folder(tmp_path: Path):
    run = finished(tmp_path / "run")
    with OldRun(run):
        for other in (lambda: OldRun(run), lambda: NewRun(run, "digits", overwrite=True)):
            with pytest.raises(AlreadyExistsError, match=r"run: a run is under way there; wait for its end"), other():
                pass
    with (
        NewRun(run, "digits", overwrite=True),
        pytest.raises(AlreadyExistsError, match="a run is under way there"),
        NewRun(run, "digits", overwrite=True),
    ):
        pass
    assert (run / "model.safetensors").read_text() == "old"
    with OldRun(run):
        pass


@pytest.mark.parametrize("at_once", [True, False], ids=["in one go", "one after the other"])
def test_the_old_run_stays_until_the_new_one_has_something_to_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: bool
):
    if not at_once:
        monkeypatch.setattr("pellucid.files.exchange._exchange_at_once", lambda one, other: False)
    run = finished(tmp_path / "run")
    with NewRun(run, "digits", overwrite=True) as folder:
        write_run(folder.place, "new")
        assert (run / "model.safetensors").read_text() == "old"
    assert (run / "model.safetensors").read_text() == "old"
    assert names(tmp_path) == {"run"}
    with NewRun(run, "digits", overwrite=True) as folder:
        write_run(folder.place, "new")
        folder.publish()
        assert folder.place == run
        assert (run / "model.safetensors").read_text() == "new"
        assert names(tmp_path) == {"run"}
        folder.publish()
        with pytest.raises(AlreadyExistsError, match="under way"), OldRun(run):
            pass
    assert names(run) == {"config.toml", "model.safetensors"}


def test_somebodys_own_file_is_never_deleted(tmp_path: Path):
    run = finished(tmp_path / "run")

    def take_its_place() -> None:
        with NewRun(run, "digits", overwrite=True) as folder:
            write_run(folder.place, "new")
            (run / "notes.txt").write_text("kept")
            folder.publish()

    with pytest.raises(InvalidValueError, match=r"holds notes.txt, which is no file of a run; nothing was deleted$"):
        take_its_place()
    assert (run / "notes.txt").read_text() == "kept"
    assert (run / "model.safetensors").read_text() == "old"
    assert names(tmp_path) == {"run"}


def test_what_a_killed_process_left_is_swept_out_and_does_not_stand_in_the_way(tmp_path: Path):
    run = finished(tmp_path / "run")
    left = {".checkpoint.safetensors.k3x.part", ".checkpoint-before.safetensors.part", ".lock"}
    for name in left:
        (run / name).write_text("cut short")
    hidden = tmp_path / ".run.part"
    hidden.mkdir()
    (hidden / "checkpoint.safetensors").write_text("of a run that was killed")
    with NewRun(run, "digits", overwrite=True) as folder:
        assert folder.place == hidden
        assert names(hidden) == {".lock"}
    with OldRun(run) as folder:
        assert names(folder.place) == {"config.toml", "model.safetensors", ".lock"}
    assert names(run) == {"config.toml", "model.safetensors"}
    (run / ".mine.part").write_text("somebody's own")
    with pytest.raises(InvalidValueError, match=r"holds \.mine\.part"):
        NewRun(run, "digits", overwrite=True)


def test_what_is_no_run_folder_does_not_go_on(tmp_path: Path):
    with pytest.raises(MissingFileError, match=r"no run folder, which holds a config.toml; 'pellucid train DATA"):
        OldRun(tmp_path)


@pytest.mark.skipif(os.name == "nt" or os.getuid() == 0, reason="nothing is forbidden to this user")
def test_a_folder_that_may_not_be_written_to_is_one_line(tmp_path: Path):
    tmp_path.chmod(0o500)
    with (
        pytest.raises(WriteError, match=r"run: the folder could not be made"),
        NewRun(tmp_path / "run", "digits", overwrite=False),
    ):
        pass


def test_all_that_a_run_writes_is_known_to_be_its_own():
    for name in ("CONFIG_FILE", "HISTORY_FILE", "TIMINGS_FILE", "GRADIENTS_FILE", "LOCK_FILE", "PREVIOUS_FILE"):
        assert getattr(run_folder, name) in run_folder.OWN_FILES
