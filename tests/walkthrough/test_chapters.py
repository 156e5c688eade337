"""The chapters as documents: their order, words, pictures and the media that they are written in."""

import json
import re

import pytest

from pellucid.errors import InvalidValueError
from pellucid.explain import Derivation
from pellucid.explain.document import Paragraph, Picture
from pellucid.figures import figure_bytes
from pellucid.walkthrough import N_CHAPTERS, TITLE, Chapter, Figure, compute, page
from pellucid.walkthrough.chapter import blocks_of, lines_of
from pellucid.walkthrough.figure import FigureTable


def test_there_are_eight_chapters_in_the_essays_order(chapters: list[Chapter]):
    assert len(chapters) == N_CHAPTERS == 8
    assert [chapter.title for chapter in chapters] == [
        "1. Architecture",
        "2. Activation",
        "3. Matrix form",
        "4. Cost",
        "5. Gradient descent",
        "6. Backpropagation",
        "7. Stochastic gradient descent",
        "8. Judging on unseen data",
    ]
    assert all(chapter.summary and chapter.figures for chapter in chapters)


def test_a_single_chapter_is_computed_by_its_number():
    told: list[int] = []
    (chapter,) = compute(4, told.append)
    assert (chapter.title, told) == ("4. Cost", [4])
    for number in (0, 9):
        with pytest.raises(InvalidValueError, match=rf"^chapter: 1 to 8 are there, got {number}$"):
            compute(number)


def test_the_text_names_the_slip_and_the_two_loose_passages(chapters: list[Chapter]):
    text = " ".join("\n".join(chapter.to_text() for chapter in chapters).split())
    assert "corrected weight = 0.1571 (the essay prints 0.1271: a slip)" in text
    assert "Δ usually means the change" in text
    assert "corrects the weights at once" in text
    assert "−r ∂C/∂W = +0.0071" in text


@pytest.mark.parametrize("width", [60, 80, 100])
def test_the_text_of_each_chapter_folds_to_the_width(chapters: list[Chapter], width: int):
    for chapter in chapters:
        lines = list(lines_of(chapter, 4, width))
        # A product of two matrices of numbers is not torn apart.
        too_long = [line.text for line in lines if len(line.text) > width and line.kind != "numbers"]
        assert too_long == []
        assert lines[0].text == chapter.title


def test_the_lines_hold_every_figure_and_the_words_of_every_paragraph(chapters: list[Chapter]):
    for chapter in chapters:
        text = " ".join(chapter.to_text(width=10_000).split())
        for figure in chapter.figures:
            assert f"{figure.name} = {figure.shown()}" in text
        for paragraph in blocks_of(chapter, Paragraph):
            assert paragraph.text in text


def test_they_are_plain_json(chapters: list[Chapter]):
    read = json.loads(json.dumps([chapter.to_dict() for chapter in chapters], allow_nan=False))
    assert [len(chapter["derivations"]) for chapter in read] == [
        len(list(blocks_of(chapter, Derivation))) for chapter in chapters
    ]
    corrected = read[5]["derivation"]
    assert corrected == read[5]["derivations"][0]
    assert corrected["value"] == pytest.approx(0.15 - 0.05 * -0.141962, abs=1e-6)
    assert read[6]["derivation"] is None
    (ratio,) = [each for each in read[2]["figures"] if each["name"] == "time of loops ÷ time of matrices"]
    assert ratio["is_timing"] is True
    assert set(ratio) == {"name", "value", "rounded", "unit", "printed", "agrees", "note", "is_timing"}


def test_every_picture_can_be_drawn_and_is_described(chapters: list[Chapter]):
    pictures = [picture for chapter in chapters for picture in blocks_of(chapter, Picture)]
    assert len(pictures) >= 8
    for picture in pictures:
        assert figure_bytes(picture.draw(), "png").startswith(b"\x89PNG")
        assert picture.alt.endswith(".")


def test_the_page_has_contents_every_chapter_and_every_picture(chapters: list[Chapter]):
    chosen = chapters[2:5]
    html = page(chosen).to_html()
    assert html.count("<svg") == sum(len(list(blocks_of(each, Picture))) for each in chosen)
    for chapter in chosen:
        assert html.count(chapter.title) == 2  # in the contents, and above the chapter
        assert chapter.summary in html
    assert f"<title>{TITLE}</title>" in html
    assert "<script" not in html
    assert "1.013</td>" in html


def test_digits_reach_the_derivations(chapters: list[Chapter]):
    assert "0.5466" in chapters[2].to_text(digits=4)
    assert "0.546624" in chapters[2].to_text(digits=6)
    assert page(chapters[2:3]).to_latex(digits=6).count("0.546624") >= 1
    with pytest.raises(InvalidValueError, match=r"^digits: 1 to 17 significant digits can be shown, got 0$"):
        chapters[2].to_text(digits=0)


def test_digits_reach_the_figures_and_tables_in_every_medium(chapters: list[Chapter]):
    # S(1) = 1/(1 + e⁻¹), S(−10) = 1/(1 + e¹⁰) and S(10) in nine digits.
    shown = ["0.731058579", "4.53978687·10⁻⁵", "0.999954602"]
    document, (figures, *_) = page(chapters[1:2]), blocks_of(chapters[1], FigureTable)
    text = document.to_text(9)
    assert all(f" = {number}   (the essay prints " in text for number in shown)
    assert [row[1] for row in figures.with_digits(9).rows][0:5:2] == ["0.731058579", "0.00669285092", "0.999954602"]
    for lowered in (document.to_html(9), chapters[1].to_html(9, standalone=False), document.to_latex(9)):
        assert "0.731058579" in lowered
        assert "0.0179862100" in lowered
        assert "0.7311" in lowered, "beside it what the essay prints"
    default = document.to_html()
    assert "0.731058579" not in default
    assert "0.0180" in default


def test_nothing_but_zero_is_shown_as_zero(chapters: list[Chapter]):
    for digits in (1, 4, 9):
        for chapter in chapters:
            for figure in chapter.figures:
                values = figure.value if isinstance(figure.value, tuple) else (figure.value,)
                for value, shown in zip(values, figure.number(digits).strip("[]").split(", "), strict=True):
                    assert (set(shown) <= set("0.−")) == (value == 0), (figure.name, value, shown)
    assert "0.0000" not in chapters[4].to_text()
    assert re.search(r" 40 .* \d\.\d{3}·10⁻¹¹ ", chapters[4].to_text()) is not None
    assert re.search(r" 40 .* \d\.\d{6}·10⁻¹¹ ", chapters[4].to_text(7)) is not None


def test_every_figure_stands_in_the_page(chapters: list[Chapter], figures: dict[str, Figure]):
    latex = page(chapters).to_latex()
    assert latex.count("(a slip)") == 1
    for name in ("corrected weight", "accuracy on the test examples", "all outputs 0"):
        assert name in latex
        assert figures[name].number() in latex
