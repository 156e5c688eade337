import gzip
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from pellucid.data.features.pictures.ink import find_ink
from pellucid.data.features.pictures.normalise import normalise_picture
from pellucid.data.features.pictures.strokes import LEAST_STROKE, USUAL_STROKE, stroke_width, widen_thin_strokes
from pellucid.errors import DataError, InvalidValueError

N_TRAINED, N_TESTED = 4000, 150


def png(values: np.ndarray) -> bytes:
    content = BytesIO()
    Image.fromarray(values).save(content, "PNG")
    return content.getvalue()


def drawing(stroke: int = 24, side: int = 300) -> np.ndarray:
    """A shape like a 4, bools: upright, taller than wide, with more ink on the right."""
    shape = np.zeros((side, side), dtype=bool)
    shape[60 : 60 + 180, 180 : 180 + stroke] = True
    shape[160 : 160 + stroke, 100:220] = True
    shape[60:160, 100 : 100 + stroke] = True
    return shape


def on_paper(ink: np.ndarray, dark: int = 20, light: int = 235) -> np.ndarray:
    return np.where(ink, dark, light).astype(np.uint8)


def test_both_polarities_give_the_same_example() -> None:
    dark = normalise_picture(png(on_paper(drawing())), (28, 28), "mnist")
    light = normalise_picture(png(255 - on_paper(drawing())), (28, 28), "mnist")
    assert (dark.polarity, light.polarity) == ("dark on light", "light on dark")
    assert np.abs(dark.pixels.astype(int) - light.pixels).max() <= 2


def test_mnist_rule_fills_the_box_and_centres_the_mass() -> None:
    pixels = normalise_picture(png(on_paper(drawing())), (28, 28), "mnist").pixels
    rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    assert pixels.dtype == np.uint8
    assert pixels.shape == (28, 28)
    assert np.ptp(rows) + 1 == 20
    assert np.ptp(columns) + 1 == round(20 * 120 / 180)
    assert np.array(ndimage.center_of_mass(pixels)) == pytest.approx([14, 14], abs=0.5)
    assert pixels.max() == 255
    assert pixels[0].max() == 0


def test_an_mnist_box_grows_with_the_field() -> None:
    pixels = normalise_picture(png(on_paper(drawing())), (56, 56), "mnist").pixels
    assert np.ptp(np.flatnonzero(pixels.any(axis=1))) + 1 == 40


def test_uci_rule_fills_the_height_with_the_usual_share_of_ink() -> None:
    pixels = normalise_picture(png(on_paper(drawing())), (8, 8), "uci-digits").pixels
    assert pixels.dtype == np.uint8
    assert pixels.shape == (8, 8)
    assert pixels.max() == 16
    assert pixels[0].any()
    assert pixels[7].any()
    assert not pixels[:, 0].any()
    assert pixels.sum() / 1024 == pytest.approx(0.3, abs=0.02)


def test_uci_rule_sets_a_slanting_stroke_upright() -> None:
    slanting = np.zeros((200, 200), dtype=bool)
    for row in range(20, 180):
        middle = 150 - row // 2
        slanting[row, middle - 12 : middle + 12] = True
    pixels = normalise_picture(png(on_paper(slanting)), (8, 8), "uci-digits").pixels.astype(float)
    top, bottom = (row @ np.arange(8) / row.sum() for row in (pixels[0], pixels[7]))
    assert top == pytest.approx(bottom, abs=0.3)


def test_steps_are_grey_pictures_in_order() -> None:
    normalised = normalise_picture(png(on_paper(drawing())), (28, 28), "mnist")
    assert list(normalised.steps) == ["grey", "ink", "cropped", "fitted", "centred"]
    assert all(step.dtype == np.uint8 and step.ndim == 2 for step in normalised.steps.values())
    assert normalised.steps["grey"][0, 0] == 235
    assert normalised.steps["ink"][0, 0] == 0
    assert normalised.steps["cropped"].shape == (180, 120)
    assert normalised.steps["fitted"].shape == (20, 13)
    assert np.array_equal(normalised.steps["centred"], normalised.pixels)


