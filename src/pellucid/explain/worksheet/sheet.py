"""Worksheets: exercises for a class and their worked answers, the same for the same seed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pellucid.errors import InvalidValueError, look_up, require_kind
from pellucid.explain.document import Document, Paragraph
from pellucid.explain.step import check_digits
from pellucid.explain.worksheet.numbers import DIFFICULTIES
from pellucid.explain.worksheet.topics import TOPICS, Setting
from pellucid.maths.activations import ACTIVATIONS
from pellucid.maths.network import check_sizes

MAX_COUNT = 20
MAX_NEURONS = 6
MAX_LAYERS = 5
"""What pencil and paper can bear; counting parameters may be asked of larger networks."""
SHEET_ACTIVATIONS = tuple(name for name, activation in ACTIVATIONS.items() if activation.is_elementwise)


@dataclass(frozen=True)
class Worksheet:
    """Exercises and their answers.

    Attributes:
        questions: the sheet to hand out, a section an exercise, with room to write.
        answers: the same exercises worked out; every formula in it is a step of a derivation.
        digits: the significant digits that the questions ask for: `answers.to_text(digits)` shows as many.
    """

    questions: Document
    answers: Document
    digits: int


def worksheet(
    topics: str | Sequence[str] | None = None,
    *,
    count: int = 1,
    sizes: Sequence[int] | None = None,
    activation: str = "sigmoid",
    difficulty: str = "easy",
    seed: int = 0,
    digits: int | None = None,
) -> Worksheet:
    """Pencil-and-paper exercises made from small networks with friendly numbers, and their worked answers.

    Each exercise has a network of its own, which depends on the seed, its topic and its number alone: another choice of
    topics leaves it as it is.

    Parameters:
        topics: parameters, forward, bias, cost, output-weight, hidden-weight, update, mini-batch; default: all that the
            sizes allow.
        count: exercises of each topic, 1 to 20.
        sizes: neurons in each layer, the input first; 2 to 5 layers of at most 6 neurons (of any size where only
            parameters are counted).
        activation: of every layer after the input: any but softmax.
        difficulty: `easy` is 2-2-1 with weights in halves, squared error, mini-batches of 2, answers to 3 digits, and
            exercises on derivatives that start from a given forward pass; `medium` is 2-3-2 with weights in tenths,
            mini-batches of 3, 4 digits, and the forward pass to be done; `hard` is 3-4-3, and its outputs are a softmax
            with cross-entropy (of a single output: sigmoid with binary cross-entropy).
        seed: at least 0; the same seed gives the same sheet.
        digits: significant digits of the answers; default: the difficulty's.

    Raises:
        InvalidValueError: an option outside what it may be, hidden-weight without a hidden layer, or sizes for which no
            friendly network turns up; UnknownNameError: an unknown topic, activation or difficulty.

    Example:
        >>> sheet = worksheet(["bias"], seed=7)
        >>> len(sheet.questions.blocks), sheet.digits
        (2, 3)
    """
    level = look_up(difficulty, DIFFICULTIES, "difficulty")
    look_up(activation, ACTIVATIONS, "activation")
    if activation not in SHEET_ACTIVATIONS:
        raise InvalidValueError(
            f"activation: one that acts on a single neuron is required ({', '.join(SHEET_ACTIVATIONS)}), "
            f"got {activation}; difficulty 'hard' has softmax in the output layer"
        )
    for name, value, least, most in (("count", count, 1, MAX_COUNT), ("seed", seed, 0, None)):
        require_kind(value, int, f"{name}: a whole number")
        if value < least or (most is not None and value > most):
            wanted = f"{least} to {most}" if most is not None else f"at least {least}"
            raise InvalidValueError(f"{name}: a whole number, {wanted}, is required, got {value}")
    digits = level.digits if digits is None else digits
    check_digits(digits)
    chosen = chosen_topics(topics, level.sizes if sizes is None else sizes)
    whole = None if sizes is None else check_small(sizes, chosen)
    setting = Setting(level, whole, activation, digits)
    exercises = [
        TOPICS[topic](setting, np.random.default_rng([seed, list(TOPICS).index(topic), number]))
        for topic in chosen
        for number in range(count)
    ]
    about = f"{difficulty}, {activation}, seed {seed}"
    return Worksheet(
        Document(
            f"Worksheet: the arithmetic of a neural network ({about})",
            (
                Paragraph(
                    "A superscript names the layer, a subscript the neuron; layer 1 is the input. w⁽³⁾₁,₂ is the "
                    "weight from neuron 2 of layer 2 to neuron 1 of layer 3, b the bias, z the pre-activation "
                    "(weighted sum plus bias), a the activation, E an expected output, C the cost and δ its "
                    "derivative with respect to a pre-activation, ∂C/∂z."
                ),
                *(exercise.question(number, digits) for number, exercise in enumerate(exercises, start=1)),
            ),
        ),
        Document(
            f"Answers: the arithmetic of a neural network ({about})",
            (
                Paragraph(
                    f"Numbers are shown to {digits} significant digits and carried on in full: whoever goes on with "
                    "rounded numbers may be off in the last digit."
                ),
                *(exercise.answer(number, digits) for number, exercise in enumerate(exercises, start=1)),
            ),
        ),
        digits,
    )


def chosen_topics(topics: str | Sequence[str] | None, sizes: Sequence[int]) -> list[str]:
    """The topics in their order, each once.

    Raises:
        InvalidValueError: none, or hidden-weight without a hidden layer; UnknownNameError: an unknown one.
    """
    has_hidden = len(sizes) > 2
    if topics is None:
        return [topic for topic in TOPICS if has_hidden or topic != "hidden-weight"]
    asked = [topics] if isinstance(topics, str) else list(topics)
    if not asked:
        raise InvalidValueError(f"topics: at least one is required, of {', '.join(TOPICS)}; got none")
    for topic in asked:
        look_up(topic, TOPICS, "topic")
    if "hidden-weight" in asked and not has_hidden:
        raise InvalidValueError(
            f"sizes: hidden-weight needs a hidden layer, so three sizes or more, such as 2,3,2; got {list(sizes)}"
        )
    return [topic for topic in TOPICS if topic in asked]


def check_small(sizes: Sequence[int], topics: Sequence[str]) -> tuple[int, ...]:
    """The sizes as whole numbers, small enough for pencil and paper.

    Raises:
        InvalidValueError: they are no sizes of a network, or too large.
    """
    whole = check_sizes(sizes)
    if list(topics) != ["parameters"] and (len(whole) > MAX_LAYERS or max(whole) > MAX_NEURONS):
        raise InvalidValueError(
            f"sizes: for pencil and paper 2 to {MAX_LAYERS} layers of 1 to {MAX_NEURONS} neurons are required, "
            f"got {'-'.join(map(str, whole))}; only the topic parameters takes larger ones"
        )
    return whole
