"""Sounds to spectrograms: all of one size, whatever the sounds' length, loudness and number of samples a second."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeAlias, cast, get_args

import numpy as np
from jaxtyping import Float, Shaped

from pellucid.data.features.encoder import Axes, Axis, Encoder, Scaling
from pellucid.data.features.sound.files import MAX_SECONDS, Sound, read_samples
from pellucid.data.features.sound.spectrum import (
    FLOOR_DB,
    HOP_SECONDS,
    LOWEST_HZ,
    WINDOW_SECONDS,
    band_powers,
    cepstra,
    decibels,
    mel_bands,
    resampled,
    trimmed,
)
from pellucid.errors import FormatError, InvalidValueError, described, is_whole

Spectrum: TypeAlias = Literal["log-mel", "mfcc"]
SPECTRA: tuple[str, ...] = get_args(Spectrum)
Length: TypeAlias = Literal["stretched", "cut"]
LENGTHS: tuple[str, ...] = get_args(Length)
RATES = (2_000, 48_000)
BANDS = (4, 128)
FRAMES = (1, 512)
TRIMS = (0, 100)
LEAST_SECONDS = 0.01
MOST_TICKS = 5
"""Bands that are told at the side of a picture."""
LEAST_DEVIATION_DB = 1.0
"""Added to a band's standard deviation, so that one in which nothing ever happens is not blown up."""


@dataclass(frozen=True)
class SoundEncoder(Encoder):
    """Raw examples that are sounds: files, their bytes, or samples with their rate.

    A sound's first minute is heard: the mean of its channels, resampled, trimmed of the silence before and after it.
    Its frames are equally long stretches, of the sound ("stretched": the same words spoken slowly and quickly look
    alike) or of a fixed time from its beginning ("cut": longer sounds are cut off, shorter ones followed by silence).

    Parameters:
        spectrum: "log-mel", the power in each band in dB; or "mfcc", the cosine transform of these over the bands.
        rate: samples a second; the bands go up to half of it.
        bands: how many, evenly spaced in mel.
        frames: how many stretches of time.
        length: what becomes of longer and shorter sounds.
        trim: how many dB below the loudest moment silence begins; 0: nothing is trimmed.
        coefficients: of "mfcc", from the zeroth; 0 with "log-mel".
        seconds: what is heard of a sound that is "cut"; 0 with "stretched".

    Raises:
        InvalidValueError: one is not what it may be, or two do not go together.
    """

    KIND: ClassVar[str] = "sounds"
    ENTRIES: ClassVar[frozenset[str]] = frozenset(
        {"spectrum", "rate", "bands", "frames", "length", "trim", "coefficients", "seconds"}
    )

    rate: int
    bands: int
    frames: int
    spectrum: Spectrum = "log-mel"
    length: Length = "stretched"
    trim: int = 25
    coefficients: int = 0
    seconds: float = 0.0

    def __post_init__(self) -> None:
        _check(vars(self))

    @property
    def shape(self) -> tuple[int, ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """(bands or coefficients, frames): low tones first, then time."""
        return (self.coefficients or self.bands, self.frames)

    def encode(self, examples: Iterable[Sound]) -> Shaped[np.ndarray, " n_samples *shape"]:
        """The spectrograms of sounds, one after the other, in dB.

        Parameters:
            examples: files, files' bytes, or samples with their rate.

        Raises:
            FormatError, MissingFileError: one cannot be read. MissingLibraryError: soundfile is not installed.
        """
        encoded = [self._encode(example) for example in examples]
        return np.stack(encoded) if encoded else np.empty((0, *self.shape), self.dtype)

    def _encode(self, example: Sound) -> Float[np.ndarray, "n_rows n_frames"]:
        samples = resampled(read_samples(example), self.rate)
        if self.trim:
            samples = trimmed(samples, self.trim)
        seconds = self.seconds if self.length == "cut" else None
        told = decibels(band_powers(samples, self.bands, self.frames, seconds))
        return (cepstra(told, self.coefficients) if self.spectrum == "mfcc" else told).astype(np.float32)

    def gathered(self, raw: Any) -> list[Sound]:
        """One sound or several as a list: a text is a file's path, a pair is samples with their rate.

        Raises:
            InvalidValueError: it is neither a file, nor bytes, nor such a pair.
        """
        is_one = isinstance(raw, str | bytes) or not isinstance(raw, Sequence) or _is_pair(raw)
        sounds = [Path(sound) if isinstance(sound, str) else sound for sound in ([raw] if is_one else raw)]
        for sound in sounds:
            if not isinstance(sound, Path | bytes) and not _is_pair(sound):
                raise InvalidValueError(
                    "sounds: files, their bytes, or pairs of an array of samples and the number of samples a second "
                    f"are required, got {described(sound)}"
                )
        return cast(list[Sound], sounds)

    def scaling(self, encoded: Shaped[np.ndarray, "n_samples ..."]) -> Scaling:
        """Each band (or coefficient) gets a mean of 0 and a standard deviation of about 1 over all frames."""
        values = encoded.reshape(-1, *self.shape)
        shift = values.mean(axis=(0, 2), dtype=np.float64)
        scale = 1 / (values.std(axis=(0, 2), dtype=np.float64) + LEAST_DEVIATION_DB)
        return Scaling(*(np.repeat(each, self.frames).astype(np.float32) for each in (scale, shift)))

    def input_name(self, index: int) -> str:
        """The band's centre and the frame's: "440 Hz at 30 % of the sound"; "coefficient 3 at 0.12 s"."""
        row, frame = (int(k) for k in np.unravel_index(index, self.shape))
        whole, unit = self._duration
        when = _rounded((frame + 0.5) * whole / self.frames, whole / self.frames)
        what = f"coefficient {row}" if self.coefficients else f"{self._hertz[row]:.0f} Hz"
        return f"{what} at {when} {unit}"

    @property
    def _hertz(self) -> Float[np.ndarray, " n_bands"]:
        return mel_bands(self.rate, self.bands).centres

    @property
    def _duration(self) -> tuple[float, str]:
        """What all frames last together, and its unit."""
        return (self.seconds, "s") if self.length == "cut" else (100.0, "% of the sound")

    def input_value(self, index: int, encoded: Shaped[np.ndarray, " n_features"]) -> str:
        """The value in dB, relative to the mean over the whole spectrogram: "−12.3 dB"."""
        return f"{encoded[index]:.1f} dB".replace("-", "−")

    def describe(self) -> str:
        """In one sentence, how a raw example is encoded."""
        rows = f"{self.bands} mel bands from {LOWEST_HZ:g} to {self.rate // 2:,} Hz"
        if self.coefficients:
            rows = f"the first {self.coefficients} cosine coefficients (MFCC) of {rows}"
        trimmed_by = f", trimmed of silence (more than {self.trim} dB below its loudest moment)" if self.trim else ""
        heard = f"up to {MAX_SECONDS} s of it as one channel of {self.rate:,} samples a second{trimmed_by}"
        if self.length == "cut":
            frames = (
                f"{self.frames} frames that share its first {self.seconds:g} s, longer ones cut off, shorter filled up"
            )
        else:
            frames = f"{self.frames} frames, which share the sound evenly, be it long or short"
        return (
            f"the spectrogram of a sound, {heard}: {rows} by {frames}; in dB, none more than {-FLOOR_DB:g} below the "
            f"greatest, less their mean; from windows of {1000 * WINDOW_SECONDS:g} ms, {1000 * HOP_SECONDS:g} ms apart "
            "at most"
        )

    def picture(self, encoded: Shaped[np.ndarray, "..."]) -> np.ndarray:
        """The spectrogram from 0 (faintest) to 1, low tones at the bottom, time from left to right."""
        values = np.asarray(encoded, np.float64).reshape(self.shape)[::-1]
        values = values - values.min()
        return values / max(float(values.max()), 1e-9)

    def axes(self) -> Axes:
        """Some bands' centres, upward, and the time."""
        n_rows = self.shape[0]
        rows = np.linspace(0, n_rows - 1, min(n_rows, MOST_TICKS)).round().astype(int).tolist()
        names = [str(row) if self.coefficients else f"{self._hertz[row]:.0f}" for row in rows]
        upward = tuple((float(n_rows - 1 - row), name) for row, name in zip(rows, names, strict=True))
        what, unit = ("coefficient", "") if self.coefficients else ("frequency", "Hz")
        whole, unit_of_time = self._duration
        moments = tuple((share * self.frames - 0.5, f"{share * whole:.3g}") for share in (0, 0.5, 1))
        return Axes(Axis(what, unit, upward), Axis("time", unit_of_time, moments))

    def laid_out(self, values: Shaped[np.ndarray, "..."]) -> np.ndarray:
        """A number for each input as `picture` lays them out, low tones at the bottom."""
        return super().laid_out(values)[..., ::-1, :]

    def to_dict(self) -> dict[str, Any]:
        """What JSON can hold of it, for the model file."""
        return asdict(self)

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any], tensors: Mapping[str, np.ndarray]) -> "SoundEncoder":
        """The encoder that `to_dict` stands for.

        Raises:
            FormatError: an entry is not what it may be.
        """
        try:
            _check(entries)
        except InvalidValueError as error:
            raise FormatError(str(error)) from error
        return cls(**entries)


