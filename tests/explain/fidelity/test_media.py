"""Every kind of derivation says the same numbers in text, LaTeX, HTML and JSON; and pdfLaTeX sets them all."""

import re
import shutil
import subprocess
from itertools import cycle
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pellucid.explain import Derivation, Document
from pellucid.explain.document import MatrixEquation
from pellucid.explain.render.text import document_lines

RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?")
PDFLATEX = shutil.which("pdflatex")
KINDS = (
    *("neuron", "layer", "cost", "cost-batch", "gradient", "gradient-batch", "update", "update-batch", "decision"),
    *("activation", "cost-function", "optimizer", "parameters", "regularised", "schedule", "penalty", "regulariser"),
)

Said = list[tuple[list[float], float]]
"""Of each step the numbers of its formula, without their signs, and its value."""


def magnitudes(text: str) -> list[float]:
    return [float(found) for found in NUMBER.findall(text)]


def formulas(said: Said, digits: int) -> list[list[float]]:
    """The numbers of the formulas, without those that are nothing but the value, which need not be said twice."""
    repeats = [numbers == [pytest.approx(abs(value), rel=0.51 * 10 ** (1 - digits))] for numbers, value in said]
    return [[] if is_repeat else numbers for (numbers, _), is_repeat in zip(said, repeats, strict=True)]


def in_json(derivation: Derivation, digits: int) -> Said:
    steps = derivation.to_dict(digits)["steps"]
    return [(magnitudes(step["expression"]), step["value"]) for step in steps]


def in_text(derivation: Derivation, digits: int) -> Said:
    found: list[dict[str, str]] = []
    for kind, line in document_lines(derivation, digits, 100):
        if kind == "step" and re.match(r"\d+\. ", line):
            found.append({"numbers": "", "value": ""})
        elif kind in ("numbers", "value") and found:
            text = re.sub(
                r"·10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", lambda power: "e" + power[1].translate(RAISED), line.replace("−", "-")
            )
            found[-1][kind] += " " + re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda power: f" {power[0].translate(RAISED)}", text)
    return [(magnitudes(step["numbers"]), float(step["value"].rpartition("=")[2])) for step in found]


def in_latex(derivation: Derivation, digits: int) -> Said:
    found: Said = []
    for step in re.split(r"\\textbf\{\d+\. ", derivation.to_latex(digits, standalone=False))[1:]:
        # Each row but a step's last forbids a page break after it.
        own = re.search(r"(?:\\equationrow\{.*\}\\nopagebreak\n)*\\equationrow\{.*\}\n", step)
        assert own is not None
        rows = re.findall(r"\\equationrow\{(.*)\}(?:\\nopagebreak)?\n", own[0])
        sides = [re.sub(r" \\cdot 10\^\{(-?\d+)\}", r"e\1", row.split(" = ", 1)[1]) for row in rows]
        found.append((sides[1:-1], sides[-1]))
    return [(magnitudes(" ".join(numbers)), float(value)) for numbers, value in found]


def written(element: ElementTree.Element) -> str:
    """MathML as an expression, numbers apart."""
    if element.tag == "msup" and element[0].tag == "mn" and element[0].text == "10":
        return "e" + "".join(element[1].itertext()).replace("−", "-") + " "
    gap = " " if element.tag in ("mrow", "mfrac", "msup", "msqrt") else ""
    return gap + (element.text or "") + "".join(map(written, element)) + gap


def in_html(derivation: Derivation, digits: int) -> tuple[Said, list[list[tuple[str, float]]]]:
    """What is said; and of each step the numbers with the refs that they bear."""
    article = derivation.to_html(digits, standalone=False).split("</style>")[1].replace("<wbr>", "<wbr/>")
    said, refs = [], []
    for step in ElementTree.fromstring(article).iter("li"):  # noqa: S314
        rows = {row.get("class"): row for row in step.iter("div")}

        def text(element: ElementTree.Element) -> str:
            return re.sub(r"·\s*e", "e", written(element)).replace("−", "-")

        numbers = text(rows["numbers"]) if "numbers" in rows else ""
        said.append((magnitudes(numbers), float(text(rows["value"]).replace(" ", ""))))
        bearing = (
            [] if "numbers" not in rows else [each for each in rows["numbers"].iter("mrow") if each.get("data-ref")]
        )
        refs.append([(str(each.get("data-ref")), float(text(each).replace(" ", ""))) for each in bearing])
    return said, refs


@pytest.mark.parametrize("kind", KINDS)
def test_text_latex_html_and_json_say_the_same(kind: str, every_kind: dict[str, list[Derivation]]):
    for derivation, digits in zip(every_kind[kind], cycle((2, 5, 12)), strict=False):
        known = in_json(derivation, digits)
        html, refs = in_html(derivation, digits)
        for said in (in_text(derivation, digits), in_latex(derivation, digits), html):
            assert formulas(said, digits) == formulas(known, digits)
            # JSON holds the value itself, the others its shown digits.
            assert [value for _, value in said] == pytest.approx(
                [value for _, value in known], rel=0.51 * 10 ** (1 - digits)
            )
            assert [value for _, value in said] == [value for _, value in html]
        for step, bearing in zip(derivation.to_dict(digits)["steps"], refs, strict=True):
            terms = [(term["ref"], float(term["shown"])) for term in step["terms"]]
            assert bearing == terms or (len(terms) == 1 and not bearing)


def test_matrices_hold_the_same_numbers_in_every_medium(every_kind: dict[str, list[Derivation]]):
    for derivation in every_kind["layer"]:
        entries = [
            entry
            for block in derivation.blocks
            if isinstance(block, MatrixEquation)
            for piece in block.pieces
            for row in (() if isinstance(piece, str) else piece.rows)
            for entry in row
            if entry is not None
        ]
        shown = [float(f"{entry.value:.4e}") for entry in entries]
        article = derivation.to_html(5, standalone=False).split("</style>")[1].replace("<wbr>", "<wbr/>")
        cells = [each for cell in ElementTree.fromstring(article).iter("mtd") for each in cell.findall("mrow")]  # noqa: S314
        assert [cell.get("data-ref") for cell in cells] == [entry.ref for entry in entries]
        texts = [re.sub(r"·\s*e", "e", written(cell)).replace("−", "-").replace(" ", "") for cell in cells]
        assert [float(text) for text in texts] == shown
        latex = " ".join(equation["substituted"] for equation in derivation.to_dict(5)["matrices"])
        assert magnitudes(re.sub(r" \\cdot 10\^\{(-?\d+)\}", r"e\1", latex)) == [abs(value) for value in shown]
        text = re.split(r"\n1\. |\nThe (?:\d+ neurons|neuron) with", derivation.to_text(5))[0].replace("−", "-")
        text = re.sub(r"·10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", lambda power: "e" + power[1].translate(RAISED), text)
        in_brackets = [float(found) for found in re.findall(r"(?<![\w.])-?\d+\.\d+(?:e-?\d+)?", text)]
        assert sorted(in_brackets) == sorted(shown)


@pytest.mark.skipif(PDFLATEX is None, reason="pdflatex is not installed")
def test_every_kind_is_typeset(every_kind: dict[str, list[Derivation]], tmp_path: Path):
    samples = tuple(derivation for kind in KINDS for derivation in every_kind[kind][:2])
    (tmp_path / "all.tex").write_text(Document("Every kind", samples).to_latex(6), encoding="utf-8")
    command = [str(PDFLATEX), "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert b"Missing character" not in done.stdout
