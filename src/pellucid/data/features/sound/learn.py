"""The encoder for a person's sounds: what they chose, and what the training sounds say of the rest."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import numpy as np
from jaxtyping import Int

from pellucid.data.features.choices import one_of, read_choices, whole_number
from pellucid.data.features.sound.encoder import (
    BANDS,
    FRAMES,
    LEAST_SECONDS,
    LENGTHS,
    RATES,
    SPECTRA,
    TRIMS,
    SoundEncoder,
)
from pellucid.data.features.sound.files import MAX_SECONDS, Glimpse, Sound, glimpse, read_samples
from pellucid.data.features.sound.spectrum import resampled, trimmed
from pellucid.errors import DataError, FormatError, InvalidValueError, MissingFileError

T = TypeVar("T")

STANDARD_BANDS, STANDARD_FRAMES, STANDARD_TRIM = 16, 16, 25
"""Chosen on validation data of spoken digits: few and wide, so that one voice looks like another."""
STANDARD_COEFFICIENTS = 13
STANDARD_PERCENTILE = 95
"""Of the training sounds' durations: where the others are cut, unless one says otherwise."""
N_LOOKED_AT = 2_000
"""Headers that are read to find out the commonest rate."""
N_DECODED = 200
"""Sounds that are decoded to find out how long they are without the silence around them."""


def read_seconds(text: str) -> float:
    """A duration, from "0.75"."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not LEAST_SECONDS <= seconds <= MAX_SECONDS:
        raise ValueError(f"seconds from {LEAST_SECONDS} to {MAX_SECONDS} are required, got {text[:60]!r}")
    return seconds


CHOICES: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        "spectrum": one_of(*SPECTRA),
        "rate": whole_number(*RATES),
        "bands": whole_number(*BANDS),
        "frames": whole_number(*FRAMES),
        "coefficients": whole_number(1, BANDS[1]),
        "length": one_of(*LENGTHS),
        "seconds": read_seconds,
        "trim": whole_number(*TRIMS),
    }
)
"""What one may choose, and how its text is read."""


class Learnt(NamedTuple):
    """An encoder, and sentences on what it does to sounds that differ."""

    encoder: SoundEncoder
    notes: list[str]


def learn_sound_encoder(
    rows: Int[np.ndarray, " n_rows"], read: Callable[[int], Sound], encoding: Mapping[str, str]
) -> Learnt:
    """The encoder for these sounds.

    Where nothing is chosen: a log-mel spectrogram of 16 bands and 16 frames, stretched, trimmed 25 dB below the loudest
    moment, at the training sounds' commonest rate. With length=cut, the time is the 95th percentile of the durations.

    Parameters:
        rows: numbers of the training sounds, of which some thousands are looked at.
        read: gives the sound of such a number. One that cannot be read is passed over here: whoever encodes it finds
            out.
        encoding: texts by the names of `CHOICES`.

    Raises:
        InvalidValueError: a choice is unknown, or two do not go together.
        DataError: none of the sounds can be read.
    """
    chosen = read_choices(encoding, CHOICES)
    for name, owner, value in (("coefficients", "spectrum", "mfcc"), ("seconds", "length", "cut")):
        if name in chosen and chosen.get(owner) != value:
            raise InvalidValueError(f"encoding: {name}: this goes with {owner}={value} only, which was not chosen")
    glimpses = list(_readable(rows, N_LOOKED_AT, read, glimpse))
    rate = chosen.get("rate") or _commonest_rate(glimpses)
    bands, trim = chosen.get("bands", STANDARD_BANDS), chosen.get("trim", STANDARD_TRIM)
    spectrum, length = chosen.get("spectrum", "log-mel"), chosen.get("length", "stretched")
    encoder = SoundEncoder(
        rate=rate,
        bands=bands,
        frames=chosen.get("frames", STANDARD_FRAMES),
        spectrum=spectrum,
        length=length,
        trim=trim,
        coefficients=chosen.get("coefficients", min(STANDARD_COEFFICIENTS, bands)) if spectrum == "mfcc" else 0,
        seconds=chosen.get("seconds") or (_usual_seconds(rows, read, rate, trim) if length == "cut" else 0.0),
    )
    return Learnt(encoder, list(_told(glimpses, rate)))


def _readable(rows: np.ndarray, most: int, read: Callable[[int], Sound], look: Callable[[Sound], T]) -> Iterator[T]:
    """What `look` sees in some of the sounds, evenly spread over all.

    Raises:
        DataError: none of them can be read.
    """
    problem: Exception | None = None
    n_readable = 0
    for row in rows[np.unique(np.linspace(0, len(rows) - 1, min(most, len(rows))).astype(np.int64))].tolist():
        try:
            seen = look(read(row))
        except (FormatError, MissingFileError) as error:
            problem = error
            continue
        n_readable += 1
        yield seen
    if not n_readable:
        raise DataError(
            "sounds: at least one that can be read is required among the training sounds, there is none"
            + (f"; the last one: {problem}" if problem else "")
        ) from problem


def _commonest_rate(glimpses: list[Glimpse]) -> int:
    """The rate that most sounds have, the higher of two; within what an encoder can have."""
    counts = Counter(seen.rate for seen in glimpses)
    commonest = max(counts, key=lambda rate: (counts[rate], rate))
    return min(max(commonest, RATES[0]), RATES[1])


def _usual_seconds(rows: np.ndarray, read: Callable[[int], Sound], rate: int, trim: int) -> float:
    """Longer than 95 in 100 training sounds are without the silence around them."""

    def seconds_of(sound: Sound) -> float:
        samples = resampled(read_samples(sound), rate)
        return len((trimmed(samples, trim) if trim else samples).values) / rate

    durations = list(_readable(rows, N_DECODED, read, seconds_of))
    return max(LEAST_SECONDS, round(float(np.percentile(durations, STANDARD_PERCENTILE)), 3))


def _told(glimpses: list[Glimpse], rate: int) -> Iterator[str]:
    """How long the sounds are, and what becomes of those of another rate or of hours."""
    durations = np.array([seen.seconds for seen in glimpses])
    yield (
        f"The {len(glimpses):,} training sounds looked at last from {durations.min():.2f} to {durations.max():.2f} s, "
        f"half of them up to {np.median(durations):.2f} s."
    )
    n_others = sum(seen.rate != rate for seen in glimpses)
    if n_others:
        yield f"{n_others:,} of them do not have {rate:,} samples a second and are resampled."
    n_long = int((durations > MAX_SECONDS).sum())
    if n_long:
        yield f"{n_long:,} of them are longer than {MAX_SECONDS} s: the rest is not heard."
