"""Pictures in the terminal: half blocks in colour, or letters where there are no colours."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from rich.text import Text

MAX_COLUMNS = 24
"""Of one picture, unless the terminal is narrower."""
NAME_COLUMNS = 8
"""Of the name above it, where the picture has fewer."""
GAP = 2
INK = " .:-=+*#%@"
"""Letters from dark to light: a picture's brightest pixels have the most ink, as they shine on a dark terminal."""


def fitted(picture: "np.ndarray", max_columns: int) -> "np.ndarray":
    """The picture in at most so many columns, and in proportion an even number of rows.

    A larger one is made smaller, each of its new pixels the mean of old ones; of one less than half as wide each pixel
    becomes four.
    """
    import numpy as np

    if 2 * picture.shape[1] <= max_columns:
        picture = picture.repeat(2, axis=0).repeat(2, axis=1)
    height, width = picture.shape[:2]
    columns = min(width, max_columns)
    rows = max(2, 2 * round(height * columns / width / 2))
    by_row = [picture[start:stop].mean(axis=0) for start, stop in _spans(height, rows)]
    return np.stack(
        [np.stack([row[start:stop].mean(axis=0) for start, stop in _spans(width, columns)]) for row in by_row]
    )


def _spans(length: int, n_spans: int) -> list[tuple[int, int]]:
    """So many pieces of a length that cover it, each of one pixel at least."""
    return [
        (start := length * number // n_spans, max(start + 1, length * (number + 1) // n_spans))
        for number in range(n_spans)
    ]


def picture_lines(picture: "np.ndarray", *, has_colours: bool, max_columns: int = MAX_COLUMNS) -> "list[Text]":
    """The picture as lines of text.

    Parameters:
        picture: (height, width) grey or (height, width, 3), from 0 to 1.
        has_colours: of the terminal: two pixels are then one upper half block in two colours; else two pixels are one
            letter, the more ink the brighter.
        max_columns: that it may take.
    """
    import numpy as np
    from rich.color import Color
    from rich.style import Style
    from rich.text import Text

    small = np.clip(fitted(picture, max_columns), 0, 1)
    if not has_colours:
        grey = small if small.ndim == 2 else small.mean(axis=2)
        levels = np.minimum((grey[0::2] + grey[1::2]) / 2 * len(INK), len(INK) - 1).astype(int)
        return [Text("".join(INK[level] for level in row)) for row in levels]
    coloured = np.repeat(small[..., None], 3, axis=2) if small.ndim == 2 else small
    levels = np.round(coloured * 255).astype(int).tolist()
    lines: list[Text] = []
    for upper, lower in zip(levels[0::2], levels[1::2], strict=True):
        line = Text()
        for above, below in zip(upper, lower, strict=True):
            line.append("▀", Style(color=Color.from_rgb(*above), bgcolor=Color.from_rgb(*below)))
        lines.append(line)
    return lines


def print_pictures(pictures: "Sequence[tuple[str, np.ndarray]]") -> None:
    """Prints pictures beside each other, as many as fit, each with its name above.

    Parameters:
        pictures: (name, picture), each picture as `picture_lines` takes it.
    """
    from itertools import zip_longest

    from rich.text import Text

    from pellucid.cli.console import output

    console = output()
    has_colours = console.color_system is not None
    most = max(1, min(MAX_COLUMNS, console.width))
    blocks = [picture_lines(picture, has_colours=has_colours, max_columns=most) for _, picture in pictures]
    width = min(most, max(NAME_COLUMNS, *(line.cell_len for block in blocks for line in block), 0))
    per_row = max(1, (console.width + GAP) // (width + GAP))
    named = [[Text(shortened(name, width)), *block] for (name, _), block in zip(pictures, blocks, strict=True)]
    for first in range(0, len(named), per_row):
        for pieces in zip_longest(*named[first : first + per_row]):
            line = Text()
            for place, piece in enumerate(pieces):
                line.append_text(piece or Text())
                missing = width + GAP - (0 if piece is None else piece.cell_len)
                line.append(" " * (missing if place < len(pieces) - 1 else 0))
            if not has_colours:
                line.rstrip()
            console.print(line, soft_wrap=True)
        console.print()


def shortened(text: str, length: int) -> str:
    """The text on one line of at most that length, without what a terminal would obey."""
    from pellucid.cli.console import harmless

    line = harmless(" ".join(text.split()))
    return line if len(line) <= length else f"{line[: max(length - 1, 1)]}…"
