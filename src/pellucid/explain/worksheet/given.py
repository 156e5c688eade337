"""What an exercise gives: the network drawn and in tables, its formulas, its examples."""

from collections.abc import Sequence

import numpy as np

from pellucid.errors import counted
from pellucid.explain.document import Block, Formula, Paragraph, Picture, Table
from pellucid.explain.worksheet.exercise import listed, short
from pellucid.explain.worksheet.numbers import Problem
from pellucid.expression import (
    Expression,
    Number,
    Partial,
    Symbol,
    Unicode,
    Variable,
    add,
    constant_numeral,
    numbers,
)
from pellucid.maths import Network, find_cost
from pellucid.maths.activation import Activation
from pellucid.maths.activation import Formula as ActivationFormula

Z = Variable("z")


def network_blocks(network: Network) -> list[Block]:
    """The network's picture, and for each layer a table of its weights and biases under their names."""
    return [picture_of(network), *(parameters_table(network, layer) for layer in range(2, len(network.sizes) + 1))]


def picture_of(network: Network) -> Picture:
    """The network drawn; in text its neurons under their names, a column a layer."""

    def draw():
        from pellucid.figures.network import network_diagram

        return network_diagram(network)

    roles = ["input", *(f"{layer.activation.name} neuron" for layer in network.layers)]
    described = listed(counted(size, role) for size, role in zip(network.sizes, roles, strict=True))
    alt = f"The network: from left to right {described}, each joined to all of the next layer."
    return Picture(draw, alt, columns_text(network.sizes))


def columns_text(sizes: Sequence[int]) -> str:
    """The neurons' names, each layer a column, centred on one another."""
    tallest = max(sizes)
    lines = ["".join(f"layer {layer}".ljust(12) for layer in range(1, len(sizes) + 1))]
    for line in range(2 * tallest - 1):
        places = [(line - (tallest - size)) / 2 + 1 for size in sizes]  # a whole number where a neuron stands
        names = [
            Variable("a", layer, (int(place),)).text if place.is_integer() and 1 <= place <= size else ""
            for layer, (size, place) in enumerate(zip(sizes, places, strict=True), start=1)
        ]
        lines.append("".join(name.ljust(12) for name in names))
    return "\n".join(line.rstrip() for line in lines)


def parameters_table(network: Network, layer: int) -> Table:
    parameters = network.layers[layer - 2]
    n_in = network.sizes[layer - 2]
    rows = tuple(
        (
            str(neuron),
            *(
                f"{Variable('w', layer, (neuron, source)).text} = {short(parameters.weights[neuron - 1, source - 1])}"
                for source in range(1, n_in + 1)
            ),
            f"{Variable('b', layer, (neuron,)).text} = {short(parameters.biases[neuron - 1])}",
        )
        for neuron in range(1, network.sizes[layer - 1] + 1)
    )
    header = ("neuron", *(f"from neuron {source}" for source in range(1, n_in + 1)), "bias")
    caption = f"Layer {layer} ({parameters.activation.name}): the weights from layer {layer - 1}, and the biases."
    return Table(header, rows, caption)


def input_paragraph(x: np.ndarray) -> Paragraph:
    return Paragraph(f"The input is {vector_text('a', 1, x)}.")


def example_paragraph(x: np.ndarray, expected: np.ndarray) -> Paragraph:
    """One labelled example in a sentence or two."""
    return Paragraph(f"The input is {vector_text('a', 1, x)}. Expected is {vector_text('E', None, expected)}.")


def vector_text(letter: str, layer: int | None, values: np.ndarray) -> str:
    return listed(f"{Variable(letter, layer, (k,)).text} = {short(value)}" for k, value in enumerate(values, start=1))


def examples_table(problem: Problem) -> Table:
    """A mini-batch, an example a row; examples are counted from 0, as in formulas."""
    names = [Variable("a", 1, (k,)).text for k in range(1, problem.network.sizes[0] + 1)]
    names += [Variable("E", None, (k,)).text for k in range(1, problem.network.sizes[-1] + 1)]
    rows = tuple(
        (str(i), *map(short, [*x, *expected]))
        for i, (x, expected) in enumerate(zip(problem.inputs, problem.expected, strict=True))
    )
    return Table(("example", *names), rows, "The mini-batch. Numbers of example k are marked [k].")


