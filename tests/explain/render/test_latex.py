"""Documents in LaTeX: what they say, what they escape, and that pdfLaTeX sets them without a complaint."""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import pellucid as pl
from pellucid.explain import Derivation, Document
from pellucid.explain.document import MatrixEquation, Paragraph, Table
from pellucid.explain.render.latex_text import latex_text

PDFLATEX = shutil.which("pdflatex")
needs_pdflatex = pytest.mark.skipif(PDFLATEX is None, reason="pdflatex is not installed")
VISIBLE = 3.0
"""Points; what is less beyond the margin nobody sees."""


def typeset(source: str, folder: Path) -> str:
    """The log of pdfLaTeX, which must find no error."""
    (folder / "document.tex").write_text(source, encoding="utf-8")
    command = [str(PDFLATEX), "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "document.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    log = (folder / "document.log").read_text(encoding="latin-1")
    assert done.returncode == 0, log[-2000:]
    assert "Missing character" not in log
    too_wide = [width for width in re.findall(r"Overfull \\hbox \((\d+\.\d+)pt", log) if float(width) > VISIBLE]
    assert not too_wide, log
    return log


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        (r"\input{/etc/passwd}", r"\textbackslash{}input\{/etc/passwd\}"),
        ("100 % of $5 & a_b #1 ~^", r"100 \% of \$5 \& a\_b \#1 \textasciitilde{}\textasciicircum{}"),
        ("a--b, ``c'' <d>", r"a-{}-b, \textasciigrave{}\textasciigrave{}c'{}' \textless{}d\textgreater{}"),
        ("z⁽³⁾₁ and ∂C/∂w′⁽³⁾₁,₁₄", r"$z^{(3)}_{1}$ and $\partial C$/$\partial w^{(3)\prime}_{1,14}$"),
        ("1.23·10⁻⁷ ≤ ‖∇C‖²", r"1.23$\cdot$10$^{-7}$ $\le$ $\|$$\nabla C$$\|$$^{2}$"),
        ("e⁻ᶻ → 0, Σₖ wₖ, m̂₁, λ", r"$e^{-z}$ $\to$ 0, $\Sigma_{k}$ $w_{k}$, $\hat{m}_{1}$, $\lambda$"),
        ("don't word² naïve Straße", "don't word$^{2}$ naïve Straße"),
        ("猫 😀 \x1b[31m \N{RIGHT-TO-LEFT OVERRIDE}", "[U+732B] [U+1F600] [U+001B][31m [U+202E]"),
    ],
)
def test_text_is_set_as_it_reads(text: str, latex: str):
    assert latex_text(text) == latex


def test_a_fragment_has_no_preamble_and_an_article_is_whole(derivation: Derivation):
    fragment, article = derivation.to_latex(standalone=False), derivation.to_latex()
    assert "\\documentclass" not in fragment
    assert article.startswith("\\documentclass")
    assert article.endswith("\\end{document}\n")
    assert fragment in article
    assert r"\section*{How the cost changes with the weight $w^{(2)}_{2,4}$ (cross-entropy)}" in fragment


def test_a_step_has_its_equals_signs_under_each_other_and_breaks_before_signs():
    net = pl.Network([pl.Layer([[2.0, -1.0]], [0.5], "identity")])
    latex = pl.explain.neuron(net, [3.0, 1e-7], layer=2, neuron=1).to_latex(2, standalone=False)
    assert r"\textbf{1. weighted sum of the layer before}" in latex
    assert (
        "\\equationrow{s^{(2)}_{1} = w^{(2)}_{1,1} \\cdot a^{(1)}_{1} \\allowbreak + w^{(2)}_{1,2} \\cdot a^{(1)}_{2}}"
        "\\nopagebreak\n"
        "\\equationrow{\\hphantom{s^{(2)}_{1}} = 2.0 \\cdot 3.0 \\allowbreak + (-1.0) \\cdot 1.0 \\cdot 10^{-7}}"
        "\\nopagebreak\n"
        "\\equationrow{\\hphantom{s^{(2)}_{1}} = 6.0}\n"
    ) in latex


