"""What chance decides: even, repeatable, and as dropout and noise are meant to be."""

import jax
import numpy as np
import pytest

from pellucid.training import chance
from pellucid.training.regularisation import Regularisation


def test_whole_numbers_are_even_and_follow_from_the_key():
    numbers = np.asarray(chance.whole_numbers(chance.key_of(1), (501, 999)))
    assert numbers.dtype == np.uint16
    assert numbers.shape == (501, 999)
    np.testing.assert_array_equal(numbers, chance.whole_numbers(chance.key_of(1), (501, 999)))
    assert (numbers != np.asarray(chance.whole_numbers(chance.key_of(2), (501, 999)))).mean() > 0.99
    # Each of both bytes, and each bit, is as likely as another: χ² of 255 degrees has a deviation of 22.6.
    for byte in (numbers >> 8, numbers & 255):
        counts = np.bincount(byte.ravel(), minlength=256)
        expected = numbers.size / 256
        assert ((counts - expected) ** 2 / expected).sum() == pytest.approx(255, abs=5 * 22.6)
    flat = numbers.ravel().astype(float)
    for lag in (1, 2, 3, 4, 999):
        assert abs(np.corrcoef(flat[:-lag], flat[lag:])[0, 1]) < 5 / np.sqrt(flat.size)


@pytest.mark.parametrize("shape", [(1,), (3,), (2, 5), (7, 1, 3)])
def test_any_number_of_them_can_be_drawn(shape: tuple[int, ...]):
    assert chance.whole_numbers(chance.key_of(0), shape).shape == shape


def test_keys_drawn_for_side_by_side_are_those_drawn_for_alone():
    """Networks that train in one vectorised program meet what they would meet alone."""
    keys = jax.random.split(chance.key_of(4), 3)
    together = np.asarray(jax.vmap(lambda key: chance.whole_numbers(key, (5, 7)))(keys))
    for key, numbers in zip(keys, together, strict=True):
        np.testing.assert_array_equal(numbers, chance.whole_numbers(key, (5, 7)))


def test_masks_keep_their_share_and_leave_the_mean():
    x = np.ones((400, 300), np.float32)
    draws = chance.draw(Regularisation(dropout=(0.2, 0.0, 0.5)), chance.key_of(5), (300, 50, 200), x)
    inputs, none, hidden = draws.masks
    assert none is None
    assert draws.noise is None
    for mask, share, size in ((inputs, 0.2, 300), (hidden, 0.5, 200)):
        values = np.asarray(mask)
        assert values.shape == (400, size)
        assert set(np.unique(values).tolist()) == {0.0, float(np.float32(1 / (1 - share)))}
        spread = np.sqrt(share * (1 - share) / values.size)
        assert (values == 0).mean() == pytest.approx(share, abs=5 * spread)
    assert abs(np.corrcoef(np.asarray(inputs)[:, :200].ravel(), np.asarray(hidden).ravel())[0, 1]) < 0.02


def test_noise_has_its_deviation():
    x = np.ones((300, 200), np.float32)
    draws = chance.draw(Regularisation(input_noise=0.3), chance.key_of(5), (200, 10), x)
    assert np.std(np.asarray(draws.noise)) == pytest.approx(0.3, rel=0.02)
