"""From samples to a mel spectrogram: silence trimmed, resampled, windowed, transformed, gathered in bands."""

from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from pellucid.data.features.sound.files import Samples

WINDOW_SECONDS = 0.032
"""Of one Fourier transform: long enough to tell low tones apart, short enough for a syllable to stand still."""
HOP_SECONDS = 0.01
"""The most by which one window lies after the one before."""
LOWEST_HZ = 60.0
"""Where the first band begins: below is the hum of the mains."""
LOUDNESS_SECONDS = 0.02
"""Of the windows whose energy tells sound from silence."""
FLOOR_DB = -60.0
"""Relative to the loudest value of a sound; what is fainter counts as this."""
MAX_RATIO_TERM = 1_000
"""Of the fraction by which the rate changes: 48,001 Hz to 8,000 is as 6 to 1, or the filter would take a minute."""
_WINDOWS_AT_ONCE = 1_024


class Bands(NamedTuple):
    """The filters that gather a power spectrum in bands.

    Attributes:
        centres: Hz, ascending.
        weights: each row adds up to 1: a band's power is a weighted mean.
        n_transform: points of the Fourier transform that the weights are for.
    """

    centres: Float[np.ndarray, " n_bands"]
    weights: Float[np.ndarray, "n_bands n_frequencies"]
    n_transform: int


@lru_cache(maxsize=8)
def mel_bands(rate: int, n_bands: int) -> Bands:
    """Triangular bands, each from the centre of the one before to that of the next, evenly spaced in mel.

    *Formula*: mel(f) = 2595 · log₁₀(1 + f / 700), f in Hz.

    *Source*: S. Young and others, The HTK Book, version 3.4, 2006, section 5.4; the triangles are those of S. Davis and
    P. Mermelstein, "Comparison of parametric representations for monosyllabic word recognition", 1980.
    """
    edges = _hertz(np.linspace(_mel(LOWEST_HZ), _mel(rate / 2), n_bands + 2))
    centres, steps = edges[1:-1], np.diff(edges)
    n_transform = _window_length(rate)
    # A narrow band must not fall between two frequencies of the transform: then it would hold nothing, ever.
    n_transform = 1 << (max(n_transform, int(np.ceil(rate / steps[0]))) - 1).bit_length()
    frequencies = np.arange(n_transform // 2 + 1) * (rate / n_transform)
    rising = (frequencies - edges[:-2, None]) / steps[:-1, None]
    falling = (edges[2:, None] - frequencies) / steps[1:, None]
    weights = np.maximum(np.minimum(rising, falling), 0)
    return Bands(centres, weights / weights.sum(axis=1, keepdims=True), n_transform)


def _mel(hertz: float) -> float:
    return 2595 * float(np.log10(1 + hertz / 700))


def _hertz(mel: np.ndarray) -> np.ndarray:
    return 700 * (10 ** (mel / 2595) - 1)


def _window_length(rate: int) -> int:
    return round(WINDOW_SECONDS * rate)


def trimmed(samples: Samples, below_db: float) -> Samples:
    """The sound without what comes before its first, and after its last, window that is loud enough.

    Parameters:
        samples: of which some may be silent.
        below_db: how far a window's energy may lie below the loudest one's.
    """
    values, rate = samples
    length = round(LOUDNESS_SECONDS * rate)
    if len(values) <= length:
        return samples
    summed = np.concatenate([[0.0], np.cumsum(np.square(values / _peak(values)))])
    starts = np.arange(0, len(values) - length + 1, max(1, length // 4))
    energies = summed[starts + length] - summed[starts]
    loud = np.flatnonzero(energies >= energies.max() * 10 ** (-below_db / 10))
    return Samples(values[starts[loud[0]] : starts[loud[-1]] + length], rate)


def resampled(samples: Samples, rate: int) -> Samples:
    """The sound with another number of samples a second, without what that rate cannot hold (anti-aliasing)."""
    if samples.rate == rate:
        return samples
    from scipy.signal import resample_poly

    ratio = Fraction(rate, samples.rate).limit_denominator(MAX_RATIO_TERM)
    return Samples(resample_poly(samples.values, ratio.numerator, ratio.denominator), rate)


def band_powers(
    samples: Samples, n_bands: int, n_frames: int, seconds: float | None
) -> Float[np.ndarray, "n_bands n_frames"]:
    """The power in each band, in each of equally long stretches of the sound.

    A stretch holds as many windows as it takes for no two to be more than `HOP_SECONDS` apart; its power is the mean of
    theirs. Beyond the sound there is silence.

    Parameters:
        samples: the sound.
        n_bands: on the mel scale, up to half the rate.
        n_frames: how many stretches there are.
        seconds: what all stretches last together, from the sound's beginning; None: the sound itself.
    """
    values, rate = samples
    duration = len(values) / rate if seconds is None else seconds
    n_each = max(1, int(np.ceil(duration / (n_frames * HOP_SECONDS))))
    n_windows = n_frames * n_each
    length = _window_length(rate)
    bands = mel_bands(rate, n_bands)
    middles = (np.arange(n_windows) + 0.5) * (duration * rate / n_windows)
    starts = np.round(middles - length / 2).astype(np.int64)
    padded = np.pad(values / _peak(values), (length, length))
    # Windows that begin after the sound has ended lie wholly in the silence that follows it.
    starts = np.clip(starts + length, 0, len(padded) - length)
    shape = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(length) + 0.5) / length)  # Hann's window
    powers = np.empty((n_windows, n_bands))
    for first in range(0, n_windows, _WINDOWS_AT_ONCE):
        chosen = starts[first : first + _WINDOWS_AT_ONCE, None] + np.arange(length)
        spectrum = np.fft.rfft(padded[chosen] * shape, bands.n_transform)
        powers[first : first + len(chosen)] = (spectrum.real**2 + spectrum.imag**2) @ bands.weights.T
    return powers.reshape(n_frames, n_each, n_bands).mean(axis=1).T


def decibels(powers: Float[np.ndarray, "n_bands n_frames"]) -> Float[np.ndarray, "n_bands n_frames"]:
    """10 · log₁₀ of the powers, none more than 60 dB below the greatest, less their mean: how loud it is, is undone."""
    greatest = float(powers.max())
    if greatest <= 0:
        return np.zeros_like(powers)  # silence
    told = 10 * np.log10(np.maximum(powers / greatest, 10 ** (FLOOR_DB / 10)))
    return told - told.mean()


def cepstra(told: Float[np.ndarray, "n_bands n_frames"], n_coefficients: int) -> np.ndarray:
    """The mel-frequency cepstral coefficients: an orthonormal cosine transform (DCT-II) over the bands.

    *Source*: S. Davis and P. Mermelstein, 1980, equation 1; coefficient 0, the mean over the bands, is kept.
    """
    from scipy.fft import dct

    return np.asarray(dct(told, axis=0, norm="ortho"))[:n_coefficients]


def _peak(values: np.ndarray) -> float:
    """The greatest amplitude, by which samples are divided so that no power overflows or vanishes; 1 for silence."""
    return float(np.abs(values).max()) or 1.0
