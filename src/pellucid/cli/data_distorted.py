"""What `pellucid data show --distort` shows: examples as they are, and beside each some distorted versions of it."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pellucid.cli.data_show import rows_of_each

if TYPE_CHECKING:
    from pellucid.data import Dataset
    from pellucid.data.features import Encoder
    from pellucid.training.distortions import Distortions

SHEET_ROWS = 10
SHEET_VERSIONS = 8
TERMINAL_VERSIONS = 3


class Versions(NamedTuple):
    """One example, several times.

    Attributes:
        name: of its class; empty where there are no classes.
        row: where it is in the training part.
        pictures: of it as it is, then of distorted versions, all in one scale.
    """

    name: str
    row: int
    pictures: list[np.ndarray]


def versions_of_some(data: "Dataset", chosen: "Distortions", n_examples: int, n_versions: int) -> list[Versions]:
    """Some training examples, of each class as many, and versions of them by chance.

    Raises:
        InvalidValueError: a distortion means nothing for such examples.
    """
    from pellucid.training.distorting import distorted

    n_of_each = max(1, n_examples // (1 if data.classes is None else len(data.classes)))
    named = [(name, row) for name, _, rows in rows_of_each(data, n_of_each) for row in rows][:n_examples]
    raw = np.asarray(data.train.raw[[row for _, row in named]])
    versions = distorted(chosen, data.features, raw, n_versions)
    return [
        Versions(
            name, int(row), pictures_of(data.features.encoder, np.stack([raw[place].ravel(), *versions[:, place]]))
        )
        for place, (name, row) in enumerate(named)
    ]


def pictures_of(encoder: "Encoder", values: np.ndarray) -> list[np.ndarray]:
    """Versions of one example as pictures in one scale, so that a darker one is darker: their greatest value is 1.

    Parameters:
        encoder: of pictures or sounds.
        values: encoded, (n_versions, n_features).
    """
    laid_out = encoder.laid_out(np.asarray(values, np.float64))
    least = min(0.0, float(laid_out.min()))
    return list((laid_out - least) / max(float(laid_out.max()) - least, 1e-9))


def print_distorted(data: "Dataset", chosen: "Distortions", n_pictures: int) -> None:
    """Some examples in the terminal, each with versions of it.

    Parameters:
        n_pictures: of examples and versions together.

    Raises:
        InvalidValueError: a distortion means nothing for such examples.
    """
    from pellucid.cli.blocks import print_pictures

    if n_pictures < 1:
        return
    for example in versions_of_some(data, chosen, max(1, n_pictures // (1 + TERMINAL_VERSIONS)), TERMINAL_VERSIONS):
        names = [example.name or "as it is", *["distorted"] * TERMINAL_VERSIONS]
        print_pictures(list(zip(names, example.pictures, strict=True)))


def distorted_sheet(data: "Dataset", chosen: "Distortions") -> bytes:
    """Examples of each class as they are, and distorted versions beside each, as a PNG.

    Raises:
        InvalidValueError: a distortion means nothing for such examples.
    """
    from pellucid.figures.examples_grid import GridRow, examples_grid
    from pellucid.figures.save import figure_bytes

    n_examples = max(SHEET_ROWS, 0 if data.classes is None else len(data.classes))
    rows = [
        GridRow(example.name or "example", f"training example {example.row}", example.pictures)
        for example in versions_of_some(data, chosen, n_examples, SHEET_VERSIONS)
    ]
    note = f"each first as it is, then with {str(chosen).replace(',', ', ')}"
    figure = examples_grid(
        rows, f"{data.name}, distorted", data.features.encoder.axes(), note=note, is_first_apart=True
    )
    return figure_bytes(figure, "png")
