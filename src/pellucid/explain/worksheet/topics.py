"""The topics: one function each, which draws an exercise and works out its answer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from pellucid.errors import counted
from pellucid.explain.cost import cost
from pellucid.explain.derivation import Derivation
from pellucid.explain.document import Block, Formula, Paragraph
from pellucid.explain.parameters import parameters
from pellucid.explain.worksheet.exercise import Asked, Exercise, asked_of, listed, short
from pellucid.explain.worksheet.given import (
    activation_blocks,
    cost_blocks,
    example_paragraph,
    examples_table,
    forward_table,
    input_paragraph,
    network_blocks,
)
from pellucid.explain.worksheet.numbers import (
    Difficulty,
    Problem,
    draw_problem,
    draw_rate,
    draw_weight,
    is_moderate,
    without_biases,
)
from pellucid.explain.worksheet.worked import (
    ALL_TERMS,
    balancing_bias,
    derivative_for_example,
    forward_derivation,
    update_of_batch,
    update_of_example,
    weight_at,
)
from pellucid.expression import Partial, Symbol, Variable
from pellucid.maths import Network


@dataclass(frozen=True)
class Setting:
    """What all exercises of a sheet share.

    Attributes:
        difficulty: how demanding they are.
        sizes: neurons in each layer; None: the difficulty's own.
        activation: of the layers after the input.
        digits: significant digits of the answers.
    """

    difficulty: Difficulty
    sizes: tuple[int, ...] | None
    activation: str
    digits: int

    @property
    def network_sizes(self) -> tuple[int, ...]:
        """The sizes of the networks that are computed with."""
        return self.difficulty.sizes if self.sizes is None else self.sizes


Draw = Callable[[Setting, np.random.Generator], Exercise]


def count_parameters(setting: Setting, generator: np.random.Generator) -> Exercise:
    """How many weights and biases a network has."""
    drawn = [int(generator.choice(row)) for row in setting.difficulty.counted_sizes]
    sizes = drawn if setting.sizes is None else list(setting.sizes)
    network = Network.random(sizes, initializer="zeros")
    asked: list[Asked] = []
    for layer, (n_in, n_out) in enumerate(pairwise(sizes), start=2):
        asked += [Asked(f"weights of layer {layer}", n_in * n_out), Asked(f"biases of layer {layer}", n_out)]
    hidden = [f"hidden layers of {listed(map(str, sizes[1:-1]))} neurons"] if len(sizes) > 3 else []
    if len(sizes) == 3:
        hidden = [f"a hidden layer of {counted(sizes[1], 'neuron')}"]
    parts = listed([counted(sizes[0], "input"), *hidden, counted(sizes[-1], "output neuron")])
    return Exercise(
        title="count the parameters",
        given=(Paragraph(f"A fully-connected network has {parts}."),),
        task="How many weights and biases has each layer after the input, and how many parameters are there in all?",
        asked=(*asked, Asked("all parameters", network.parameter_count)),
        worked=(parameters(network),),
    )


def forward_pass(setting: Setting, generator: np.random.Generator) -> Exercise:
    """What every neuron comes to hold."""
    problem = draw_problem(generator, setting.difficulty, setting.network_sizes, setting.activation)
    worked = forward_derivation(problem)
    return Exercise(
        title="forward pass",
        given=(*network_blocks(problem.network), *formulas(problem), input_paragraph(problem.inputs[0])),
        task="Find the pre-activation and the activation of every neuron.",
        asked=asked_of(worked, "za"),
        worked=(worked,),
    )


def what_the_bias_does(setting: Setting, generator: np.random.Generator) -> Exercise:
    """One neuron without its bias and with it, and the bias that makes up for its weighted sum."""
    simple = replace(setting.difficulty, is_classifier=False)
    while True:
        problem = draw_problem(generator, simple, (setting.network_sizes[0], 1), setting.activation)
        without = without_biases(problem)
        if is_moderate(without.network.forward(without.inputs).pre_activations[0]):
            break
    biased, unbiased, balance = forward_derivation(problem), forward_derivation(without), balancing_bias(problem)
    a, b, z = (Variable(letter, 2, (1,)).text for letter in "abz")
    own = short(problem.network.layers[0].biases[0])
    return Exercise(
        title="what the bias does",
        given=(*network_blocks(problem.network), *formulas(problem), input_paragraph(problem.inputs[0])),
        task=f"What does the neuron hold if its bias is taken as 0, and what with its own, {own}? "
        "For which bias would its pre-activation be 0?",
        asked=(
            Asked(f"{a} with {b} = 0", unbiased.value),
            Asked(f"{a} with {b} = {own}", biased.value),
            Asked(f"{b} with {z} = 0", balance.value),
        ),
        worked=(
            replace(unbiased, title="Without the bias"),
            replace(biased, title="With its own bias"),
            balance,
        ),
    )


def cost_of_an_example(setting: Setting, generator: np.random.Generator) -> Exercise:
    """The cost of one example of a network without hidden layers, so that the work is in the cost."""
    problem = draw_problem(generator, setting.difficulty, setting.network_sizes[-2:], setting.activation)
    x, expected = problem.inputs[0], problem.expected[0]
    outputs = forward_derivation(problem)
    worked = cost(problem.network, x, expected, cost=problem.cost, top=ALL_TERMS)
    return Exercise(
        title="cost",
        given=(
            *network_blocks(problem.network),
            *formulas(problem),
            *cost_blocks(problem.cost, 2, len(expected), with_derivative=False),
            example_paragraph(x, expected),
        ),
        task="Find the outputs, and the cost of this example.",
        asked=(*asked_of(outputs, "za"), Asked("C", worked.value)),
        worked=(outputs, worked),
    )


def chain_rule(setting: Setting, generator: np.random.Generator, *, is_output: bool) -> Exercise:
    """The derivative of the cost with respect to one weight, factor by factor."""
    problem = draw_problem(generator, setting.difficulty, setting.network_sizes, setting.activation)
    last = len(problem.network.sizes)
    place = draw_weight(generator, problem, last if is_output else int(generator.integers(2, last)))
    worked = derivative_for_example(problem, place)
    given, asked, forward = forward_part(setting, problem, worked)
    weight = weight_at(place).text
    return Exercise(
        title=f"chain rule for {'an output' if is_output else 'a hidden'} weight",
        given=(*learning_blocks(problem), *given),
        task=f"How does the cost change with the weight {weight}? "
        f"Find each factor of ∂C/∂{weight}, then their product.",
        asked=(*asked, *asked_of(worked, "δ")),
        worked=(*forward, worked),
    )


def output_weight(setting: Setting, generator: np.random.Generator) -> Exercise:
    """The chain rule for a weight into the output layer."""
    return chain_rule(setting, generator, is_output=True)


def hidden_weight(setting: Setting, generator: np.random.Generator) -> Exercise:
    """The chain rule for a weight into a hidden layer."""
    return chain_rule(setting, generator, is_output=False)


def one_update(setting: Setting, generator: np.random.Generator) -> Exercise:
    """One step of gradient descent for one weight, of the output layer where the forward pass is given."""
    problem = draw_problem(generator, setting.difficulty, setting.network_sizes, setting.activation)
    last = len(problem.network.sizes)
    layer = last if setting.difficulty.gives_forward_pass else int(generator.integers(2, last + 1))
    place = draw_weight(generator, problem, layer)
    rate = draw_rate(generator, setting.difficulty, problem, place)
    worked = update_of_example(problem, place, rate)
    given, asked, forward = forward_part(setting, problem, worked)
    weight = weight_at(place).text
    return Exercise(
        title="one update",
        given=(*learning_blocks(problem), *given, rate_paragraph(rate)),
        task=f"Find ∂C/∂{weight}, and what the weight is after one step of gradient descent on this example.",
        asked=(*asked, *asked_of(worked, "δw")),
        worked=(*forward, worked),
    )


def mini_batch(setting: Setting, generator: np.random.Generator) -> Exercise:
    """The mean gradient of a few examples for one weight, and its update, in a network without hidden layers."""
    difficulty = setting.difficulty
    problem = draw_problem(generator, difficulty, setting.network_sizes[-2:], setting.activation, difficulty.n_examples)
    place = draw_weight(generator, problem, 2)
    rate = draw_rate(generator, difficulty, problem, place)
    weight = weight_at(place)
    worked = update_of_batch(problem, place, rate)
    return Exercise(
        title="mini-batch",
        given=(*learning_blocks(problem), examples_table(problem), rate_paragraph(rate)),
        task=f"Find ∂C/∂{weight.text} for each example, the mean of these, and what the weight is after one step of "
        "gradient descent on the mini-batch.",
        asked=tuple(
            Asked(step.symbol.text, step.value)
            for step in worked.steps
            if step is worked.steps[-1] or is_derivative(step.symbol, weight)
        ),
        worked=(worked,),
    )


def is_derivative(symbol: Symbol, weight: Variable) -> bool:
    """Whether it is ∂C/∂w of that weight, for an example or the mini-batch."""
    return isinstance(symbol, Partial) and symbol.of.letter == "C" and symbol.by == weight


def forward_part(
    setting: Setting, problem: Problem, worked: Derivation
) -> tuple[list[Block], tuple[Asked, ...], tuple[Derivation, ...]]:
    """The example, and its forward pass: given, and the chain rule with it, or asked for and worked out."""
    example = example_paragraph(problem.inputs[0], problem.expected[0])
    if setting.difficulty.gives_forward_pass:
        rule = [block for block in worked.blocks if isinstance(block, Formula)]
        return [example, forward_table(problem, setting.digits), Paragraph("The chain rule:"), *rule], (), ()
    forward = forward_derivation(problem)
    return [example], asked_of(forward, "za"), (forward,)


def learning_blocks(problem: Problem) -> list[Block]:
    """The network and every formula that learning needs."""
    sizes = problem.network.sizes
    return [
        *network_blocks(problem.network),
        *activation_blocks(problem.network.activations, sizes[-1], with_derivative=True),
        *cost_blocks(problem.cost, len(sizes), sizes[-1], with_derivative=True),
    ]


def formulas(problem: Problem) -> list[Block]:
    return activation_blocks(problem.network.activations, problem.network.sizes[-1], with_derivative=False)


def rate_paragraph(rate: float) -> Paragraph:
    return Paragraph(
        f"Gradient descent makes w′ = w − r · ∂C/∂w of a weight w. The learning rate is r = {short(rate)}."
    )


TOPICS: dict[str, Draw] = {
    "parameters": count_parameters,
    "forward": forward_pass,
    "bias": what_the_bias_does,
    "cost": cost_of_an_example,
    "output-weight": output_weight,
    "hidden-weight": hidden_weight,
    "update": one_update,
    "mini-batch": mini_batch,
}
