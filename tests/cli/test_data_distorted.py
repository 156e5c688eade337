"""`pellucid data show --distort` as a person runs it, and the scale in which it draws."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pellucid.cli.data_distorted import pictures_of, versions_of_some
from pellucid.data import Dataset, PictureEncoder, load_data
from pellucid.data.features import SoundEncoder
from pellucid.training.distortions import Distortions


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load_data("digits")


def test_examples_stand_beside_distorted_versions(pellucid: Callable[..., Any], tmp_path: Path):
    sheet = tmp_path / "sheet.png"
    shown = pellucid("data", "show", "digits", "--distort", "rotation=30", "--picture", sheet, "--examples", "8")
    assert shown.code == 0, shown.err
    names = " ".join(line for line in shown.out.splitlines() if "distorted" in line and "Picture" not in line).split()
    assert names == ["0", *["distorted"] * 3, "1", *["distorted"] * 3]
    with Image.open(sheet) as picture:
        assert min(picture.size) > 500
    assert "distorted" not in pellucid("data", "show", "digits", "--distort", "rotation=30", "--examples", "0").out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gain=3", "error: --distort: gain means nothing for pictures; one of shift, rotation, "),
        ("", "error: --distort: at least one distortion is required, such as rotation=15, got ''"),
        ("rotation=0", "error: --distort: at least one distortion is required, such as rotation=15, got 'rotation=0'"),
        ("rotation=200", "error: --distort: rotation must be from 0 to 180, got 200"),
        ("rotation", "error: --distort: NAME=NUMBER,… with names of shift, "),
    ],
)
def test_what_cannot_be_shown_is_refused_in_one_line(
    pellucid: Callable[..., Any], tmp_path: Path, text: str, message: str
):
    shown = pellucid("data", "show", "digits", "--distort", text, "--picture", tmp_path / "sheet.png")
    assert (shown.code, shown.out) == (1, "")
    assert shown.err.startswith(message)
    assert shown.err.count("\n") == 1
    assert not (tmp_path / "sheet.png").exists()


def test_texts_cannot_be_distorted(pellucid: Callable[..., Any], tmp_path: Path):
    path = tmp_path / "mails.txt"
    path.write_text("".join(f"{'spam' if k % 3 else 'ham'}\tword{k % 7} and more of it\n" for k in range(60)))
    shown = pellucid("data", "show", path, "--distort", "noise=0.1")
    assert shown.code == 1
    assert shown.err.startswith("error: --distort: pictures or sounds are required, got text; input_noise puts noise")


def test_the_first_of_the_versions_is_the_example_itself(digits: Dataset):
    shown = versions_of_some(digits, Distortions(rotation=30), 12, 2)
    assert [example.name for example in shown] == [str(number) for number in range(10)]
    for example in shown:
        assert digits.train.labels[example.row] == int(example.name)
        original, *versions = example.pictures
        raw = digits.train.raw[example.row].reshape(8, 8).astype(float)
        np.testing.assert_allclose(original * raw.max(), raw * original.max(), atol=1e-5)
        assert len(versions) == 2
        assert all(np.abs(version - original).max() > 0.05 for version in versions)


def test_versions_are_drawn_in_one_scale():
    ink = np.array([[0, 8, 16, 4], [0, 4, 8, 2]])
    pictures = pictures_of(PictureEncoder((2, 2), "uci-digits"), ink)
    np.testing.assert_allclose(pictures, [[[0, 0.5], [1, 0.25]], [[0, 0.25], [0.5, 0.125]]])
    sound = np.array([[-30.0, 10, 0, 20], [-60, -5, -10, 20]])
    low_at_the_bottom = pictures_of(SoundEncoder(rate=8000, bands=4, frames=1), sound)
    np.testing.assert_allclose(low_at_the_bottom[0][:, 0], [1, 0.75, 0.875, 0.375])
    assert low_at_the_bottom[1][-1, 0] == 0
