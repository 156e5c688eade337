"""Many raw examples answered in pieces: in order, the unreadable ones apart, with the progress told."""

import numpy as np
import pytest

from pellucid.data import Features, NumberEncoder, PictureEncoder
from pellucid.data.encode import ROWS_AT_ONCE
from pellucid.data.features.sound import SoundEncoder
from pellucid.data.features.text import TextEncoder
from pellucid.data.features.text.encoder import MAX_CHARACTERS
from pellucid.data.sources.texts import TextExamples
from pellucid.errors import DataError, InvalidValueError
from pellucid.maths import Layer, Network
from pellucid.model import Model, answer
from pellucid.model.blank import blank_rows

TEXTS = Features(TextEncoder(("free", "lunch"), (), np.ones(2, np.float32)))
NETWORK = Network([Layer(np.array([[-1, 1], [1, -1]], np.float32), np.zeros(2, np.float32), "softmax")])
MODEL = Model(NETWORK, "cross-entropy", ("ham", "spam"), TEXTS)


def test_many_examples_are_answered_in_their_order():
    n_texts = 2 * ROWS_AT_ONCE + 3
    examples = TextExamples(["free" if row % 3 else "lunch" for row in range(n_texts)])
    told: list[tuple[int, int]] = []
    answered = list(answer(MODEL, examples, skipped=[], progress=lambda done, total: told.append((done, total))))
    assert [len(piece.rows) for piece in answered] == [ROWS_AT_ONCE, ROWS_AT_ONCE, 3]
    assert np.concatenate([piece.rows for piece in answered]).tolist() == list(range(n_texts))
    labels = [prediction.label for piece in answered for prediction in piece.predictions]
    assert labels == ["spam" if row % 3 else "ham" for row in range(n_texts)]
    assert told == [(ROWS_AT_ONCE, n_texts), (2 * ROWS_AT_ONCE, n_texts), (n_texts, n_texts)]
    assert answered[0].encoded.tolist()[:2] == [[0, 1], [1, 0]]
    assert [each.label for each in MODEL.predict(["lunch", "free"])] == labels[:2]


def test_one_that_cannot_be_read_is_passed_over_or_stops():
    examples = TextExamples(["free", "x" * (MAX_CHARACTERS + 1), "lunch"], name_of=lambda row: f"line {row + 1}")
    skipped: list[tuple[str, str]] = []
    answered = list(answer(MODEL, examples, on_error="skip", skipped=skipped))
    assert [row for piece in answered for row in piece.rows] == [0, 2]
    ((name, why),) = skipped
    assert (name, why[:39]) == ("line 2", "a text of at most 4,194,304 characters ")
    with pytest.raises(DataError, match=r"^line 2: a text of at most"):
        list(answer(MODEL, examples, skipped=[]))


def test_answers_that_are_not_finite_are_refused():
    huge = Network([Layer(np.full((2, 2), 3e38, np.float32), np.full(2, 3e38, np.float32), "identity")])
    model = Model(huge, "squared-error", ("ham", "spam"), TEXTS)
    with pytest.raises(InvalidValueError, match=r"^outputs: the network's outputs are not finite for 1 of 1 examples"):
        list(answer(model, TextExamples(["free lunch"]), skipped=[]))


def test_examples_that_tell_nothing_are_named():
    answered = list(answer(MODEL, TextExamples(["free", "nothing known", "lunch", ""]), skipped=[]))
    assert [piece.blank.tolist() for piece in answered] == [[1, 3]]


def test_what_tells_nothing_is_a_matter_of_the_kind():
    zeros = np.zeros((2, 6), np.float32)
    grey, colour = PictureEncoder((2, 3)), PictureEncoder((1, 2, 3))
    plain = np.array([[7, 7, 7, 7, 7, 7], [7, 7, 7, 7, 7, 8]], np.uint8)
    red = np.array([[9, 0, 0, 9, 0, 0], [9, 0, 0, 0, 9, 0]], np.uint8)
    assert blank_rows(grey, plain).tolist() == [True, False]
    assert blank_rows(colour, red).tolist() == [True, False]
    assert blank_rows(grey, red).tolist() == [False, False]
    assert blank_rows(PictureEncoder((1, 1)), plain[:, :1]).tolist() == [False, False]
    assert blank_rows(NumberEncoder((6,)), zeros).tolist() == [False, False]
    silent_and_not = np.zeros((2, 12), np.float32)
    silent_and_not[1, 5] = -3
    assert blank_rows(SoundEncoder(rate=8000, bands=4, frames=3), silent_and_not).tolist() == [True, False]
