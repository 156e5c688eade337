"""The names of quantities in formulas: w⁽³⁾₁,₄, z⁽³⁾₁, ∂C/∂w⁽³⁾₁,₄."""

from dataclasses import dataclass
from typing import TypeAlias

SUPERSCRIPTS = str.maketrans("0123456789-()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾")
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
GREEK = {"δ": r"\delta", "η": r"\eta", "λ": r"\lambda", "μ": r"\mu", "π": r"\pi"}


@dataclass(frozen=True)
class Variable:
    """A letter with the layer that it belongs to as superscript and its numbers (from 1) as subscript."""

    letter: str
    layer: int | None = None
    indices: tuple[int, ...] = ()
    mark: str = ""
    """What sets it apart from the same letter unmarked: `′` for the corrected value."""

    @property
    def latex(self) -> str:
        letter = GREEK.get(self.letter, self.letter)
        superscript = ("" if self.layer is None else f"({self.layer})") + (r"\prime" if self.mark else "")
        subscript = ",".join(map(str, self.indices))
        return letter + (f"^{{{superscript}}}" if superscript else "") + (f"_{{{subscript}}}" if subscript else "")

    @property
    def text(self) -> str:
        superscript = "" if self.layer is None else f"({self.layer})".translate(SUPERSCRIPTS)
        return self.letter + self.mark + superscript + ",".join(map(str, self.indices)).translate(SUBSCRIPTS)


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
