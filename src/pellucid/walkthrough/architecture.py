"""Chapter 1: what a network is made of, and how many numbers that is."""

import numpy as np

from pellucid import explain
from pellucid.explain.document import Paragraph, Picture
from pellucid.figures import network_diagram
from pellucid.maths import Network
from pellucid.walkthrough.chapter import Chapter
from pellucid.walkthrough.example import DRAWN, FOR_DIGITS
from pellucid.walkthrough.figure import Figure, table_of


def architecture() -> Chapter:
    """Neurons, layers, weights and biases; counted for a network for handwritten digits."""
    small = Network.random(DRAWN, initializer="standard-normal", seed=0, dtype=np.float64)
    network = Network.random(FOR_DIGITS)
    parameters = [layer.weights.size + layer.biases.size for layer in network.layers]
    hours = network.parameter_count / 3600
    return Chapter(
        "1. Architecture",
        (
            Paragraph(
                "An artificial neuron holds a number. Neurons stand in layers: the input layer holds what is to be "
                "judged, the output layer the answer, often one neuron for each answer that there can be, and hidden "
                "layers stand between the two. Every neuron after the input is joined to every neuron of the layer "
                "before it. Each of these joints has a weight, each neuron a bias of its own."
            ),
            Picture(
                lambda: network_diagram(small),
                "A network of three layers, with 3, 4 and 2 neurons, every neuron joined to all of the layer before.",
                "3 neurons (input) → 4 neurons (hidden) → 2 neurons (output)",
            ),
            table_of(Figure("weights and biases of a 3-4-2 network", small.parameter_count, 0)),
            Paragraph(
                "A network for handwritten digits holds one input neuron for each of the 28 × 28 pixels, two hidden "
                "layers of 16, and ten output neurons, one a digit. It is a small one, and this is what it consists of:"
            ),
            table_of(
                Figure("input neurons, 28 · 28", network.sizes[0], 0, 784),
                Figure("into layer 2, 16 · 784 + 16", parameters[0], 0),
                Figure("into layer 3, 16 · 16 + 16", parameters[1], 0),
                Figure("into layer 4, 10 · 16 + 10", parameters[2], 0),
                Figure("weights and biases in all", network.parameter_count, 0, 13002),
            ),
            explain.parameters(network),
            Paragraph(
                f"At one a second it would take {hours:.1f} hours to set all these numbers by hand, and nobody would "
                "know what to set them to. So they start at random, and the network has to learn them: how, is what "
                "these chapters are about."
            ),
        ),
        "how 13,002 numbers come about",
    )
