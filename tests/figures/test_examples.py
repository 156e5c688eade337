import numpy as np
import pytest

from pellucid.errors import InvalidValueError
from pellucid.figures.examples import one_of_each


def test_each_picture_stands_under_its_name(hostile_names, svg_of):
    images = np.random.default_rng(0).random((len(hostile_names) + 1, 4, 3))
    figure = one_of_each(images, [*hostile_names, "last"])
    shown = [panel for panel in figure.axes if panel.get_images()]
    assert len(shown) == len(images)
    for panel, image in zip(shown, images, strict=True):
        np.testing.assert_array_equal(panel.get_images()[0].get_array(), image)
    svg = svg_of(figure)
    assert "<script>alert" not in svg
    assert ">last<" in svg


def test_as_many_names_as_images_are_required():
    for images, names in ((np.zeros((0, 2, 2)), []), (np.zeros((2, 2, 2)), ["a"])):
        with pytest.raises(InvalidValueError, match=r"^names: one for each of at least one image is required, got"):
            one_of_each(images, names)
