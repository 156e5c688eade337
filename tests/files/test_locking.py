"""One process holds a lock, and lets go of it however it ends."""

import subprocess
import sys
from pathlib import Path

import pytest

from pellucid.errors import WriteError
from pellucid.files.locking import Lock

HOLDER = """
import sys, time
from pathlib import Path
from pellucid.files.locking import Lock
print(Lock(Path(sys.argv[1])).take(), flush=True)
time.sleep(60)
"""


def test_only_one_has_it_until_it_is_released(tmp_path: Path):
    first, second = Lock(tmp_path / ".lock"), Lock(tmp_path / ".lock")
    assert first.take()
    assert not second.take()
    first.release()
    assert list(tmp_path.iterdir()) == []
    assert second.take()
    first.release()
    assert not Lock(tmp_path / ".lock").take(), "it is the second's, the first has nothing to release"
    second.release()


def test_a_killed_process_holds_nothing(tmp_path: Path):
    path = tmp_path / ".lock"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        assert not Lock(path).take()
        process.kill()
        process.wait()
    lock = Lock(path)
    assert lock.take()
    lock.release()


def test_it_follows_its_folder(tmp_path: Path):
    (tmp_path / "a").mkdir()
    lock = Lock(tmp_path / "a" / ".lock")
    assert lock.take()
    (tmp_path / "a").rename(tmp_path / "b")
    lock.path = tmp_path / "b" / ".lock"
    assert not Lock(tmp_path / "b" / ".lock").take()
    lock.release()
    assert list((tmp_path / "b").iterdir()) == []


def test_where_no_file_can_be_made_there_is_one_line(tmp_path: Path):
    with pytest.raises(WriteError, match=r"\.lock: could not be written \(No such file or directory\)$"):
        Lock(tmp_path / "missing" / ".lock").take()
