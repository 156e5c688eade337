import struct
import sys
import tracemalloc
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from pellucid.data.features.sound.files import MAX_SECONDS, SUFFIXES, glimpse, is_sound, read_samples
from pellucid.errors import FormatError, InvalidValueError, MissingFileError, MissingLibraryError

soundfile = pytest.importorskip("soundfile", reason="sounds are read with soundfile")

RATE = 16_000
TONE = 0.4 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)
FORMATS = [
    ("WAV", "PCM_16"),
    ("WAV", "PCM_U8"),
    ("WAV", "PCM_24"),
    ("WAV", "FLOAT"),
    ("WAV", "ULAW"),
    ("WAVEX", "PCM_16"),
    ("FLAC", "PCM_16"),
    ("OGG", "VORBIS"),
    ("OGG", "OPUS"),
    ("MP3", "MPEG_LAYER_III"),
]


def encoded(values: np.ndarray, kind: str = "WAV", subtype: str | None = None, rate: int = RATE) -> bytes:
    content = BytesIO()
    soundfile.write(content, values, rate, format=kind, subtype=subtype)
    return content.getvalue()


def wave(
    *,
    rate: int = 8_000,
    channels: int = 1,
    bits: int = 16,
    kind: int = 1,
    samples: bytes = bytes(16_000),
    claimed: int | None = None,
) -> bytes:
    """A WAV file whose header says what it is told to say."""
    width = channels * bits // 8
    size = len(samples) if claimed is None else claimed
    head = struct.pack("<HHIIHH", kind, channels, rate, rate * width & 0xFFFFFFFF, width & 0xFFFF, bits)
    chunks = b"WAVEfmt " + struct.pack("<I", len(head)) + head + b"data" + struct.pack("<I", size) + samples
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