def activation_blocks(functions: Sequence[Activation], n_outputs: int, *, with_derivative: bool) -> list[Block]:
    """The formulas of each activation that the network has, and of its derivative."""
    blocks: list[Block] = []
    for function in dict.fromkeys(functions):
        if not function.is_elementwise:
            layer = [Number(1.0, symbol=Variable("z", None, (k,))) for k in range(1, n_outputs + 1)]
            blocks.append(Paragraph(f"Activation of the output layer ({function.name}), for its first neuron:"))
            blocks.append(Formula(Variable("a", None, (1,)), function.formula(layer[0], layer)))
            continue
        trees: list[tuple[Symbol, ActivationFormula]] = [(Variable("a"), function.formula)]
        if with_derivative:
            trees.append((Partial(Variable("a"), Z), function.derivative_formula))
        blocks.append(Paragraph(f"Activation ({function.name}){' and its derivative' if with_derivative else ''}:"))
        used: list[Expression] = []
        for symbol, build in trees:
            above, below = (build(z, [z]) for z in (Number(1.0, symbol=Z), Number(-1.0, symbol=Z)))
            used += [above, below]
            if in_symbols(above) == in_symbols(below):
                blocks.append(Formula(symbol, above))
            else:
                blocks += [Paragraph("for z > 0:"), Formula(symbol, above)]
                blocks += [Paragraph("for z < 0:"), Formula(symbol, below)]
        blocks += constants_paragraph(used)
    return blocks


def in_symbols(tree: Expression) -> str:
    return tree.lower(Unicode(17, symbols=True)).text


def constants_paragraph(trees: Sequence[Expression]) -> list[Block]:
    """The constants that formulas show rounded, in full."""
    leaves = [number for tree in trees for number in numbers(tree) if number.symbol is None]
    long = sorted({number.value for number in leaves if constant_numeral(number.value, 3).half_unit != 0})
    return [Paragraph(f"Its constants in full: {listed(map(repr, long))}.")] if long else []


def cost_blocks(cost_name: str, n_layers: int, n_outputs: int, *, with_derivative: bool) -> list[Block]:
    """The cost written out over the outputs; its derivative for one output, or what most of the chain rule comes to."""
    cost = find_cost(cost_name)
    a, expected = output_leaves(n_layers, 1)
    total = add([cost.formula(*output_leaves(n_layers, k)) for k in range(1, n_outputs + 1)])
    whole = Formula(Variable("C"), total)
    if not with_derivative:
        return [Paragraph(f"Cost ({cost.name}):"), whole]
    if cost.output is None:
        slope = cost.derivative_formula(a, expected, a - expected)
        by_output = Partial(Variable("C"), Variable("a", n_layers, (1,)))
        return [Paragraph(f"Cost ({cost.name}) and its derivative:"), whole, Formula(by_output, slope)]
    fused = Formula(Partial(Variable("C"), Variable("z", n_layers, (1,))), a - expected)
    said = f"With {cost.output} and {cost.name} most factors of the chain rule cancel, for each output as for this one:"
    return [Paragraph(f"Cost ({cost.name}):"), whole, Paragraph(said), fused]


def output_leaves(n_layers: int, k: int) -> tuple[Number, Number]:
    return Number(0.5, symbol=Variable("a", n_layers, (k,))), Number(0.25, symbol=Variable("E", None, (k,)))


def forward_table(problem: Problem, digits: int) -> Table:
    """What every neuron holds for the first example, a few digits more exact than the answers are to be."""
    trace = problem.network.forward(problem.inputs[0])
    rows: list[tuple[str, ...]] = []
    for layer, (of_z, of_a) in enumerate(zip(trace.pre_activations, trace.activations[1:], strict=True), start=2):
        for neuron, values in enumerate(zip(of_z, of_a, strict=True), start=1):
            rows.append(
                tuple(
                    f"{Variable(letter, layer, (neuron,)).text} = "
                    f"{Unicode(digits).numeral(constant_numeral(round(float(value), 12), digits + 2)).text}"
                    for letter, value in zip("za", values, strict=True)
                )
            )
    return Table(("pre-activation", "activation"), tuple(rows), "The forward pass, which is done already.")