def _check(entries: Mapping[str, Any]) -> None:
    """Checks the fields of an encoder, which may come from a stranger's model file.

    Raises:
        InvalidValueError: one is not what it may be, or two do not go together.
    """
    for name, known in (("spectrum", SPECTRA), ("length", LENGTHS)):
        if not isinstance(entries[name], str) or entries[name] not in known:
            raise InvalidValueError(
                f"features: {name} must be one of {', '.join(known)}, not {described(entries[name])}"
            )
    for name, (least, greatest) in (("rate", RATES), ("bands", BANDS), ("frames", FRAMES), ("trim", TRIMS)):
        _check_whole(name, entries[name], least, greatest)
    # Only now, for there are at most as many coefficients as bands.
    _check_whole(
        "coefficients", entries["coefficients"], *((1, entries["bands"]) if entries["spectrum"] == "mfcc" else (0, 0))
    )
    seconds = entries["seconds"]
    least, greatest = (LEAST_SECONDS, MAX_SECONDS) if entries["length"] == "cut" else (0, 0)
    if type(seconds) not in (int, float) or not least <= seconds <= greatest:
        told = f"from {least} to {greatest}" if greatest else "0 where sounds are stretched"
        raise InvalidValueError(f"features: seconds must be {told}, not {described(seconds)}")


def _check_whole(name: str, value: Any, least: int, greatest: int) -> None:
    # bool is a kind of int in Python, and JSON tells the two apart: hence `type` and not `isinstance`.
    if type(value) is not int or not least <= value <= greatest:
        told = f"a whole number from {least:,} to {greatest:,}" if greatest else "0 without mfcc"
        raise InvalidValueError(f"features: {name} must be {told}, not {described(value)}")


def _rounded(value: float, step: float) -> str:
    """The value with as few decimals as tell it from another that is a step away."""
    return f"{value:.{max(0, math.ceil(-math.log10(step / 2)))}f}"


def _is_pair(raw: Any) -> bool:
    """Whether that is an array of samples with the number of samples a second."""
    return isinstance(raw, tuple) and len(raw) == 2 and isinstance(raw[0], np.ndarray) and is_whole(raw[1])
