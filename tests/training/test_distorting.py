"""Distorted examples as training meets them: what means something, the range of values, sounds, and whole runs."""

from functools import cache
from typing import Any

import jax
import numpy as np
import pytest

import pellucid as pl
from pellucid.data import Dataset, Features, NumberEncoder, Part, PictureEncoder
from pellucid.data.features import Encoder, SoundEncoder
from pellucid.data.features.sound.spectrum import cepstra, decibels
from pellucid.errors import InvalidValueError
from pellucid.maths import find_cost
from pellucid.training import Callback, block, chance, train
from pellucid.training.chance import Distortion
from pellucid.training.distorting import distorted, distortion_for
from pellucid.training.distortions import MEANINGFUL, UNDISTORTED, Distortions, require_meaning
from pellucid.training.step import LearningRule, start, step

KEY = chance.key_of(7)
INK = PictureEncoder((8, 8), "uci-digits")
PHOTOGRAPHS = PictureEncoder((6, 5, 3), "fit")
EVENED = PictureEncoder((6, 5), "fit", "evened")
LOG_MEL = SoundEncoder(rate=8000, bands=12, frames=10)
MFCC = SoundEncoder(rate=8000, bands=12, frames=10, spectrum="mfcc", coefficients=5)


def encoded(encoder: Encoder, n: int = 50) -> np.ndarray:
    generator = np.random.default_rng(2)
    if isinstance(encoder, SoundEncoder):
        told = np.stack([decibels(generator.random((encoder.bands, encoder.frames)) ** 4) for _ in range(n)])
        rows = [cepstra(each, encoder.coefficients) if encoder.coefficients else each for each in told]
        return np.stack(rows).reshape(n, -1).astype(np.float32)
    assert isinstance(encoder, PictureEncoder)
    pixels = generator.integers(0, encoder.greatest + 1, (n, *encoder.shape)).astype(np.uint8)
    if encoder.contrast == "evened":
        return encoder.encode(pixels).reshape(n, -1)
    return pixels.reshape(n, -1)


def changed(chosen: Distortions, encoder: Encoder, raw: np.ndarray, key: Any = KEY) -> np.ndarray:
    return np.asarray(compiled(chosen, encoder)(key, raw))


@cache
def compiled(chosen: Distortions, encoder: Encoder) -> Distortion:
    distort = distortion_for(chosen, Features(encoder))
    assert distort is not None
    return jax.jit(distort)


@pytest.mark.parametrize(
    ("encoder", "chosen", "most"),
    [
        (INK, Distortions(shift=1, rotation=20, alpha=9, sigma=2, brightness=0.9, noise=0.3), (0, 16)),
        (PHOTOGRAPHS, Distortions(scale=0.2, shear=20, flip=0.5, brightness=0.9, noise=0.3), (0, 255)),
        (EVENED, Distortions(rotation=20, noise=1), (-20, 20)),
        (LOG_MEL, Distortions(shift=2, gain=20, noise=0.5), (-60, 60)),
        (MFCC, Distortions(shift=2, gain=20, noise=0.5), (-60 * 12**0.5, 60 * 12**0.5)),
    ],
    ids=["ink", "photographs", "evened", "log-mel", "mfcc"],
)
def test_the_same_key_brings_the_same_changes_within_the_encoders_range(
    encoder: Encoder, chosen: Distortions, most: tuple[float, float]
):
    raw = encoded(encoder)
    raw[1] = raw[0]
    once = changed(chosen, encoder, raw)
    assert once.shape == raw.shape
    assert once.dtype == np.float32
    np.testing.assert_array_equal(once, changed(chosen, encoder, raw))
    assert np.abs(once[0] - once[1]).max() > 0.01 * most[1]  # Like examples of one batch are changed in different ways.
    assert np.abs(once - changed(chosen, encoder, raw, chance.key_of(8))).max() > 0.01 * most[1]
    assert once.min() >= most[0]
    assert once.max() <= most[1]
    Features(encoder).batch(once)


def test_one_distortion_is_the_same_beside_others():
    raw = encoded(INK)
    alone = changed(Distortions(rotation=20, alpha=9), INK, raw)
    beside = changed(Distortions(rotation=20, alpha=9, brightness=0.5), INK, raw)
    kept = (beside < 16) & (alone > 0)
    shares = np.where(kept, beside / np.where(kept, alone, 1), np.nan)
    spread = np.nanmax(shares, axis=1) - np.nanmin(shares, axis=1)
    assert spread.max() < 1e-4


def test_light_multiplies_each_example_by_its_own_number():
    raw = np.repeat(np.array([[0.0, 10, 100, 200]], np.float32), 2000, axis=0).astype(np.uint8)
    encoder = PictureEncoder((2, 2), "fit")
    lit = changed(Distortions(brightness=0.5), encoder, raw)
    factors = lit[:, 1] / 10
    assert factors.min() == pytest.approx(0.5, abs=0.005)
    assert factors.max() == pytest.approx(1.5, abs=0.005)
    assert factors.mean() == pytest.approx(1, abs=0.03)
    np.testing.assert_array_equal(lit[:, 0], 0)
    np.testing.assert_allclose(lit[:, 2], 10 * lit[:, 1], rtol=1e-5)
    np.testing.assert_allclose(lit[:, 3], np.minimum(20 * lit[:, 1], 255), rtol=1e-5)


