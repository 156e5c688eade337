"""Raw files that a model answers: what each kind of model takes, and what it refuses."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pellucid.data import Reading, load_unlabelled
from pellucid.errors import DataError, MissingFileError


def png() -> bytes:
    content = io.BytesIO()
    Image.fromarray(np.zeros((4, 4), np.uint8)).save(content, "PNG")
    return content.getvalue()


def test_single_pictures_are_taken_together_and_folders_apart(tmp_path: Path):
    for name in ("a.png", "b.png", "c.png"):
        (tmp_path / name).write_bytes(png())
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "d.png").write_bytes(png())
    paths = [tmp_path / "a.png", tmp_path / "none.png", folder, tmp_path / "c.png"]
    found = list(load_unlabelled(paths, "pictures"))
    assert [[examples.name(row) for row in range(len(examples))] for examples in found] == [
        [str(paths[0]), str(paths[1])], ["d.png"], [str(paths[3])],
    ]  # fmt: skip
    assert all(examples.labels is None for examples in found)
    with pytest.raises(MissingFileError, match=r"none\.png"):  # told when its turn comes
        list(found[0].contents(np.array([1])))


def test_a_table_is_read_with_or_without_its_label(tmp_path: Path):
    (tmp_path / "a.csv").write_text("age,town,paid\n39,Bern,yes\n25,Lund,no\n")
    (tmp_path / "b.csv").write_text("age,town\n39,Bern\n")
    first, second = load_unlabelled([tmp_path / "a.csv", tmp_path / "b.csv"], "table", Reading(label="paid"))
    assert first.contents(np.arange(2)).column_names == ["age", "town"]
    assert (len(first), len(second)) == (2, 1)


def test_texts_come_a_line_each_or_from_a_table(tmp_path: Path):
    (tmp_path / "a.txt").write_text("well, well, well\nno, no, no\n")
    (tmp_path / "b.csv").write_text("id,opinion\n1,it is good\n2,it was bad\n")
    found = list(load_unlabelled([tmp_path / "a.txt", tmp_path / "b.csv"], "text"))
    assert [examples.contents(np.arange(2)) for examples in found] == [
        ["well, well, well", "no, no, no"], ["it is good", "it was bad"],
    ]  # fmt: skip
    assert found[1].name(1) == "b.csv, line 3"
    (tmp_path / "c.csv").write_text("a,b\nit is good,to be here\nit was bad,to be there\n")
    with pytest.raises(DataError, match=r"c\.csv: one column of texts is required, the columns a, b arrived; name it"):
        list(load_unlabelled([tmp_path / "c.csv"], "text"))
    [named] = load_unlabelled([tmp_path / "c.csv"], "text", Reading(features=("b",)))
    assert named.contents(np.arange(1)) == ["to be here"]


def test_something_of_another_kind_is_refused(tmp_path: Path):
    (tmp_path / "a.csv").write_text("age,town,paid\n39,Bern,yes\n25,Lund,no\n")
    (tmp_path / "a.png").write_bytes(png())
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.png").write_bytes(png())
    with pytest.raises(DataError, match=r"folder: sounds are required, pictures arrived"):
        list(load_unlabelled([folder], "sounds"))
    with pytest.raises(DataError, match=r"a\.png: rows of a table are required, pictures arrived"):
        list(load_unlabelled([tmp_path / "a.png"], "table"))
    with pytest.raises(DataError, match=r"a\.png: texts are required, pictures arrived"):
        list(load_unlabelled([tmp_path / "a.png"], "text"))
