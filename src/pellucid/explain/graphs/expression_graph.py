"""The computational graph of a formula: its expression tree with every quantity that occurs twice made one node."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from pellucid.errors import InvalidValueError
from pellucid.explain.document import Paragraph
from pellucid.explain.graphs.computation import ComputationalGraph, GraphUnderWay
from pellucid.expression import Expression, Number, Variable, add, constant, evaluate, functions, multiply, numbers
from pellucid.expression.symbols import SUBSCRIPTS
from pellucid.expression.tree import CONSTANT, FUNCTIONS


def graph_of(tree: Expression, names: Sequence[str] = ()) -> ComputationalGraph:
    """The computational graph of a formula, with the derivative of its value with respect to every part of it.

    Parameters:
        tree: the formula; its numbers are nodes, but for constants.
        names: letters for the quantities on the way and the result, in the order in which they are computed; those
            without one are called v₁, v₂, …

    Raises:
        InvalidValueError: the formula computes nothing, has no value or no derivative in float64, or a name is taken.

    Source: Olah 2015, whose example e = (a + b)(b + 1) this is:

    >>> a, b = Number(2.0, "a", Variable("a")), Number(1.0, "b", Variable("b"))
    >>> graph = graph_of((a + b) * (b + 1), names="cde")
    >>> [(node.ref, node.value, node.derivative) for node in graph.nodes]
    [('a', 2.0, 2.0), ('b', 1.0, 5.0), ('c', 3.0, 2.0), ('d', 2.0, 3.0), ('e', 6.0, 1.0)]
    """
    taken = {number.ref for number in numbers(tree)}
    for name in names:
        if name in taken:
            raise InvalidValueError(f"names: letters that are not used yet are required, got '{name}'")
        taken.add(name)
    grapher = Grapher(names)
    try:
        result = tree.lower(grapher)
    except (OverflowError, ValueError, ZeroDivisionError) as error:
        raise InvalidValueError(f"tree: a value within float64 is required, got {error}") from error
    if not grapher.made:
        raise InvalidValueError("tree: a formula that computes something is required, got a single number")
    under_way = GraphUnderWay([""] * (1 + max(grapher.depths.values())), symbol_of(result))
    leaves = [number for number in grapher.leaves.values() if number.ref != CONSTANT]
    for number in leaves + grapher.made:
        under_way.add_node(number.ref, symbol_of(number), number.value, grapher.depths[number.ref])
    try:
        for (start, end), formulas in grapher.edges.items():
            total = add(formulas)
            under_way.add_edge(start, end, evaluate(total), total)
    except (OverflowError, ValueError, ZeroDivisionError) as error:
        raise InvalidValueError(f"tree: a derivative within float64 is required, got {error}") from error
    said = Paragraph(
        "Each edge bears the derivative of the quantity that it leads to with respect to the one that it comes from. "
        f"∂{symbol_of(result).text} by a node is the sum, over all paths from that node, of the products along them."
    )
    return under_way.conclude(f"The computational graph of {symbol_of(result).text}", {result.ref: 1.0}, [said])


def symbol_of(number: Number) -> Variable:
    """The symbol of a leaf: its own, or else its ref."""
    return number.symbol if isinstance(number.symbol, Variable) else Variable(number.ref)


class Grapher:
    """Lowers a tree to its last node, as a number with the node's ref, and keeps all nodes and edges on the way."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.leaves: dict[str, Number] = {}
        self.made: list[Number] = []
        self.depths: dict[str, int] = {}
        self.edges: dict[tuple[str, str], list[Expression]] = {}
        self.known: dict[tuple[Any, ...], Number] = {}

    def number(self, number: Number) -> Number:
        if number.ref != CONSTANT:
            self.leaves[number.ref] = number
            self.depths[number.ref] = 0
        return number

    def add(self, terms: Sequence[tuple[bool, Number]]) -> Number:
        signed = [-1.0 if is_subtracted else 1.0 for is_subtracted, _ in terms]
        operands = [term for _, term in terms]
        value = math.fsum(sign * operand.value for sign, operand in zip(signed, operands, strict=True))
        return self.make(("add", *signed), value, operands, lambda result: [constant(sign) for sign in signed])

    def negate(self, operand: Number) -> Number:
        return self.make(("negate",), -operand.value, [operand], lambda result: [constant(-1)])

    def multiply(self, factors: Sequence[Number]) -> Number:
        value = math.prod(factor.value for factor in factors)
        others = [multiply([*factors[:k], *factors[k + 1 :]]) for k in range(len(factors))]
        return self.make(("multiply",), value, factors, lambda result: others)

    def divide(self, numerator: Number, denominator: Number) -> Number:
        slopes: list[Expression] = [1 / denominator, -(numerator / denominator**2)]
        value = numerator.value / denominator.value
        return self.make(("divide",), value, [numerator, denominator], lambda result: slopes)

    def power(self, base: Number, exponent: Number) -> Number:
        less = constant(exponent.value - 1) if exponent.ref == CONSTANT else exponent - 1
        by_base = exponent * (base if evaluate(less) == 1 else base**less)
        value = math.pow(base.value, exponent.value)
        return self.make(("power",), value, [base, exponent], lambda result: [by_base, result * functions.log(base)])

    def call(self, name: str, arguments: Sequence[Number]) -> Number:
        value = float(FUNCTIONS[name](*(argument.value for argument in arguments)))
        return self.make((name,), value, arguments, lambda result: slopes_of(name, arguments, result))

    def make(
        self,
        operation: tuple[Any, ...],
        value: float,
        operands: Sequence[Number],
        slopes: Callable[[Number], Sequence[Expression]],
    ) -> Number:
        """The node of that operation on those operands: the one there is, or a new one with edges to it."""
        if all(operand.ref == CONSTANT for operand in operands):
            return constant(value)
        key = (*operation, *((operand.ref, operand.value) for operand in operands))
        if key not in self.known:
            place = len(self.made)
            name = self.names[place] if place < len(self.names) else f"v{place + 1}".translate(SUBSCRIPTS)
            made = Number(value, name, Variable(name))
            self.known[key] = made
            self.made.append(made)
            self.depths[name] = 1 + max(self.depths.get(operand.ref, 0) for operand in operands)
            for operand, slope in zip(operands, slopes(made), strict=True):
                if operand.ref != CONSTANT:
                    self.edges.setdefault((operand.ref, name), []).append(slope)
        return self.known[key]


def slopes_of(name: str, arguments: Sequence[Number], result: Number) -> list[Expression]:
    """The derivatives of a function of the closed list by each of its arguments; at a kink 0, as ReLU′(0)."""
    x = arguments[0]
    match name:
        case "exp":
            return [result]
        case "log":
            return [1 / x]
        case "tanh":
            return [1 - result**2]
        case "sqrt":
            return [1 / (2 * result)]
        case "erf":
            return [2 / functions.sqrt(constant(math.pi)) * functions.exp(-(x**2))]
        case "abs":
            return [constant(0) if x.value == 0 else x / result]
    chosen = [argument.value for argument in arguments].index(result.value)
    return [constant(1 if k == chosen else 0) for k in range(len(arguments))]
