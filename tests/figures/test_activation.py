from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure

from pellucid.figures import activation_graph
from pellucid.figures.activation import _shown_formula
from pellucid.maths.activations import ACTIVATIONS

ASYMPTOTES = {
    "sigmoid": ["y = 0 as z → −∞", "y = 1 as z → +∞"],
    "tanh": ["y = −1 as z → −∞", "y = 1 as z → +∞"],
    "relu": ["y = 0 as z → −∞"],
    "elu": ["y = −1 as z → −∞"],
    "identity": [],
}


def line(figure: Figure, label: str) -> np.ndarray:
    (found,) = [one for one in figure.axes[0].get_lines() if one.get_label() == label]
    return np.asarray(found.get_xydata())


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_is_drawn_with_its_formula(name: str, svg_of: Callable[[Figure], str]) -> None:
    figure = activation_graph(ACTIVATIONS[name])
    assert f">{name}</text>" in svg_of(figure)
    assert figure.axes[0].get_title("right").startswith("$f(z) = ")


def test_value_and_derivative_are_the_activations_own() -> None:
    sigmoid = activation_graph(ACTIVATIONS["sigmoid"])
    z, a = line(sigmoid, "f(z)").T
    assert (z[0], z[-1]) == (-6, 6)
    assert a == pytest.approx(1 / (1 + np.exp(-z)))
    assert line(sigmoid, "f′(z)")[:, 1] == pytest.approx(a * (1 - a))


@pytest.mark.parametrize("name", ASYMPTOTES)
def test_asymptotes_are_dashed_and_labelled(name: str) -> None:
    panel = activation_graph(ACTIVATIONS[name]).axes[0]
    assert [text.get_text() for text in panel.texts] == ASYMPTOTES[name]
    asymptotes = [one for one in panel.get_lines() if str(one.get_gid()).startswith("asymptote")]
    assert [one.get_ydata()[0] for one in asymptotes] == [  # pyright: ignore[reportIndexIssue]
        limit for limit in ACTIVATIONS[name].limits if np.isfinite(limit)
    ]
    assert all(one.get_linestyle() == "--" for one in asymptotes)


def test_a_derivative_that_jumps_has_a_gap() -> None:
    slope = line(activation_graph(ACTIVATIONS["relu"]), "f′(z)")[:, 1]
    assert np.isnan(slope).sum() == 1
    assert set(slope[~np.isnan(slope)]) == {0.0, 1.0}


def test_softmax_is_drawn_for_one_of_three_neurons() -> None:
    softmax = activation_graph(ACTIVATIONS["softmax"])
    z, a = line(softmax, "f(z)").T
    assert a == pytest.approx(np.exp(z) / (np.exp(z) + 2))
    assert softmax.axes[0].get_xlabel() == "z of the first of three neurons, the others' being 0"


def test_twice_the_same_bytes(svg_of: Callable[[Figure], str]) -> None:
    assert svg_of(activation_graph(ACTIVATIONS["gelu"])) == svg_of(activation_graph(ACTIVATIONS["gelu"]))


def test_a_formula_that_cannot_be_shown_is_left_out() -> None:
    assert _shown_formula(r"\frac{1}{z}") == r"$f(z) = \dfrac{1}{z}$"
    assert _shown_formula(r"\begin{cases} z \end{cases}") == ""
