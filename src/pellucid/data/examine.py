"""What may be wrong with labelled data before anything is learnt from them: duplicates, and leaks of the label."""

from typing import NamedTuple

from pellucid.data.dataset import Dataset
from pellucid.data.duplicates import Duplicates, find_duplicates, fingerprints_of
from pellucid.data.leaks import Leak, input_leaks, raw_leaks
from pellucid.data.load import Opened
from pellucid.data.prepare import divide
from pellucid.data.sources.examples import PARTS
from pellucid.data.sources.recognise import TABLE


class Examined(NamedTuple):
    """What was found.

    Attributes:
        duplicates: examples of equal content.
        leaks: what alone tells the label, the surest first.
    """

    duplicates: Duplicates
    leaks: list[Leak]


def examine(opened: Opened, data: Dataset) -> Examined:
    """Duplicates within and between the parts, and leaks of the label.

    Parameters:
        opened: the data.
        data: the same, prepared.
    """
    if opened.examples is None:
        prints = {name: fingerprints_of(part) for name, part in data.parts.items()}
        labels = {name: part.labels for name, part in data.parts.items()}
        return Examined(find_duplicates(prints, labels), input_leaks(data))
    divided = divide(opened.examples, opened.name, opened.reading)
    rows = {name: part for name, part in zip(PARTS, divided.rows, strict=True) if len(part)}
    values = divided.labels.values
    duplicates = find_duplicates(
        {name: divided.alike[part] for name, part in rows.items()}, {name: values[part] for name, part in rows.items()}
    )
    n_classes = 0 if divided.labels.classes is None else len(divided.labels.classes)
    leaks = raw_leaks(opened.examples, values, divided.rows, n_classes)
    if opened.examples.KIND != TABLE:  # a table's inputs are its columns, some of them in pieces
        leaks += input_leaks(data)
    return Examined(duplicates, sorted(leaks, key=lambda leak: -leak.score))
