from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure

from pellucid.data.features import SoundEncoder
from pellucid.errors import InvalidValueError
from pellucid.figures import first_layer_weights
from pellucid.figures.weights import COLOUR_KEY, COLOUR_LABEL

WEIGHTS = np.random.default_rng(0).normal(size=(7, 12))


def mosaic(figure: Figure) -> np.ndarray:
    """The one picture that holds all the neurons', NaN between them."""
    return np.asarray(figure.axes[0].get_images()[0].get_array().filled(np.nan))


def pictures(figure: Figure) -> list[np.ndarray]:
    """Each framed piece of the mosaic, where its frame and so its number say it is."""
    found = []
    for frame in figure.axes[0].patches:
        left, top = round(frame.get_x() + 0.5), round(frame.get_y() + 0.5)
        rows, columns = slice(top, top + round(frame.get_height())), slice(left, left + round(frame.get_width()))
        found.append(mosaic(figure)[rows, columns])
    return found


def test_each_neurons_weights_lie_over_the_input() -> None:
    figure = first_layer_weights(WEIGHTS, (3, 4))
    assert np.array_equal(np.array(pictures(figure)), WEIGHTS.reshape(7, 3, 4))
    assert np.isfinite(mosaic(figure)).sum() == WEIGHTS.size, "nothing is drawn twice or over another"
    assert [label.get_text() for label in figure.axes[0].texts] == list("1234567")
    for label, frame in zip(figure.axes[0].texts, figure.axes[0].patches, strict=True):
        assert label.get_position()[0] == frame.get_x() + frame.get_width() / 2
        assert frame.get_y() - 1 < label.get_position()[1] < frame.get_y()


def test_the_scale_is_one_and_symmetric() -> None:
    figure = first_layer_weights(WEIGHTS, (3, 4))
    limits = {panel.get_images()[0].get_clim() for panel in figure.axes if panel.get_images()}
    greatest = np.abs(WEIGHTS).max()
    assert limits == {(-greatest, greatest)}


def test_what_is_left_out_is_said(texts_of: Callable[[Figure], list[str]]) -> None:
    figure = first_layer_weights(np.ones((800, 12)), (3, 4))
    assert len(pictures(figure)) == 64
    assert "Weights into 64 of 800 neurons of layer 2" in texts_of(figure)
    assert "weight" in texts_of(figure)


def test_weights_that_are_all_zero_can_be_drawn(svg_of: Callable[[Figure], str]) -> None:
    assert "Weights into 1 neuron of layer 2" in svg_of(first_layer_weights(np.zeros((1, 12)), (3, 4)))


def test_a_shape_that_does_not_fit_is_refused() -> None:
    with pytest.raises(InvalidValueError, match=r"must be the number of inputs, got \(3, 5\) for weights \(7, 12\)"):
        first_layer_weights(WEIGHTS, (3, 5))


def test_a_count_of_none_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="count: at least 1 is required, got 0"):
        first_layer_weights(WEIGHTS, (3, 4), count=0)


def test_twice_the_same_bytes(svg_of: Callable[[Figure], str]) -> None:
    assert svg_of(first_layer_weights(WEIGHTS, (3, 4))) == svg_of(first_layer_weights(WEIGHTS, (3, 4)))


def test_weights_of_colour_pictures_are_drawn_in_colour() -> None:
    weights = np.zeros((2, 3 * 4 * 3))
    weights[0, 0], weights[1, 1] = 2.0, -1.0  # the red and the green of the first pixel
    figure = first_layer_weights(weights, (3, 4, 3))
    mosaic = np.asarray(figure.axes[0].get_images()[0].get_array())
    assert mosaic.shape[2] == 3
    colours = {tuple(colour) for colour in mosaic.reshape(-1, 3).tolist()}
    assert colours == {(1.0, 0.5, 0.5), (0.5, 0.25, 0.5), (0.5, 0.5, 0.5), (1.0, 1.0, 1.0)}


def test_the_picture_says_what_its_colours_are(texts_of: Callable[[Figure], list[str]]) -> None:
    figure = first_layer_weights(np.random.default_rng(0).normal(size=(2, 36)), (3, 4, 3))
    assert {COLOUR_LABEL, COLOUR_KEY} <= set(texts_of(figure))
    assert not {COLOUR_LABEL, COLOUR_KEY} & set(texts_of(first_layer_weights(WEIGHTS, (3, 4))))


def test_one_stray_weight_leaves_the_other_colours_as_strong() -> None:
    weights = np.tile([0.5, -0.5, 0.25], 400)[None]
    strayed = weights.copy()
    strayed[0, 0] = 100.0
    for given, scale in ((weights, 0.5), (strayed, 0.5), (0 * strayed, 1.0)):
        figure = first_layer_weights(given, (20, 20, 3))
        last = np.asarray(figure.axes[0].get_images()[0].get_array())[-1, 19]
        assert last.tolist() == ((1 + given[0, -3:] / scale) / 2).tolist()
        low, high = figure.axes[1].get_ylim()
        assert (low, high) == (-scale, scale)


def test_the_sides_of_a_sound_are_told_once_for_all(texts_of: Callable[[Figure], list[str]]) -> None:
    encoder = SoundEncoder(rate=8000, bands=4, frames=3)
    figure = first_layer_weights(WEIGHTS, (4, 3), axes=encoder.axes())
    told = texts_of(figure)
    assert f"each: {encoder.axes().upward.span} →" in told
    assert "each: time, 0 to 100 % of the sound →" in told
