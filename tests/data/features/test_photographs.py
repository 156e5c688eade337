"""Photographs become examples: scaled to the field, or by the steps that made Fashion-MNIST."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.neighbors import KNeighborsClassifier

from pellucid.data.features.pictures.photographs import fit_clothing, fit_photograph
from pellucid.data.readers.idx import read_labelled_images
from pellucid.errors import DataError

RNG = np.random.default_rng(0)


def png(pixels: np.ndarray) -> bytes:
    content = BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()


@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 3)])
def test_a_picture_of_the_fields_own_size_comes_back_as_it_is(shape: tuple[int, ...]):
    pixels = RNG.integers(0, 256, shape).astype(np.uint8)
    np.testing.assert_array_equal(fit_photograph(png(pixels), shape), pixels)
    np.testing.assert_array_equal(fit_photograph(pixels, shape), pixels)


def test_the_field_is_covered_and_the_middle_is_cut_out():
    wide = np.zeros((40, 120, 3), np.uint8)
    wide[:, :40], wide[:, 40:80], wide[:, 80:] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    fitted = fit_photograph(wide, (10, 10, 3))
    np.testing.assert_array_equal(fitted[:, 2:8], np.broadcast_to(np.uint8([0, 255, 0]), (10, 6, 3)))
    tall = fit_photograph(np.swapaxes(wide, 0, 1).copy(), (10, 10, 3))
    np.testing.assert_array_equal(tall, np.swapaxes(fitted, 0, 1))


def test_fine_stripes_become_grey_rather_than_coarse_stripes():
    stripes = np.zeros((301, 301), np.uint8)
    stripes[::2] = 255
    fitted = fit_photograph(stripes, (16, 16)).astype(int)
    assert np.abs(fitted[1:-1] - 128).max() <= 4


def test_a_large_jpeg_is_as_if_it_had_been_decoded_whole():
    y, x = np.mgrid[0:1:900j, 0:1:1200j]
    smooth = (255 * np.stack([x, y, (x + y) / 2], axis=-1)).astype(np.uint8)
    content = BytesIO()
    Image.fromarray(smooth).save(content, "JPEG", quality=95)
    difference = fit_photograph(content.getvalue(), (32, 32, 3)).astype(int) - fit_photograph(smooth, (32, 32, 3))
    assert np.abs(difference).max() <= 3


def test_a_thin_picture_covers_the_field_all_the_same():
    assert fit_photograph(np.full((1, 9_000), 7, np.uint8), (16, 16)).tolist() == [[7] * 16] * 16


def test_clothing_is_trimmed_centred_and_negated():
    sheet = np.full((300, 200, 3), 250, np.uint8)
    sheet[40:180, 60:130] = (40, 60, 80)
    made = fit_clothing(png(sheet), (28, 28))
    assert made.dtype == np.uint8
    rows, columns = np.flatnonzero(made.any(axis=1)), np.flatnonzero(made.any(axis=0))
    assert (rows[0], rows[-1], columns[0], columns[-1]) == (0, 27, 7, 20)
    luma = 0.299 * 40 + 0.587 * 60 + 0.114 * 80
    assert made[14, 14] == round(255 - luma)
    assert made[:, :7].max() == 0


def test_clothing_in_a_shops_photographs_is_known_to_who_learnt_the_set(real_data: Path):
    """The set's own pictures, ten times as large and dark on white with a margin, brought down by the rule again."""
    folder = real_data / "fashion-mnist"
    images, labels = read_labelled_images(
        folder / "t10k-images-idx3-ubyte.gz", folder / "t10k-labels-idx1-ubyte.gz", n_classes=10
    )
    classifier = KNeighborsClassifier(3).fit(images[200:4000].reshape(-1, 784), labels[200:4000])
    images, labels = images[:200], labels[:200]
    large = [np.asarray(Image.fromarray(image).resize((280, 280), Image.Resampling.BICUBIC)) for image in images]
    shown = [255 - np.pad(picture, ((20, 30), (50, 10))) for picture in large]
    made = np.array([fit_clothing(picture, (28, 28)) for picture in shown])
    original = classifier.score(images.reshape(-1, 784), labels)
    assert classifier.score(made.reshape(-1, 784), labels) >= original - 0.05
    # Merely fitted and negated, half of them are taken for something else.
    fitted = np.array([255 - fit_photograph(picture, (28, 28)) for picture in shown])
    assert classifier.score(fitted.reshape(-1, 784), labels) < original - 0.15


def test_nothing_on_the_ground_is_refused():
    with pytest.raises(DataError, match=r"^picture: a picture of one thing on a plain ground is required, but nothing"):
        fit_clothing(np.full((50, 50, 3), 240, np.uint8), (28, 28))
