"""One file that means harm among good ones, met as a person meets it: told of in one line, or skipped and counted."""

import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import pellucid as pl
from pellucid.errors import FormatError

N_GOOD = 24


def png(seed: int) -> bytes:
    content = BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (8, 8, 3), np.uint8)).save(content, "PNG")
    return content.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def made_png(height: int, width: int, *chunks: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IEND", b"")


def wav(seed: int = 0, *, rate: int = 8_000, channels: int = 1, claimed: int = 4_000, riff: int = 4_036) -> bytes:
    samples = (np.random.default_rng(seed).normal(size=2_000) * 8_000).astype("<i2").tobytes()
    form = struct.pack("<IHHIIHH", 16, 1, channels, rate, 2 * rate & 0xFFFFFFFF, 2, 16)
    return b"RIFF" + struct.pack("<I", riff) + b"WAVEfmt " + form + b"data" + struct.pack("<I", claimed) + samples


def folder_with(path: Path, name: str, content: bytes, good: Callable[[int], bytes]) -> Path:
    """A folder of good files, and this one among them."""
    for seed in range(N_GOOD):
        file = path / "ab"[seed % 2] / f"{seed}{Path(name).suffix}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(good(seed))
    (path / "a" / name).write_bytes(content)
    return path


def frames(kind: str) -> bytes:
    content, (first, *others) = BytesIO(), [Image.new("RGB", (8, 8), (k, 200, 0)) for k in range(0, 250, 5)]
    first.save(content, kind, save_all=True, append_images=others, **({"lossless": True} if kind == "WEBP" else {}))
    return content.getvalue()


BOMB = zlib.compress(bytes(10**8))
BAD: dict[str, tuple[str, bytes, str]] = {
    "as large as a city": ("bad.png", made_png(50_000, 50_000), "at most 50,000,000 pixels are read"),
    "one pixel wide": ("bad.png", made_png(2**31 - 1, 1), "at most 50,000,000 pixels are read"),
    "no pixels": ("bad.png", made_png(0, 0), "a PNG, JPEG or WebP picture is required"),
    "pixels missing": ("bad.png", made_png(7_000, 7_000, chunk(b"IDAT", b"")), "the picture cannot be decoded"),
    "text that explodes": ("bad.png", made_png(8, 8, chunk(b"zTXt", b"k\0\0" + BOMB)), "the picture cannot be decoded"),
    "profile that explodes": ("bad.png", made_png(8, 8, chunk(b"iCCP", b"k\0\0" + BOMB)), "the picture cannot be dec"),
    "a program": ("bad.png", b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) run\n", "a PNG, JPEG or WebP picture is requ"),
    "4 GB claimed": ("bad.wav", wav(claimed=0xFFFFFFF0), "the WAV header claims 4,294,967,280 bytes of samples"),
    "nothing claimed": ("bad.wav", wav(claimed=0), "a sound is required, this one is empty"),
    "0 Hz": ("bad.wav", wav(rate=0), "from 1,000 to 192,000 samples a second are required, the header says 0"),
    "4 GHz": ("bad.wav", wav(rate=2**32 - 1), "samples a second are required, the header says 4,294,967,295"),
    "no channels": ("bad.wav", wav(channels=0), "from 1 to 32 channels are required, the header says 0"),
    "cut in its header": ("bad.wav", wav()[:30], "a WAV file with samples is required, this one ends before them"),
}


@pytest.mark.parametrize("kind", BAD)
def test_one_bad_file_is_named_or_skipped(tmp_path: Path, kind: str, memory_taken: Callable[[], int]):
    name, content, why = BAD[kind]
    path = folder_with(tmp_path / "data", name, content, png if name.endswith("png") else wav)
    with pytest.raises(FormatError, match=rf"^a/{name}: ") as caught:
        pl.load_data(path)
    assert str(caught.value).isprintable()
    report = pl.load_data(path, on_error="skip").report
    assert report is not None
    assert [named for named, _ in report.skipped] == [f"a/{name}"]
    assert why in report.skipped[0][1]
    assert report.n_examples == N_GOOD
    assert memory_taken() < 2**29


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("many.webp", frames("WEBP")),
        ("many.png", frames("PNG")),
        ("long.png", made_png(8, 8, chunk(b"IDAT", zlib.compress(bytes(10**8))))),
    ],
    ids=["animated WebP", "animated PNG", "more pixels than it says"],
)
def test_of_what_goes_on_for_ever_the_first_picture_is_read(tmp_path: Path, name: str, content: bytes):
    path = folder_with(tmp_path / "data", name, content, png)
    for seed in range(N_GOOD):
        file = path / "ab"[seed % 2] / f"{seed}{Path(name).suffix}"
        file.write_bytes(png(seed))  # by its content, whatever the suffix
    data = pl.load_data(path, test=0, validation=0)
    first = [0, 0, 0] if name == "long.png" else [0, 200, 0]
    assert (data.train.raw.reshape(-1, 64, 3) == first).all(axis=(1, 2)).sum() == 1


def in_entry(place: int, value: int) -> Callable[[bytes], bytes]:
    """Writes four bytes into the last entry of a zip file's list of its members."""

    def change(content: bytes) -> bytes:
        start = content.rindex(b"PK\1\2") + place
        return content[:start] + struct.pack("<I", value) + content[start + 4 :]

    return change


ZIPS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "claims 4 GB": (in_entry(24, 0xFFFFFFF0), "may take 268,435,456 bytes, the zip file claims 4,294,967,280"),
    "claims 3 bytes": (in_entry(24, 3), "truncated or damaged in the zip file (Bad CRC-32"),
    "is another member": (in_entry(42, 0), "truncated or damaged in the zip file (File name in directory"),
    "lies beyond the end": (in_entry(42, 0x7FFFFFFF), "truncated or damaged in the zip file ("),
}


def zipped(path: Path, *more: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for seed in range(N_GOOD):
            file.writestr(f"{'ab'[seed % 2]}/{seed}.png", png(seed))
        for name, content in more:
            file.writestr(name, content)
    return path


@pytest.mark.parametrize("kind", ZIPS)
def test_a_member_about_which_the_zip_file_lies_is_named_or_skipped(tmp_path: Path, kind: str):
    change, why = ZIPS[kind]
    path = zipped(tmp_path / "data.zip")
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(FormatError, match=r"^b/23\.png: "):
        pl.load_data(path)
    report = pl.load_data(path, on_error="skip").report
    assert report is not None
    assert [name for name, _ in report.skipped] == ["b/23.png"]
    assert why in report.skipped[0][1]


def test_a_link_in_a_zip_file_is_not_followed_and_zip_files_in_it_are_not_opened(tmp_path: Path):
    (tmp_path / "secret.png").write_bytes(png(99))
    link = zipfile.ZipInfo("a/link.png")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    inner = zipped(tmp_path / "inner.zip").read_bytes()
    path = zipped(tmp_path / "data.zip", (link, str(tmp_path / "secret.png").encode()), ("a/inner.zip", inner))
    report = pl.load_data(path, on_error="skip").report
    assert report is not None
    assert [name for name, _ in report.skipped] == ["a/link.png"]
    assert report.n_examples == N_GOOD
    assert any("left out: 1 (.zip: 1)" in note for note in report.notes)