@pytest.mark.parametrize(("encoder", "deviation"), [(PHOTOGRAPHS, 25.5), (EVENED, 0.1), (LOG_MEL, 6.0), (MFCC, 6.0)])
def test_noise_has_the_deviation_that_was_chosen(encoder: Encoder, deviation: float):
    middle = 127 if encoder is PHOTOGRAPHS else 0
    raw = np.full((500, int(np.prod(encoder.shape))), middle, encoder.dtype)
    noise = changed(Distortions(noise=0.1), encoder, raw) - middle
    assert noise.std() == pytest.approx(deviation, rel=0.02)
    assert noise.mean() == pytest.approx(0, abs=0.03 * deviation)


def test_a_sound_is_shifted_in_time_alone_its_ends_going_on():
    raw = encoded(LOG_MEL, 200)
    shifted = changed(Distortions(shift=3), LOG_MEL, raw).reshape(-1, 12, 10)
    moments = np.arange(10)
    shifts: list[float] = []
    for before, after in zip(raw.reshape(-1, 12, 10), shifted, strict=True):
        tried = np.linspace(-3, 3, 1201)
        told = np.stack([np.interp(moments - shift, moments, before[0]) for shift in tried])
        shift = tried[np.abs(told - after[0]).max(axis=1).argmin()]
        known = np.stack([np.interp(moments - shift, moments, row) for row in before])
        np.testing.assert_allclose(after, known, atol=0.0026 * 60)
        shifts.append(float(shift))
    assert min(shifts) < -2.9
    assert max(shifts) > 2.9


def test_gain_tilts_a_spectrum_and_leaves_its_mean():
    raw = encoded(LOG_MEL, 400)
    tilts = (changed(Distortions(gain=9), LOG_MEL, raw) - raw).reshape(-1, 12, 10)
    highest = tilts[:, -1, 0]
    assert highest.min() == pytest.approx(-9, abs=0.1)
    assert highest.max() == pytest.approx(9, abs=0.1)
    known = highest[:, None, None] * np.linspace(-1, 1, 12)[None, :, None] * np.ones(10)
    np.testing.assert_allclose(tilts, known, atol=1e-4)


def test_gain_of_cepstra_is_that_of_the_spectra_they_are_made_of():
    told = encoded(LOG_MEL, 30).reshape(-1, 12, 10)
    raw = np.stack([cepstra(each, 5) for each in told]).reshape(30, -1).astype(np.float32)
    after = changed(Distortions(gain=9), MFCC, raw).reshape(-1, 5, 10)
    spectra = changed(Distortions(gain=9), LOG_MEL, told.reshape(30, -1)).reshape(-1, 12, 10)
    np.testing.assert_allclose(after, np.stack([cepstra(each, 5) for each in spectra]), atol=1e-3)


def test_nothing_chosen_changes_nothing():
    for encoder in (INK, LOG_MEL, NumberEncoder((3,))):
        assert distortion_for(UNDISTORTED, Features(encoder)) is None
    raw = encoded(INK, 3)
    np.testing.assert_array_equal(distorted(UNDISTORTED, Features(INK), raw.reshape(3, 8, 8), 2), [raw, raw])


def test_versions_to_look_at_differ_and_repeat():
    raw = encoded(PHOTOGRAPHS, 2)
    versions = [distorted(Distortions(noise=0.2), Features(PHOTOGRAPHS), raw, 4, seed=seed) for seed in (0, 0, 1)]
    assert versions[0].shape == (4, 2, 90)
    np.testing.assert_array_equal(versions[0], versions[1])
    assert all(np.abs(versions[0][0] - other).max() > 1 for other in (versions[0][1], versions[2][0]))


@pytest.mark.parametrize(
    ("encoder", "text", "message"),
    [
        (LOG_MEL, "rotation=5", "distort: rotation means nothing for sounds; one of shift, gain, noise is required"),
        (INK, "shift=1,gain=3", "distort: gain means nothing for pictures; one of shift, rotation, .* is required"),
        (NumberEncoder((3,)), "noise=0.1", "distort: pictures or sounds are required, got numbers; input_noise puts"),
        (EVENED, "brightness=0.1", "distort: brightness means nothing for pictures whose contrast is evened"),
    ],
)
def test_what_means_nothing_is_refused(encoder: Encoder, text: str, message: str):
    with pytest.raises(InvalidValueError, match=f"^{message}"):
        require_meaning(Distortions.read(text), encoder)
    with pytest.raises(InvalidValueError, match=f"^{message}"):
        distortion_for(Distortions.read(text), Features(encoder))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("shift=-1", "distort: shift must be from 0 to 1000, got -1"),
        ("rotation=inf", "distort: rotation must be from 0 to 180, got inf"),
        ("sigma=5", "distort: sigma=5 has no effect without alpha, got none; such as alpha=34,sigma=4"),
        ("turn=5", "distort: NAME=NUMBER,… with names of shift, rotation, .* is required, got 'turn=5'"),
    ],
)
def test_what_is_written_wrongly_is_refused(text: str, message: str):
    with pytest.raises(InvalidValueError, match=f"^{message}$"):
        Distortions.read(text)


