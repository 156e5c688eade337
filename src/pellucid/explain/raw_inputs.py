"""From the raw example to the input vector: what an input is, and how it is made of its raw value."""

from collections import Counter

import numpy as np

from pellucid.data.features import TableEncoder
from pellucid.explain.derivation import Steps
from pellucid.explain.document import Paragraph, Table
from pellucid.explain.inputs import Raw
from pellucid.explain.subject import LabelledSubject, Noise, Subject
from pellucid.expression import Expression, Variable, constant, numbers

MAX_ROWS = 16
"""So many inputs are told of in a table, those that occur most often."""


def add_main_input(steps: Steps, subject: Subject, layer: int, neuron: int | None = None) -> None:
    """Adds how the input that matters most is made of its raw value, where there is a model and so much to say.

    It is the input of the largest term into that neuron of layer 2; else the largest input.
    """
    sizes = np.abs(subject.trace.activations[0])
    if layer == 2 and neuron is not None:
        with np.errstate(over="ignore"):
            sizes = np.abs(subject.network.layers[0].weights[neuron - 1]) * sizes
    add_input(steps, subject, int(sizes.argmax()) + 1, tells_of_encoding=True)
    if layer > 2 and steps.finished:
        before = "layer 2 holds" if layer == 3 else f"layers 2 to {layer - 1} hold"
        steps.show(Paragraph(f"What {before} came about from these inputs as now follows for layer {layer}:"))


def add_input(steps: Steps, subject: Subject, source: int, *, tells_of_encoding: bool = False) -> None:
    """Adds what an input is and how it is made of its raw value; nothing where it is a number that was given.

    Parameters:
        tells_of_encoding: whether it is also said how raw examples become numbers.
    """
    raw = subject.raw
    if raw is None or not (raw.features.is_scaled or raw.has_names):
        add_noisy_input(steps, subject, source)
        return
    name = raw.name(source)
    notes = [note_on_scaling(raw, source), *note_on_value(raw, source)]
    if tells_of_encoding:
        notes += note_on_encoding(raw)
    steps.add(
        f"from the raw example to the input vector: input {source}{', ' if name else ''}{name}",
        subject.variable("a", 1, source),
        noisy(scaled(raw, subject, source), subject, source),
        " ".join(notes),
    )


def add_noisy_input(steps: Steps, subject: Subject, source: int) -> None:
    """Adds the input as what was given and the noise on it; nothing where there is no noise."""
    noise = noise_on(subject)
    if noise is not None:
        given = subject.number(noise.given[source - 1], "x", None, source)
        steps.add(f"input {source}, with its noise", subject.variable("a", 1, source), noisy(given, subject, source))


def noisy(value: Expression, subject: Subject, source: int) -> Expression:
    """The value of an input with its noise, where there is one."""
    noise = noise_on(subject)
    return value if noise is None else value + subject.number(noise.added[source - 1], "ν", None, source)


def noise_on(subject: Subject) -> Noise | None:
    """What chance adds to the inputs in a step of training; None: nothing."""
    return subject.noise if isinstance(subject, LabelledSubject) else None


def scaled(raw: Raw, subject: Subject, source: int) -> Expression:
    """(x − shift) · scale, without what changes nothing."""
    value = subject.number(raw.values[source - 1], "x", None, source)
    shift, scale = raw.shift(source), raw.scale(source)
    shifted = value - constant(shift) if shift != 0 else value
    return shifted * constant(scale) if scale != 1 else shifted


def note_on_scaling(raw: Raw, source: int) -> str:
    """How inputs are made of raw values, and this one, in a sentence."""
    features = raw.features
    n_inputs = f"the {features.n_features:,} inputs"
    if not features.is_scaled:
        return f"Each of {n_inputs} is its raw value, as it is."
    if isinstance(features.scale, np.ndarray) or isinstance(features.shift, np.ndarray):
        own = "; those of this one change nothing" if (raw.shift(source), raw.scale(source)) == (0, 1) else ""
        return f"Each of {n_inputs} has a shift and a scale of its own, learnt from the training examples{own}."
    less = " less the same number," if features.shift != 0 else ""
    return f"Each of {n_inputs} is its raw value{less} times the same number."


def note_on_value(raw: Raw, source: int) -> list[str]:
    """What the raw value means, where that is not the number itself."""
    told, value = raw.told(source), float(raw.values[source - 1])
    if told == f"{value:.4g}":
        return []
    verb = "the cell says" if isinstance(raw.features.encoder, TableEncoder) else "it is"
    return [f"In the raw example {verb} {told}."]


def note_on_encoding(raw: Raw) -> list[str]:
    """How raw examples become numbers, in a sentence, where they are something else."""
    return [f"Examples become {raw.features.encoder.describe()}."] if raw.has_names else []


def show_inputs(steps: Steps, subject: Subject, layer: int) -> None:
    """Shows, for layer 2, what the inputs in the steps' formulas are: their numbers, names and raw values."""
    raw = subject.raw
    if layer != 2 or raw is None or not raw.has_names:
        return
    counts = Counter(
        number.symbol.indices[0]
        for step in steps.finished
        for number in numbers(step.tree)
        if isinstance(number.symbol, Variable) and (number.symbol.letter, number.symbol.layer) == ("a", 1)
    )
    sources = sorted(source for source, _ in counts.most_common(MAX_ROWS))
    rows = tuple((f"{source}", raw.name(source), raw.told(source)) for source in sources)
    which = "The inputs" if len(counts) == len(rows) else f"{len(rows)} of the {len(counts)} inputs"
    steps.show(Table(("input", "what it is", "raw value"), rows, f"{which} that are shown."))