@pytest.mark.parametrize(("kind", "subtype"), FORMATS)
def test_every_format_gives_the_same_sound(kind: str, subtype: str) -> None:
    content = encoded(TONE, kind, subtype)
    assert is_sound(content[:12])
    samples = read_samples(content)
    assert samples.rate == RATE or subtype == "OPUS"  # which knows a few rates only
    spectrum = np.abs(np.fft.rfft(samples.values))
    assert np.argmax(spectrum) * samples.rate / len(samples.values) == pytest.approx(440, abs=2)
    assert samples.values[len(samples.values) // 4 :].std() == pytest.approx(0.4 / np.sqrt(2), abs=0.02)
    assert glimpse(content).seconds == pytest.approx(1, abs=0.01)


def test_the_content_decides_and_not_the_name(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp3"
    path.write_bytes(encoded(TONE, "FLAC"))
    assert read_samples(path).values == pytest.approx(TONE, abs=1e-4)


def test_channels_become_their_mean() -> None:
    both = np.stack([TONE, TONE / 2], axis=1)
    assert read_samples(encoded(both, "WAV", "FLOAT")).values == pytest.approx(0.75 * TONE, abs=1e-6)
    assert read_samples((both, RATE)).values == pytest.approx(0.75 * TONE, abs=1e-12)


def test_integers_are_samples_too() -> None:
    assert read_samples((np.array([0, 16_384], np.int16), RATE)).values.tolist() == [0.0, 16_384.0]


@pytest.mark.parametrize("kind", ["FLAC", "MP3"])
def test_no_more_than_a_minute_is_read(kind: str) -> None:
    hours = encoded(np.zeros(3_000 * 1_000), kind, rate=8_000)
    tracemalloc.start()
    samples = read_samples(hours)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(samples.values) == MAX_SECONDS * 8_000
    assert peak < 50e6
    assert glimpse(hours).seconds == pytest.approx(375, abs=1)


@pytest.mark.parametrize("claimed", [16_002, 10**9, 2**32 - 1])
def test_a_wav_header_that_claims_more_than_there_is(claimed: int) -> None:
    content = wave(claimed=claimed)
    tracemalloc.start()
    with pytest.raises(FormatError) as problem:
        read_samples(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert str(problem.value) == (
        f"the WAV header claims {claimed:,} bytes of samples, the file has 16,000: it is cut off, or its header is "
        "wrong; get it anew or convert it"
    )
    assert peak < 1e6


def test_a_wav_header_that_claims_less_is_believed() -> None:
    assert len(read_samples(wave(claimed=100)).values) == 50


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (wave(rate=0), "from 1,000 to 192,000 samples a second are required, the header says 0"),
        (wave(rate=2**32 - 1), "from 1,000 to 192,000 samples a second are required, the header says 4,294,967,295"),
        (wave(channels=0), "from 1 to 32 channels are required, the header says 0"),
        (wave(channels=65_535), "from 1 to 32 channels are required, the header says 65,535"),
        (wave(bits=0), "the sound cannot be decoded ("),
        (wave(kind=99), "the sound cannot be decoded ("),
        (wave(samples=b""), "a sound is required, this one is empty"),
        (wave()[:40], "a WAV file with samples is required, this one ends before them; get it anew"),
        (
            wave(kind=3, bits=32, samples=np.array([0, 0.5, np.nan, 0], "<f4").tobytes()),
            "finite samples are required, the one at 0.000 s is nan; save the sound anew",
        ),
        (
            wave(kind=3, bits=32, samples=np.array([np.inf] * 9, "<f4").tobytes()),
            "finite samples are required, the one at 0.000 s is inf; save the sound anew",
        ),
        (b"", "a WAV, FLAC, OGG or MP3 sound is required, but the content is none of them; convert it to WAV or FLAC"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "but the content is none of them"),
        (b"RIFF\0\0\0\0WAVE" + b"junk\0\0\0\0" * 10**6, "a WAV file with samples is required"),
        (b"RIFF\0\0\0\0WAVE", "a WAV file with samples is required"),
        (b"fLaC" + bytes(999), "the sound cannot be decoded ("),
        (b"OggS", "the OGG file ends before its last page: it is cut off; get it anew or convert it"),
        (b"OggS\0\4" + bytes(999), "the sound cannot be decoded ("),
        (b"ID3" + bytes(999), "the sound cannot be decoded ("),
        (encoded(TONE, "AIFF"), "but the content is none of them"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_odd_files_are_told(content: bytes, told: str) -> None:
    with pytest.raises(FormatError) as problem:
        read_samples(content)
    assert str(problem.value).startswith(told) or told in str(problem.value)
    assert "0x" not in str(problem.value)


@pytest.mark.parametrize(("kind", "subtype"), FORMATS)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_sound_that_is_cut_off_is_refused(kind: str, subtype: str, share: float) -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, RATE)
    content = encoded(noise, kind, subtype)
    with pytest.raises(FormatError, match=r"cut off|cannot be decoded|ends before"):
        read_samples(content[: int(share * len(content))])


def test_damage_anywhere_is_an_error_or_another_sound() -> None:
    draw = np.random.default_rng(1)
    for kind in ("WAV", "FLAC", "OGG", "MP3"):
        content = encoded(TONE[:4_000], kind)
        for _ in range(60):
            damaged = bytearray(content)
            for place in draw.integers(0, min(len(content), 400), 3):
                damaged[place] = draw.integers(256)
            try:
                samples = read_samples(bytes(damaged))
            except FormatError:
                continue
            assert np.isfinite(samples.values).all()


def test_files_that_are_not_there_or_are_none(tmp_path: Path) -> None:
    with pytest.raises(
        MissingFileError, match=r"^gone.wav: a WAV, FLAC, OGG or MP3 sound is required, but there is no such"
    ):
        read_samples(tmp_path / "gone.wav")
    with pytest.raises(FormatError, match="a regular file is required"):
        read_samples(tmp_path)
    path = tmp_path / "short.wav"
    path.write_bytes(wave(claimed=99_999))
    with pytest.raises(FormatError, match=r"^short.wav: the WAV header claims 99,999 bytes"):
        read_samples(path)


@pytest.mark.parametrize(
    ("values", "rate", "told"),
    [
        (np.zeros(9), 0, "from 1,000 to 192,000 are required, got float64"),
        (np.zeros((2, 3, 4)), 8_000, "real numbers of shape"),
        (np.array(["a"]), 8_000, "real numbers of shape"),
        (np.zeros((5, 10**5)), 8_000, "from 1 to 32 channels, the second axis, are required"),
    ],
)
def test_arrays_that_are_no_samples(values: np.ndarray, rate: int, told: str) -> None:
    with pytest.raises(InvalidValueError, match=told):
        read_samples((values, rate))


def test_an_empty_array_and_one_with_nan_are_no_sounds() -> None:
    with pytest.raises(FormatError, match="a sound is required, this one is empty"):
        read_samples((np.zeros(0), 8_000))
    with pytest.raises(FormatError, match=r"the one at 0\.500 s is nan"):
        read_samples((np.where(np.arange(8_000) == 4_000, np.nan, 0.1), 8_000))


def test_suffixes_are_lower_case() -> None:
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in SUFFIXES)


def test_without_the_library_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(MissingLibraryError, match=r"^soundfile: .* install it with: pip install 'pellucid\[sound\]'$"):
        read_samples(wave())
    assert len(read_samples((np.zeros(9), 8_000)).values) == 9
