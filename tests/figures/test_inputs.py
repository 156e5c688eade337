"""What can be seen of examples, and how they lie."""

import numpy as np
import pytest

from pellucid.data.features import NumberEncoder, PictureEncoder
from pellucid.data.features.sound import SoundEncoder
from pellucid.data.features.text import TextEncoder
from pellucid.figures.inputs import can_be_seen, input_picture


def test_ink_is_dark_and_a_photograph_is_seen_as_it_is():
    pixels = np.array([[0, 50], [100, 200]], np.uint8)
    ink = input_picture(PictureEncoder((2, 2), "mnist"), pixels)
    assert ink is not None
    np.testing.assert_allclose(ink, pixels / 200)
    photograph = input_picture(PictureEncoder((2, 2), "fit"), pixels)
    assert photograph is not None
    assert photograph.shape == (2, 2, 3)
    np.testing.assert_allclose(photograph[..., 1], pixels / 200)


def test_a_spectrogram_has_its_low_tones_below_and_its_weights_lie_alike():
    encoder = SoundEncoder(rate=8000, bands=4, frames=3)
    encoded = np.repeat([[0.0], [1.0], [2.0], [4.0]], 3, axis=1).astype(np.float32)
    picture = input_picture(encoder, encoded)
    assert picture is not None
    assert picture[:, 0].tolist() == [1.0, 0.5, 0.25, 0.0]
    weights = encoder.laid_out(np.stack([encoded.ravel(), -encoded.ravel()]))
    np.testing.assert_array_equal(weights[0], encoded[::-1])
    np.testing.assert_array_equal(weights[1], -encoded[::-1])


def test_numbers_in_a_field_can_be_seen_and_those_in_a_row_not():
    field = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(input_picture(NumberEncoder((2, 3)), field.ravel()), field)
    assert can_be_seen(NumberEncoder((2, 3)))


@pytest.mark.parametrize("encoder", [NumberEncoder((6,)), NumberEncoder((1, 6)), NumberEncoder((2, 3, 4))])
def test_other_numbers_cannot_be_seen(encoder: NumberEncoder):
    assert not can_be_seen(encoder)


def test_texts_cannot_be_seen():
    assert not can_be_seen(TextEncoder(("free",), (), np.ones(1, np.float32)))
