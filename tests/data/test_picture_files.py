import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pellucid.data.features.pictures.files import WORKING_SIDE, glimpse, is_picture, read_grey, read_pixels
from pellucid.errors import FormatError, InvalidValueError, MissingFileError

RAMP = np.linspace(0, 255, 40 * 60).reshape(40, 60).astype(np.uint8)


def encoded(image: Image.Image, format: str = "PNG", **options: object) -> bytes:  # noqa: A002
    content = BytesIO()
    image.save(content, format, **options)
    return content.getvalue()


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_header(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "RGBA", "LA"])
def test_every_mode_of_png_gives_the_same_grey_values(mode: str) -> None:
    image = Image.fromarray(RAMP).convert(mode)
    assert read_grey(encoded(image)) == pytest.approx(RAMP / 255, abs=0.01)


def test_sixteen_bits_are_scaled_rather_than_clipped() -> None:
    deep = Image.fromarray((RAMP.astype(np.uint16) << 8) + 128)
    assert read_grey(encoded(deep)) == pytest.approx(RAMP / 255, abs=0.01)


def test_one_bit_is_black_and_white() -> None:
    assert set(np.unique(read_grey(encoded(Image.fromarray(RAMP > 127))))) == {0.0, 1.0}


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_every_mode_of_webp_gives_the_same_grey_values(mode: str) -> None:
    image = Image.fromarray(RAMP).convert(mode)
    assert read_grey(encoded(image, "WEBP", lossless=True)) == pytest.approx(RAMP / 255, abs=0.01)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_every_mode_of_jpeg_gives_the_same_grey_values(mode: str) -> None:
    image = Image.fromarray(RAMP).convert(mode)
    assert read_grey(encoded(image, "JPEG", quality=95)) == pytest.approx(RAMP / 255, abs=0.03)


def test_the_turn_that_a_camera_notes_is_undone() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # "turn by 90° clockwise to see it upright"
    turned = Image.fromarray(RAMP).transpose(Image.Transpose.ROTATE_90)
    assert read_grey(encoded(turned, "PNG", exif=exif)) == pytest.approx(RAMP / 255, abs=0.01)


@pytest.mark.parametrize(("ink", "behind"), [(20, 1.0), (230, 0.0)])
def test_transparent_pixels_become_what_the_ink_stands_out_from(ink: int, behind: float) -> None:
    pixels = np.full((20, 20, 4), (ink, ink, ink, 0), np.uint8)
    pixels[5:15, 9:11, 3] = 255
    grey = read_grey(encoded(Image.fromarray(pixels)))
    assert grey[0, 0] == behind
    assert grey[10, 10] == pytest.approx(ink / 255, abs=0.01)


def test_transparency_around_a_sheet_of_paper_goes_on_with_the_paper() -> None:
    pixels = np.full((40, 40, 4), (240, 240, 240, 255), np.uint8)
    pixels[10:30, 19:21, :3] = 10
    pixels[:4, :, 3] = 0
    grey = read_grey(encoded(Image.fromarray(pixels)))
    assert grey[0, 0] == pytest.approx(240 / 255, abs=0.01)


@pytest.mark.parametrize(
    ("ink", "paper"), [((255, 255, 0), (255, 255, 255)), ((0, 0, 255), (0, 0, 0))], ids=["yellow", "blue"]
)
def test_colours_of_like_brightness_are_told_apart(ink: tuple[int, ...], paper: tuple[int, ...]) -> None:
    pixels = np.full((30, 30, 3), paper, np.uint8)
    pixels[5:25, 14:17] = ink
    grey = read_grey(encoded(Image.fromarray(pixels)))
    assert abs(grey[15, 15] - grey[0, 0]) == 1.0


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_the_first_picture_of_an_animation_is_read(format: str) -> None:  # noqa: A002
    frames = [Image.fromarray(np.full((8, 8, 3), grey, np.uint8)) for grey in (50, 100, 150)]
    content = encoded(frames[0], format, save_all=True, append_images=frames[1:], lossless=True)
    with Image.open(BytesIO(content)) as image:
        assert image.n_frames == 3
    assert read_grey(content) == pytest.approx(np.full((8, 8), 50 / 255), abs=0.01)
    assert glimpse(content) == (8, 8, False)


def test_a_header_is_read_without_decoding_and_tells_the_size_as_it_is_seen() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert glimpse(encoded(Image.fromarray(RAMP), "JPEG", exif=exif)) == (60, 40, True)
    assert glimpse(encoded(Image.fromarray(RAMP).convert("RGB"))) == (40, 60, False)
    assert glimpse(encoded(Image.fromarray(RAMP.astype(np.uint16) << 8))).is_grey
    assert glimpse(np.zeros((4, 6, 3), np.uint8)) == (4, 6, False)
    with pytest.raises(FormatError, match=r"^picture: at most 50,000,000 pixels are read, but the header says"):
        glimpse(png_header(9_000, 9_000) + png_chunk(b"IDAT", b""))


