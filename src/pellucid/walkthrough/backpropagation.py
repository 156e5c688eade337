"""Chapter 6: the chain rule for one weight, and for all of them at once."""

import numpy as np

from pellucid import explain
from pellucid.explain import Derivation, Document
from pellucid.explain.document import Paragraph
from pellucid.expression import Partial, Symbol, Variable
from pellucid.maths import Network, backward
from pellucid.walkthrough.chapter import Chapter
from pellucid.walkthrough.cost import cost_of
from pellucid.walkthrough.descent import SMALL_EXPECTED, SMALL_INPUT
from pellucid.walkthrough.example import (
    DRAWN,
    EXPECTED,
    FOR_DIGITS,
    LEARNING_RATE,
    WEIGHT,
    chain_input,
    chain_network,
    corrected_weight,
)
from pellucid.walkthrough.figure import Figure, table_of
from pellucid.walkthrough.timing import OF_THIS_MACHINE, microseconds

COST, OUTPUT, SUM = Variable("C"), Variable("a", 3, (1,)), Variable("z", 3, (1,))
FOLLOWED = Variable("w", 3, (1, 1))
NUDGE = 1e-5


def backpropagation() -> Chapter:
    """The essay's example and its slip, a weight further back, and what one backward pass saves."""
    derivation = corrected_weight()
    change = derivation.value - WEIGHT
    nudged = [cost_of(chain_network(WEIGHT + h), chain_input(), np.array(EXPECTED)) for h in (-NUDGE, NUDGE)]
    slip = "0.15 − 0.05 · (−0.142) is 0.1571: the weight must grow, since the cost falls as it does."
    return Chapter(
        "6. Backpropagation",
        (
            Paragraph(
                "What should become of the weight w₁,₁ = 0.15 between the first hidden neuron, which holds 0.8, and "
                "the first output neuron, whose sum with bias is 0.5 and which should be 1? The cost C = Σ(a − E)² "
                "changes with the weight by the product of three derivatives, and the weight moves a small step, "
                f"r = {LEARNING_RATE}, against it."
            ),
            table_of(
                Figure("a = S(0.5)", value_of(derivation, OUTPUT), 4, 0.6225),
                Figure("∂C/∂a = 2(a − E)", value_of(derivation, Partial(COST, OUTPUT)), 3, -0.755),
                Figure("∂a/∂AS = e^(−0.5) / (1 + e^(−0.5))²", value_of(derivation, Partial(OUTPUT, SUM)), 3, 0.235),
                Figure("∂AS/∂w = a of the hidden neuron", value_of(derivation, Partial(SUM, FOLLOWED)), 1, 0.8),
                Figure("∂C/∂w", value_of(derivation, Partial(COST, FOLLOWED)), 3, -0.142),
                Figure("corrected weight", derivation.value, 4, 0.1271, slip),
                Figure(
                    "∂C/∂w by nudging the weight",
                    (nudged[1] - nudged[0]) / (2 * NUDGE),
                    3,
                    note=f"(C(w + h) − C(w − h)) / 2h with h = {NUDGE:.5f}: no calculus, the same number.",
                ),
            ),
            derivation,
            Paragraph(
                "A word to set right. The essay writes ΔW for the new weight; Δ usually means the change, here "
                f"−r ∂C/∂W = +{change:.4f}."
            ),
            table_of(Figure("the change −r ∂C/∂W", change, 4)),
            _further_back(),
            _all_at_once(),
        ),
        "the chain rule for one weight, and for all at once",
    )


def value_of(derivation: Derivation, symbol: Symbol) -> float:
    """The value of the derivation's step for that quantity."""
    return next(step.value for step in derivation.steps if step.symbol == symbol)


def _further_back() -> Document:
    network = Network.random(DRAWN, initializer="standard-normal", seed=0, dtype=np.float64)
    derivation = explain.gradient(
        network, SMALL_INPUT, SMALL_EXPECTED, cost="squared-error", layer=2, neuron=1, source=2
    )
    return Document(
        "A weight further back",
        (
            Paragraph(
                "A hidden neuron sends what it holds to every neuron of the next layer, and so acts on the cost by all "
                "these ways: what they hand back is summed. That is all there is to depth. The algorithm goes from the "
                "output towards the input, and hands each layer's δ = ∂C/∂z to the layer before; hence its name. "
                "Here for a weight into the hidden layer of the 3-4-2 network of chapter 5, with its example:"
            ),
            derivation,
        ),
    )


def _all_at_once() -> Document:
    network = Network.random(FOR_DIGITS, seed=0, dtype=np.float64)
    x, expected = np.random.default_rng(0).uniform(0.0, 1.0, FOR_DIGITS[0]), np.eye(FOR_DIGITS[-1])[3]
    forward = microseconds(lambda: network.forward(x), 100)
    both = microseconds(lambda: backward(network, network.forward(x), expected), 100)
    nudges = 2 * network.parameter_count
    return Document(
        "All derivatives in one pass",
        (
            Paragraph(
                "The derivatives of the later layers are used again for the earlier ones, so that one pass forward and "
                f"one backward find all {network.parameter_count:,} of a network 784-16-16-10. To nudge one parameter "
                f"after another, up and down, takes {nudges:,} passes. {OF_THIS_MACHINE}"
            ),
            table_of(
                Figure("one forward pass", forward, 1, unit="µs", is_timing=True),
                Figure("one forward and one backward pass", both, 1, unit="µs", is_timing=True),
                Figure("time of both passes ÷ time of a forward pass", both / forward, 1, is_timing=True),
                Figure(
                    "time of nudging every parameter ÷ time of both passes",
                    nudges * forward / both,
                    0,
                    note=f"{nudges:,} forward passes, reckoned at the time of one.",
                    is_timing=True,
                ),
            ),
        ),
    )
