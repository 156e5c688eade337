"""The corrected weight: the cost and its gradient, what the optimizer remembers, the whole step, the new weight."""

from dataclasses import dataclass, replace
from types import NoneType
from typing import Any

from pellucid.errors import require_kind
from pellucid.explain.batch import LabelledBatch, label, weighted
from pellucid.explain.correction.memory import add_memory, with_symbols
from pellucid.explain.correction.whole_step import (
    LargestTerms,
    Place,
    WholeStep,
    gradient_of,
    is_plain,
    memory_of,
    penalty_terms,
    take_whole_step,
)
from pellucid.explain.cost import add_cost
from pellucid.explain.derivation import DEFAULT_TOP, Derivation, Steps
from pellucid.explain.document import Paragraph
from pellucid.explain.gradient import add_gradient
from pellucid.explain.subject import LabelledSubject, ref_of, require_layer, require_neuron
from pellucid.explain.words import Words
from pellucid.expression import Expression, Number, Partial, Variable, add, evaluate
from pellucid.maths import AdamW, Cost, LayerParameters, Network, Optimizer, Penalty
from pellucid.maths.optimizers import REMEMBERED
from pellucid.model import Model
from pellucid.training.checkpoint import require_state
from pellucid.training.step import LearningRule, TrainingState

STRENGTH = {"strength": Variable("λ")}
PENALTY = Variable("P")