def test_uneven_light_noise_specks_and_a_dark_corner_are_no_ink() -> None:
    light = np.linspace(0.5, 1, 300)[None, :] * np.linspace(0.8, 1, 300)[:, None]
    photograph = on_paper(drawing()) * light + np.random.default_rng(0).normal(0, 3, light.shape)
    photograph[280:, 280:] = 10
    photograph[30:33, 30:33] = 20
    ink = find_ink((photograph / 255).clip(0, 1).astype(np.float32))
    assert ink is not None
    assert ink.polarity == "dark on light"
    assert np.abs(ink.amount - drawing()).mean() < 0.01
    assert ink.amount[280:, 280:].max() == 0
    assert ink.amount[28:36, 28:36].max() == 0


@pytest.mark.parametrize(
    "blank",
    [
        np.full((50, 50), 255),
        np.full((1, 1), 7),
        np.linspace(90, 200, 2500).reshape(50, 50),
        np.random.default_rng(0).normal(180, 8, (200, 200)),
    ],
    ids=["white", "one pixel", "gradient", "noise"],
)
def test_a_blank_picture_is_refused(blank: np.ndarray, tmp_path: Path) -> None:
    file = tmp_path / "blank.png"
    file.write_bytes(png(blank.astype(np.uint8)))
    with pytest.raises(DataError, match=r"^blank\.png: a picture of one digit is required, but no ink stands out"):
        normalise_picture(file, (28, 28), "mnist")


@pytest.mark.parametrize("shape", [(0, 28), (28, -1)])
def test_a_wrong_shape_is_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(InvalidValueError, match=r"^shape: height and width in pixels, both at least 1, are required"):
        normalise_picture(png(on_paper(drawing())), shape, "mnist")


def test_stroke_width_is_measured() -> None:
    bar = np.zeros((200, 40))
    bar[:, 10:30] = 1
    assert stroke_width(bar) == pytest.approx(20, rel=0.1)
    assert stroke_width(np.zeros((5, 5))) == 0


def test_thin_strokes_are_widened_and_others_left_alone() -> None:
    thin, usual = (drawing(stroke)[60:240, 100:220].astype(np.float32) for stroke in (4, 30))
    assert stroke_width(thin) / 180 < LEAST_STROKE
    widened = widen_thin_strokes(thin)
    assert stroke_width(widened) / max(widened.shape) == pytest.approx(USUAL_STROKE, rel=0.2)
    assert widen_thin_strokes(usual) is usual


def test_importing_pictures_and_figures_imports_neither_pillow_nor_matplotlib() -> None:
    code = (
        "import sys, pellucid.data.features.pictures, pellucid.figures;"
        "print(sorted({'PIL', 'matplotlib', 'scipy', 'sklearn'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def mnist_part(folder: Path, part: str, count: int) -> tuple[np.ndarray, np.ndarray]:
    images, labels = (
        np.frombuffer(gzip.decompress((folder / "mnist" / f"{part}-{name}-ubyte.gz").read_bytes()), np.uint8)
        for name in ("images-idx3", "labels-idx1")
    )
    return images[16:].reshape(-1, 28, 28)[:count], labels[8:][:count]


@pytest.fixture(scope="module")
def mnist_test(real_data: Path) -> tuple[np.ndarray, np.ndarray]:
    return mnist_part(real_data, "t10k", N_TESTED)


@pytest.fixture(scope="module")
def mnist_classifier(real_data: Path) -> KNeighborsClassifier:
    images, labels = mnist_part(real_data, "train", N_TRAINED)
    return KNeighborsClassifier(3).fit(images.reshape(-1, 784), labels)


def photograph_of(digit: np.ndarray, kind: str, rng: np.random.Generator) -> bytes:
    """The digit somewhere in a larger picture: drawn with transparency, in colours, or as a noisy photograph."""
    side = int(rng.integers(90, 450))
    height, width = (int(side * rng.uniform(1, 1.8)) for _ in range(2))
    top, left = int(rng.integers(0, height - side + 1)), int(rng.integers(0, width - side + 1))
    ink = np.zeros((height, width, 1))
    large = Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)
    ink[top : top + side, left : left + side, 0] = np.asarray(large) / 255
    light = rng.uniform(150, 255, 3)
    dark = light * rng.uniform(0, 0.4, 3)
    if rng.random() < 0.5:
        light, dark = dark, light
    if kind == "transparent":
        colour = np.broadcast_to(dark, (height, width, 3))
        return png(np.concatenate([colour, 255 * ink], axis=2).astype(np.uint8))
    picture = light + (dark - light) * ink
    if kind == "photograph":
        slope = rng.uniform(-0.2, 0.2, 2)
        y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
        picture = picture * (0.7 + slope[0] * y + slope[1] * x)[..., None] + rng.normal(0, 4, picture.shape)
    content = BytesIO()
    Image.fromarray(picture.clip(0, 255).astype(np.uint8)).save(content, "JPEG", quality=60)
    return content.getvalue()