def test_matrices_in_latex_and_in_json(matrix_equation: MatrixEquation, derivation: Derivation):
    with_matrices = Derivation("With matrices", (matrix_equation, *derivation.blocks)).to_dict(3)
    assert with_matrices["matrices"] == [
        {
            "name": "the whole layer",
            "formula": r"a^{(3)} = \operatorname{\text{my\_relu}}( W^{(3)} a^{(2)} + b^{(3)} )",
            "substituted": (
                r"\left[\begin{array}{@{}r@{}}0.00 \\ \vdots \\ 4.00\end{array}\right] "
                r"= \operatorname{\text{my\_relu}}\biggl( "
                r"\left[\begin{array}{@{}rrr@{}}0.500 & \cdots & -1.25 \\ \vdots & \ddots & \vdots \\ "
                r"2.00 \cdot 10^{-7} & \cdots & 3.00\end{array}\right] "
                r"\left[\begin{array}{@{}r@{}}1.00 \\ \vdots \\ 0.250\end{array}\right] "
                r"+ \left[\begin{array}{@{}r@{}}-10.0 \\ \vdots \\ 0.500\end{array}\right] \biggr)"
            ),
        }
    ]
    assert list(derivation.to_dict()) == ["title", "value", "steps"]


def test_a_notebook_gets_equations_that_mathjax_understands(everything: Document):
    latex = everything._repr_latex_()
    blocks = re.findall(r"\$\$\\begin\{aligned\}\n(.*?)\n\\end\{aligned\}\$\$", latex, re.DOTALL)
    assert "".join(blocks).count("$") == 0
    assert latex.count("$$") == 2 * len(blocks)
    lines = [line for block in blocks for line in block.split("\\\\\n")]
    assert any(line.startswith(r"& \qquad + ") for line in lines), "a long sum goes on in the next line"
    assert r"\input" not in latex
    assert r"& \textbf{1. " in latex


@needs_pdflatex
def test_a_document_with_everything_is_typeset(everything: Document, tmp_path: Path):
    log = typeset(everything.to_latex(), tmp_path)
    assert "passwd" not in re.sub(r"\s", "", log.split("(./document.tex")[0])


@needs_pdflatex
@pytest.mark.parametrize("digits", [4, 17])
def test_long_sums_break_within_the_margins(digits: int, tmp_path: Path):
    net = pl.Network.random([300, 30, 10], activation="gelu", output="softmax", seed=1)
    x, expected = np.random.default_rng(0).normal(size=300), np.eye(10)[2]
    place = {"layer": 2, "neuron": 3, "source": 5, "top": 40}
    typeset(pl.explain.gradient(net, x, expected, cost="squared-error", **place).to_latex(digits), tmp_path)


@needs_pdflatex
def test_a_fragment_goes_into_an_article_of_ones_own(derivation: Derivation, tmp_path: Path):
    fragment = derivation.to_latex(standalone=False)
    preamble = "\\documentclass{article}\n\\usepackage{amsmath,amssymb}\n\\begin{document}\nSee:\n"
    typeset(preamble + fragment + fragment + "Done.\n\\end{document}\n", tmp_path)


@needs_pdflatex
def test_every_character_is_typeset_or_spelt_out(tmp_path: Path):
    characters = [chr(code) for code in [*range(1, 0x2C00), *range(0x1F600, 0x1F610)]]
    lines = [" ".join(characters[start : start + 8]) for start in range(0, len(characters), 8)]
    typeset(Document("All characters", (Paragraph(" | ".join(lines)),)).to_latex(), tmp_path)


@needs_pdflatex
def test_long_and_wide_tables_stay_on_the_page(tmp_path: Path):
    remark = "a remark that goes on and on, so that it needs more than one line of its column"
    long = Table(("number", "square", "remark"), tuple((str(k), str(k * k), remark) for k in range(60)), "Squares.")
    wide = Table(tuple(f"n{k}" for k in range(12)), tuple(("−0.1234",) * 12 for _ in range(3)))
    empty = Table(("find", "answer"), ())
    typeset(Document("Tables", (long, wide, empty)).to_latex(), tmp_path)
