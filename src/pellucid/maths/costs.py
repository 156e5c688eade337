"""Cost functions: value, derivative and formula side by side.

The cost of one example is summed over its outputs; the cost of a mini-batch is the mean of its examples' costs.
Cross-entropies are in nats. A new cost is one `Cost` in `COSTS`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pellucid.arrays import Array, Costs, Outputs, namespace
from pellucid.errors import InvalidValueError, look_up
from pellucid.expression import Expression, Latex, Number, Variable, evaluate, functions
from pellucid.maths.activations import Activation, log_softmax, softplus


@dataclass(frozen=True)
class Cost:
    """How far outputs a are from the expected outputs E.

    Attributes:
        name: the name in the closed list.
        terms: each output's contribution; the example's cost C is their sum.
        derivative: ∂C/∂a, elementwise.
        formula: one output's contribution as an expression tree of a and E.
        derivative_formula: ∂C/∂a as an expression tree of a, E and their difference a − E.
        source: who published it, and which convention it follows.
        output: the one output activation that it fits (None: any). With it, ∂C/∂z simplifies to a − E.
        terms_of_pre_activations: the contributions from z itself, finite even where an output rounds to 0 or 1.
        divides_by_difference: whether ∂C/∂a divides by a − E, so that it must be shown as a number of its own: two
            numbers that look the same when rounded would leave 0/0.
        domain: the outputs for which it is defined.
        range: its least and greatest value.
        advice: what large errors do to it, and what it is good for, in a sentence or two.
    """

    name: str
    terms: Callable[[Outputs, Outputs], Outputs]
    derivative: Callable[[Outputs, Outputs], Outputs]
    formula: Callable[[Expression, Expression], Expression]
    derivative_formula: Callable[[Expression, Expression, Expression], Expression]
    source: str
    output: str | None = None
    terms_of_pre_activations: Callable[[Outputs, Outputs], Outputs] | None = None
    divides_by_difference: bool = False
    domain: str = "any real outputs"
    range: tuple[float, float] = (0.0, float("inf"))
    advice: str = ""

    @property
    def latex(self) -> str:
        """One output's contribution in LaTeX, in symbols a and E."""
        a, expected = SYMBOLS
        return in_symbols(self.formula(a, expected))

    @property
    def derivative_latex(self) -> str:
        """∂C/∂a in LaTeX, in symbols."""
        a, expected = SYMBOLS
        return in_symbols(self.derivative_formula(a, expected, a - expected))

    def __repr__(self) -> str:
        return f"<cost {self.name}>"


def in_symbols(formula: Expression) -> str:
    return formula.lower(Latex(5, symbols=True)).text


SYMBOLS = Number(0.5, symbol=Variable("a")), Number(0.25, symbol=Variable("E"))


def away_from_zero(probability: Outputs) -> Outputs:
    """The probability, at least the smallest normal number of its type, so that its logarithm is finite."""
    xp = namespace(probability)
    return xp.maximum(probability, xp.finfo(probability.dtype).tiny)


def squared_error(a: Outputs, expected: Outputs) -> Outputs:
    return (a - expected) ** 2


def squared_error_derivative(a: Outputs, expected: Outputs) -> Outputs:
    return 2.0 * (a - expected)


def half_squared_error(a: Outputs, expected: Outputs) -> Outputs:
    return 0.5 * (a - expected) ** 2


def half_squared_error_derivative(a: Outputs, expected: Outputs) -> Outputs:
    return a - expected


def cross_entropy(a: Outputs, expected: Outputs) -> Outputs:
    """−E ln a; an output of 0 counts as the smallest normal number (87 nats in float32), 0 ln 0 as 0."""
    return -expected * namespace(a).log(away_from_zero(a))


def cross_entropy_derivative(a: Outputs, expected: Outputs) -> Outputs:
    return -expected / away_from_zero(a)


def cross_entropy_of_pre_activations(z: Outputs, expected: Outputs) -> Outputs:
    return -expected * log_softmax(z)


def binary_cross_entropy(a: Outputs, expected: Outputs) -> Outputs:
    """−E ln a − (1 − E) ln(1 − a), with the same floor under both probabilities."""
    log = namespace(a).log
    return -expected * log(away_from_zero(a)) - (1.0 - expected) * log(away_from_zero(1.0 - a))


def binary_cross_entropy_derivative(a: Outputs, expected: Outputs) -> Outputs:
    return (1.0 - expected) / away_from_zero(1.0 - a) - expected / away_from_zero(a)


def binary_cross_entropy_of_pre_activations(z: Outputs, expected: Outputs) -> Outputs:
    """−E ln S(z) − (1 − E) ln(1 − S(z)) = ln(1 + eᶻ) − E z."""
    return softplus(z) - expected * z


def absolute_error(a: Outputs, expected: Outputs) -> Outputs:
    return abs(a - expected)


def absolute_error_derivative(a: Outputs, expected: Outputs) -> Outputs:
    """The sign of a − E; 0 at the kink."""
    return namespace(a).sign(a - expected)


def absolute_error_derivative_formula(a: Expression, expected: Expression, difference: Expression) -> Expression:
    return difference if evaluate(difference) == 0 else difference / abs(difference)


def huber(a: Outputs, expected: Outputs) -> Outputs:
    """½d² for |d| ≤ 1, else |d| − ½, with d = a − E: as m(|d| − m/2) with m = min(1, |d|), which cannot overflow."""
    distance = abs(a - expected)
    quadratic = namespace(a).minimum(1.0, distance)
    return quadratic * (distance - 0.5 * quadratic)


