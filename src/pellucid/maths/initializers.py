"""Initializers: the distributions that the first weights and biases are drawn from, with formula and source.

Draws come from NumPy's seeded generator in float64 and are rounded to the network's type, so the same seed gives the
same network on every machine and device.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from pellucid.errors import unknown_name
from pellucid.maths.activations import Activation

Draw: TypeAlias = Callable[[np.random.Generator, tuple[int, ...], int, int], np.ndarray]
"""Draws an array of a shape for a layer of so many inputs (fan-in) and neurons (fan-out)."""


@dataclass(frozen=True)
class Initializer:
    """How a layer starts.

    Attributes:
        name: the name in the closed list.
        weights: draws W⁽ˡ⁾, shape (n_l, n_{l-1}).
        biases: draws B⁽ˡ⁾, shape (n_l,).
        latex: the distribution of a weight, n_in being the fan-in and n_out the fan-out.
        source: who published it.
    """

    name: str
    weights: Draw
    biases: Draw
    latex: str
    source: str


def zeros(generator: np.random.Generator, shape: tuple[int, ...], n_in: int, n_out: int) -> np.ndarray:
    return np.zeros(shape)


def standard_normal(generator: np.random.Generator, shape: tuple[int, ...], n_in: int, n_out: int) -> np.ndarray:
    return generator.standard_normal(shape)


def normal_by_fan_in(variance_factor: float) -> Draw:
    """Draws N(0, factor / n_in)."""

    def draw(generator: np.random.Generator, shape: tuple[int, ...], n_in: int, n_out: int) -> np.ndarray:
        return generator.standard_normal(shape) * math.sqrt(variance_factor / n_in)

    return draw


def glorot_normal(generator: np.random.Generator, shape: tuple[int, ...], n_in: int, n_out: int) -> np.ndarray:
    return generator.standard_normal(shape) * math.sqrt(2.0 / (n_in + n_out))


def glorot_uniform(generator: np.random.Generator, shape: tuple[int, ...], n_in: int, n_out: int) -> np.ndarray:
    bound = math.sqrt(6.0 / (n_in + n_out))
    return generator.uniform(-bound, bound, shape)


_ALL = (
    Initializer("standard-normal", standard_normal, standard_normal, r"N(0, 1)", "Nielsen 2015, chapter 1"),
    Initializer(
        "scaled-normal",
        normal_by_fan_in(1.0),
        standard_normal,
        r"N\left(0, \frac{1}{n_{in}}\right)",
        "Nielsen 2015, chapter 3; biases N(0, 1)",
    ),
    Initializer(
        "glorot-uniform",
        glorot_uniform,
        zeros,
        r"U\left(\pm\sqrt{\frac{6}{n_{in} + n_{out}}}\right)",
        "Glorot & Bengio 2010, equation 16",
    ),
    Initializer(
        "glorot-normal",
        glorot_normal,
        zeros,
        r"N\left(0, \frac{2}{n_{in} + n_{out}}\right)",
        "Glorot & Bengio 2010, equation 12",
    ),
    Initializer(
        "he-normal",
        normal_by_fan_in(2.0),
        zeros,
        r"N\left(0, \frac{2}{n_{in}}\right)",
        "He, Zhang, Ren & Sun 2015, equation 10",
    ),
    Initializer(
        "lecun-normal",
        normal_by_fan_in(1.0),
        zeros,
        r"N\left(0, \frac{1}{n_{in}}\right)",
        "LeCun, Bottou, Orr & Müller 1998, section 4.6",
    ),
    Initializer("zeros", zeros, zeros, "0", "the start that breaks no symmetry: neurons of a layer stay alike"),
)
INITIALIZERS = {initializer.name: initializer for initializer in _ALL}
AUTO = "auto"


def find_initializer(name: str, activation: Activation) -> Initializer:
    """The initializer of that name; `auto` is He-normal for the ReLU family and Glorot-uniform otherwise.

    Raises:
        UnknownNameError: the name is not in the closed list.
    """
    if name == AUTO:
        return INITIALIZERS["he-normal" if activation.is_rectifier else "glorot-uniform"]
    if name not in INITIALIZERS:
        raise unknown_name(name, [AUTO, *INITIALIZERS], "initializer")
    return INITIALIZERS[name]
