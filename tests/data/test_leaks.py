"""Leaks of the label, planted and found; and data that have none."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pellucid.data import Dataset, Reading, load_data, open_data
from pellucid.data.examine import examine
from pellucid.data.leaks import Property, Sides, find_leaks, input_leaks

RANDOM = np.random.default_rng(0)
N = 400
LABELS = RANDOM.integers(0, 3, N)


def found_in(values: np.ndarray, labels: np.ndarray = LABELS, n_classes: int = 3, n_properties: int = 1) -> list[str]:
    sides = Sides(labels[:200], labels[200:], n_classes)
    properties = [Property("it", values[:200], values[200:])]
    return [leak.name for leak in find_leaks(properties, sides, n_properties)]


def test_a_property_that_tells_the_label_is_found_whatever_it_looks_like():
    assert found_in(LABELS * 1.0) == ["it"]
    assert found_in(np.array(["x", "y", "z"])[LABELS]) == ["it"]
    assert found_in(np.where(LABELS == 1, np.nan, LABELS * 5.0)) == ["it"], "that it is missing tells it too"
    assert found_in(LABELS * 100 + RANDOM.normal(size=N)) == ["it"], "ranges of values"
    values = LABELS * 1.0
    values[:2] = RANDOM.normal(size=2)
    assert found_in(values) == ["it"]


def test_a_property_that_tells_little_or_nothing_is_not():
    assert found_in(RANDOM.normal(size=N)) == []
    assert found_in(np.arange(N).astype(str)) == [], "an identifier"
    assert found_in(np.where(RANDOM.random(N) < 0.9, LABELS, RANDOM.integers(0, 3, N))) == []


def test_nothing_is_suspected_where_always_naming_the_largest_class_is_as_good():
    rare = (np.arange(N) % 150 == 0).astype(int)
    assert found_in(rare * 1.0, rare, 2) == []


def test_few_examples_prove_nothing():
    labels = np.array([0, 1] * 6)
    sides = Sides(labels[:6], labels[6:], 2)
    assert find_leaks([Property("it", labels[:6], labels[6:])], sides, 1) == []


def test_of_numbers_to_predict_what_gives_nearly_all_of_them():
    targets = RANDOM.normal(size=N)
    many = RANDOM.normal(size=20_000)
    sides = Sides(many[:10_000], many[10_000:], 0)
    [leak] = find_leaks([Property("it", 2 * many[:10_000], 2 * many[10_000:])], sides, 1)
    assert leak.score > 0.99
    assert not leak.is_share
    assert found_in(RANDOM.normal(size=N), targets, 0) == []


def test_a_pixel_that_tells_the_class_is_named():
    pixels = RANDOM.integers(0, 200, (N, 4, 4)).astype(np.uint8)
    pixels[:, 1, 2] = LABELS * 80
    data = Dataset.from_arrays(pixels, LABELS)
    [leak] = input_leaks(data)
    assert (leak.name, leak.score) == ("number (2, 3)", 1.0)
    assert leak.baseline < 0.5


def test_the_digits_have_none():
    assert input_leaks(load_data("digits")) == []


def test_a_column_of_a_table_that_tells_the_label_is_named(tmp_path: Path):
    lines = ["age,town,refund,paid"]
    for row in range(300):
        paid = RANDOM.random() < 0.5
        lines.append(f"{RANDOM.integers(20, 70)},{RANDOM.choice(['Bern', 'Lund'])},{0 if paid else 100 + row},{paid}")
    (tmp_path / "people.csv").write_text("\n".join(lines))
    opened = open_data(tmp_path / "people.csv", Reading(label="paid"))
    examined = examine(opened, opened.prepared())
    assert [leak.name for leak in examined.leaks] == ["column 'refund'"]
    assert examined.leaks[0].score > 0.99


def test_the_pictures_size_is_found_out_as_what_tells_the_class(tmp_path: Path):
    for k in range(60):
        side = 10 + 4 * (k % 2)
        content = io.BytesIO()
        Image.fromarray(RANDOM.integers(0, 255, (side, 12), np.uint8)).save(content, "PNG")
        path = tmp_path / "pets" / ("cat" if k % 2 else "dog") / f"{k}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.getvalue())
    opened = open_data(tmp_path / "pets")
    names = [leak.name for leak in examine(opened, opened.prepared()).leaks]
    assert "the picture's height" in names
    assert "the picture's width" not in names


def test_a_word_that_tells_the_class_is_named(tmp_path: Path):
    words = np.array(["red", "green", "blue", "tall", "small", "old", "new", "warm", "cold", "wet", "dry", "fast"])
    lines = []
    for k in range(200):
        text = " ".join(RANDOM.choice(words, 6))
        lines.append(f"{'spam' if k % 2 else 'ham'}\t{text}{' unsubscribe' if k % 2 else ''}")
    (tmp_path / "mails.txt").write_text("\n".join(lines))
    opened = open_data(tmp_path / "mails.txt")
    examined = examine(opened, opened.prepared())
    assert 'word "unsubscribe"' in [leak.name for leak in examined.leaks]
    assert examined.duplicates.repeated == {"validation": 0, "test": 0}


@pytest.mark.parametrize("name", ["penguins", "faces"])
def test_real_sets_have_none(real_data: Path, monkeypatch: pytest.MonkeyPatch, name: str):
    from pellucid.data import CATALOG

    if not (real_data / CATALOG[name].place).is_dir():
        pytest.skip(f"no real data: {CATALOG[name].place}/ is not in that folder")
    monkeypatch.setenv("PELLUCID_DATA", str(real_data))
    opened = open_data(name)
    examined = examine(opened, opened.prepared())
    assert examined.leaks == []
    assert set(examined.duplicates.repeated.values()) == {0}
