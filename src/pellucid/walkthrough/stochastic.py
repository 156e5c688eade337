"""Chapter 7: stochastic gradient descent, that is in mini-batches, on real digits."""

import numpy as np
from jaxtyping import Float

from pellucid.explain import Document
from pellucid.explain.document import Paragraph, Picture, Table
from pellucid.explain.words import Words
from pellucid.figures import learning_curves
from pellucid.figures.examples import one_of_each
from pellucid.figures.lines import Line, line_chart
from pellucid.maths import Network, backward
from pellucid.walkthrough.chapter import Chapter
from pellucid.walkthrough.descent import flat
from pellucid.walkthrough.digits import BATCH_SIZE, EPOCHS, LEARNING_RATE, DigitsLesson, mini_batches
from pellucid.walkthrough.figure import Figure, table_of
from pellucid.walkthrough.frequency import frequency
from pellucid.walkthrough.pictures import beside
from pellucid.walkthrough.timing import OF_THIS_MACHINE, microseconds

SHOWN_EPOCHS = (1, 2, 5, 10, 20, 30, 40)
N_DRAWS = 100
"""So many draws of k mini-batches, for each k, are averaged into the angle of their mean."""
RIGHT_ANGLE = 90.0
N_IN_TEXT = 3
MEASURED_ORDER = 1
"""Seed of the order whose mini-batches are measured: not the one that the network has learnt in."""


def stochastic(lesson: DigitsLesson) -> Chapter:
    """The bundled digits: a mini-batch's gradient against that of all, learning, and why classes should be as many."""
    part = lesson.data.train
    first = [int(np.flatnonzero(part.labels == k)[0]) for k in range(len(lesson.classes))]
    examples = lesson.images(part)[first]
    return Chapter(
        "7. Stochastic gradient descent",
        (
            Paragraph(
                f"Now in earnest: {part.n_samples:,} handwritten digits of 8 × 8 pixels to learn from, and a network "
                "64-16-16-10 of sigmoids. One example of each digit:"
            ),
            Picture(
                lambda: one_of_each(examples, lesson.classes),
                "One handwritten example of each of the ten digits, 8 by 8 pixels.",
                beside(list(examples[:N_IN_TEXT])),
            ),
            Paragraph(
                "The gradient of the cost is the mean of all examples' gradients: for a single step, all must be gone "
                f"through. Stochastic gradient descent takes the mean over a mini-batch, here {BATCH_SIZE} examples "
                "drawn at random, corrects the weights at once, and goes on with the next mini-batch; when all "
                "examples were met, an epoch is over. (The essay tells it more loosely: outputs averaged within each "
                "set, the gradients of many sets averaged, and then one correction. That would be plain gradient "
                "descent again. It is because a mini-batch corrects at once that the method is quick, and why it "
                "zigzags on its way down.)"
            ),
            _directions(lesson),
            _learning(lesson),
            frequency(lesson),
        ),
        "real digits, learnt from a few at a time",
    )


def batch_gradients(
    network: Network, x: Float[np.ndarray, "n_samples n_in"], expected: Float[np.ndarray, "n_samples n_out"]
) -> tuple[Float[np.ndarray, "n_batches n_parameters"], Float[np.ndarray, " n_batches"]]:
    """The gradient of each mini-batch of one epoch, in a random order, and each one's share of the examples."""
    batches = mini_batches(len(x), MEASURED_ORDER)
    gradients = np.array([gradient_of(network, x[rows], expected[rows]) for rows in batches])
    return gradients, np.array([len(rows) / len(x) for rows in batches])


def gradient_of(network: Network, x: np.ndarray, expected: np.ndarray) -> Float[np.ndarray, " n_parameters"]:
    """The mean gradient of the examples, in one vector."""
    return flat(backward(network, network.forward(x), expected))


def angles_to(direction: np.ndarray, vectors: Float[np.ndarray, "n d"]) -> Float[np.ndarray, " n"]:
    """The angle of each vector to the direction, in degrees."""
    cosines = vectors @ direction / (np.linalg.norm(vectors, axis=1) * np.linalg.norm(direction))
    return np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0)))


