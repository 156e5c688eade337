import numpy as np
import pytest

from pellucid.data.features.sound.files import Samples
from pellucid.data.features.sound.spectrum import band_powers, cepstra, decibels, mel_bands, resampled, trimmed

RATE = 8_000


def tone(hertz: float, seconds: float, rate: int = RATE) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


@pytest.mark.parametrize(("rate", "n_bands"), [(2_000, 128), (8_000, 16), (44_100, 40), (48_000, 128)])
def test_bands_are_even_in_mel_and_none_is_empty(rate: int, n_bands: int) -> None:
    bands = mel_bands(rate, n_bands)
    mel = 2595 * np.log10(1 + bands.centres / 700)
    assert np.diff(mel) == pytest.approx(np.diff(mel)[0])
    assert bands.weights.shape == (n_bands, bands.n_transform // 2 + 1)
    assert np.isfinite(bands.weights).all()
    assert bands.weights.min() >= 0
    assert bands.weights.sum(axis=1) == pytest.approx(1)
    assert 60 < bands.centres[0] < bands.centres[-1] < rate / 2


def test_a_tone_sounds_in_the_band_that_is_named_after_it() -> None:
    centres = mel_bands(RATE, 24).centres
    for row in (3, 12, 20):
        powers = band_powers(Samples(tone(centres[row], 0.5), RATE), 24, 10, None)
        assert (powers[:, 2:-2].argmax(axis=0) == row).all()


def test_frames_follow_the_sound_in_time() -> None:
    centres = mel_bands(RATE, 24).centres
    melody = np.concatenate([tone(centres[row], 0.2) for row in (5, 10, 15, 20)])
    powers = band_powers(Samples(melody, RATE), 24, 4, None)
    assert powers.argmax(axis=0).tolist() == [5, 10, 15, 20]
    slowly = np.concatenate([tone(centres[row], 0.5) for row in (5, 10, 15, 20)])
    assert band_powers(Samples(slowly, RATE), 24, 4, None).argmax(axis=0).tolist() == [5, 10, 15, 20]


def test_a_fixed_time_is_filled_with_silence_or_cut_off() -> None:
    powers = band_powers(Samples(tone(1_000, 0.5), RATE), 16, 10, 1.0)
    assert (powers[:, :5].max(axis=0) > 0).all()
    assert powers[:, 6:].max() == 0
    assert band_powers(Samples(tone(1_000, 3.0), RATE), 16, 10, 1.0).min() > 0


def test_every_moment_of_a_long_sound_is_heard() -> None:
    values = np.zeros(60 * RATE)
    values[31 * RATE : 31 * RATE + 400] = tone(1_000, 0.05)
    powers = band_powers(Samples(values, RATE), 16, 12, None)
    assert np.flatnonzero(powers.max(axis=0)).tolist() == [6]


def test_silence_around_a_sound_is_trimmed_and_silence_within_is_kept() -> None:
    quiet = 1e-4 * np.random.default_rng(0).normal(size=RATE)
    word = np.concatenate([tone(500, 0.2), quiet[:800], tone(500, 0.2)])
    values, rate = trimmed(Samples(np.concatenate([quiet, word, quiet]), RATE), 35)
    assert len(values) / rate == pytest.approx(0.5, abs=0.04)
    assert len(trimmed(Samples(quiet, RATE), 35).values) == pytest.approx(RATE, abs=100)


@pytest.mark.parametrize("scale", [1e-320, 1e-200, 1e-3, 1.0, 1e200])
def test_loudness_makes_no_difference(scale: float) -> None:
    chirp = np.sin(np.cumsum(np.linspace(0.1, 2, 4_000)))
    expected = decibels(band_powers(trimmed(Samples(chirp, RATE), 35), 16, 16, None))
    told = decibels(band_powers(trimmed(Samples(chirp * scale, RATE), 35), 16, 16, None))
    assert told == pytest.approx(expected, abs=1e-6 if scale > 1e-300 else 0.1)
    assert told.mean() == pytest.approx(0, abs=1e-9)
    assert np.ptp(told) <= 60 + 1e-9


def test_silence_is_the_same_everywhere() -> None:
    silence = trimmed(Samples(np.zeros(RATE), RATE), 35)
    assert len(silence.values) == RATE
    assert not decibels(band_powers(silence, 16, 16, None)).any()


@pytest.mark.parametrize("n_samples", [1, 2, 159, 160, 161, 300])
def test_the_shortest_sounds_have_a_spectrogram(n_samples: int) -> None:
    samples = trimmed(Samples(np.ones(n_samples), RATE), 35)
    assert np.isfinite(decibels(band_powers(samples, 16, 16, None))).all()


@pytest.mark.parametrize("rate", [1_000, 11_025, 44_100, 48_001, 192_000])
def test_resampling_keeps_a_tone_and_its_length(rate: int) -> None:
    values, new_rate = resampled(Samples(tone(300, 1.0, rate), rate), RATE)
    assert new_rate == RATE
    assert len(values) == pytest.approx(RATE, abs=10)
    assert np.argmax(np.abs(np.fft.rfft(values[:RATE]))) * RATE / len(values) == pytest.approx(300, abs=2)


def test_what_the_lower_rate_cannot_hold_is_gone() -> None:
    values = resampled(Samples(tone(7_000, 1.0, 16_000), 16_000), RATE).values
    assert np.abs(values[100:-100]).max() < 0.01


def test_cepstra_are_an_orthonormal_cosine_transform() -> None:
    told = np.random.default_rng(0).normal(size=(16, 5))
    rows = np.arange(16)
    cosines = np.sqrt(2 / 16) * np.cos(np.pi * rows[:, None] * (rows + 0.5) / 16)
    cosines[0] /= np.sqrt(2)
    assert cepstra(told, 13) == pytest.approx((cosines @ told)[:13])
