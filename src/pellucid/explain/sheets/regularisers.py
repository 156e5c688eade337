"""What the sheets of regularisers say, and the small numbers on which each is worked out."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pellucid.explain.derivation import Steps
from pellucid.expression import Expression, Number, Symbol, Variable, functions
from pellucid.expression.symbols import BAR
from pellucid.figures.lines import Line
from pellucid.maths import averaging, dropout, limits, smoothing

NOISE_SOURCE = "Bishop 1995, Training with noise is equivalent to Tikhonov regularization"


@dataclass(frozen=True)
class Regulariser:
    """What a sheet says.

    Attributes:
        title: what it is.
        summary: what it does in a step of training, and why.
        use: when to choose it, and how strong.
        option: of `pellucid train`.
        source: who published it.
        formulas: in symbols.
        example: what is worked out.
        add_example: adds its steps.
        lines: what is drawn.
        x_label, y_label: what stands at the axes.
        alt: what is to be seen there.
    """

    title: str
    summary: str
    use: str
    option: str
    source: str
    formulas: Callable[[], list[tuple[Symbol, Expression]]]
    example: str
    add_example: Callable[[Steps], None]
    lines: Callable[[], list[Line]]
    x_label: str
    y_label: str
    alt: str


def number(value: float, letter: str, *indices: int, mark: str = "") -> Number:
    """A number of an example with the symbol that it has in formulas."""
    return Number(value, symbol=Variable(letter, None, indices, mark))


def dropout_formulas() -> list[tuple[Symbol, Expression]]:
    return [(Variable("M"), number(1, "k") / (1 - number(0.5, "p")))]


def add_dropout(steps: Steps) -> None:
    share, a = number(0.2, "p"), number(0.6, "a")
    kept = steps.add("the mask of a value that is kept", Variable("M", None, (1,)), number(1, "k", 1) / (1 - share))
    name = "the mask of a value that is left out"
    left_out = steps.add(name, Variable("M", None, (2,)), number(0, "k", 2) / (1 - share))
    mean = steps.add("what the mask is on average", Variable(f"M{BAR}"), (1 - share) * kept + share * left_out)
    steps.add("what is handed on, on average: the value itself", Variable(f"a{BAR}"), mean * a)


def dropout_lines() -> list[Line]:
    share = np.linspace(0, 0.9, 181)
    spread = np.sqrt(share / (1 - share))
    return [Line("of one value", share, spread), Line("of the mean of 100 values", share, spread / 10)]


def noise_formulas() -> list[tuple[Symbol, Expression]]:
    return [(Variable("a"), number(0.6, "x") + number(0.1, "ν"))]


def add_noise(steps: Steps) -> None:
    weight, x, expected, deviation = number(0.8, "w"), number(0.6, "x"), number(1, "E"), number(0.3, "σ")
    plain = steps.add("the cost without noise", Variable("C"), (weight * x - expected) ** 2)
    added = steps.add("what noise of N(0, σ²) adds to it on average", Variable("P"), deviation**2 * weight**2)
    steps.add("the mean cost with noise", Variable(f"C{BAR}"), plain + added)


def noise_lines() -> list[Line]:
    w = np.linspace(0, 3, 301)
    plain = (0.6 * w - 1) ** 2
    return [Line("without noise", w, plain), Line("with noise, σ = 0.3", w, plain + 0.3**2 * w**2)]


def smoothing_formulas() -> list[tuple[Symbol, Expression]]:
    tree = smoothing.smoothed(number(1, "E"), number(0.1, "α"), number(10, "K"))
    return [(Variable("E", mark="′"), tree)]


def add_smoothing(steps: Steps) -> None:
    share, n_classes = number(0.1, "α"), number(10, "K")
    labelled, other = (
        steps.add(
            f"expected output {k}, {of}",
            Variable("E", None, (k,), "′"),
            smoothing.smoothed(number(value, "E", k), share, n_classes),
        )
        for k, value, of in ((1, 1, "that of the label"), (2, 0, "that of any other class"))
    )
    name = "by how much the label's pre-activation exceeds the others' where a softmax meets them"
    steps.add(name, Variable("D"), functions.log(labelled) - functions.log(other), "Without smoothing it has no end.")


def smoothing_lines() -> list[Line]:
    share = np.linspace(0, 0.9, 91)
    return [
        Line("of the label's class", share, smoothing.smoothed(np.ones_like(share), share, 10)),
        Line("of each other class", share, smoothing.smoothed(np.zeros_like(share), share, 10)),
    ]


def limit_formulas(vector: str, factor: str, most: str) -> list[tuple[Symbol, Expression]]:
    return [(Variable(factor), limits.shortening(number(5, f"‖{vector}‖"), number(3, most)))]


def add_shortening(steps: Steps, vector: str, factor: str, most: str, limited: tuple[str, str]) -> None:
    """Adds how a vector of two numbers, 3 and 4, is shortened to the length 3."""
    letter, mark = limited
    numbers = [number(3, vector, 1), number(4, vector, 2)]
    length = steps.add("its length", Variable(f"‖{vector}‖"), functions.sqrt(numbers[0] ** 2 + numbers[1] ** 2))
    shortened = limits.shortening(length, number(3, most))
    by = steps.add("what it is multiplied by", Variable(factor), shortened)
    after = [
        steps.add(f"number {k} of the shortened vector", Variable(letter, None, (k,), mark), by * each)
        for k, each in enumerate(numbers, start=1)
    ]
    name = "the length of the shortened vector: as long as it may be"
    steps.add(name, Variable(f"‖{letter}{mark}‖"), functions.sqrt(after[0] ** 2 + after[1] ** 2))


def limit_lines() -> list[Line]:
    length = np.linspace(0, 8, 161)
    limited = length * np.asarray(limits.shortening(length, 3.0))
    return [Line("with a limit of 3", length, limited), Line("without", length, length)]


def averaging_formulas() -> list[tuple[Symbol, Expression]]:
    kept = number(0.5, f"ρ{BAR}", mark="")
    return [
        (Variable(f"w{BAR}", mark="′"), averaging.averaged(number(1, f"w{BAR}"), number(1, "w", mark="′"), kept)),
    ]


def add_averaging(steps: Steps) -> None:
    decay, average = number(0.999, f"ρ{BAR}"), number(1, f"w{BAR}", 0)
    for k, weight in enumerate((0.8, 1.1, 0.9), start=1):
        time = Number(float(k), "t", Variable("t"))
        name = f"how much of the average is kept at step {k}"
        kept = steps.add(name, Variable(f"ρ{BAR}", None, (k,)), averaging.keeping(decay, time))
        tree = averaging.averaged(average, number(weight, "w", k), kept)
        average = steps.add(f"the average after step {k}", Variable(f"w{BAR}", None, (k,)), tree)


def averaging_lines() -> list[Line]:
    steps, generator = np.arange(1, 101), np.random.default_rng(3)
    weights = 1 - np.exp(-steps / 10) + generator.normal(0, 0.15, len(steps))
    averages, average = [], 0.0
    for step, weight in zip(steps.tolist(), weights.tolist(), strict=True):
        average = float(averaging.averaged(average, weight, averaging.keeping(0.9, step)))
        averages.append(average)
    return [Line("its average, ρ̄ = 0.9", steps, np.array(averages)), Line("a weight", steps, weights, is_dots=True)]


REGULARISERS: dict[str, Regulariser] = {
    "dropout": Regulariser(
        title="Dropout: values left out by chance",
        summary="In each step every value of a layer is left out with probability p, anew for each example; what is "
        "kept is divided by 1 − p. No neuron can rely on another one being there, so each must be of use by itself. "
        "A trained network answers with all of them.",
        use="Good in wide networks that learn their examples by heart: 0.5 for hidden layers, 0.2 for the input are "
        "usual. Training takes more epochs.",
        option="--dropout P",
        source=dropout.SOURCE,
        formulas=dropout_formulas,
        example="A layer's values with p = 0.2, of which one is a = 0.6:",
        add_example=add_dropout,
        lines=dropout_lines,
        x_label="p, the share that is left out",
        y_label="standard deviation of the mask",
        alt="How much the mask spreads about 1, more and more as p grows; of the mean of many values a tenth of it.",
    ),
    "input-noise": Regulariser(
        title="Noise on the inputs",
        summary="In each step noise ν of N(0, σ²) is added to every input, anew for each example, so that no example "
        "is ever met twice the same. For squared errors and a linear neuron that is as if σ²w² were added to the "
        "cost: large weights make much of small changes.",
        use="Good where inputs are measured, and where a small change should not change the answer; σ is in the units "
        "of the scaled inputs.",
        option="--input-noise σ",
        source=NOISE_SOURCE,
        formulas=noise_formulas,
        example="A linear neuron with one weight, and squared errors:",
        add_example=add_noise,
        lines=noise_lines,
        x_label="w",
        y_label="mean cost",
        alt="The cost of one example over the weight: with noise its minimum is higher, and at a smaller weight.",
    ),
    "label-smoothing": Regulariser(
        title="Label smoothing: expected outputs a little less sure",
        summary="A share α of each expected output is spread evenly over the K classes. The best outputs are then no "
        "longer 0 and 1, which a softmax reaches only with weights without end; the network stays less sure of "
        "itself, and wrong labels do less harm.",
        use="0.1 is usual. The probabilities that the network gives become more modest; its classes mostly better. "
        "The source calls the share ε.",
        option="--label-smoothing α",
        source=smoothing.SOURCE,
        formulas=smoothing_formulas,
        example="An example of class 1 of ten:",
        add_example=add_smoothing,
        lines=smoothing_lines,
        x_label="α, the share that is spread",
        y_label="expected output E′",
        alt="The expected outputs of the label's class and of the others, which meet at 1/10 as the share grows to 1.",
    ),
    "max-norm": Regulariser(
        title="Max-norm: the weights into a neuron may only be so long",
        summary="After each step the vector ω of all weights into a neuron is shortened, where it is longer than N, "
        "to that length, and keeps its direction. Weights cannot grow without end, even with long steps.",
        use="With dropout and a large learning rate; 3 to 4 is usual.",
        option="--max-norm N",
        source=limits.MAX_NORM_SOURCE,
        formulas=lambda: [
            *limit_formulas("ω", "φ", "N"),
            (Variable("w", mark="′"), number(0.6, "φ") * number(3, "ω")),
        ],
        example="A neuron with two weights, which may be 3 long:",
        add_example=lambda steps: add_shortening(steps, "ω", "φ", "N", ("w", "′")),
        lines=limit_lines,
        x_label="length before",
        y_label="length after",
        alt="The length after the limit over the length before it: the same up to 3, and then 3.",
    ),
    "clip-norm": Regulariser(
        title="Gradient clipping: no step longer than it may be",
        summary="Where the gradient g over all weights and biases together is longer than c, it is shortened to that "
        "length and keeps its direction. A cliff in the cost then cannot throw the network far away.",
        use="Where the cost now and then leaps up while it learns; a little above the usual length of the gradient.",
        option="--clip-norm c",
        source=limits.CLIPPING_SOURCE,
        formulas=lambda: [*limit_formulas("g", "φ", "c"), (Variable("G"), number(0.6, "φ") * number(3, "g"))],
        example="A gradient of two numbers, which may be 3 long:",
        add_example=lambda steps: add_shortening(steps, "g", "φ", "c", ("G", "")),
        lines=limit_lines,
        x_label="length before",
        y_label="length after",
        alt="The length after clipping over the length before it: the same up to 3, and then 3.",
    ),
    "averaging": Regulariser(
        title="Averages of the parameters over the last steps",
        summary="Beside each parameter its running average is kept, and it is the averages that are judged, saved and "
        "that answer. Single mini-batches push the parameters to and fro about a good place; the average stays near "
        "it. In the beginning less of it is kept, lest it remember the random start.",
        use="Nearly always good with small mini-batches; ρ̄ = 0.999 remembers about a thousand steps.",
        option="--averaging ρ̄",
        source=averaging.SOURCE,
        formulas=averaging_formulas,
        example="A weight that starts at 1, over three steps, with ρ̄ = 0.999:",
        add_example=add_averaging,
        lines=averaging_lines,
        x_label="step",
        y_label="",
        alt="A weight that trembles as it learns, and its average, which follows a little later and hardly trembles.",
    ),
}
