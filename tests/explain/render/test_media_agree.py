"""Text, LaTeX, HTML and JSON say the same numbers in the same order, each read by its own rules."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pellucid as pl
from pellucid.explain import Derivation
from pellucid.explain.derivation import Steps
from pellucid.explain.render.text import document_lines
from pellucid.expression import Number, Variable

SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
TOKEN = re.compile(r"-|\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def tokens(text: str) -> list[str | float]:
    """The signs and numbers of a formula in which powers of ten are written e-7."""
    return [found if found == "-" else float(found) for found in TOKEN.findall(text)]


def said_in_text(derivation: Derivation, digits: int) -> list[list[str | float]]:
    steps: list[str] = []
    for kind, text in document_lines(derivation, digits, 100):
        if kind == "step":
            steps.append("")
        elif kind in ("numbers", "value"):
            line = text.replace("−", "-")
            line = re.sub(r"·10([⁰-⁹⁻¹²³]+)", lambda found: "e" + found[1].translate(SUPERSCRIPTS), line)
            steps[-1] += " " + re.sub(r"[⁰-⁹¹²³]+", lambda found: " " + found[0].translate(SUPERSCRIPTS), line)
    return [tokens(step) for step in steps]


def said_in_latex(derivation: Derivation, digits: int) -> list[list[str | float]]:
    latex = derivation.to_latex(digits, standalone=False)
    found: list[list[str | float]] = []
    for step in latex.split(r"\textbf{")[1:]:
        rows = re.findall(r"\\equationrow\{(.*)\}(?:\\nopagebreak)?\n", step)
        in_numbers = rows[1:] or rows
        text = " ".join(row.split(" = ", 1)[1] for row in in_numbers)
        found.append(tokens(re.sub(r" \\cdot 10\^\{(-?\d+)\}", r"e\1", text)))
    return found


def said_by(element: ElementTree.Element) -> str:
    if element.tag == "msup" and element[0].tag == "mn" and element[0].text == "10":
        return "e" + said_by(element[1])
    own = (element.text or "").replace("−", "-").replace("·", " ")
    return own + "".join(said_by(child) for child in element) + ("" if element.tag in ("mo", "mn") else " ")


def said_in_html(derivation: Derivation, digits: int) -> list[list[str | float]]:
    article = derivation.to_html(digits, standalone=False).split("</style>")[1].replace("<wbr>", "<wbr/>")
    found: list[list[str | float]] = []
    for step in ElementTree.fromstring(article).iter("li"):  # noqa: S314
        rows = [row for row in step.iter("div") if row.get("class") in ("numbers", "value")]
        found.append(tokens(re.sub(r"\s+e", "e", " ".join(map(said_by, rows))).replace("e- ", "e-")))
    return found


def said_in_json(derivation: Derivation, digits: int) -> list[list[str | float]]:
    found: list[list[str | float]] = []
    for step, given_step in zip(derivation.to_dict(digits)["steps"], derivation.steps, strict=True):
        in_numbers = "" if given_step.is_given else step["expression"]
        found.append(tokens(f"{in_numbers} {step['value'] + 0.0:.{digits - 1}e}".replace("--", "- -")))
    return found


def check(derivation: Derivation, digits: int) -> None:
    in_json = said_in_json(derivation, digits)
    assert said_in_text(derivation, digits) == in_json
    assert said_in_latex(derivation, digits) == in_json
    assert said_in_html(derivation, digits) == in_json


@settings(max_examples=30)
@given(
    activation=st.sampled_from(["sigmoid", "tanh", "softplus", "elu", "relu", "gelu"]),
    ends=st.sampled_from(
        [
            ("softmax", "cross-entropy"),
            ("sigmoid", "binary-cross-entropy"),
            ("identity", "huber"),
            ("tanh", "squared-error"),
        ]
    ),
    sizes=st.lists(st.integers(1, 12), min_size=3, max_size=4),
    seed=st.integers(0, 10**6),
    digits=st.integers(2, 17),
)
def test_every_medium_says_the_same(activation: str, ends: tuple[str, str], sizes: list[int], seed: int, digits: int):
    output, cost = ends
    generator = np.random.default_rng(seed)
    net = pl.Network.random(sizes, activation=activation, output=output, initializer="scaled-normal", seed=seed)
    x = generator.normal(size=sizes[0]) * 10.0 ** generator.integers(-9, 3, size=sizes[0])
    expected = np.eye(sizes[-1])[0]
    layer = int(generator.integers(2, len(sizes) + 1))
    check(pl.explain.gradient(net, x, expected, cost=cost, layer=layer, neuron=1, source=1, top=4), digits)


@pytest.mark.parametrize("digits", [1, 4, 17])
def test_the_ends_of_the_range_are_written_alike(digits: int):
    steps = Steps()
    for number, value in enumerate([0.0, -0.0, 1e-300, -1e22, 5e-324, 123456.0, -0.00012345, 1.0]):
        given_value = Number(value, f"a1:{number + 1}", Variable("a", 1, (number + 1,)))
        steps.add("what is given", Variable("x", None, (number + 1,)), given_value)
    derivation = steps.conclude("Ends")
    check(derivation, digits)
    text = derivation.to_text(digits)
    assert "−0\n" not in text
    assert "−0.0" not in text.replace("−0.0001", "")
