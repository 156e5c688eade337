"""Any text for LaTeX: mathematics set as such, what TeX would obey made harmless, what pdfLaTeX lacks spelt out."""

import re
import unicodedata
from collections.abc import Iterator

from pellucid.expression.symbols import ACCENTS, GREEK

SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    "\N{NO-BREAK SPACE}": "~",
    "\N{NARROW NO-BREAK SPACE}": r"\,",
}
LIGATURES = ("--", ",,", "''")
"""TeX would make one other character of these."""
MATHEMATICS = GREEK | {
    "·": r"\cdot",
    "−": "-",
    "×": r"\times",
    "÷": r"\div",
    "±": r"\pm",
    "∂": r"\partial",
    "∑": r"\sum",
    "∏": r"\prod",
    "√": r"\surd",
    "∫": r"\int",
    "∞": r"\infty",
    "‖": r"\|",
    "′": "'",
    "≤": r"\le",
    "≥": r"\ge",
    "≠": r"\ne",
    "≈": r"\approx",
    "≡": r"\equiv",
    "∝": r"\propto",
    "≪": r"\ll",
    "≫": r"\gg",
    "∈": r"\in",
    "∘": r"\circ",
    "⊙": r"\odot",
    "→": r"\to",
    "←": r"\leftarrow",
    "↑": r"\uparrow",
    "↓": r"\downarrow",
    "↔": r"\leftrightarrow",
    "⇒": r"\Rightarrow",
    "⋮": r"\vdots",
    "⋯": r"\cdots",
    "⋱": r"\ddots",
    "½": r"\tfrac{1}{2}",
    "¼": r"\tfrac{1}{4}",
    "¾": r"\tfrac{3}{4}",
    "⅓": r"\tfrac{1}{3}",
    "✓": r"\checkmark",
    "ℝ": r"\mathbb{R}",
}


def raised(kind: str) -> dict[str, str]:
    """The characters that are another one above (`super`) or below (`sub`) the line, each with that one."""
    found: dict[str, str] = {}
    for code in range(0xA0, 0x2CFF):
        decomposition = unicodedata.decomposition(chr(code)).split()
        if len(decomposition) == 2 and decomposition[0] == f"<{kind}>":
            plain = chr(int(decomposition[1], 16)).replace("−", "-")
            if plain.isascii():
                found[chr(code)] = plain
    return found


SUPERSCRIPTS, SUBSCRIPTS = raised("super"), raised("sub")
ABOVE, BELOW, OVER = (re.escape("".join(characters)) for characters in (SUPERSCRIPTS, SUBSCRIPTS, ACCENTS))
SYMBOL = re.compile(
    rf"(?P<before>[∂∇Δ])?(?P<letter>(?<![^\W\d_])[A-Za-z{''.join(GREEK)}](?![A-Za-z]))?(?P<accent>[{OVER}])?"
    rf"(?P<mark>′)?(?P<above>[{ABOVE}]+)?(?P<below>[{BELOW}](?:,?[{BELOW}])*)?"
)
"""A quantity such as ∂w′⁽³⁾₁,₄, every part of which may be missing."""
IN_FONT = re.compile(
    r"[ -~\u00a1-\u017f\u0218-\u021b\u1e9e\u2010-\u2015\u2018-\u201a\u201c-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a"
    r"\u20ac\u2122]"
)
NOT_IN_FONT = re.compile(r"[\xad\u0126\u0127\u0138\u013f\u0140\u0149\u0166\u0167\u017f]")


def latex_text(text: str) -> str:
    """The text in LaTeX; characters that its fonts lack are given as their code points, such as [U+4E2D]."""
    return "".join(pieces(text))


def pieces(text: str) -> Iterator[str]:
    place = 0
    while place < len(text):
        found = SYMBOL.match(text, place)
        if found is not None and is_mathematics(found):
            yield f"${symbol_latex(found)}$"
            place = found.end()
        else:
            yield character_latex(text[place])
            if text[place : place + 2] in LIGATURES:
                yield "{}"
            place += 1


def is_mathematics(found: re.Match[str]) -> bool:
    """Whether there is more to it than a letter, which may be a word, or a sign alone."""
    if found["letter"] is None:
        return bool(found["above"] or found["below"]) and not found["accent"]
    return any(found[part] for part in ("before", "accent", "mark", "above", "below"))


def symbol_latex(found: re.Match[str]) -> str:
    before = f"{MATHEMATICS[found['before']]} " if found["before"] else ""
    letter = GREEK.get(found["letter"] or "", found["letter"] or "")
    if found["accent"]:
        letter = f"{ACCENTS[found['accent']][0]}{{{letter}}}"
    above = "".join(SUPERSCRIPTS[character] for character in found["above"] or "") + r"\prime" * bool(found["mark"])
    below = "".join(SUBSCRIPTS.get(character, character) for character in found["below"] or "")
    return before + letter + (f"^{{{above}}}" if above else "") + (f"_{{{below}}}" if below else "")


def character_latex(character: str) -> str:
    if character in MATHEMATICS:
        return f"${MATHEMATICS[character]}$"
    if character in SPECIAL:
        return SPECIAL[character]
    if character.isspace():
        return " "
    if IN_FONT.fullmatch(character) and not NOT_IN_FONT.fullmatch(character):
        return character
    return f"[U+{ord(character):04X}]"
