"""The column of labels as an array."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Shaped

from pellucid.data.sources.extras import require_extra
from pellucid.data.sources.tables.names import shown
from pellucid.errors import DataError

if TYPE_CHECKING:
    import pyarrow

MAX_LABEL_LENGTH = 200
"""Characters: what is longer is a text to learn from, not the name of a class."""


def is_labelled(cells: "pyarrow.ChunkedArray") -> Bool[np.ndarray, " n_rows"]:
    """Which rows have a label."""
    return cells.is_valid().to_numpy().astype(bool)


def read_label_cells(
    cells: "pyarrow.ChunkedArray", name: str, place: Callable[[int], str], ending: str
) -> Shaped[np.ndarray, " n_rows"]:
    """Labels, as numbers where they are, else as strings; truths are "false" and "true".

    Parameters:
        cells: of the column; what stands for missing ones is arbitrary.
        name: of the column.
        place: what messages call a row.
        ending: what is taken away from the end of each.

    Raises:
        DataError: one is longer than the name of a class may be.
    """
    pa, pc = require_extra("pyarrow", "tables"), require_extra("pyarrow.compute", "tables")
    if cells.type in (pa.int64(), pa.float64()):
        return pc.fill_null(cells, 0).to_numpy()
    texts = cells.cast(pa.string())
    is_long = pc.greater(pc.utf8_length(texts), MAX_LABEL_LENGTH)
    row = pc.index(is_long, True).as_py()
    if row >= 0:
        raise DataError(
            f"label: names of classes of at most {MAX_LABEL_LENGTH} characters are required, that in {place(row)}, "
            f"column '{shown(name)}', has {len(texts[row].as_py()):,}; name another column with --label"
        )
    labels = [np.zeros(0, str)]
    for chunk in texts.chunks:
        coded = chunk.dictionary_encode()
        distinct = [text.removesuffix(ending) for text in coded.dictionary.to_pylist()]
        numbers = coded.indices.fill_null(len(distinct)).to_numpy(zero_copy_only=False)
        labels.append(np.array([*distinct, ""])[numbers])
    return np.concatenate(labels)
