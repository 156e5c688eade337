import numpy as np
import pytest

from pellucid.errors import InvalidValueError
from pellucid.figures.bias import bias_shift
from pellucid.maths import ACTIVATIONS


def test_the_graph_with_a_bias_is_the_graph_moved_aside():
    figure = bias_shift([ACTIVATIONS["sigmoid"], ACTIVATIONS["relu"]], -5.0)
    assert [panel.get_title("left") for panel in figure.axes] == ["sigmoid", "relu"]
    for panel, f in zip(figure.axes, (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.maximum(z, 0)), strict=True):
        lines = {line.get_label(): np.asarray(line.get_xydata()) for line in panel.get_lines()}
        np.testing.assert_allclose(lines["f(s)"][:, 1], f(lines["f(s)"][:, 0]), atol=1e-12)
        np.testing.assert_allclose(lines["f(s − 5)"][:, 1], f(lines["f(s − 5)"][:, 0] - 5), atol=1e-12)


def test_a_positive_bias_has_a_plus():
    labels = [line.get_label() for line in bias_shift([ACTIVATIONS["tanh"]], 2.0).axes[0].get_lines()]
    assert "f(s + 2)" in labels


@pytest.mark.parametrize("names", [[], ["softmax"]])
def test_functions_of_single_neurons_are_required(names: list[str]):
    with pytest.raises(InvalidValueError, match=r"^activations: at least one, and none but elementwise ones"):
        bias_shift([ACTIVATIONS[name] for name in names], 1.0)
