"""What every encoder promises: a model file holds it whole, and a raw example on its own is encoded as among others."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from PIL import Image

from pellucid.data.dataset import Dataset
from pellucid.data.prepare import prepare
from pellucid.data.sources.array_examples import ArrayExamples, Block, PictureArrayExamples
from pellucid.data.sources.examples import Examples
from pellucid.data.sources.file_labels import label_members
from pellucid.data.sources.pictures import PictureExamples
from pellucid.data.sources.reading import Reading
from pellucid.data.sources.texts import TextExamples
from pellucid.maths import Network
from pellucid.model import Model, load, save

ALL_TO_TRAIN = {"validation": 0.0, "test": 0.0}
TWELVE = np.array(["a", "b"] * 6)
properties = settings(max_examples=20, phases=[Phase.generate])  # files are written: to shrink takes minutes
seeds = st.integers(0, 2**32 - 1)


def trained_on(examples: Examples, **encoding: str) -> tuple[Dataset, Model]:
    """The examples, all of them to train on, and a model of them as its file has it."""
    data = prepare(examples, "set", Reading(**ALL_TO_TRAIN, encoding=encoding))  # pyright: ignore[reportArgumentType]
    network = Network.random([data.features.n_features, 2], activation="softmax", seed=0)
    model = Model(network, "cross-entropy", data.classes, data.features)
    with TemporaryDirectory() as folder:
        loaded = load(save(model, Path(folder) / "model.safetensors"))
    assert loaded.features == data.features
    assert loaded.features.to_dict() == data.features.to_dict()
    assert loaded.features.encoder.describe() == data.features.encoder.describe()
    assert loaded.features.shape == data.features.shape
    return data, loaded


def require_same(data: Dataset, model: Model, raws: Sequence[Any]) -> None:
    """Checks that the model takes each raw example, on its own and among all, as the network has learnt from it."""
    inputs = data.features.batch(data.train.raw)
    outputs = model.network(inputs)
    for row, raw in enumerate(raws):
        encoded = model.features.encoded(raw).reshape(-1, model.features.n_features)
        np.testing.assert_array_equal(model.features.batch(encoded), inputs[row : row + 1])
        np.testing.assert_allclose(model.predict(raw)[0].outputs, outputs[row], rtol=1e-5)
    together = [prediction.outputs for prediction in model.predict(list(raws))]
    np.testing.assert_allclose(together, outputs, rtol=1e-5)


@properties
@given(seed=seeds, scaling=st.sampled_from(["each", "together", "none"]), shape=st.sampled_from([(3,), (2, 2)]))
def test_numbers(seed: int, scaling: str, shape: tuple[int, ...]):
    rng = np.random.default_rng(seed)
    values = (rng.normal(size=(12, *shape)) * 10.0 ** rng.integers(-6, 6)).astype(np.float32)
    data, model = trained_on(ArrayExamples([Block("x", values)], TWELVE), scaling=scaling)
    require_same(data, model, list(values))


def test_the_name_of_a_number_says_where_it_stands():
    values = np.zeros((12, 2, 3), np.float32)
    values[:, 1, 2] = np.arange(12)
    data, model = trained_on(ArrayExamples([Block("x", values)], TWELVE), scaling="none")
    (index,) = np.flatnonzero(data.train.raw[5])
    assert model.features.encoder.input_name(int(index)) == "number (2, 3)"


def png(pixels: np.ndarray) -> bytes:
    content = BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()


@properties
@given(
    seed=seeds,
    contrast=st.sampled_from(["as-is", "evened"]),
    shape=st.sampled_from([(5, 4), (5, 4, 3), (3, 3)]),
    size=st.sampled_from(["", "3", "4x6"]),
)
def test_pictures(seed: int, contrast: str, shape: tuple[int, ...], size: str):
    pixels = np.random.default_rng(seed).integers(0, 256, (12, *shape)).astype(np.uint8)
    choices = {"contrast": contrast} | ({"size": size} if size else {})
    data, model = trained_on(PictureArrayExamples([Block("x", pixels)], TWELVE), **choices)
    files = {f"{label}/{row:02}.png": png(pixels[row]) for row, label in enumerate(TWELVE)}
    order = [int(name[2:4]) for name in sorted(files)]
    of_files, _ = trained_on(PictureExamples("pictures", label_members(sorted(files)), files.__getitem__), **choices)
    np.testing.assert_array_equal(of_files.train.raw, data.train.raw[order])
    require_same(data, model, list(pixels))
    require_same(data, model, [png(picture) for picture in pixels])


@pytest.mark.parametrize("contrast", ["as-is", "evened"])
@pytest.mark.parametrize("shape", [(5, 4), (5, 4, 3)])
def test_pixels_mean_the_same_in_whatever_form_they_come(contrast: str, shape: tuple[int, ...]):
    pixels = np.random.default_rng(0).integers(0, 256, (12, *shape)).astype(np.uint8)
    data, model = trained_on(PictureArrayExamples([Block("x", pixels)], TWELVE), contrast=contrast)
    inputs = data.features.batch(data.train.raw)
    flat = pixels.reshape(12, -1)
    for raw in (pixels, flat, list(pixels), pixels.tolist(), flat.tolist(), data.train.raw):
        np.testing.assert_array_equal(model.features.vectors(model.features.encoded(raw)), inputs)
    for raw in (pixels[0], flat[0], pixels[0].tolist(), data.train.raw[0]):
        np.testing.assert_allclose(model.predict(raw)[0].outputs, model.network(inputs[0]), rtol=1e-5)


def test_the_name_of_a_pixel_says_where_it_stands():
    pixels = np.zeros((12, 5, 4, 3), np.uint8)
    pixels[:, 1, 2, 2] = np.arange(1, 13)
    data, model = trained_on(PictureArrayExamples([Block("x", pixels)], TWELVE))
    (index,) = np.flatnonzero(data.train.raw[5])
    assert model.features.encoder.input_name(int(index)) == "blue of pixel (2, 3)"


@properties
@given(
    texts=st.lists(st.text("aéB ß1£,.!\n\u0301", max_size=20).map("the {}".format), min_size=12, max_size=12),
    choices=st.sampled_from([{}, {"words": "0", "characters": "2-3"}, {"characters": "3", "counts": "logarithmic"}]),
)
def test_texts(texts: list[str], choices: dict[str, str]):
    data, model = trained_on(TextExamples(texts, TWELVE), **choices)
    require_same(data, model, texts)


def test_the_name_of_a_term_is_the_term():
    texts = ["red house", "red car", "blue house", "blue car"] * 3
    data, model = trained_on(TextExamples(texts, TWELVE))
    encoder = model.features.encoder
    alone = np.flatnonzero(encoder.encode(["BLUE!"])[0])
    assert [encoder.input_name(int(index)) for index in alone] == ['word "blue"']
    found = {encoder.input_name(int(index)) for index in np.flatnonzero(data.train.raw[1])}
    assert found == {'word "red"', 'word "car"', 'words "red car"'}


CELLS = {
    "size": st.one_of(st.floats(-1e6, 1e6).map(lambda x: f"{x:.3f}"), st.sampled_from(["", "3", "-0", "1e3", "NA"])),
    "code": st.sampled_from(["1.50", "2", "3.0", "1e3", "007", "7", "TRUE", "false", "Bern", "?"]),
    "paid": st.sampled_from(["true", "FALSE", ""]),
    "price": st.sampled_from(["1,234", "12", "1,000,000.5", "999.25"]),
    "born": st.dates().map(str),
    "seen": st.times().map(lambda time: f"{time:%H:%M}"),
}


@settings(properties, max_examples=8)
@given(rows=st.lists(st.fixed_dictionaries(CELLS), min_size=12, max_size=24))
def test_rows_of_a_table(rows: list[dict[str, str]]):
    pytest.importorskip("pyarrow", reason="tables need pyarrow")
    from pellucid.data.sources.tables import read_table
    from pellucid.errors import DataError

    def written(rows: list[dict[str, str]], name: str) -> Path:
        lines = [",".join([*(f'"{row[name]}"' for name in CELLS), "xy"[k % 2]]) for k, row in enumerate(rows)]
        path = Path(folder) / name
        path.write_text("\n".join([",".join([*CELLS, "label"]), *lines]) + "\n")
        return path

    with TemporaryDirectory() as folder:
        features = tuple(CELLS)
        try:
            examples = read_table(written(rows, "all.csv"), Reading(features=features))
            data, model = trained_on(examples, rare="1", skewed="as-is")
        except DataError:  # too few of the rows differ
            return
        encoder = model.features.encoder
        for row, cells in enumerate(rows[:4]):
            alone = read_table(written([cells], "one.csv"), Reading(features=features), labelled=False)
            np.testing.assert_array_equal(encoder.encode(alone.contents(np.arange(1)))[0], data.train.raw[row])


def test_rows_of_a_table_as_a_program_has_them():
    pytest.importorskip("pyarrow", reason="tables need pyarrow")
    from pellucid.data.sources.tables import table_examples

    rng = np.random.default_rng(0)
    rows = [
        {"age": float(rng.normal()), "town": str(rng.choice(["Bern", "Lund"])), "new": bool(rng.random() < 0.5)}
        for _ in TWELVE
    ]
    labelled = [{**row, "label": label} for row, label in zip(rows, TWELVE.tolist(), strict=True)]
    data, model = trained_on(table_examples(labelled, Reading(), "people"), rare="1")
    require_same(data, model, rows)
    encoder = model.features.encoder
    one = encoder.encode(encoder.gathered({"age": 2.0, "town": "Lund", "new": True}))[0]
    assert {encoder.input_name(k): encoder.input_value(k, one) for k in range(len(one))} == {
        "age": "2",
        "town = Bern": "Lund",
        "town = Lund": "Lund",
        "new": "true",
    }


@settings(max_examples=5)
@given(seed=seeds)
def test_sounds(seed: int):
    soundfile = pytest.importorskip("soundfile", reason="sounds are read with soundfile")
    from pellucid.data.sources.sounds import SoundExamples

    rng = np.random.default_rng(seed)
    files: dict[str, bytes] = {}
    for row, label in enumerate(TWELVE.tolist()):
        content = BytesIO()
        soundfile.write(content, rng.uniform(-0.5, 0.5, 1_600 + 100 * row), 8_000, format="WAV")
        files[f"{label}/{row:02}.wav"] = content.getvalue()
    names = sorted(files)
    data, model = trained_on(SoundExamples("sounds", label_members(names), files.__getitem__))
    require_same(data, model, [files[name] for name in names])