def huber_derivative(a: Outputs, expected: Outputs) -> Outputs:
    return namespace(a).clip(a - expected, -1.0, 1.0)


def huber_formula(a: Expression, expected: Expression) -> Expression:
    distance = abs(a - expected)
    quadratic = functions.minimum(1, distance)
    return quadratic * (distance - quadratic / 2)


def binary_cross_entropy_formula(a: Expression, expected: Expression) -> Expression:
    return -(expected * functions.log(a)) - (1 - expected) * functions.log(1 - a)


_ALL = (
    Cost(
        name="squared-error",
        terms=squared_error,
        derivative=squared_error_derivative,
        formula=lambda a, expected: (a - expected) ** 2,
        derivative_formula=lambda a, expected, difference: 2 * difference,
        source="Legendre 1805, without a factor ½: the derivative carries the 2",
        advice="An error twice as large costs four times as much, so that a few outliers can rule it. With a "
        "saturated sigmoid it learns slowly.",
    ),
    Cost(
        name="half-squared-error",
        terms=half_squared_error,
        derivative=half_squared_error_derivative,
        formula=lambda a, expected: (a - expected) ** 2 / 2,
        derivative_formula=lambda a, expected, difference: difference,
        source="Nielsen 2015, equation 6, with the factor ½",
        advice="As the squared error, with the ½ that cancels the 2 of its derivative: for the same step the "
        "learning rate is twice as large.",
    ),
    Cost(
        name="cross-entropy",
        terms=cross_entropy,
        derivative=cross_entropy_derivative,
        formula=lambda a, expected: -(expected * functions.log(a)),
        derivative_formula=lambda a, expected, difference: -expected / a,
        source="Bridle 1990; Bishop 2006, equation 4.108, in nats",
        output="softmax",
        terms_of_pre_activations=cross_entropy_of_pre_activations,
        domain="probabilities that sum to 1; expected outputs too",
        advice="Only the expected class's output counts; near 0 it costs without bound, so that sure mistakes "
        "weigh heavily. For one class out of several.",
    ),
    Cost(
        name="binary-cross-entropy",
        terms=binary_cross_entropy,
        derivative=binary_cross_entropy_derivative,
        formula=binary_cross_entropy_formula,
        derivative_formula=lambda a, expected, difference: (1 - expected) / (1 - a) - expected / a,
        source="Nielsen 2015, equation 63; Bishop 2006, equation 4.90, in nats",
        output="sigmoid",
        terms_of_pre_activations=binary_cross_entropy_of_pre_activations,
        domain="probabilities, each by itself",
        advice="A sure mistake costs without bound and so is corrected fast, however saturated the sigmoid. For "
        "outputs that are each yes or no.",
    ),
    Cost(
        name="absolute-error",
        terms=absolute_error,
        derivative=absolute_error_derivative,
        formula=lambda a, expected: abs(a - expected),
        derivative_formula=absolute_error_derivative_formula,
        source="Laplace 1774",
        divides_by_difference=True,
        advice="Large and small errors pull equally hard: outliers hardly matter, but near the answer the pull "
        "does not fade. For noisy regression.",
    ),
    Cost(
        name="huber",
        terms=huber,
        derivative=huber_derivative,
        formula=huber_formula,
        derivative_formula=lambda a, expected, difference: functions.maximum(-1, functions.minimum(1, difference)),
        source="Huber 1964, with δ = 1",
        advice="Small errors count as in half the squared error, large ones only in proportion: for regression "
        "with outliers.",
    ),
)
COSTS = {cost.name: cost for cost in _ALL}


def find_cost(name: str | Cost) -> Cost:
    """The cost of that name; a `Cost` of one's own is taken as it is.

    Raises:
        UnknownNameError: the name is not in the closed list.
    """
    return name if isinstance(name, Cost) else look_up(name, COSTS, "cost")


def require_fit(cost: Cost, output: Activation) -> None:
    """Checks that the cost is defined on what the output layer gives.

    Raises:
        InvalidValueError: cross-entropy without softmax, or binary cross-entropy without sigmoid.
    """
    if cost.output is not None and cost.output != output.name:
        raise InvalidValueError(
            f"cost: {cost.name} needs the output activation {cost.output}, got {output.name}; "
            f"choose output='{cost.output}' or a cost such as squared-error"
        )


def example_costs(cost: Cost, z: Outputs, a: Outputs, expected: Outputs) -> Costs:
    """The cost of each example, from the output layer's z and a; shape (…), one number an example."""
    if cost.terms_of_pre_activations is not None:
        return cost.terms_of_pre_activations(z, expected).sum(axis=-1)
    return cost.terms(a, expected).sum(axis=-1)


def output_delta(cost: Cost, output: Activation, z: Outputs, a: Outputs, expected: Outputs) -> Array:
    """δ⁽ᴸ⁾ = ∂C/∂z⁽ᴸ⁾ of each example, shape (…, n_outputs).

    *Formula*: a − E where cost and output activation belong together, since the factors cancel (sigmoid with binary
    cross-entropy; softmax with cross-entropy, where it is a ΣE − E, and ΣE is 1 for classes); else ∂C/∂a carried
    through the activation's derivative.
    """
    if cost.output == "softmax":
        return a * expected.sum(axis=-1, keepdims=True) - expected
    if cost.output is not None:
        return a - expected
    return output.delta(cost.derivative(a, expected), z, a)
