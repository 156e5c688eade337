"""Picture files that strangers send, read with bounds: PNG, JPEG or WebP in, pixels out."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np

from pellucid.errors import FormatError, InvalidValueError, MissingFileError
from pellucid.files import read_bounded, readable

if TYPE_CHECKING:
    from PIL.Image import Image

Picture: TypeAlias = Path | bytes | np.ndarray
"""A file, a file's bytes, or pixels: uint8 (height, width), or (height, width, 3) for red, green and blue."""

SUFFIXES = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp")
"""Of the files that are taken for pictures; what they are is up to their content."""

PIXEL_LIMIT = 50_000_000
"""Pixels that a header may announce; more is refused before anything is decoded."""

MAX_PICTURE_BYTES = 2**28

WORKING_SIDE = 1024
"""Longest side in pixels that is kept of a drawing: far more than any raw example has, and quick to work on."""

LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in the grey value. Source: ITU-R BT.601, section 2.5.1."""

_FORMATS = ("PNG", "JPEG", "WEBP")
_TURNED = (5, 6, 7, 8)
"""Values of EXIF's orientation by which rows become columns."""
_ORIENTATION = 0x0112
_WHAT = "a PNG, JPEG or WebP picture is required"


class Glimpse(NamedTuple):
    """What a picture's header says: its size as one sees it, and whether it has no colours by its kind."""

    height: int
    width: int
    is_grey: bool


def is_picture(content: bytes) -> bool:
    """Whether bytes begin as those of a PNG, JPEG or WebP picture do."""
    is_webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    return content.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")) or is_webp


def read_grey(source: Picture) -> np.ndarray:
    """The grey values of a drawing on any ground, from 0 (black) to 1 (white).

    The content decides, not the file's name. Colour, palettes, 16 bits, transparency and the turn that a camera
    notes in its EXIF data are all taken into account; long sides are reduced to `WORKING_SIDE`. Of an animation, or a
    file of several pictures, the first is read.

    Parameters:
        source: a file, a file's bytes, or pixels.

    Returns:
        float32 (height, width).

    Raises:
        MissingFileError: there is no such file.
        FormatError: it is no PNG, JPEG or WebP picture, is damaged, or announces more than `PIXEL_LIMIT` pixels.
    """
    with decoded(source, 2 * WORKING_SIDE) as image:
        return _grey(image)


def read_pixels(source: Picture, colour: Literal["grey", "colour"], side: int | None = None) -> "Image":
    """A photograph's pixels in Pillow's mode "L" or "RGB": eight bits a value, white behind what is transparent.

    Parameters:
        source: a file, a file's bytes, or pixels.
        colour: grey values, or red, green and blue.
        side: both sides of the result are at least as long, or as long as the picture's own; large JPEG pictures are
            decoded no larger than need be. None: the result has the picture's own size.

    Raises:
        MissingFileError, FormatError: as for `read_grey`.
    """
    from PIL import Image

    with decoded(source, side) as image:
        if image.mode.startswith("I"):  # 16 bits a pixel, which Pillow would clip at 255 rather than scale
            image = Image.fromarray(np.round(np.asarray(image, np.float32) * (255 / 65535)).astype(np.uint8))
        if image.has_transparency_data:
            white = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(white, image.convert("RGBA"))
        mode = "L" if colour == "grey" else "RGB"
        return image if image.mode == mode else image.convert(mode)


def glimpse(source: Picture) -> Glimpse:
    """What the header says, without decoding the picture.

    Raises:
        MissingFileError, FormatError: as for `read_grey`, so far as the header shows it.
    """
    with opened(source) as image:
        width, height = image.size
        # Of a PNG without it, Pillow would decode the whole picture to look for it at the end.
        if "exif" in image.info and image.getexif().get(_ORIENTATION) in _TURNED:
            width, height = height, width
        return Glimpse(height, width, image.mode in ("1", "L", "LA") or image.mode.startswith("I"))


def source_name(source: Picture) -> str:
    """What messages call the picture: the file's name, or "picture"."""
    return (source.name or str(source)) if isinstance(source, Path) else "picture"


@contextmanager
def decoded(source: Picture, side: int | None = None) -> Iterator["Image"]:
    """The picture decoded and turned upright; what fails inside counts as damage of the file."""
    from PIL import ImageOps

    with opened(source) as image:
        if side is not None:
            image.draft(None, (side, side))  # a JPEG decoder can halve the size for less than nothing
        ImageOps.exif_transpose(image, in_place=True)  # a copy of 50 megapixels is no trifle
        yield image


