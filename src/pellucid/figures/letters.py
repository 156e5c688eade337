"""Letters of every script in pictures: fonts of this machine that have them, and what stands for those none has."""

from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.ft2font import FT2Font

FAMILY = "DejaVu Sans"
"""Comes with Matplotlib; it has Latin, Greek, Cyrillic, Arabic and Hebrew letters and many signs."""
FALLBACKS = (
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", "Noto Sans CJK TC", "Source Han Sans SC"),
    *("Noto Sans SC", "Noto Sans JP", "Noto Sans KR", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei"),
    *("Droid Sans Fallback", "PingFang SC", "Hiragino Sans", "Hiragino Sans GB", "Apple SD Gothic Neo"),
    *("Microsoft YaHei", "SimHei", "Yu Gothic", "Meiryo", "MS Gothic", "Malgun Gothic", "NanumGothic"),
    *("Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari", "Noto Sans Bengali", "Noto Sans Tamil"),
    *("Noto Sans Thai", "Leelawadee UI", "Nirmala UI", "Arial Unicode MS", "Segoe UI"),
    *("Noto Emoji", "Segoe UI Emoji", "Segoe UI Symbol", "Noto Sans Symbols", "Noto Sans Symbols 2", "Symbola"),
)
"""Tried in this order for letters that `FAMILY` lacks. Fonts of coloured pictures are not among them: Matplotlib cannot
draw these."""


def with_code_points(text: str) -> str:
    """The text, each letter that no font has being replaced by its code point: "U+732B U+72AC"."""
    pieces: list[str] = []
    for is_there, group in groupby(text, lambda letter: family_of(letter) is not None):
        letters = list(group)
        pieces.append("".join(letters) if is_there else " ".join(f"U+{ord(letter):04X}" for letter in letters))
    return " ".join(" ".join(pieces).split()) if len(pieces) > 1 else "".join(pieces)


def width_of(text: str) -> float:
    """How wide a text is drawn, in sizes of its letters: a Chinese one is about 1 wide, most Latin ones ½."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=families_of(text), size=1)
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return width


def give_fonts(figure: "Figure") -> None:
    """Gives each text of the figure the families that its letters need; most need only the one they have."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        if len(families := families_of(text.get_text())) > 1:
            text.set_fontfamily(families)


def families_of(text: str) -> list[str]:
    """The families that have the letters of a text, `FAMILY` first."""
    others = {family_of(letter) for letter in text} - {FAMILY, None}
    return [FAMILY, *(family for family in FALLBACKS if family in others)]


@cache
def family_of(character: str) -> str | None:
    """The first family that has this letter; None where none on this machine has it."""
    for family, font in fonts(FALLBACKS):
        if character == "\n" or font.get_char_index(ord(character)):
            return family
    return None


@cache
def fonts(fallbacks: tuple[str, ...]) -> "tuple[tuple[str, FT2Font], ...]":
    """`FAMILY` and those of the others that this machine has, each with its regular font."""
    from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

    there = set(fontManager.get_font_names())
    families = [FAMILY, *(family for family in fallbacks if family in there)]
    return tuple((family, get_font(findfont(FontProperties(family=[family])))) for family in families)
