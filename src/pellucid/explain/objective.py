"""What training makes small: the cost as often as it counts, of outputs as they are expected, and the penalty."""

from dataclasses import dataclass, replace

from pellucid.explain.batch import LabelledBatch
from pellucid.explain.correction.memory import with_symbols
from pellucid.explain.correction.whole_step import LargestTerms, Place, penalty_terms
from pellucid.explain.derivation import Steps
from pellucid.explain.document import Paragraph
from pellucid.explain.subject import LabelledSubject, ref_of
from pellucid.explain.words import Words
from pellucid.expression import Expression, Number, Partial, Variable, add
from pellucid.expression.tree import CONSTANT
from pellucid.maths import Network, Penalty
from pellucid.maths.smoothing import smoothed

PENALTY = Variable("P")
PENALTY_SYMBOLS = {"strength": Variable("λ"), "l1_share": Variable("κ")}
WITHOUT_CHANCE = "a trained network answers without."


@dataclass(frozen=True)
class Objective:
    """What training makes small, to be written out.

    Attributes:
        steps: the derivation so far.
        labelled: the examples, and the network.
        penalty: on its weights, or none.
        top: so many terms are shown of a sum over all parameters.
    """

    steps: Steps
    labelled: LabelledSubject | LabelledBatch
    penalty: Penalty | None
    top: int

    @property
    def in_words(self) -> str:
        """Its name in a title."""
        return self.labelled.cost.name + ("" if self.penalty is None else f" with penalty {self.penalty.name}")

    @property
    def symbol(self) -> Variable:
        """C, or with a penalty or the weight of a single example J."""
        has_weight = isinstance(self.labelled, LabelledSubject) and self.labelled.example_weight is not None
        return Variable("J") if has_weight or self.penalty is not None else Variable("C")

    def as_counted(self, of_cost: Expression) -> Expression:
        """The cost, or a derivative of it, as often as it counts; that of a mini-batch holds its weights already."""
        return self.labelled.times_weight(of_cost) if isinstance(self.labelled, LabelledSubject) else of_cost

    def tell(self) -> None:
        """Says how often an example counts and what chance decided, and adds the expected outputs where smoothed."""
        labelled = self.labelled
        if isinstance(labelled, LabelledSubject) and labelled.example_weight is not None:
            self.steps.show(Paragraph("The example's cost counts times its weight u."))
        for words in told_of_chance(labelled):
            self.steps.show(Paragraph(words))
        add_smoothed(self.steps, labelled.examples[0] if isinstance(labelled, LabelledBatch) else labelled)

    def add_value(self, cost: Number, network: Network, mark: str = "", terms: LargestTerms | None = None) -> Number:
        """Adds what is made small, as far as it is more than the cost, and returns its leaf.

        Parameters:
            cost: the leaf of the cost.
            network, mark: the one with the parameters, and `′` after the step.
            terms: of the penalty, where they are known already.
        """
        counted = self.as_counted(cost)
        symbol = replace(self.symbol, mark=mark)
        if self.penalty is not None:
            terms = terms or penalty_terms(self.penalty, network, self.top)
            return self.steps.add("cost and penalty", symbol, counted + self.add_penalty(terms, network, mark))
        if counted is cost:
            return cost
        return self.steps.add("the cost as often as it counts: times the example's weight u", symbol, counted)

    def add_penalty(self, terms: LargestTerms, network: Network, mark: str) -> Number:
        """Adds the penalty on all weights, and returns its leaf."""
        assert self.penalty is not None  # noqa: S101 - it is asked for where there is one
        written = with_symbols(self.penalty, PENALTY_SYMBOLS)
        shown: list[Expression] = [
            written.terms(leaf(replace(place.symbol, mark=mark), value_at(network, place))) for place in terms.places
        ]
        name = f"the penalty ({self.penalty.name}) on all weights"
        return add_largest(self.steps, name, replace(PENALTY, mark=mark), shown, terms)

    def add_slope(self, slope: Number, place: Place) -> Number:
        """Adds what is more in the derivative than that of the cost, whose leaf is given, and returns its leaf."""
        whole, of_cost = Partial(self.symbol, place.symbol), self.as_counted(slope)
        if self.penalty is not None and place.source:
            tree = with_symbols(self.penalty, PENALTY_SYMBOLS).gradient(held(self.labelled.network, place))
            by = Partial(PENALTY, place.symbol)
            of_penalty = self.steps.add(f"derivative of the penalty ({self.penalty.name})", by, tree)
            return self.steps.add("derivative of cost and penalty", whole, of_cost + of_penalty)
        if of_cost is slope:
            return slope
        return self.steps.add("derivative of the cost as often as it counts", whole, of_cost)


def told_of_chance(labelled: LabelledSubject | LabelledBatch) -> list[Words]:
    """What chance decided in this draw, in a sentence each for noise and dropout; nothing where it decided nothing."""
    chosen, said = labelled.regularisation, list[Words]()
    if labelled.noise is not None:
        deviation = Number(chosen.input_noise, CONSTANT)
        said.append(("Chance adds noise of standard deviation ", deviation, f" to the inputs; {WITHOUT_CHANCE}"))
    masked = [layer for layer, mask in enumerate(labelled.trace.masks, start=1) if mask is not None]
    if masked:
        layers = f"layer{'s' if len(masked) > 1 else ''} {', '.join(map(str, masked))}"
        said.append(f"Dropout leaves out some of what {layers} hold{'' if len(masked) > 1 else 's'}; {WITHOUT_CHANCE}")
    return said


def add_smoothed(steps: Steps, subject: LabelledSubject) -> None:
    """Adds the expected outputs as training smooths them, one step for each value that there is among them."""
    if subject.labels is None:
        return
    share = Number(subject.regularisation.label_smoothing, CONSTANT, Variable("α"))
    n_classes = Number(float(max(2, len(subject.labels))), CONSTANT, Variable("K"))
    values = subject.labels.tolist()
    for value in sorted(set(values), reverse=True)[: steps.top]:
        label = subject.label(values.index(value) + 1)
        expected = subject.expected(values.index(value) + 1)
        alike = values.count(value) - 1
        note = f"{alike:,} more {'have' if alike > 1 else 'has'} the same E, and so the same E′." if alike else ""
        if subject.example is not None:
            note = f"{note} Those of the other examples are smoothed in the same way.".strip()
        assert isinstance(expected.symbol, Variable)  # noqa: S101 - E′
        name = f"expected output {values.index(value) + 1}, smoothed: a share of it is spread over all classes"
        steps.add(name, expected.symbol, smoothed(label, share, n_classes), note)


def add_largest(steps: Steps, name: str, symbol: Variable, shown: list[Expression], terms: LargestTerms) -> Number:
    """Adds a sum over many parameters as a step: its largest terms, and the rest's sum."""
    note = ""
    if terms.left:
        rest, note = steps.rest(terms.left, terms.rest)
        shown = [*shown, rest]
    return steps.add(name, symbol, add(shown), note)


def leaf(symbol: Variable, value: float) -> Number:
    """A quantity as a leaf, its ref made from its symbol."""
    return Number(value, ref_of(symbol), symbol)


def held(network: Network, place: Place) -> Number:
    """The parameter that stands there, as a leaf."""
    return leaf(place.symbol, value_at(network, place))


def value_at(network: Network, place: Place) -> float:
    """The parameter that stands there."""
    layer = network.layers[place.layer - 2]
    if place.source:
        return float(layer.weights[place.neuron - 1, place.source - 1])
    return float(layer.biases[place.neuron - 1])