def _directions(lesson: DigitsLesson) -> Document:
    x, expected = lesson.data.train.inputs.astype(np.float64), lesson.data.train.expected.astype(np.float64)
    before, after = (network.astype(np.float64) for network in (lesson.start, lesson.after_one_epoch))
    at_first, _ = batch_gradients(before, x, expected)
    later, shares = batch_gradients(after, x, expected)
    whole = gradient_of(after, x, expected)
    angles = angles_to(whole, later)
    of_means = _angles_of_means(whole, later)
    few = microseconds(lambda: gradient_of(after, x[:BATCH_SIZE], expected[:BATCH_SIZE]))
    every = microseconds(lambda: gradient_of(after, x, expected))
    return Document(
        "A few examples stand for all",
        (
            Paragraph(
                "Does the gradient of so few examples point the right way? Before learning nearly all examples agree: "
                "away from the random start. After one epoch they no longer do, and the gradient of a mini-batch may "
                "stand almost across that of all examples; but up to 90° a small step still goes downhill, and the "
                "mean of many mini-batches comes ever closer. The mean over a whole epoch is the full gradient itself."
            ),
            table_of(
                Figure(
                    "mean angle of a mini-batch's gradient to the full one, before learning",
                    float(angles_to(gradient_of(before, x, expected), at_first).mean()),
                    1,
                    unit="degrees",
                ),
                Figure("the same after one epoch", float(angles.mean()), 1, unit="degrees"),
                Figure(
                    "mini-batches within 90° after one epoch", 100.0 * float((angles < RIGHT_ANGLE).mean()), 0, unit="%"
                ),
                *(
                    Figure(f"angle of the mean of {k} mini-batches", angle, 1, unit="degrees")
                    for k, angle in of_means.items()
                    if k > 1
                ),
                Figure(
                    "greatest difference of an epoch's mean from the full gradient",
                    float(np.abs(shares @ later - whole).max()),
                    note="What rounding leaves: on average the direction is exact.",
                ),
                Figure("gradient of a mini-batch", few, 0, unit="µs", is_timing=True),
                Figure("gradient of all examples", every, 0, unit="µs", is_timing=True),
                Figure(
                    "time of an epoch of mini-batches ÷ time of all examples at once",
                    len(later) * few / every,
                    1,
                    note=f"And it makes {len(later)} corrections instead of one.",
                    is_timing=True,
                ),
                Figure("time of all examples ÷ time of a mini-batch", every / few, 1, is_timing=True),
            ),
            Paragraph(OF_THIS_MACHINE),
            Picture(
                lambda: line_chart(
                    [
                        Line("mean of k mini-batches", np.array(list(of_means)), np.array(list(of_means.values()))),
                        Line("right angle", np.array([1, max(of_means)]), np.array([RIGHT_ANGLE, RIGHT_ANGLE])),
                    ],
                    x_label="k, so many mini-batches",
                    y_label="angle to the full gradient, in degrees",
                    title="The mean of more mini-batches points more nearly downhill",
                    has_log_x=True,
                ),
                "The angle to the full gradient falls steadily as more mini-batches are averaged.",
            ),
        ),
    )


def _angles_of_means(whole: np.ndarray, gradients: np.ndarray) -> dict[int, float]:
    """The mean angle to the whole gradient of the mean of k mini-batches drawn at random, for several k."""
    generator = np.random.default_rng(0)
    found: dict[int, float] = {}
    for k in (1, 3, 10, 30, 100):
        means = np.array([generator.permutation(gradients)[:k].mean(axis=0) for _ in range(N_DRAWS)])
        found[k] = float(angles_to(whole, means).mean())
    return found


def _learning(lesson: DigitsLesson) -> Document:
    learnt, in_full = lesson.learnt, lesson.in_full_batches
    records = [learnt.history[epoch - 1] for epoch in SHOWN_EPOCHS]
    steps = -(-lesson.data.train.n_samples // BATCH_SIZE)
    rows = tuple(
        (str(record.epoch), record.cost, _percent(record.accuracy), _percent(record.validation_accuracy))
        for record in records
    )
    return Document(
        "Learning",
        (
            Paragraph(
                f"{EPOCHS} epochs of {steps} mini-batches, r = {LEARNING_RATE}. For long the cost stays near 0.9, what "
                "it costs to know the classes' shares and nothing else; then the network finds features that tell the "
                "digits apart, and the cost falls. Accuracy is the share of right answers: of the examples learnt "
                "from, and of others that are kept apart to choose the best epoch by."
            ),
            Table(("epoch", "cost", "accuracy", "on validation"), rows),
            Picture(
                lambda: learning_curves(learnt.history, learnt.best_epoch),
                "The cost falls and the accuracy rises over the epochs, for training and validation alike.",
            ),
            table_of(
                Figure("cost in the first epoch", learnt.history[0].cost, 4),
                Figure(f"cost in epoch {EPOCHS}", learnt.history[-1].cost, 4),
                Figure(
                    f"cost in epoch {EPOCHS}, full batches",
                    in_full.history[-1].cost,
                    4,
                    note=f"As many looks at each example, the same r, but one step an epoch: {EPOCHS} steps instead of "
                    f"{EPOCHS * steps:,}.",
                ),
            ),
        ),
    )


def _percent(share: float | None) -> Words:
    return (100.0 * (share or 0.0), "%")
