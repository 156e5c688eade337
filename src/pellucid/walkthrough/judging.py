"""Chapter 8: what a network is worth on examples that it has not seen."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from pellucid.data import Part
from pellucid.explain import Document
from pellucid.explain.document import Paragraph, Picture, Table
from pellucid.figures import confusion_matrix, most_wrong
from pellucid.maths import ForwardTrace, Network
from pellucid.model import Evaluation, evaluate
from pellucid.model.evaluation import confusion_counts
from pellucid.walkthrough.chapter import Chapter
from pellucid.walkthrough.digits import DigitsLesson
from pellucid.walkthrough.figure import Figure, table_of
from pellucid.walkthrough.pictures import as_characters

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

SATURATED = 0.01
"""A sigmoid's derivative below this, of 0.25 at most, lets next to nothing through."""
N_MISTAKES = 8


@dataclass(frozen=True)
class Judgement:
    """What a network answers to the examples of a part, and where it is wrong."""

    network: Network
    part: Part
    classes: tuple[str, ...]
    images: np.ndarray

    @cached_property
    def trace(self) -> ForwardTrace:
        return self.network.astype(np.float64).forward(self.part.inputs.astype(np.float64))

    @cached_property
    def said(self) -> np.ndarray:
        """The number of the class with the greatest output, for each example."""
        return self.trace.activations[-1].argmax(axis=-1)

    @cached_property
    def sureness(self) -> np.ndarray:
        """The output of that class."""
        return self.trace.activations[-1].max(axis=-1)

    @cached_property
    def worst(self) -> int | None:
        """The wrongly answered example with the greatest output; None where all are right."""
        wrong = np.flatnonzero(self.said != self.part.labels)
        return int(wrong[self.sureness[wrong].argmax()]) if len(wrong) else None

    @cached_property
    def slopes(self) -> tuple[np.ndarray, ...]:
        """S′ = a(1 − a) of each hidden layer's neurons, for each example."""
        return tuple(a * (1.0 - a) for a in self.trace.activations[1:-1])


def judging(lesson: DigitsLesson) -> Chapter:
    """Training and test accuracy beside what guessing gives, who is taken for whom, and two ways to go wrong."""
    network, part = lesson.learnt.network, lesson.test
    seen, unseen = evaluate(network, lesson.data.train), evaluate(network, part)
    judgement = Judgement(network, part, lesson.classes, lesson.images(part))
    confusion = confusion_counts(part.labels, judgement.said, len(lesson.classes))
    return Chapter(
        "8. Judging on unseen data",
        (
            Paragraph(
                "A network could learn its examples by heart. What counts is what it answers to examples that had no "
                "part in the learning, neither in the steps nor in the choice of the best epoch: the test part, "
                "which is looked at only once. And an accuracy says something only beside what one gets without "
                "learning anything, by always giving the most frequent answer."
            ),
            table_of(*_accuracies(seen, unseen)),
            Paragraph(
                "Rows are what is true, columns what was said; what stands off the diagonal was taken for something "
                "else."
            ),
            Picture(
                lambda: confusion_matrix(confusion, lesson.classes),
                "A table of the ten digits against the ten answers: nearly all examples stand on its diagonal.",
                confusion_text(confusion, lesson.classes),
            ),
            *_mistake(judgement),
            _saturation(judgement),
            Paragraph(
                "That is the whole argument: a network is weighted sums and a bent line; a cost makes of its errors "
                "one number; the chain rule tells each weight its share in it; small steps against the gradient, a few "
                "examples at a time, make the number small; and examples kept apart tell whether anything was learnt."
            ),
        ),
        "right answers, mistakes, and a neuron that is stuck",
    )


