"""The names of quantities in formulas: w⁽³⁾₁,₄, z⁽³⁾₁, ∂C/∂w⁽³⁾₁,₄."""

from dataclasses import dataclass
from typing import TypeAlias

SUPERSCRIPTS = str.maketrans("0123456789-()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾")
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
GREEK = {
    "α": r"\alpha",
    "β": r"\beta",
    "δ": r"\delta",
    "ε": r"\varepsilon",
    "η": r"\eta",
    "λ": r"\lambda",
    "μ": r"\mu",
    "π": r"\pi",
    "ρ": r"\rho",
    "φ": r"\varphi",
    "Δ": r"\Delta ",
    "Φ": r"\Phi",
    "∇": r"\nabla ",
    "‖": r"\|",
    "²": "^2",
}


@dataclass(frozen=True)
class Variable:
    """A letter with the layer that it belongs to as superscript and its numbers (from 1) as subscript."""

    letter: str
    layer: int | None = None
    indices: tuple[int, ...] = ()
    mark: str = ""
    """What sets it apart from the same letter unmarked: `′` for the corrected value."""
    example: int | None = None
    """Of a mini-batch: which example it belongs to, counted from 0."""

    @property
    def latex(self) -> str:
        letter = "".join(GREEK.get(character, character) for character in self.letter)
        superscript = ("" if self.layer is None else f"({self.layer})") + (r"\prime" if self.mark else "")
        subscript = ",".join(map(str, self.indices))
        written = letter + (f"^{{{superscript}}}" if superscript else "") + (f"_{{{subscript}}}" if subscript else "")
        return written + ("" if self.example is None else f"[{self.example}]")

    @property
    def text(self) -> str:
        superscript = "" if self.layer is None else f"({self.layer})".translate(SUPERSCRIPTS)
        written = self.letter + self.mark + superscript + ",".join(map(str, self.indices)).translate(SUBSCRIPTS)
        return written + ("" if self.example is None else f"[{self.example}]")


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


Symbol: TypeAlias = Variable | Partial
