"""Many raw examples answered in pieces: in order, the unreadable ones apart, with the progress told."""

import numpy as np
import pytest

from pellucid.data import Features
from pellucid.data.encode import ROWS_AT_ONCE
from pellucid.data.features.text import TextEncoder
from pellucid.data.features.text.encoder import MAX_CHARACTERS
from pellucid.data.sources.texts import TextExamples
from pellucid.errors import DataError, InvalidValueError
from pellucid.maths import Layer, Network
from pellucid.model import Model, answer

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
