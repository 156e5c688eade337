"""The encoder for a person's pictures: what they chose, and what the training pictures say of the rest."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Int

from pellucid.data.features.choices import one_of, read_choices
from pellucid.data.features.pictures.encoder import CONTRASTS, PictureEncoder
from pellucid.data.features.pictures.files import Glimpse, Picture, glimpse, read_pixels
from pellucid.errors import DataError, FormatError, InvalidValueError, MissingFileError

MAX_SIDE = 1024
"""Of the pictures that a network takes in: 10⁶ pixels are more than one can be trained on."""
COMMON_SIDE = 64
"""The longest side up to which pictures that are all of one size keep it."""
STANDARD_SIZE = (32, 32)
N_LOOKED_AT = 5_000
"""Headers that are read to find out the common size."""
N_DECODED = 64
"""Pictures stored in colour that are decoded to find out whether there are any colours in them."""

_OWN_SIZES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"mnist": (28, 28), "uci-digits": (8, 8), "fashion-mnist": (28, 28)}
)
"""Height and width of the data sets that the rules are named after; what they make is grey."""


def read_size(text: str) -> tuple[int, int]:
    """Height and width in pixels, from "32" or "32x48"."""
    sides = text.lower().split("x")
    is_size = len(sides) in (1, 2) and all(side.isascii() and side.isdigit() and len(side) <= 4 for side in sides)
    if not is_size or not all(1 <= int(side) <= MAX_SIDE for side in sides):
        raise ValueError(
            f"a side in pixels, or height x width such as 32x48, from 1 to {MAX_SIDE:,} is required, got {text[:60]!r}"
        )
    return int(sides[0]), int(sides[-1])


CHOICES: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        "size": read_size,
        "colour": one_of("grey", "colour"),
        "rule": one_of("fit", *_OWN_SIZES),
        "contrast": one_of(*CONTRASTS),
    }
)
"""What one may choose, and how its text is read."""


class Learnt(NamedTuple):
    """An encoder, and sentences on what it does to pictures that differ."""

    encoder: PictureEncoder
    notes: list[str]


def learn_picture_encoder(
    rows: Int[np.ndarray, " n_rows"], read: Callable[[int], Picture], encoding: Mapping[str, str]
) -> Learnt:
    """The encoder for these pictures.

    Where nothing is chosen: the pictures' own size if all have the same and it is at most 64 × 64, else 32 × 32; grey
    if there are no colours in them; scaled to cover that field; the contrast as it is.

    Parameters:
        rows: numbers of the training pictures, of which some thousands are looked at.
        read: gives the picture of such a number. One that cannot be read is passed over here: whoever encodes it
            finds out.
        encoding: texts by the names of `CHOICES`.

    Raises:
        InvalidValueError: a choice is unknown, or two do not go together.
        DataError: none of the pictures can be read.
    """
    chosen = read_choices(encoding, CHOICES)
    rule = chosen.get("rule", "fit")
    if rule in _OWN_SIZES and chosen.get("colour") == "colour":
        raise InvalidValueError(f"encoding: colour: the rule {rule} makes grey pictures, 'colour' does not go with it")
    seen = _look_at(_spread(rows), read, is_colour_open="colour" not in chosen and rule not in _OWN_SIZES)
    size = chosen.get("size") or _OWN_SIZES.get(rule) or _common_size(seen.glimpses)
    is_grey = chosen["colour"] == "grey" if "colour" in chosen else rule in _OWN_SIZES or seen.is_grey
    encoder = PictureEncoder(size if is_grey else (*size, 3), rule, chosen.get("contrast", "as-is"))
    return Learnt(encoder, list(_told(seen.glimpses, size, rule)))


class _Seen(NamedTuple):
    glimpses: list[Glimpse]
    is_grey: bool


def _spread(rows: np.ndarray) -> list[int]:
    """Some of the rows, in an order that is always the same and has nothing to do with their own."""
    order = np.argsort(np.random.PCG64(0).random_raw(len(rows)), kind="stable")
    return rows[order[:N_LOOKED_AT]].tolist()


def _look_at(rows: list[int], read: Callable[[int], Picture], *, is_colour_open: bool) -> _Seen:
    """What the pictures' headers say, and whether there is no colour in those of which that is asked."""
    glimpses: list[Glimpse] = []
    problem: Exception | None = None
    n_decoded, is_grey = 0, True
    for row in rows:
        try:
            picture = read(row)
            glimpses.append(glimpse(picture))
            if is_colour_open and is_grey and not glimpses[-1].is_grey and n_decoded < N_DECODED:
                n_decoded += 1
                is_grey = _is_without_colour(picture)
        except (FormatError, MissingFileError) as error:
            problem = error
    if not glimpses:
        raise DataError(
            "pictures: at least one that can be read is required among the training pictures, there is none"
            + (f"; the last one: {problem}" if problem else "")
        ) from problem
    return _Seen(glimpses, is_grey)


def _is_without_colour(picture: Picture) -> bool:
    pixels = np.asarray(read_pixels(picture, "colour", 4 * COMMON_SIDE))
    return bool((pixels == pixels[..., :1]).all())


def _common_size(glimpses: list[Glimpse]) -> tuple[int, int]:
    sizes = {(seen.height, seen.width) for seen in glimpses}
    only = next(iter(sizes))
    return only if len(sizes) == 1 and max(only) <= COMMON_SIDE else STANDARD_SIZE


def _told(glimpses: list[Glimpse], size: tuple[int, int], rule: str) -> Iterator[str]:
    """A sentence on pictures of another size than the examples have, if there are any."""
    counts = Counter((seen.height, seen.width) for seen in glimpses)
    n_others = len(glimpses) - counts[size]
    if rule != "fit" or not n_others:
        return
    (height, width), n_commonest = counts.most_common(1)[0]
    sizes = f"{height} × {width}"
    if len(counts) > 1:
        sizes = f"{len(counts):,} sizes" + (f", {n_commonest:,} have {sizes}" if n_commonest > 1 else "")
    yield (
        f"Of {len(glimpses):,} training pictures looked at, {n_others:,} are not of {size[0]} × {size[1]} pixels "
        f"({sizes}): each is scaled to cover that and its middle is cut out."
    )