@contextmanager
def opened(source: Picture) -> Iterator["Image"]:
    """The picture with its header read and its size checked; what fails inside counts as damage of the file."""
    from PIL import Image, UnidentifiedImageError

    name = source_name(source)
    if isinstance(source, np.ndarray):
        yield _from_array(source)
        return
    content = _content(source, name)
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            width, height = image.size
            if width * height > PIXEL_LIMIT:
                raise _too_large(name, f"{width:,} x {height:,}")
            yield image
    except FormatError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise _too_large(name, "many more") from problem
    except UnidentifiedImageError as problem:
        raise FormatError(f"{name}: {_WHAT}, but the content is none of them; convert the picture to PNG") from problem
    except Exception as problem:  # decoders fail in many ways on damaged input, and each one means the same here
        detail = readable(" ".join(str(problem).split()) or type(problem).__name__)
        raise FormatError(
            f"{name}: the picture cannot be decoded ({detail}); it may be damaged, save it anew as PNG"
        ) from problem


def _content(source: Path | bytes, name: str) -> bytes:
    if isinstance(source, bytes):
        return source
    try:
        return read_bounded(source, MAX_PICTURE_BYTES)
    except FormatError as problem:
        raise FormatError(f"{name}: {_WHAT}; {str(problem).removeprefix(f'{source}: ')}") from problem
    except FileNotFoundError as problem:
        raise MissingFileError(f"{name}: {_WHAT}, but there is no such file") from problem
    except OSError as problem:
        raise MissingFileError(
            f"{name}: {_WHAT}, but it could not be read ({problem.strerror or problem})"
        ) from problem


def _from_array(pixels: np.ndarray) -> "Image":
    from PIL import Image

    is_picture_shaped = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 3)
    if pixels.dtype != np.uint8 or not is_picture_shaped or not 0 < pixels.size <= 3 * PIXEL_LIMIT:
        raise InvalidValueError(
            "picture: uint8 pixels of shape (height, width) or (height, width, 3) are required, got "
            f"{pixels.dtype} {pixels.shape}"
        )
    return Image.fromarray(np.ascontiguousarray(pixels))


def _too_large(name: str, arrived: str) -> FormatError:
    return FormatError(
        f"{name}: at most {PIXEL_LIMIT:,} pixels are read, but the header says {arrived}; make the picture smaller"
    )


def _grey(image: "Image") -> np.ndarray:
    if image.mode.startswith("I"):  # 16 bits a pixel, which Pillow would clip at 255 rather than scale
        deep = np.asarray(image, dtype=np.float32) / 65535
        return _reduced(deep)
    if not image.has_transparency_data:
        return _from_colours(_shrunk(image.convert("RGB")))
    coloured = _shrunk(image.convert("RGBA"))
    alpha = coloured[..., 3]
    grey = _from_colours(coloured[..., :3])
    return alpha * grey + (1 - alpha) * _behind(grey, alpha)


def _behind(grey: np.ndarray, alpha: np.ndarray) -> float:
    """The grey value that belongs behind transparent pixels: what makes the opaque ink stand out.

    Ink covers little of a picture. Where most of it is opaque, the opaque part is therefore paper that was cut out,
    and transparency goes on with the paper's own grey.
    """
    opaque = grey[alpha > 0.5]
    if opaque.size > 0.6 * alpha.size:
        return float(np.median(opaque))
    ink = float((alpha * grey).sum() / max(alpha.sum(), 1e-6))
    return 0.0 if ink > 0.5 else 1.0


def _from_colours(colours: np.ndarray) -> np.ndarray:
    """Luma, or the one colour channel that tells ink from paper far better (yellow on white, blue on black)."""
    luma = colours @ np.asarray(LUMA, dtype=np.float32)
    clearest = max((colours[..., channel] for channel in range(3)), key=lambda channel: float(channel.std()))
    return clearest if clearest.std() > 2 * luma.std() else luma


def _shrunk(image: "Image") -> np.ndarray:
    image.thumbnail((WORKING_SIDE, WORKING_SIDE), reducing_gap=2.0)
    return np.asarray(image, dtype=np.float32) / 255


def _reduced(grey: np.ndarray) -> np.ndarray:
    from PIL import Image

    picture = Image.fromarray(grey)
    picture.thumbnail((WORKING_SIDE, WORKING_SIDE), reducing_gap=2.0)
    return np.asarray(picture)