def _accuracies(seen: Evaluation, unseen: Evaluation) -> list[Figure]:
    share = unseen.accuracy or 0.0
    chance = np.sqrt(share * (1.0 - share) / unseen.n_samples)
    return [
        Figure("accuracy on the examples learnt from", 100.0 * (seen.accuracy or 0.0), 1, unit="%"),
        Figure("accuracy on the test examples", 100.0 * share, 1, unit="%"),
        Figure("test examples", unseen.n_samples, 0),
        Figure(
            "standard error of that accuracy",
            100.0 * float(chance),
            1,
            unit="%",
            note="√(p(1 − p)/n): so much another draw of test examples would move it.",
        ),
        Figure(
            "accuracy of always giving the most frequent answer", 100.0 * (unseen.baseline_accuracy or 0.0), 1, unit="%"
        ),
        Figure("cost on the examples learnt from", seen.cost, 4),
        Figure("cost on the test examples", unseen.cost, 4),
    ]


def confusion_text(counts: np.ndarray, classes: tuple[str, ...]) -> str:
    """The confusion matrix as lines of text, a dot for none."""
    width = max(map(len, (*classes, str(int(counts.max()))))) + 1
    header = "true╲said " + "".join(name.rjust(width) for name in classes)
    rows = [
        name.rjust(9) + " " + "".join((str(int(count)) if count else "·").rjust(width) for count in row)
        for name, row in zip(classes, counts, strict=True)
    ]
    return "\n".join([header, *rows])


def _mistake(judgement: Judgement) -> tuple[Document, ...]:
    """The section on the most confident mistake; none where nothing was mistaken."""
    if judgement.worst is None:
        return ()
    part, classes, worst = judgement.part, judgement.classes, judgement.worst
    true, said = int(part.labels[worst]), int(judgement.said[worst])
    outputs = judgement.trace.activations[-1][worst]
    wrong_by, slope = 2.0 * outputs[said], outputs[said] * (1.0 - outputs[said])
    rows = tuple(
        (name, float(output), str(int(k == true)))
        for k, (name, output) in enumerate(zip(classes, outputs, strict=True))
    )
    return (
        Document(
            "The most confident mistake",
            (
                Paragraph(
                    f"Test example {worst} is a {classes[true]}; the network says {classes[said]}, and is surer of "
                    "that than of any other of its mistakes."
                ),
                Picture(
                    lambda: _draw_mistakes(judgement),
                    f"The pictures that were answered wrongly with the greatest outputs, first a {classes[true]} "
                    f"taken for a {classes[said]}.",
                    as_characters(judgement.images[worst]),
                ),
                Table(("output neuron", "holds", "should hold"), rows),
                table_of(
                    Figure("output of the answer given", float(outputs[said]), 3),
                    Figure("output of the right answer", float(outputs[true]), 3),
                    Figure("∂C/∂a of the answer given, 2(a − 0)", float(wrong_by), 3),
                    Figure("S′ there, a(1 − a)", float(slope), 3),
                    Figure(
                        "δ = ∂C/∂z, the product",
                        float(wrong_by * slope),
                        3,
                        note="The surer the mistake, the flatter the sigmoid: with squared errors a neuron that is "
                        "quite wrong learns slowly.",
                    ),
                ),
            ),
        ),
    )


def _draw_mistakes(judgement: Judgement) -> "Drawing":
    return most_wrong(
        judgement.images, judgement.part.labels, judgement.said, judgement.sureness, judgement.classes, N_MISTAKES
    )


def _saturation(judgement: Judgement) -> Document:
    shares = [(slopes < SATURATED).mean(axis=0) for slopes in judgement.slopes]
    layer, neuron = max(
        ((index, int(share.argmax())) for index, share in enumerate(shares)), key=lambda place: shares[place[0]].max()
    )
    slopes = judgement.slopes[layer][:, neuron]
    return Document(
        "A saturated neuron",
        (
            Paragraph(
                "Where a sigmoid is close to 0 or 1 its derivative is close to 0: the neuron is saturated, and the "
                "chain rule hands next to nothing back through it. Of the hidden neurons here it happens most often to "
                f"neuron {neuron + 1} of layer {layer + 2}."
            ),
            table_of(
                Figure(
                    f"test examples for which its S′ is below {SATURATED}",
                    100.0 * float((slopes < SATURATED).mean()),
                    0,
                    unit="%",
                ),
                Figure("its mean S′ over the test examples", float(slopes.mean()), 3, note="0.25 would be the most."),
                Figure("its least S′", float(slopes.min())),
            ),
        ),
    )
