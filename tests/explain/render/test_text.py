"""Documents in a terminal: every kind of block, folded to the width."""

from dataclasses import replace

from pellucid.explain import Document
from pellucid.explain.document import Matrix, MatrixEquation, Paragraph, Picture, Table
from pellucid.explain.step import Step
from pellucid.expression import Number, Variable, multiply


def test_a_table_stands_in_columns_with_numbers_to_the_right():
    table = Table(("class", "output", "note"), (("zero", "0.91", ""), ("eleven", "−1.2·10⁻⁷", "rare")), "The outputs.")
    assert Document("Outputs", (table,)).to_text() == (
        "Outputs\n"
        "\n"
        "The outputs.\n"
        "   class      output  note\n"
        "   ──────  ─────────  ────\n"
        "   zero         0.91\n"
        "   eleven  −1.2·10⁻⁷  rare\n"
    )


def test_a_table_is_folded_to_the_width_by_its_widest_column_and_wide_characters_count_twice():
    table = Table(("class", "remark"), (("猫", "one two three four five six seven eight nine"), ("b", "ten")))
    assert Document("T", (table,)).to_text(width=40).splitlines()[2:] == [
        "   class  remark",
        "   ─────  ──────────────────────────────",
        "   猫     one two three four five six",
        "          seven eight nine",
        "   b      ten",
    ]


def test_matrices_stand_side_by_side_with_dots_for_what_is_left_out(matrix_equation: MatrixEquation):
    assert Document("Layer", (matrix_equation,)).to_text(3).splitlines()[2:] == [
        "the whole layer",
        "   a⁽³⁾ = my_relu( W⁽³⁾ a⁽²⁾ + b⁽³⁾ )",
        "",
        "   ⎡0.00⎤            ⎡    0.500  ⋯  −1.25⎤ ⎡ 1.00⎤   ⎡−10.0⎤",
        "   ⎢ ⋮  ⎥ = my_relu( ⎢    ⋮      ⋱    ⋮  ⎥ ⎢  ⋮  ⎥ + ⎢  ⋮  ⎥ )",
        "   ⎣4.00⎦            ⎣2.00·10⁻⁷  ⋯   3.00⎦ ⎣0.250⎦   ⎣0.500⎦",
        "   Of 30 rows 2 are shown.",
    ]


def test_matrices_that_do_not_fit_beside_each_other_stand_under_each_other(matrix_equation: MatrixEquation):
    lines = Document("Layer", (matrix_equation,)).to_text(3, width=45).splitlines()
    assert max(map(len, lines)) <= 45
    assert lines[5:11] == [
        "   ⎡0.00⎤",
        "   ⎢ ⋮  ⎥",
        "   ⎣4.00⎦",
        "              ⎡    0.500  ⋯  −1.25⎤ ⎡ 1.00⎤",
        "   = my_relu( ⎢    ⋮      ⋱    ⋮  ⎥ ⎢  ⋮  ⎥",
        "              ⎣2.00·10⁻⁷  ⋯   3.00⎦ ⎣0.250⎦",
    ]


def test_matrices_of_different_height_share_their_middle_and_a_single_row_has_square_brackets():
    column = Matrix(tuple((Number(float(k), f"a2:{k}"),) for k in (1, 2, 3, 4)))
    row = Matrix(((Number(5.0, "w3:1,1"), Number(6.0, "w3:1,2")),))
    equation = MatrixEquation("a product", (Variable("W"), Variable("a"), "=", Variable("z")), (row, column, "=", row))
    assert Document("P", (equation,)).to_text(1).splitlines()[5:] == [
        "          ⎡1⎤",
        "   [5  6] ⎢2⎥ = [5  6]",
        "          ⎢3⎥",
        "          ⎣4⎦",
    ]


def test_a_picture_is_its_text_or_is_said_in_words(everything: Document):
    without, with_text = (block for block in everything.blocks if isinstance(block, Picture))
    assert Document("P", (with_text,)).to_text() == "P\n\n  *\n *  *\n"
    assert Document("P", (replace(without, alt="a curve"),)).to_text() == "P\n\n(picture: a curve)\n"


def test_sections_follow_with_their_title_and_number_their_steps_anew(everything: Document):
    lines = everything.to_text().splitlines()
    place = lines.index("A section")
    assert lines[place - 1 : place + 3] == ["", "A section", "", "It holds a derivation."]
    assert sum(line.startswith("1. ") for line in lines) == 1
    derivation = everything.blocks[-1].blocks[-1]
    twice = Document("Two", (derivation, derivation)).to_text().splitlines()
    assert sum(line.startswith("1. ") for line in twice) == 2


def test_no_line_is_longer_than_the_width_where_it_can_be_broken(everything: Document):
    for width in (47, 60, 100):
        lines = everything.to_text(width=width).splitlines()
        assert max(map(len, lines)) <= width


def test_less_than_forty_columns_are_written_as_forty():
    words = Document("W", (Paragraph("one two three four five six seven eight nine ten eleven"),))
    assert words.to_text(width=10) == words.to_text(width=40)


def test_a_product_longer_than_the_width_is_broken_at_its_signs():
    factor = Number(0.5, "a2:1", Variable("a", 2, (1,)))
    step = Step("a product", Variable("p"), multiply([factor] * 6) / factor)
    lines = Document("P", (step,)).to_text(width=40).splitlines()
    assert lines[3:5] == ["   p = a⁽²⁾₁ · a⁽²⁾₁ · a⁽²⁾₁ · a⁽²⁾₁", "         · a⁽²⁾₁ · a⁽²⁾₁ / a⁽²⁾₁"]
