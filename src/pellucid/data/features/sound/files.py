"""Sound files that strangers send, read with bounds: WAV, FLAC, OGG or MP3 in, one channel of samples out."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Float

from pellucid.data.sources.extras import require_extra
from pellucid.errors import FormatError, InvalidValueError, MissingFileError, is_whole
from pellucid.files import read_bounded, readable

if TYPE_CHECKING:
    from soundfile import SoundFile

Sound: TypeAlias = Path | bytes | tuple[np.ndarray, int]
"""A file, a file's bytes, or samples, (n_samples,) or (n_samples, n_channels), with how many of them a second has."""

SUFFIXES = (".wav", ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3")
"""Of the files that are taken for sounds; what they are is up to their content."""

MAX_SOUND_BYTES = 2**28
MAX_SECONDS = 60
"""What is heard of a sound; the rest of a longer one is not read."""
MAX_CHANNELS = 32
LEAST_RATE, GREATEST_RATE = 1_000, 192_000
"""Samples a second of the sounds that are read."""

_FORMATS = ("WAV", "WAVEX", "FLAC", "OGG", "MP3")
_VALUES_AT_ONCE = 2**20
_MAX_CHUNKS = 1_000
"""Of a WAV file, before its samples: a few are usual, and millions of empty ones would fit into a file."""
_WHAT = "a WAV, FLAC, OGG or MP3 sound is required"


class Samples(NamedTuple):
    """One channel of sound.

    Attributes:
        values: (n_samples,), the air pressure on a scale of the file's own.
        rate: samples a second.
    """

    values: Float[np.ndarray, " n_samples"]
    rate: int


class Glimpse(NamedTuple):
    """What a sound's header says: its samples a second, and how many seconds it has."""

    rate: int
    seconds: float


def is_sound(content: bytes) -> bool:
    """Whether bytes begin as those of a WAV, FLAC, OGG or MP3 file do."""
    is_wave = content[:4] == b"RIFF" and content[8:12] == b"WAVE"
    # An MP3 frame begins with eleven bits of 1, then MPEG's version (01 is none) and layer III (01).
    is_frame = len(content) > 1 and content[0] == 0xFF and content[1] & 0xE6 == 0xE2 and content[1] & 0x18 != 0x08
    return is_wave or is_frame or content.startswith((b"fLaC", b"OggS", b"ID3"))


def read_samples(source: Sound) -> Samples:
    """The first minute of a sound, the mean of its channels.

    Raises:
        MissingFileError: there is no such file.
        MissingLibraryError: soundfile is not installed.
        FormatError: it is no such sound, damaged or cut off; it is empty, holds samples that are not finite, or has
            absurd numbers of channels or of samples a second.
        InvalidValueError: samples given as an array are none.
    """
    if isinstance(source, tuple):
        return _from_array(*source)
    with _opened(source) as sound:
        wanted = min(sound.frames, MAX_SECONDS * sound.samplerate)
        # The header's count is a claim: memory is taken for what is there, a little at a time.
        pieces = list(_pieces(sound, wanted))
        n_read = sum(map(len, pieces))
        if n_read < wanted:
            raise FormatError(
                f"{_named(source)}the header claims {sound.frames:,} samples, there are {n_read:,}: the file is cut "
                "off or damaged; get it anew"
            )
        return _checked(np.concatenate(pieces) if pieces else np.empty(0, np.float32), sound.samplerate, source)


def glimpse(source: Sound) -> Glimpse:
    """What the header says, without decoding the sound.

    Raises:
        MissingFileError, MissingLibraryError, FormatError: as for `read_samples`, so far as the header shows it.
    """
    if isinstance(source, tuple):
        samples = _from_array(*source)
        return Glimpse(samples.rate, len(samples.values) / samples.rate)
    with _opened(source) as sound:
        return Glimpse(sound.samplerate, sound.frames / sound.samplerate)


@contextmanager
def _opened(source: Path | bytes) -> Iterator["SoundFile"]:
    """The sound with its header read and checked; what fails inside counts as damage of the file."""
    soundfile = require_extra("soundfile", "sound")
    content = _content(source)
    named = _named(source)
    if not is_sound(content):
        raise FormatError(f"{named}{_WHAT}, but the content is none of them; convert it to WAV or FLAC")
    if content.startswith(b"RIFF"):
        _check_wave(content, named)
    elif content.startswith(b"OggS"):
        _check_ogg(content, named)
    try:
        with soundfile.SoundFile(BytesIO(content)) as sound:
            if sound.format not in _FORMATS:
                raise FormatError(f"{named}{_WHAT}, but this is {sound.format}; convert it to WAV or FLAC")
            _check_numbers(sound.channels, sound.samplerate, named)
            yield sound
    except soundfile.LibsndfileError as problem:
        raise _damaged(named, readable(ValueError(problem.error_string))) from problem
    except (ValueError, OSError, RuntimeError, OverflowError) as problem:
        if isinstance(problem, FormatError):
            raise
        raise _damaged(named, readable(problem) or type(problem).__name__) from problem


def _damaged(named: str, why: str) -> FormatError:
    return FormatError(f"{named}the sound cannot be decoded ({why}); it may be damaged, get it anew")


def _content(source: Path | bytes) -> bytes:
    if isinstance(source, bytes):
        return source
    try:
        return read_bounded(source, MAX_SOUND_BYTES)
    except FormatError as problem:
        raise FormatError(f"{_named(source)}{_WHAT}; {str(problem).removeprefix(f'{source}: ')}") from problem
    except FileNotFoundError as problem:
        raise MissingFileError(f"{_named(source)}{_WHAT}, but there is no such file") from problem
    except OSError as problem:
        raise MissingFileError(
            f"{_named(source)}{_WHAT}, but it could not be read ({problem.strerror or problem})"
        ) from problem


def _named(source: Sound) -> str:
    """How messages begin: bytes and samples have no name of their own, only the caller knows it."""
    return f"{source.name or source}: " if isinstance(source, Path) else ""


def _check_wave(content: bytes, named: str) -> None:
    """Checks a WAV file's own words against its bytes: the library takes what there is, and does not tell.

    Raises:
        FormatError: a chunk is longer than the file, or the format is absurd.

    Source: Microsoft and IBM, "Multimedia Programming Interface and Data Specifications 1.0", 1991, chapters 2 and 3.
    """
    place = 12
    for _ in range(_MAX_CHUNKS):
        if place + 8 > len(content):
            break
        kind, size = struct.unpack_from("<4sI", content, place)
        place += 8
        if kind == b"fmt " and size >= 16 and place + 16 <= len(content):
            _, channels, rate = struct.unpack_from("<HHI", content, place)
            _check_numbers(channels, rate, named)
        if kind == b"data":
            if size > len(content) - place:
                raise FormatError(
                    f"{named}the WAV header claims {size:,} bytes of samples, the file has {len(content) - place:,}: "
                    "it is cut off, or its header is wrong; get it anew or convert it"
                )
            return
        place += size + size % 2  # chunks begin at even places
    raise FormatError(f"{named}a WAV file with samples is required, this one ends before them; get it anew")


def _check_ogg(content: bytes, named: str) -> None:
    """Checks that an OGG file's last page is there and calls itself the last: where pages lack, the library is silent.

    Raises:
        FormatError: it is not.

    Source: S. Pfeiffer, RFC 3533, "The Ogg Encapsulation Format Version 0", 2003, section 6.
    """
    page = content.rfind(b"OggS")
    body = page + 27 + (content[page + 26] if page + 26 < len(content) else 0)
    end = body + sum(content[page + 27 : body])
    is_last = page + 5 < len(content) and bool(content[page + 5] & 0x04)
    if end > len(content) or not is_last:
        raise FormatError(f"{named}the OGG file ends before its last page: it is cut off; get it anew or convert it")


def _check_numbers(channels: int, rate: int, named: str = "") -> None:
    if not LEAST_RATE <= rate <= GREATEST_RATE:
        raise FormatError(
            f"{named}from {LEAST_RATE:,} to {GREATEST_RATE:,} samples a second are required, the header says {rate:,}"
        )
    if not 1 <= channels <= MAX_CHANNELS:
        raise FormatError(f"{named}from 1 to {MAX_CHANNELS} channels are required, the header says {channels:,}")


def _pieces(sound: "SoundFile", n_wanted: int) -> Iterator[np.ndarray]:
    """The samples, the mean of the channels, a piece at a time until they end."""
    at_once = _VALUES_AT_ONCE // sound.channels
    while n_wanted > 0:
        piece = sound.read(min(at_once, n_wanted), dtype="float32", always_2d=True)
        if not len(piece):
            return
        n_wanted -= len(piece)
        yield _mono(piece)


def _mono(values: np.ndarray) -> np.ndarray:
    """The mean of the channels; in float64, in which no sum of float32 numbers overflows."""
    return values[:, 0] if values.shape[1] == 1 else values.mean(axis=1, dtype=np.float64)


def _from_array(values: np.ndarray, rate: int) -> Samples:
    is_real = np.isdtype(values.dtype, ("integral", "real floating"))
    if not is_real or values.ndim not in (1, 2) or not is_whole(rate, LEAST_RATE, GREATEST_RATE):
        raise InvalidValueError(
            "sound: real numbers of shape (n_samples,) or (n_samples, n_channels) and a whole number of samples a "
            f"second from {LEAST_RATE:,} to {GREATEST_RATE:,} are required, got {values.dtype} {values.shape} and "
            f"{rate!r}"
        )
    if values.ndim == 2 and not 1 <= values.shape[1] <= MAX_CHANNELS:
        raise InvalidValueError(
            f"sound: from 1 to {MAX_CHANNELS} channels, the second axis, are required, got shape {values.shape}"
        )
    heard = values[: MAX_SECONDS * rate]
    return _checked(_mono(heard if heard.ndim == 2 else heard[:, None]), int(rate), b"")


def _checked(values: np.ndarray, rate: int, source: Sound) -> Samples:
    """The samples, of which there are some and all are finite, as float64."""
    if not len(values):
        raise FormatError(f"{_named(source)}a sound is required, this one is empty")
    if not np.isfinite(values).all():
        place = int(np.argmin(np.isfinite(values)))
        raise FormatError(
            f"{_named(source)}finite samples are required, the one at {place / rate:.3f} s is {values[place]}; save "
            "the sound anew"
        )
    return Samples(np.asarray(values, np.float64), rate)