def update(
    network: Network | Model,
    x: Any,
    expected: Any,
    *,
    cost: str | Cost,
    layer: int,
    neuron: int,
    source: int | None = None,
    optimizer: Optimizer,
    penalty: Penalty | None = None,
    state: TrainingState | None = None,
    example_weights: Any = None,
    top: int = DEFAULT_TOP,
) -> Derivation:
    """The derivation of a weight or bias after one correction; `.value` is the new weight.

    *Formula*: w′ = w + Δw, where Δw is the optimizer's: for plain gradient descent −r ∂C/∂w. All parameters are
    corrected at once, which changes the cost by about Σ ∂C/∂w Δw: for plain gradient descent −r‖∇C‖².

    Parameters:
        network, x, expected, cost, layer, neuron, source: as for `gradient`.
        optimizer: how it is corrected.
        penalty: what large weights add to the cost; J is then the cost with the penalty.
        example_weights: how often the cost counts, such as the weight of the example's class; of a mini-batch one for
            each example. None: once.
        state: where training stands, such as a checkpoint's: its parameters are corrected, with what the optimizer
            remembers, and its time + 1 is t. None: the network's own parameters, and the optimizer's start.
        top: as for `gradient`, but of each sum half as many terms are shown, and a quarter of those over all
            parameters: there are more of them.

    Raises:
        InvalidValueError: as for `gradient`, and for a state that does not fit the network or the optimizer, or weights
            that do not fit the examples.
    """
    require_kind(optimizer, Optimizer, "optimizer: one such as SGD(0.1) or Adam()")
    require_kind(penalty, (Penalty, NoneType), "penalty: one such as L2(0.001), or none,")
    if state is not None:
        network = with_state(network, state, optimizer)
    labelled = weighted(label(network, x, expected, cost), example_weights)
    rule = LearningRule(labelled.cost, optimizer, penalty)
    require_layer(labelled.network, layer)
    require_neuron(labelled.network, layer, neuron)
    if source is not None:
        require_neuron(labelled.network, layer - 1, source, "source")
    task = Task(Steps(top if top < 2 else top // 2), labelled, rule, state, Place(layer, neuron, source or 0))
    before, slope = add_cost_and_gradient(task)
    change = add_own_memory(task, slope)
    add_whole_step(task, before)
    delta = task.steps.add("the correction", task.changed("Δ"), change, task.note_on_correction)
    task.steps.add("the new value", task.corrected, task.held + delta)
    kind = "weight" if source else "bias"
    which = "one step" if task.time.value == 1 else f"step {task.time.value:,.0f}"
    return task.steps.conclude(
        f"The {kind} {task.place.symbol.text} after {which} of {optimizer.title} ({task.minimised})"
    )


@dataclass(frozen=True)
class Task:
    """The correction of one parameter, under way.

    Attributes:
        steps: the derivation so far.
        labelled: the examples, and the network with the state's parameters.
        rule: penalty and optimizer.
        state: what the optimizer remembers, and the time; None: its start.
        place: of the parameter.
    """

    steps: Steps
    labelled: LabelledSubject | LabelledBatch
    rule: LearningRule
    state: TrainingState | None
    place: Place

    @property
    def top(self) -> int:
        """How many terms are shown of a sum over all parameters."""
        return max(1, self.steps.top // 2)

    @property
    def minimised(self) -> str:
        """What is made small, in words."""
        penalty = self.rule.penalty
        return self.rule.cost.name + ("" if penalty is None else f" with penalty {penalty.name}")

    @property
    def objective(self) -> Variable:
        """What is made small: C, or with a penalty or the weight of a single example J."""
        has_weight = isinstance(self.labelled, LabelledSubject) and self.labelled.example_weight is not None
        return Variable("J") if has_weight or self.rule.penalty is not None else Variable("C")

    def as_counted(self, of_cost: Expression) -> Expression:
        """The cost, or a derivative of it, as often as it counts; that of a mini-batch holds its weights already."""
        return self.labelled.times_weight(of_cost) if isinstance(self.labelled, LabelledSubject) else of_cost

    @property
    def held(self) -> Number:
        """The parameter's value."""
        return leaf(self.place.symbol, value_at(self.labelled.network, self.place))

    @property
    def corrected(self) -> Variable:
        """The symbol of its new value."""
        return replace(self.place.symbol, mark="′")

    @property
    def time(self) -> Number:
        """t, the number of this step."""
        return Number(float(1 if self.state is None else int(self.state.time) + 1), "t", Variable("t"))

    @property
    def rate(self) -> Number:
        return Number(float(self.rule.optimizer.learning_rate), "r", Variable("r"))

    @property
    def note_on_correction(self) -> str:
        if isinstance(self.rule.optimizer, AdamW) and self.place.source and self.rule.optimizer.weight_decay:
            return "The last part is the weight decay, whose λ is the optimizer's own."
        return ""

    def changed(self, letter: str) -> Variable:
        """The symbol of its correction, Δw."""
        return replace(self.place.symbol, letter=letter + self.place.symbol.letter)


def leaf(symbol: Variable, value: float) -> Number:
    """A quantity as a leaf, its ref made from its symbol."""
    return Number(value, ref_of(symbol), symbol)


def value_at(network: Network, place: Place) -> float:
    """The parameter that stands there."""
    layer = network.layers[place.layer - 2]
    if place.source:
        return float(layer.weights[place.neuron - 1, place.source - 1])
    return float(layer.biases[place.neuron - 1])


def add_cost_and_gradient(task: Task) -> tuple[Number, Number]:
    """Adds the cost now and the parameter's derivative, the penalty's among them; returns the leaves of both."""
    steps, place, penalty = task.steps, task.place, task.rule.penalty
    if isinstance(task.labelled, LabelledBatch):
        weights = "" if task.labelled.example_weights is None else " The cost of each counts times its weight u."
        marks = "Numbers of one example carry its place in the mini-batch, counted from 0, such as [0]."
        steps.show(Paragraph(marks + weights))
    elif task.labelled.example_weight is not None:
        steps.show(Paragraph("The example's cost counts times its weight u."))
    cost = add_cost(steps, task.labelled, "the cost now")
    terms = penalty_terms(task.rule, task.labelled.network, task.top)
    before = add_objective(task, terms, cost, task.labelled.network)
    add_gradient(steps, task.labelled, place.layer, place.neuron, place.source or None)
    slope, whole = steps.last, Partial(task.objective, place.symbol)
    of_cost = task.as_counted(slope)
    if penalty is not None and place.source:
        tree = with_symbols(penalty, STRENGTH).gradient(task.held)
        by = Partial(PENALTY, place.symbol)
        of_penalty = steps.add(f"derivative of the penalty ({penalty.name})", by, tree)
        slope = steps.add("derivative of cost and penalty", whole, of_cost + of_penalty)
    elif of_cost is not slope:
        slope = steps.add("derivative of the cost as often as it counts", whole, of_cost)
    return before, slope


def add_objective(task: Task, terms: LargestTerms, cost: Number, network: Network, mark: str = "") -> Number:
    """Adds what is made small, as far as it is more than the cost, and returns its leaf.

    Parameters:
        terms: of the penalty.
        cost: the leaf of the cost.
        network, mark: the one with the parameters, and `′` after the step.
    """
    counted = task.as_counted(cost)
    if task.rule.penalty is not None:
        return add_penalty(task, task.rule.penalty, terms, counted, network, mark)
    if counted is cost:
        return cost
    name = "the cost as often as it counts: times the example's weight u"
    return task.steps.add(name, replace(task.objective, mark=mark), counted)


def add_penalty(
    task: Task, penalty: Penalty, terms: LargestTerms, cost: Expression, network: Network, mark: str = ""
) -> Number:
    """Adds the penalty and the cost with it, and returns the latter's leaf."""
    written = with_symbols(penalty, STRENGTH)
    shown: list[Expression] = [
        written.terms(leaf(replace(place.symbol, mark=mark), value_at(network, place))) for place in terms.places
    ]
    name = f"the penalty ({penalty.name}) on all weights"
    added = add_largest(task.steps, name, replace(PENALTY, mark=mark), shown, terms)
    return task.steps.add("cost and penalty", replace(task.objective, mark=mark), cost + added)


def add_largest(steps: Steps, name: str, symbol: Variable, shown: list[Expression], terms: LargestTerms) -> Number:
    """Adds a sum over all parameters as a step: its largest terms, and the rest's sum."""
    note = ""
    if terms.left:
        rest, note = steps.rest(terms.left, terms.rest)
        shown = [*shown, rest]
    return steps.add(name, symbol, add(shown), note)


def add_own_memory(task: Task, slope: Number) -> Expression:
    """Adds what the optimizer remembers of this parameter; returns its correction as a tree."""
    place = task.place
    row = slice(place.neuron - 1, place.neuron)
    held = LayerParameters(*(array[row] for array in task.labelled.network.parameters[place.layer - 2]))
    of_weights, of_biases = memory_of(task.rule, held, task.state, place.layer, row)
    arrays, at = (of_weights, (0, place.source - 1)) if place.source else (of_biases, 0)
    memory = {
        name: leaf(replace(place.symbol, letter=REMEMBERED[name].letter), float(array[at]))
        for name, array in arrays._asdict().items()
    }
    change, _ = add_memory(
        task.steps,
        task.rule.optimizer,
        task.held,
        slope,
        type(arrays)(**memory),
        rate=task.rate,
        time=task.time,
        decays=bool(place.source),
        new=lambda letter: replace(place.symbol, letter=letter, mark="′"),
    )
    return change


def add_whole_step(task: Task, before: Number) -> None:
    """Adds what correcting all parameters at once does to the cost, beside what its gradient predicts."""
    steps, objective = task.steps, task.objective
    whole = take_whole_step(task.labelled, task.rule, task.state, task.top)
    count = task.labelled.network.parameter_count
    steps.show(
        Paragraph(f"The whole step corrects all {count:,} parameters at once. What it should do to the cost, and does:")
    )
    symbol = Variable(f"d{objective.letter}")
    if is_plain(task.rule.optimizer):
        squares: list[Expression] = [derivative_at(task, place) ** 2 for place in whole.terms.places]
        length = Variable(f"‖∇{objective.letter}‖²")
        squared = add_largest(steps, "squared length of the whole gradient", length, squares, whole.terms)
        predicted = steps.add("the change predicted: −r times the squared length", symbol, -(task.rate * squared))
    else:
        products: list[Expression] = [
            derivative_at(task, place) * change_at(task, whole, place) for place in whole.terms.places
        ]
        name = "the change predicted: each derivative times the correction of its parameter"
        predicted = add_largest(steps, name, symbol, products, whole.terms)
    after = add_cost(steps, task.labelled.through(whole.network), "the cost after the whole step")
    after = add_objective(task, whole.penalty, after, whole.network, "′")
    change = evaluate(after - before)
    steps.add(
        "the change that came about",
        replace(objective, letter=f"Δ{objective.letter}"),
        after - before,
        nearness(change, predicted.value),
    )


def derivative_at(task: Task, place: Place) -> Number:
    """The derivative of what is minimised with respect to any parameter, as `dw4:3,5` or `db4:3`."""
    row = slice(place.neuron - 1, place.neuron)
    weights, biases = gradient_of(task.labelled, task.rule, place.layer, row)
    value = weights[0, place.source - 1] if place.source else biases[0]
    return Number(float(value), f"d{ref_of(place.symbol)}", Partial(task.objective, place.symbol))


def change_at(task: Task, whole: WholeStep, place: Place) -> Number:
    """The correction of any parameter, as `cw4:3,5` or `cb4:3`."""
    change = value_at(whole.network, place) - value_at(task.labelled.network, place)
    symbol = replace(place.symbol, letter=f"Δ{place.symbol.letter}")
    return Number(change, f"c{ref_of(place.symbol)}", symbol)


def nearness(change: float, predicted: float) -> Words:
    """How near the prediction came, in a sentence."""
    if predicted == 0:
        return "No change was predicted: the gradient is 0."
    share = change / predicted
    if share < 0:
        return "The cost went the other way: over so long a step the gradient's prediction does not hold."
    if not 0.01 <= share < 10:
        return "That is far from the prediction, which holds for short steps."
    return "That is ", 100 * share, " % of the prediction; the shorter the step, the nearer."


def with_state(network: Network | Model, state: TrainingState, optimizer: Optimizer) -> Network | Model:
    """The network with the state's parameters.

    Raises:
        InvalidValueError: the state does not fit it, or belongs to another optimizer.
    """
    if isinstance(network, Model):
        return replace(network, network=with_state(network.network, state, optimizer))
    require_state(state, network.sizes, optimizer)
    return network.with_parameters(state.parameters)
