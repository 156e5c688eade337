"""One example of each class, as pictures."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Real

from pellucid.errors import InvalidValueError
from pellucid.figures.style import drawable, drawn_in_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

N_COLUMNS = 5


@drawn_in_style
def one_of_each(images: Real[np.ndarray, "n_pictures height width"], names: Sequence[str]) -> "Figure":
    """Pictures beside each other with a name over each, dark on a light ground.

    Parameters:
        images: at least one.
        names: as many.

    Raises:
        InvalidValueError: there are no images, or not as many names.
    """
    from matplotlib.figure import Figure

    if len(images) == 0 or len(images) != len(names):
        raise InvalidValueError(
            f"names: one for each of at least one image is required, got {len(images)} images and {len(names)} names"
        )
    n_columns = min(len(images), N_COLUMNS)
    n_rows = -(-len(images) // n_columns)
    figure = Figure(figsize=(1.1 * n_columns, 1.3 * n_rows), layout="constrained")
    panels = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    for panel in panels:
        panel.axis("off")
    for panel, image, name in zip(panels, images, names, strict=False):
        panel.imshow(image, cmap="gray_r", interpolation="nearest")
        panel.set_title(drawable(name, 12), loc="center", parse_math=False)
    return figure
