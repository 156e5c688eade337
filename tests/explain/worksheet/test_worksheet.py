"""Worksheets: the same sheet for the same seed, in every medium, each option obeyed, what cannot be refused."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pellucid.errors import InvalidValueError, UnknownNameError
from pellucid.explain import Derivation, Document
from pellucid.explain.document import Picture, Table
from pellucid.explain.worksheet import DIFFICULTIES, TOPICS, worksheet
from pellucid.explain.worksheet import numbers as friendly_numbers

pytestmark = pytest.mark.usefixtures("unchecked")


def exercises(document: Document) -> list[Document]:
    return [block for block in document.blocks if isinstance(block, Document)]


def test_the_essays_network_is_counted():
    sheet = worksheet("parameters", sizes=[784, 16, 16, 10])
    (question,) = exercises(sheet.questions)
    assert question.blocks[0].text == (
        "A fully-connected network has 784 inputs, hidden layers of 16 and 16 neurons and 10 output neurons."
    )
    assert "all parameters      13,002" in sheet.answers.to_text()


def test_every_step_is_worth_what_its_numbers_say(read_formula: Callable[[str], float]):
    n_steps = 0
    for difficulty in DIFFICULTIES:
        sheet = worksheet(difficulty=difficulty, seed=4)
        for answer in exercises(sheet.answers):
            assert isinstance(answer.blocks[0], Table)
            assert all(isinstance(block, Derivation) for block in answer.blocks[1:])
            for derivation in answer.blocks[1:]:
                for step in derivation.to_dict(sheet.digits)["steps"]:
                    assert abs(read_formula(step["expression"]) - step["value"]) <= step["tolerance"]
                    n_steps += 1
    assert n_steps > 100


def test_no_sum_is_shortened_for_a_pupil():
    sheet = worksheet(["forward", "hidden-weight"], sizes=[6, 6, 6], difficulty="hard")
    refs = [
        term["ref"]
        for answer in exercises(sheet.answers)
        for derivation in answer.blocks[1:]
        for step in derivation.to_dict(4)["steps"]
        for term in step["terms"]
    ]
    assert refs
    assert not [ref for ref in refs if ref.startswith("rest")]


def in_every_medium(document: Document) -> tuple[str, str, str]:
    return document.to_text(), document.to_latex(), document.to_html()


def test_the_same_seed_gives_the_same_sheet_and_another_one_another():
    options = {"difficulty": "medium", "activation": "tanh"}
    first, again, other = (worksheet(**options, seed=seed) for seed in (5, 5, 6))
    for document, repeated, different in (
        (first.questions, again.questions, other.questions),
        (first.answers, again.answers, other.answers),
    ):
        assert in_every_medium(document) == in_every_medium(repeated)
        for one, two in zip(exercises(document), exercises(different), strict=True):
            assert one.to_text() != two.to_text()


def test_an_exercise_does_not_depend_on_its_neighbours():
    whole = worksheet(count=2, seed=9)
    alone = worksheet(["update"], count=1, seed=9)
    in_whole = next(each for each in exercises(whole.answers) if each.title.endswith("one update"))
    assert in_whole.blocks == exercises(alone.answers)[0].blocks
    assert len(exercises(whole.questions)) == 2 * len(TOPICS)
    texts = [each.to_text().split("\n", 1)[1] for each in exercises(whole.questions)]
    assert len(set(texts)) == len(texts), "of the same topic no two are alike"


def test_topics_keep_their_order_and_come_once():
    sheet = worksheet(["update", "forward", "update"])
    assert [each.title for each in exercises(sheet.questions)] == ["Exercise 1: forward pass", "Exercise 2: one update"]
    without_hidden = worksheet(sizes=[2, 1])
    assert len(exercises(without_hidden.questions)) == len(TOPICS) - 1


def test_digits_are_asked_for_and_given():
    sheet = worksheet("forward", digits=5)
    assert sheet.digits == 5
    (question,), (answer,) = exercises(sheet.questions), exercises(sheet.answers)
    assert "to 5 significant digits" in question.to_text(width=200)
    key = answer.blocks[0]
    assert isinstance(key, Table)
    assert key.rows[1][0] == "z⁽²⁾₂"
    assert all(len(shown.lstrip("−0.").replace(".", "")) == 5 for _, shown in key.rows)
    assert worksheet("forward").digits == 3
    assert worksheet("forward", difficulty="medium").digits == 4


def test_long_constants_are_given_in_full():
    text = worksheet("output-weight", activation="selu").questions.to_text(3, 200)
    assert "Its constants in full: 1.0507009873554805 and 1.6732632423543772." in text
    assert text.count("for z > 0:") == 1, "only the derivative has two branches"
    assert "in full" not in worksheet("output-weight").questions.to_text()


def test_the_network_is_drawn():
    sheet = worksheet("forward", sizes=[2, 3, 1])
    picture = next(block for block in exercises(sheet.questions)[0].blocks if isinstance(block, Picture))
    assert picture.alt == (
        "The network: from left to right 2 inputs, 3 sigmoid neurons and 1 sigmoid neuron, each joined to all of the "
        "next layer."
    )
    assert picture.text.splitlines() == [
        "layer 1     layer 2     layer 3",
        "            a⁽²⁾₁",
        "a⁽¹⁾₁",
        "            a⁽²⁾₂       a⁽³⁾₁",
        "a⁽¹⁾₂",
        "            a⁽²⁾₃",
    ]
    figure = picture.draw()
    texts = {text.get_text() for text in figure.axes[0].texts}
    assert "layer 2\nsigmoid" in texts


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"topics": "foward"},
            UnknownNameError,
            r"^topic: 'foward' is not known; did you mean 'forward'\?",
        ),
        ({"topics": []}, InvalidValueError, r"^topics: at least one is required, of parameters, .*; got none$"),
        ({"count": 0}, InvalidValueError, "^count: a whole number, 1 to 20, is required, got 0$"),
        ({"count": 21}, InvalidValueError, "^count: a whole number, 1 to 20, is required, got 21$"),
        ({"seed": -1}, InvalidValueError, "^seed: a whole number, at least 0, is required, got -1$"),
        ({"digits": 18}, InvalidValueError, "^digits: 1 to 17 significant digits can be shown, got 18$"),
        (
            {"difficulty": "insane"},
            UnknownNameError,
            r"^difficulty: 'insane' is not known.* \(known: easy, hard, medium\)$",
        ),
        ({"activation": "sigmod"}, UnknownNameError, r"^activation: 'sigmod' is not known; did you mean 'sigmoid'\?"),
        (
            {"activation": "softmax"},
            InvalidValueError,
            r"^activation: one that acts on a single neuron is required \(.*\), got softmax; difficulty 'hard' has",
        ),
        ({"sizes": [2]}, InvalidValueError, "^sizes: at least an input and an output layer are required"),
        ({"sizes": [2, 0, 1]}, InvalidValueError, "^sizes: each must be a whole number from 1"),
        (
            {"sizes": [2, 7, 1]},
            InvalidValueError,
            "^sizes: for pencil and paper 2 to 5 layers of 1 to 6 neurons are required, got 2-7-1; only the topic",
        ),
        ({"sizes": [2] * 6}, InvalidValueError, "^sizes: for pencil and paper 2 to 5 layers .* got 2-2-2-2-2-2;"),
        (
            {"topics": "hidden-weight", "sizes": [2, 1]},
            InvalidValueError,
            r"^sizes: hidden-weight needs a hidden layer, so three sizes or more, such as 2,3,2; got \[2, 1\]$",
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_what_cannot_be_is_refused_in_one_line(options: dict[str, object], error: type[Exception], message: str):
    with pytest.raises(error, match=message) as caught:
        worksheet(**options)
    assert "\n" not in str(caught.value)


def test_where_no_friendly_network_turns_up_it_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(friendly_numbers, "MAX_PRE_ACTIVATION", 0.0)
    monkeypatch.setattr(friendly_numbers, "N_TRIES", 3)
    with pytest.raises(InvalidValueError, match=r"^sizes: no 2-2-1 network with friendly numbers was found; choose"):
        worksheet("forward")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is missing: it compiles the LaTeX sheets")
@pytest.mark.parametrize("activation", ["sigmoid", "selu"])
def test_the_latex_of_both_sheets_compiles(tmp_path: Path, activation: str):
    sheet = worksheet(difficulty="hard", activation=activation, seed=2)
    for name, document in (("questions", sheet.questions), ("answers", sheet.answers)):
        (tmp_path / f"{name}.tex").write_text(document.to_latex(sheet.digits), encoding="utf-8")
        command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", f"{name}.tex"]
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=False)
        log = run.stdout.decode(errors="replace")
        assert run.returncode == 0, log[-2000:]
        wide = [float(width) for width in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log)]
        assert max(wide, default=0) < 10, "nothing sticks out of the page"
