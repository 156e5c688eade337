"""The names of quantities in formulas: w⁽³⁾₁,₄, z⁽³⁾₁, ∂C/∂w⁽³⁾₁,₄."""

import re
import unicodedata
from dataclasses import dataclass
from typing import TypeAlias

SUPERSCRIPTS = str.maketrans("0123456789-()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾")
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
HAT, BAR = "\N{COMBINING CIRCUMFLEX ACCENT}", "\N{COMBINING MACRON}"
GREEK = {
    "α": r"\alpha",
    "β": r"\beta",
    "γ": r"\gamma",
    "δ": r"\delta",
    "ε": r"\varepsilon",
    "η": r"\eta",
    "θ": r"\theta",
    "κ": r"\kappa",
    "λ": r"\lambda",
    "μ": r"\mu",
    "ν": r"\nu",
    "π": r"\pi",
    "ρ": r"\rho",
    "σ": r"\sigma",
    "τ": r"\tau",
    "φ": r"\varphi",
    "ω": r"\omega",
    "Γ": r"\Gamma",
    "Δ": r"\Delta",
    "Θ": r"\Theta",
    "Λ": r"\Lambda",
    "Π": r"\Pi",
    "Σ": r"\Sigma",
    "Φ": r"\Phi",
    "Ω": r"\Omega",
    "∇": r"\nabla",
}
SIGNS = {"‖": r"\|", "²": "^2"}
ACCENTS = {HAT: (r"\hat", "^"), BAR: (r"\bar", "¯")}
"""What may stand over a letter: its name in LaTeX, and the character that MathML puts there."""
LETTER = re.compile(rf"(.)([{''.join(ACCENTS)}])?", re.DOTALL)


@dataclass(frozen=True)
class Variable:
    """A letter with the layer that it belongs to as superscript and its numbers (from 1) as subscript.

    The letter may have a hat or a bar, be several letters, or be a norm such as ‖∇C‖².
    """

    letter: str
    layer: int | None = None
    indices: tuple[int, ...] = ()
    mark: str = ""
    """What sets it apart from the same letter unmarked: `′` for the corrected value."""
    example: int | None = None
    """Of a mini-batch: which example it belongs to, counted from 0."""

    @property
    def is_raised(self) -> bool:
        """Whether it has something above it already, so that a power of it needs parentheses."""
        return self.layer is not None or bool(self.mark) or self.letter.endswith("²") or self.example is not None

    @property
    def latex(self) -> str:
        superscript = ("" if self.layer is None else f"({self.layer})") + (r"\prime" if self.mark else "")
        subscript = ",".join(map(str, self.indices))
        written = letters_latex(self.letter)
        written += (f"^{{{superscript}}}" if superscript else "") + (f"_{{{subscript}}}" if subscript else "")
        return written + ("" if self.example is None else f"[{self.example}]")

    @property
    def text(self) -> str:
        superscript = "" if self.layer is None else f"({self.layer})".translate(SUPERSCRIPTS)
        written = self.letter + self.mark + superscript + ",".join(map(str, self.indices)).translate(SUBSCRIPTS)
        return written + ("" if self.example is None else f"[{self.example}]")

    @property
    def mathml(self) -> str:
        above = "" if self.layer is None else f"{bracket('(')}<mn>{self.layer}</mn>{bracket(')')}"
        above += f"<mo>{self.mark}</mo>" if self.mark else ""
        below = '<mo rspace="0">,</mo>'.join(f"<mn>{index}</mn>" for index in self.indices)
        written = f"<mrow>{letters_mathml(self.letter)}</mrow>"
        if above and below:
            written = f"<msubsup>{written}<mrow>{below}</mrow><mrow>{above}</mrow></msubsup>"
        elif above:
            written = f"<msup>{written}<mrow>{above}</mrow></msup>"
        elif below:
            written = f"<msub>{written}<mrow>{below}</mrow></msub>"
        return written + ("" if self.example is None else f"{bracket('[')}<mn>{self.example}</mn>{bracket(']')}")


@dataclass(frozen=True)
class Partial:
    """The partial derivative of one quantity with respect to another."""

    of: Variable
    by: Variable

    @property
    def latex(self) -> str:
        return rf"\frac{{\partial {self.of.latex}}}{{\partial {self.by.latex}}}"

    @property
    def text(self) -> str:
        return f"∂{self.of.text}/∂{self.by.text}"

    @property
    def mathml(self) -> str:
        above, below = (f"<mrow><mi>∂</mi>{variable.mathml}</mrow>" for variable in (self.of, self.by))
        return f"<mfrac>{above}{below}</mfrac>"


Symbol: TypeAlias = Variable | Partial


def letters_latex(letters: str) -> str:
    """The letters in LaTeX."""
    written = ""
    for letter, accent in LETTER.findall(unicodedata.normalize("NFD", letters)):
        # The space ends the command's name.
        name = f"{GREEK[letter]} " if letter in GREEK else SIGNS.get(letter, str(letter))
        written += f"{ACCENTS[accent][0]}{{{name.strip()}}}" if accent else name
    return written.strip()


def letters_mathml(letters: str) -> str:
    """The letters as MathML elements; what is before a `²` is squared by it."""
    written = ""
    for place, (letter, accent) in enumerate(LETTER.findall(unicodedata.normalize("NFD", letters))):
        if letter == "²":
            written = f"<msup><mrow>{written}</mrow><mn>2</mn></msup>"
        elif letter == "‖":
            written += f'<mo stretchy="false" form="{"postfix" if place else "prefix"}">‖</mo>'
        else:
            # Browsers slant single letters, but mathematics writes capital Greek ones and ∇ upright.
            upright = ' mathvariant="normal"' if letter in GREEK and not letter.islower() else ""
            element = f"<mi{upright}>{letter}</mi>"
            written += f"<mover>{element}<mo>{ACCENTS[accent][1]}</mo></mover>" if accent else element
    return written


def bracket(character: str) -> str:
    """A parenthesis or bracket that neither grows nor keeps its distance."""
    return f'<mo stretchy="false" lspace="0" rspace="0">{character}</mo>'
