"""`pellucid worksheet` as a teacher runs it."""

import re
from pathlib import Path

import pytest

from pellucid.explain.worksheet import TOPICS, worksheet


def test_the_questions_are_printed_and_the_answers_on_demand(pellucid):
    questions = pellucid("worksheet")
    assert questions.code == 0, questions.err
    assert questions.out.startswith("Worksheet: the arithmetic of a neural network (easy, sigmoid, seed 0)\n")
    assert questions.out.count("\nExercise ") == len(TOPICS)
    answers = pellucid("worksheet", "--answers")
    assert answers.out.startswith("Answers: the arithmetic of a neural network (easy, sigmoid, seed 0)\n")
    assert "____" in questions.out
    assert "____" not in answers.out
    assert questions.out == pellucid("worksheet").out
    assert questions.out != pellucid("worksheet", "--seed", "1").out


def test_every_option_reaches_the_sheet(pellucid):
    outcome = pellucid(
        *("worksheet", "--topic", "update", "--topic", "forward", "--count", "2", "--sizes", "3-2", "--seed", "8"),
        *("--activation", "tanh", "--difficulty", "medium", "--digits", "5", "--format", "html", "--answers"),
    )
    assert outcome.code == 0, outcome.err
    sheet = worksheet(
        ["forward", "update"], count=2, sizes=[3, 2], seed=8, activation="tanh", difficulty="medium", digits=5
    )
    assert outcome.out.strip() == sheet.answers.to_html(5).strip()
    assert pellucid("worksheet", "--sizes", "2,3,2").out == pellucid("worksheet", "--sizes", "2-3-2").out
    latex = pellucid("worksheet", "--format", "latex").out
    assert latex.startswith(r"\documentclass")


@pytest.mark.parametrize(("format_", "suffix"), [("text", ".txt"), ("latex", ".tex"), ("html", ".html")])
def test_both_documents_are_written_and_named(pellucid, tmp_path: Path, format_: str, suffix: str):
    arguments = ("worksheet", "--topic", "bias", "--format", format_, "--out", "lessons/monday")
    outcome = pellucid(*arguments)
    assert outcome.code == 0, outcome.err
    folder = tmp_path / "lessons" / "monday"
    names = [f"worksheet{suffix}", f"worksheet-answers{suffix}"]
    assert outcome.out.split() == [str(Path("lessons", "monday", name)) for name in names]
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)
    sheet = worksheet("bias")
    written = {
        "text": [sheet.questions.to_text(3), sheet.answers.to_text(3)],
        "latex": [sheet.questions.to_latex(3), sheet.answers.to_latex(3)],
        "html": [sheet.questions.to_html(3), sheet.answers.to_html(3)],
    }[format_]
    assert [(folder / name).read_text(encoding="utf-8") for name in names] == written


def test_files_are_replaced_only_when_that_is_said(pellucid, tmp_path: Path):
    arguments = ("worksheet", "--topic", "bias", "--out", ".")
    assert pellucid(*arguments).code == 0
    first = (tmp_path / "worksheet.txt").read_bytes()
    (tmp_path / "worksheet.txt").unlink()
    outcome = pellucid(*arguments, "--seed", "1")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == ("error: worksheet-answers.txt: exists already; choose another folder, or say --overwrite\n")
    assert not (tmp_path / "worksheet.txt").exists(), "nothing was written"
    assert pellucid(*arguments, "--seed", "1", "--overwrite").code == 0
    assert (tmp_path / "worksheet.txt").read_bytes() != first


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--topic", "foward"), "topic: 'foward' is not known; did you mean 'forward'?"),
        (("--count", "0"), "count: a whole number, 1 to 20, is required, got 0"),
        (("--sizes", "2x3"), "sizes: neurons of two layers or more are required, such as 2-3-2; got '2x3'"),
        (("--sizes", "5"), "sizes: neurons of two layers or more are required, such as 2-3-2; got '5'"),
        (("--sizes", "2-99-1"), "sizes: for pencil and paper 2 to 5 layers of 1 to 6 neurons are required, got 2-99-1"),
        (("--sizes", "2-0-1"), "sizes: each must be a whole number from 1 to"),
        (("--sizes", "9" * 5000 + "-1"), "sizes: neurons of two layers or more are required"),
        (("--activation", "softmax"), "activation: one that acts on a single neuron is required"),
        (("--digits", "0"), "digits: 1 to 17 significant digits can be shown, got 0"),
        (("--seed", "-1"), "seed: a whole number, at least 0, is required, got -1"),
        (("--answers", "--out", "x"), "--answers: it prints the answers, --out writes questions and answers;"),
        (("--out", "file/under"), "file/under: the folder could not be made ("),
    ],
)
def test_what_cannot_be_is_one_line(pellucid, tmp_path: Path, arguments: tuple[str, ...], message: str):
    (tmp_path / "file").write_text("a file, not a folder")
    outcome = pellucid("worksheet", *arguments)
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith("error: ")
    assert message in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


def test_a_format_that_is_none_is_wrong_usage(pellucid):
    outcome = pellucid("worksheet", "--format", "json")
    assert outcome.code == 2
    assert outcome.out == ""


def test_the_help_names_the_topics(pellucid):
    text = " ".join(re.sub("[│╭╮╰╯─]", " ", pellucid("worksheet", "--help").out).split())
    assert text.count("pellucid worksheet") >= 4
    for topic in TOPICS:
        assert re.search(rf"\b{topic}\b", text), topic
