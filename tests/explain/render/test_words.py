"""Numbers and formulas among words: in tables, sentences and notes they follow the digits in every medium."""

import math

import pytest

from pellucid.explain import Document
from pellucid.explain.document import Paragraph, Table
from pellucid.explain.render.words import words_text
from pellucid.explain.step import Step
from pellucid.explain.words import InSymbols, joined
from pellucid.expression import Number, Variable, constant

WEIGHT = Number(-0.43804, "w3:1,4", Variable("w", 3, (1, 4)))


@pytest.mark.parametrize(
    ("words", "digits", "text"),
    [
        ("as it is, {} and 0.123456", 2, "as it is, {} and 0.123456"),
        (0.5, 4, "0.5000"),
        (-1.23456e-7, 3, "−1.23·10⁻⁷"),
        (-0.0, 3, "0.00"),
        (WEIGHT, 3, "−0.438"),
        (constant(0.5), 4, "0.5"),
        (constant(-math.inf), 4, "−∞"),
        (math.inf, 4, "∞"),
        (math.nan, 4, "no number"),
        (("It is ", 12.3456, " %."), 4, "It is 12.35 %."),
        (InSymbols(1 - WEIGHT), 4, "1 − w⁽³⁾₁,₄"),
        (joined([("a ", 1.0), "b"], " and "), 2, "a 1.0 and b"),
    ],
)
def test_each_piece_is_written_in_its_way(words, digits: int, text: str):
    assert words_text(words, digits).replace("\N{NO-BREAK SPACE}", " ") == text


@pytest.fixture
def document() -> Document:
    """A sentence, a table and a note, each with a number."""
    return Document(
        "Numbers",
        (
            Paragraph(("The gap <is> ", 12.3456789, " % of the change.")),
            Table(("what", "how much"), (("weight", WEIGHT), ("all", "13,002")), ("Up to ", constant(2.0), ".")),
            Step("a step", Variable("z"), 1 - WEIGHT, ("where ", InSymbols(1 / WEIGHT), " is ", 1 / WEIGHT.value)),
        ),
    )


def test_in_text(document: Document):
    lines = document.to_text(6).splitlines()
    assert "The gap <is> 12.3457 % of the change." in lines
    assert "   weight  −0.438040" in lines
    assert "   all        13,002" in lines
    assert "   where 1 / w⁽³⁾₁,₄ is −2.28290" in lines
    assert "   weight     −0.44" in document.to_text(2).splitlines()


def test_in_latex(document: Document):
    latex = document.to_latex(6, standalone=False)
    assert r"The gap \textless{}is\textgreater{} $12.3457$ \% of the change." in latex
    assert r"{weight} & {$-0.438040$}" in latex.replace(r"\raggedleft ", "").replace(r"\raggedright ", "")
    assert r"\emph{Up to $2$.}" in latex
    assert r"where $\frac{1}{w^{(3)}_{1,4}}$ is $-2.28290$" in latex
    assert "$-0.44$" in document.to_latex(2)


def test_in_html_a_number_knows_where_it_comes_from(document: Document):
    markup = document.to_html(6, standalone=False)
    number = '<mrow data-ref="w3:1,4"><mo form="prefix">−</mo><mn>0.438040</mn></mrow>'
    assert f'<td class="number"><math displaystyle="true">{number}</math></td>' in markup
    assert "The gap &lt;is&gt; <math" in markup
    assert "<mn>12.3457</mn></math> % of the change." in markup
    assert "<mn>0.44</mn>" in document.to_html(2)
    note = markup.split('<p class="note">')[1]
    assert note.startswith("where <math")
    assert "<mfrac>" in note


def test_numbers_in_a_table_are_never_broken_words_are_where_they_must():
    row = "words", WEIGHT, 1 / 3, "unimaginably-long", 2e-7 / 3
    lines = Document("T", (Table(("a", "b", "c", "d", "e"), (row,)),)).to_text(17, width=40).splitlines()[4:]
    assert lines[0].split() == [
        "words",
        "−0.43803999999999998",
        "0.33333333333333331",
        "unimagin",
        "6.6666666666666668·10⁻⁸",
    ]
    assert [line.strip() for line in lines[1:]] == ["ably-", "long"]
