"""Documents that hold one block of every kind, with names that a renderer could stumble over."""

import numpy as np
import pytest
from matplotlib.figure import Figure

import pellucid as pl
from pellucid.explain import Derivation, Document
from pellucid.explain.document import Formula, Matrix, MatrixEquation, Paragraph, Picture, Table
from pellucid.explain.words import InSymbols
from pellucid.expression import Number, Partial, Variable, functions

HOSTILE = "<script>alert('x')</script> & \\input{/etc/passwd} $100 50% a_b #1 ~^ \"q\" 中文 😀 \x1b[31m é"


def draw() -> Figure:
    figure = Figure(figsize=(3, 2))
    panel = figure.subplots()
    panel.plot([0, 1, 2], [0, 1, 4], marker="o")
    panel.set_title("a < b & c", parse_math=False)
    return figure


def matrix(letter: str, values: list[list[float | None]]) -> Matrix:
    return Matrix(
        tuple(
            tuple(
                None if value is None else Number(value, f"{letter}3:{m},{p}", Variable(letter, 3, (m, p)))
                for p, value in enumerate(row, start=1)
            )
            for m, row in enumerate(values, start=1)
        )
    )


@pytest.fixture
def matrix_equation() -> MatrixEquation:
    """A product of an elided matrix and a vector, plus a vector, under a function."""
    weights = [[0.5, None, -1.25], [None, None, None], [2e-7, None, 3.0]]
    return MatrixEquation(
        "the whole layer",
        (Variable("a", 3), "=", "my_relu(", Variable("W", 3), Variable("a", 2), "+", Variable("b", 3), ")"),
        (
            matrix("a", [[0.0], [None], [4.0]]),
            "=",
            "my_relu(",
            matrix("w", weights),
            matrix("p", [[1.0], [None], [0.25]]),
            "+",
            matrix("b", [[-10.0], [None], [0.5]]),
            ")",
        ),
        "Of 30 rows 2 are shown.",
    )


@pytest.fixture
def derivation() -> Derivation:
    """How the cost changes with a hidden weight: long sums, fractions, tiny numbers."""
    net = pl.Network.random([30, 12, 10], activation="sigmoid", output="softmax", seed=3)
    x = np.random.default_rng(1).normal(size=30)
    x[3] = 2.5e-8
    return pl.explain.gradient(net, x, np.eye(10)[3], cost="cross-entropy", layer=2, neuron=2, source=4, top=10)


@pytest.fixture
def everything(matrix_equation: MatrixEquation, derivation: Derivation) -> Document:
    """A document with a block of every kind and a section in it."""
    z = Number(1.0, symbol=Variable("z"))
    rows = ((HOSTILE, "0.9123", "so long a remark that it has to be folded wherever there is little room for it"),)
    return Document(
        f"Everything about {HOSTILE}",
        (
            Paragraph(f"∂C/∂w′⁽³⁾₁,₄ is small, ‖∇C‖² ≤ 1.23·10⁻⁷, e⁻ᶻ → 0; {HOSTILE}"),
            Formula(Variable("f"), 1 / (1 + functions.exp(-z))),
            Formula(Partial(Variable("f"), Variable("z")), (z * z) ** 2 / (1 + abs(z))),
            Table(
                ("class", "output", "remark"),
                (
                    *rows,
                    ("b", -1.2e-7, ("the share ", InSymbols(1 / (1 + functions.exp(-z))))),
                    ("c", "13,002", ("x", 0.25, f" {HOSTILE}")),
                ),
                ("up to ", 12.5, f" % of {HOSTILE}"),
            ),
            Picture(draw, HOSTILE),
            Picture(draw, "a parabola", "  *\n *  *"),
            matrix_equation,
            Document("A section", (Paragraph("It holds a derivation."), derivation)),
        ),
    )