def test_an_mnist_picture_of_the_original_size_comes_back_as_it_was(
    mnist_test: tuple[np.ndarray, np.ndarray],
) -> None:
    images, _ = mnist_test
    restored = np.array([normalise_picture(png(image), (28, 28), "mnist").pixels for image in images], dtype=float)
    differences = np.abs(restored - images).mean(axis=(1, 2))
    assert np.median(differences) < 1  # of 255; contrast is stretched a little
    assert differences.mean() < 2


@pytest.mark.parametrize("kind", ["transparent", "colours", "photograph"])
def test_enlarged_mnist_digits_are_restored(
    kind: str, mnist_test: tuple[np.ndarray, np.ndarray], mnist_classifier: KNeighborsClassifier
) -> None:
    images, labels = mnist_test
    rng = np.random.default_rng(1)
    restored = np.array(
        [normalise_picture(photograph_of(image, kind, rng), (28, 28), "mnist").pixels for image in images]
    )
    # A shift by one pixel, which rounding the centre of mass may cause, alone makes a difference of about 20.
    assert np.median(np.abs(restored.astype(float) - images).mean(axis=(1, 2))) < 8
    original = mnist_classifier.score(images.reshape(-1, 784), labels)
    assert mnist_classifier.score(restored.reshape(-1, 784), labels) >= original - 0.03


def test_a_thin_pen_is_read_as_well_as_a_thick_one(
    mnist_test: tuple[np.ndarray, np.ndarray], mnist_classifier: KNeighborsClassifier
) -> None:
    images, labels = mnist_test
    restored = []
    for image in images:
        large = np.asarray(Image.fromarray(image).resize((280, 280), Image.Resampling.BICUBIC)) > 110
        depth = np.asarray(ndimage.distance_transform_edt(large))
        ridge = (depth >= ndimage.maximum_filter(depth, 13) - 0.7) & (depth > 2)
        pen = np.asarray(ndimage.distance_transform_edt(~ridge)) < 4
        restored.append(normalise_picture(png(on_paper(pen)), (28, 28), "mnist").pixels)
    accuracy = mnist_classifier.score(np.array(restored).reshape(-1, 784), labels)
    assert accuracy > 0.85  # a fifth as much where thin strokes are left as they are


def test_mnist_digits_brought_down_by_the_uci_rule_are_known_to_who_learnt_the_uci_digits(
    mnist_test: tuple[np.ndarray, np.ndarray],
) -> None:
    images, labels = mnist_test
    digits = load_digits()
    classifier = SVC().fit(digits.data, digits.target)
    brought_down = np.array([normalise_picture(png(image), (8, 8), "uci-digits").pixels for image in images])
    assert classifier.score(brought_down.reshape(-1, 64), labels) > 0.75
    assert brought_down.mean() == pytest.approx(digits.data.mean(), rel=0.05)
