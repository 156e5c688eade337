"""`pellucid walkthrough`: in every medium, a chapter at a time, with progress kept apart."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pellucid.walkthrough import TITLE, Chapter, compute

pytestmark = pytest.mark.usefixtures("unchecked")
COMPUTED: dict[int | None, list[Chapter]] = {}


@pytest.fixture(autouse=True)
def computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same chapters are computed once for all of these tests, in whichever medium they are asked for."""

    def once(only: int | None, report: Callable[[int], object]) -> list[Chapter]:
        if only not in COMPUTED:
            COMPUTED[only] = compute(only, report)
        return COMPUTED[only]

    monkeypatch.setattr("pellucid.walkthrough.compute", once)


def test_the_whole_walkthrough_as_json(pellucid):
    COMPUTED.clear()
    outcome = pellucid("walkthrough", "--format", "json")
    assert outcome.err.splitlines() == [f"computing chapter {number} of 8" for number in range(1, 9)]
    chapters = json.loads(outcome.out)["chapters"]
    assert [chapter["title"].split(".")[0] for chapter in chapters] == [str(number) for number in range(1, 9)]
    figures = {figure["name"]: figure["rounded"] for chapter in chapters for figure in chapter["figures"]}
    assert figures["L₃ = S(W₃,₂ L₂ + B₃)"] == [0.547, 0.101]
    assert figures["∂C/∂w"] == -0.142
    assert figures["corrected weight"] == 0.1571


def test_one_chapter_as_text_and_with_more_digits(pellucid):
    text = pellucid("walkthrough", "--chapter", "6").out
    assert text.startswith("6. Backpropagation\n")
    assert "(the essay prints 0.1271: a slip)" in " ".join(text.split())
    assert "[0.547, 0.101]" in pellucid("walkthrough", "--chapter", "3").out
    assert "0.546624" in pellucid("walkthrough", "--chapter", "3", "--digits", "6").out
    text = pellucid("walkthrough", "--chapter", "2", "--digits", "9").out
    assert "S(−5 − 5) = 4.53978687·10⁻⁵   (the essay prints 0)" in text
    assert "S(10) = 0.999954602   (the essay prints 1)" in text


def test_one_chapter_as_a_page_and_as_latex(pellucid):
    html = pellucid("walkthrough", "--chapter", "5", "--format", "html").out
    assert html.startswith("<!DOCTYPE html>")
    assert "<title>5. Gradient descent</title>" in html
    assert html.count("<svg") == 1
    assert "0.213" in pellucid("walkthrough", "--chapter", "5", "--format", "html", "--digits", "3").out
    assert "0.2131" in html
    latex = pellucid("walkthrough", "--chapter", "4", "--format", "latex").out
    assert latex.startswith(r"\documentclass")
    assert "4. Cost" in latex


def test_the_whole_text_begins_with_its_contents(pellucid, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    lines = pellucid("walkthrough").out.splitlines()
    assert lines[0] == TITLE
    assert "   8. Judging on unseen data       right answers, mistakes, and a neuron that is" in lines
    assert lines.index("1. Architecture") < lines.index("8. Judging on unseen data")


def test_a_chapter_that_is_not_there_and_digits_out_of_range(pellucid, tmp_path: Path):
    outcome = pellucid("walkthrough", "--chapter", "9")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == "error: --chapter: 1 to 8 are there, got 9\n"
    outcome = pellucid("walkthrough", "--digits", "18")
    assert outcome.code == 1
    assert outcome.err == "error: --digits: 1 to 17 significant digits can be shown, got 18\n"
    assert list(tmp_path.iterdir()) == []