def test_every_distortion_means_something_somewhere():
    assert {name for names in MEANINGFUL.values() for name in names} == set(Distortions.__dataclass_fields__)


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return pl.load_data("digits")


DISTORT = "shift=1,rotation=10,alpha=6,sigma=3"


def learn(data: Dataset, **choices: Any) -> pl.TrainingResult:
    network = pl.Network.random([64, 24, 10], activation="relu", output="softmax", seed=1)
    # 1,169 examples are 7 mini-batches of 167: there is no smaller one, which would be a program of its own.
    defaults: dict[str, Any] = {
        "cost": "cross-entropy",
        "optimizer": pl.Adam(0.01),
        "batch_size": 167,
        "epochs": 25,
        "seed": 5,
        "distortions": DISTORT,
    }
    return train(network, data, **(defaults | choices))


def parameters_of(result: pl.TrainingResult) -> list[np.ndarray]:
    return [array for layer in result.network.layers for array in (layer.weights, layer.biases)]


def test_a_step_meets_the_distorted_examples(digits: Dataset):
    """The first step of a run, in NumPy float64 from the examples that its key gives."""
    result = learn(digits, batch_size="full", epochs=1, optimizer=pl.SGD(0.1))
    key = jax.random.fold_in(jax.random.fold_in(chance.key_of(5), 0), chance.DISTORTION)
    before = digits.train.raw.reshape(digits.train.n_samples, -1)
    raw = changed(Distortions.read(DISTORT), digits.features.encoder, before, key)
    assert np.abs(raw - before).mean() > 1
    network = pl.Network.random([64, 24, 10], activation="relu", output="softmax", seed=1).astype(np.float64)
    rule = LearningRule(find_cost("cross-entropy"), pl.SGD(0.1))
    x, expected = np.asarray(digits.features.batch(raw), np.float64), np.asarray(digits.train.expected, np.float64)
    known = step(network, rule, start(network.parameters, rule), x, expected, 0.1).state.parameters
    for trained, layer in zip(result.network.parameters, known, strict=True):
        np.testing.assert_allclose(trained.weights, layer.weights, atol=1e-6)


class StopAt(Callback):
    """Asks a run to end once so many steps are done."""

    def __init__(self, steps: int) -> None:
        self.every = steps

    def steps_done(self, run: Any, progress: Any) -> None:
        if (progress.epoch - 1) * progress.steps + progress.step == self.every:
            run.stop("enough")


def test_distorted_digits_are_learnt_alike_however_the_run_is_cut(digits: Dataset, monkeypatch: pytest.MonkeyPatch):
    """Once in blocks of one step, stopped within an epoch and gone on with; once in one go."""
    whole = learn(digits)
    assert digits.validation is not None
    assert (pl.evaluate(whole.network, digits.validation).accuracy or 0) > 0.9
    # What it was trained on is harder than what it is judged on.
    last = whole.history[-1]
    assert last.validation_cost is not None
    assert last.cost > last.validation_cost

    with monkeypatch.context() as patch:
        patch.setattr(block, "BLOCK_SECONDS", 1e-9)
        stopped = learn(digits, callbacks=[StopAt(17)])
    assert stopped.stopped_because == "enough in epoch 3"
    resumed = learn(digits, resume=stopped.checkpoint)
    assert resumed.history == whole.history
    for left, right in zip(parameters_of(resumed), parameters_of(whole), strict=True):
        np.testing.assert_array_equal(left, right)


def test_a_run_on_what_cannot_be_distorted_is_refused(blobs: Dataset):
    network = pl.Network.random([5, 8, 3], activation="relu", output="softmax", seed=1)
    with pytest.raises(InvalidValueError, match=r"^distort: pictures or sounds are required, got numbers"):
        train(network, blobs, cost="cross-entropy", distortions="shift=1")


def test_pictures_in_colour_train_in_float64() -> None:
    generator = np.random.default_rng(3)
    encoder = PictureEncoder((8, 8, 3), "fit", "evened")
    raw = encoder.encode(generator.integers(0, 256, (60, 8, 8, 3), dtype=np.uint8))
    part = Part(raw.reshape(60, -1), np.arange(60) % 2, Features(encoder), 2)
    data = Dataset("cats", part, None, None, ("no", "yes"), part.features, "all of them")
    network = pl.Network.random([192, 5, 2], activation="tanh", output="softmax", seed=1, dtype=np.float64)
    result = train(network, data, cost="cross-entropy", batch_size=20, epochs=1, distortions="rotation=9,flip=0.5")
    assert result.network.dtype == np.float64
