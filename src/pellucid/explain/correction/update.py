"""The corrected weight: the cost and its gradient, what the optimizer remembers, the whole step, the new weight."""

from dataclasses import dataclass, replace
from functools import cached_property
from types import NoneType
from typing import Any

from pellucid.errors import require_kind
from pellucid.explain.batch import LabelledBatch, label, weighted
from pellucid.explain.correction.limiting import add_average, add_clipping, add_limit, clipped, unlimited
from pellucid.explain.correction.memory import add_memory
from pellucid.explain.correction.rate import Rate, add_rate
from pellucid.explain.correction.whole_step import (
    Correction,
    Place,
    WholeStep,
    gradient_of,
    is_plain,
    memory_of,
    squared_length,
    take_whole_step,
)
from pellucid.explain.cost import add_cost
from pellucid.explain.derivation import DEFAULT_TOP, Derivation, Steps
from pellucid.explain.document import Paragraph
from pellucid.explain.gradient import add_gradient
from pellucid.explain.objective import Objective, add_largest, held, leaf, value_at
from pellucid.explain.subject import LabelledSubject, ref_of, require_layer, require_neuron
from pellucid.explain.words import Words
from pellucid.expression import Expression, Number, Partial, Variable, evaluate
from pellucid.maths import AdamW, Cost, LayerParameters, Network, Optimizer, Penalty
from pellucid.maths.optimizers import REMEMBERED
from pellucid.model import Model
from pellucid.training.checkpoint import require_state
from pellucid.training.regularisation import OFF, Regularisation
from pellucid.training.step import LearningRule, TrainingState


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
    regularisation: Regularisation = OFF,
    draw: int | None = 0,
    rate: Rate | None = None,
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
        regularisation: what else training does: label smoothing, noise, dropout, limits on norms, averages.
        draw: the seed by which chance decides on noise and dropout here; None: there is neither.
        rate: how a schedule moves the learning rate on; None: it is the optimizer's.
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
    labelled = weighted(label(network, x, expected, cost, regularisation, draw), example_weights)
    rule = LearningRule(labelled.cost, optimizer, penalty, regularisation)
    require_layer(labelled.network, layer)
    require_neuron(labelled.network, layer, neuron)
    if source is not None:
        require_neuron(labelled.network, layer - 1, source, "source")
    task = Task(Steps(top if top < 2 else top // 2), labelled, rule, state, Place(layer, neuron, source or 0))
    before, slope = add_cost_and_gradient(task)
    factor = add_clip(task)
    if factor is not None:
        slope = task.steps.add("the derivative, clipped", clipped(task.place), factor * slope)
    learning_rate = task.learning_rate if rate is None else add_rate(task.steps, rate, task.learning_rate, task.time)
    change = add_own_memory(task, slope, learning_rate)
    shortened = 1.0 if factor is None else factor.value
    correction = Correction(task.labelled, rule, state, learning_rate.value, shortened)
    add_whole_step(task, correction, before, learning_rate, factor)
    delta = task.steps.add("the correction", task.changed("Δ"), change, task.note_on_correction)
    add_new_value(task, correction, delta)
    kind = "weight" if source else "bias"
    which = "one step" if task.time.value == 1 else f"step {task.time.value:,.0f}"
    return task.steps.conclude(
        f"The {kind} {task.place.symbol.text} after {which} of {optimizer.title} ({task.objective.in_words})"
    )


@dataclass(frozen=True)
class Task:
    """The correction of one parameter, under way.

    Attributes:
        steps: the derivation so far.
        labelled: the examples, and the network with the state's parameters.
        rule: penalty, optimizer and regularisation.
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

    @cached_property
    def objective(self) -> Objective:
        """What is made small."""
        return Objective(self.steps, self.labelled, self.rule.penalty, self.top)

    @property
    def held(self) -> Number:
        """The parameter's value."""
        return held(self.labelled.network, self.place)

    @property
    def corrected(self) -> Variable:
        """The symbol of its new value."""
        return replace(self.place.symbol, mark="′")

    @property
    def time(self) -> Number:
        """t, the number of this step."""
        return Number(float(1 if self.state is None else int(self.state.time) + 1), "t", Variable("t"))

    @property
    def learning_rate(self) -> Number:
        """The optimizer's own."""
        return Number(float(self.rule.optimizer.learning_rate), "r", Variable("r"))

    @property
    def note_on_correction(self) -> str:
        if isinstance(self.rule.optimizer, AdamW) and self.place.source and self.rule.optimizer.weight_decay:
            return "The last part is the weight decay, whose λ is the optimizer's own."
        return ""

    def changed(self, letter: str) -> Variable:
        """The symbol of its correction, Δw."""
        return replace(self.place.symbol, letter=letter + self.place.symbol.letter)


def add_cost_and_gradient(task: Task) -> tuple[Number, Number]:
    """Adds the cost now and the parameter's derivative, the penalty's among them; returns the leaves of both."""
    steps, place, objective = task.steps, task.place, task.objective
    if isinstance(task.labelled, LabelledBatch):
        weights = "" if task.labelled.example_weights is None else " The cost of each counts times its weight u."
        marks = "Numbers of one example carry its place in the mini-batch, counted from 0, such as [0]."
        steps.show(Paragraph(marks + weights))
    objective.tell()
    cost = add_cost(steps, task.labelled, "the cost now")
    before = objective.add_value(cost, task.labelled.network)
    add_gradient(steps, task.labelled, place.layer, place.neuron, place.source or None)
    return before, objective.add_slope(steps.last, place)


def add_clip(task: Task) -> Number | None:
    """Adds by what the whole gradient is shortened, and returns the factor's leaf; None where nobody asked for it."""
    most = task.rule.regularisation.clip_norm
    if most is None:
        return None
    squares = squared_length(task.labelled, task.rule, task.top)
    slopes = [derivative_at(task, place) for place in squares.places]
    return add_clipping(task.steps, slopes, squares, most, task.objective.symbol)


def add_own_memory(task: Task, slope: Number, learning_rate: Number) -> Expression:
    """Adds what the optimizer remembers of this parameter; returns its correction as a tree."""
    place = task.place
    row = slice(place.neuron - 1, place.neuron)
    own = LayerParameters(*(array[row] for array in task.labelled.network.parameters[place.layer - 2]))
    of_weights, of_biases = memory_of(task.rule, own, task.state, place.layer, row)
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
        rate=learning_rate,
        time=task.time,
        decays=bool(place.source),
        new=lambda letter: replace(place.symbol, letter=letter, mark="′"),
    )
    return change


def add_whole_step(
    task: Task, correction: Correction, before: Number, learning_rate: Number, factor: Number | None
) -> None:
    """Adds what correcting all parameters at once does to the cost, beside what its gradient predicts."""
    steps, objective = task.steps, task.objective
    whole = take_whole_step(correction, task.top)
    count = task.labelled.network.parameter_count
    steps.show(
        Paragraph(f"The whole step corrects all {count:,} parameters at once. What it should do to the cost, and does:")
    )
    predicted = add_prediction(task, whole, learning_rate, factor)
    after = add_cost(steps, task.labelled.through(whole.network), "the cost after the whole step")
    after = objective.add_value(after, whole.network, "′", whole.penalty)
    change = evaluate(after - before)
    steps.add(
        "the change that came about",
        replace(objective.symbol, letter=f"Δ{objective.symbol.letter}"),
        after - before,
        nearness(change, predicted.value),
    )


def add_prediction(task: Task, whole: WholeStep, learning_rate: Number, factor: Number | None) -> Number:
    """Adds the change of the cost that its gradient predicts for the whole step, and returns its leaf."""
    steps, letter = task.steps, task.objective.symbol.letter
    if not is_plain(task.rule):
        products: list[Expression] = [
            derivative_at(task, place) * change_at(task, whole, place) for place in whole.terms.places
        ]
        name = "the change predicted: each derivative times the correction of its parameter"
        return add_largest(steps, name, Variable(f"d{letter}"), products, whole.terms)
    length = Variable(f"‖∇{letter}‖²")
    if factor is None:
        squares: list[Expression] = [derivative_at(task, place) ** 2 for place in whole.terms.places]
        squared = add_largest(steps, "squared length of the whole gradient", length, squares, whole.terms)
        name, rate = "the change predicted: −r times the squared length", learning_rate
    else:
        squared = steps.leaves[length]
        name, rate = "the change predicted: −r times the factor and the squared length", learning_rate * factor
    return steps.add(name.replace("−r", f"−{letter_of(learning_rate)}"), Variable(f"d{letter}"), -(rate * squared))


def letter_of(number: Number) -> str:
    """What stands for a number in formulas."""
    return "" if number.symbol is None else number.symbol.text


def add_new_value(task: Task, correction: Correction, delta: Number) -> None:
    """Adds the new value, limited where weights are, and before it the average that it enters."""
    chosen, place, steps = task.rule.regularisation, task.place, task.steps
    new: Expression = task.held + delta
    if chosen.max_norm is not None and place.source:
        own = steps.add("the corrected weight, before it is limited", unlimited(place), new)
        new = add_limit(steps, place, correction.unlimited(place), own, chosen.max_norm)
    if chosen.averaging is not None:
        averages = None if task.state is None else task.state.averages
        network = task.labelled.network
        average = value_at(network if averages is None else network.with_parameters(averages), place)
        add_average(steps, place, average, new, chosen.averaging, task.time)
    steps.add("the new value", task.corrected, new)


def derivative_at(task: Task, place: Place) -> Number:
    """The derivative of what is minimised with respect to any parameter, as `dw4:3,5` or `db4:3`."""
    row = slice(place.neuron - 1, place.neuron)
    weights, biases = gradient_of(task.labelled, task.rule, place.layer, row)
    value = weights[0, place.source - 1] if place.source else biases[0]
    return Number(float(value), f"d{ref_of(place.symbol)}", Partial(task.objective.symbol, place.symbol))


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