def test_a_photograph_has_white_behind_what_is_transparent_and_eight_bits() -> None:
    see_through = np.zeros((4, 4, 4), np.uint8)
    see_through[:2] = (10, 20, 30, 255)
    pixels = np.asarray(read_pixels(encoded(Image.fromarray(see_through)), "colour"))
    assert pixels[0, 0].tolist() == [10, 20, 30]
    assert pixels[3, 3].tolist() == [255, 255, 255]
    deep = np.array([[0, 257, 65535]], np.uint16)
    assert np.asarray(read_pixels(encoded(Image.fromarray(deep)), "grey")).tolist() == [[0, 1, 255]]
    palette = Image.fromarray(see_through).convert("RGB").convert("P", palette=Image.Palette.ADAPTIVE)
    assert np.asarray(read_pixels(encoded(palette), "colour"))[0, 0].tolist() == [10, 20, 30]


def test_pixels_are_taken_for_a_picture_too() -> None:
    assert read_grey(RAMP) == pytest.approx(RAMP / 255, abs=1e-6)
    with pytest.raises(InvalidValueError, match=r"^picture: uint8 pixels of shape .* got float64 \(2, 2\)$"):
        read_grey(np.zeros((2, 2)))


@pytest.mark.parametrize(("format", "is_one"), [("PNG", True), ("JPEG", True), ("WEBP", True), ("GIF", False)])
def test_a_picture_is_known_by_how_it_begins(format: str, is_one: bool) -> None:  # noqa: A002
    assert is_picture(encoded(Image.fromarray(RAMP), format)[:12]) is is_one
    assert not is_picture(b"")


def test_a_webp_picture_with_a_huge_canvas_is_refused() -> None:
    canvas = (16_382).to_bytes(3, "little")
    chunk = b"VP8X" + struct.pack("<I", 10) + bytes([2, 0, 0, 0]) + canvas + canvas
    content = b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk
    with pytest.raises(FormatError, match=r"^picture: (a PNG, JPEG or WebP picture is required|at most 50,000,000)"):
        read_grey(content)


def test_a_long_side_is_reduced() -> None:
    assert read_grey(encoded(Image.new("L", (5000, 2500)))).shape == (WORKING_SIDE // 2, WORKING_SIDE)


@pytest.mark.parametrize("format", ["GIF", "TIFF", "BMP"])
def test_another_format_is_refused_whatever_its_name(format: str, tmp_path: Path) -> None:  # noqa: A002
    file = tmp_path / "digit.png"
    file.write_bytes(encoded(Image.fromarray(RAMP), format))
    with pytest.raises(FormatError, match=r"^digit\.png: a PNG, JPEG or WebP picture is required, but the content "):
        read_grey(file)


@pytest.mark.parametrize(
    "content", [b"", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", b"hello"], ids=["empty", "eps", "text"]
)
def test_bytes_that_are_no_picture_are_refused(content: bytes) -> None:
    with pytest.raises(FormatError, match=r"^picture: a PNG, JPEG or WebP picture is required"):
        read_grey(content)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_a_truncated_picture_is_refused(format: str, tmp_path: Path) -> None:  # noqa: A002
    noise = np.random.default_rng(0).integers(0, 256, (64, 64)).astype(np.uint8)
    file = tmp_path / "half.png"
    whole = encoded(Image.fromarray(noise), format)
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(
        FormatError, match=r"^half\.png: the picture cannot be decoded \(.+\); it may be damaged"
    ) as error:
        read_grey(file)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("side", [7_100, 10_000, 50_000])
def test_a_picture_too_large_by_its_header_is_refused_before_decoding(side: int) -> None:
    # There are hardly any pixels in the file: had they been asked for, another error would have come.
    header = png_header(side, side) + png_chunk(b"IDAT", zlib.compress(bytes(10)))
    with pytest.raises(FormatError, match=r"^picture: at most 50,000,000 pixels are read, but the header says"):
        read_grey(header)


def test_text_that_explodes_when_unpacked_is_refused() -> None:
    bomb = png_chunk(b"zTXt", b"comment\0\0" + zlib.compress(bytes(20_000_000)))
    pixels = png_chunk(b"IDAT", zlib.compress(bytes(5 * 4))) + png_chunk(b"IEND", b"")
    with pytest.raises(FormatError, match=r"^picture: the picture cannot be decoded \("):
        read_grey(png_header(4, 4) + bomb + pixels)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        MissingFileError, match=r"^five\.png: a PNG, JPEG or WebP picture is required, but there is no such"
    ):
        read_grey(tmp_path / "five.png")


def test_a_folder_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="picture is required; a regular file is required, this is a folder"):
        read_grey(tmp_path)
