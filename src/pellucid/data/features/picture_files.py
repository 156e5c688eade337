"""Picture files that strangers send, read with bounds: PNG or JPEG in, one grey array out."""

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pellucid.errors import FormatError, MissingFileError

if TYPE_CHECKING:
    from PIL.Image import Image

PIXEL_LIMIT = 50_000_000
"""Pixels that a header may announce; more is refused before anything is decoded."""

WORKING_SIDE = 1024
"""Longest side in pixels that is kept: far more than any raw example has, and quick to work on."""

LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in the grey value. Source: ITU-R BT.601, section 2.5.1."""


def read_grey(source: Path | bytes) -> np.ndarray:
    """The grey values of a PNG or JPEG picture, from 0 (black) to 1 (white).

    The content decides, not the file's name. Colour, palettes, 16 bits, transparency and the turn that a camera
    notes in its EXIF data are all taken into account; long sides are reduced to `WORKING_SIDE`.

    Parameters:
        source: a file, or a file's bytes.

    Returns:
        float32 (height, width).

    Raises:
        MissingFileError: there is no such file.
        FormatError: it is no PNG or JPEG picture, is damaged, or announces more than `PIXEL_LIMIT` pixels.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    name = source_name(source)
    try:
        with Image.open(BytesIO(source) if isinstance(source, bytes) else source, formats=("PNG", "JPEG")) as image:
            width, height = image.size
            if width * height > PIXEL_LIMIT:
                raise _too_large(name, f"{width:,} x {height:,}")
            return _grey(ImageOps.exif_transpose(image))
    except FormatError:
        raise
    except FileNotFoundError as problem:
        raise MissingFileError(f"{name}: a PNG or JPEG picture is required, but there is no such file") from problem
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise _too_large(name, "many more") from problem
    except UnidentifiedImageError as problem:
        raise FormatError(
            f"{name}: a PNG or JPEG picture is required, but the content is neither; convert the picture to PNG"
        ) from problem
    except Exception as problem:  # decoders fail in many ways on damaged input, and each one means the same here
        detail = " ".join(str(problem).split()) or type(problem).__name__
        raise FormatError(
            f"{name}: the picture cannot be decoded ({detail}); it may be damaged, save it anew as PNG"
        ) from problem


def source_name(source: Path | bytes) -> str:
    """What messages call the picture: the file's name, or "picture" for bytes."""
    return "picture" if isinstance(source, bytes) else source.name or str(source)


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
