"""What `pellucid data show` prints: what a data set holds, and some of its examples."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pellucid.cli.console import harmless, output, say

if TYPE_CHECKING:
    import numpy as np

    from pellucid.data import Dataset
    from pellucid.data.load import Opened

BAR_WIDTH = 30
MAX_CLASSES_LISTED = 50
CELL_LENGTH = 18
GRID_COLUMNS = 8


def described(opened: "Opened", data: "Dataset") -> dict[str, Any]:
    """All that is known of the data, as JSON can hold it."""
    from pellucid.data import imbalance

    entry, report = opened.entry, data.report
    return {
        "name": data.name,
        "task": data.task,
        "feature_shape": list(data.feature_shape),
        "classes": None if data.classes is None else list(data.classes),
        "parts": {
            key: {"n_samples": part.n_samples, "class_counts": list(part.class_counts)}
            for key, part in data.parts.items()
        },
        "warning": None if data.classes is None else imbalance(data.train.class_counts, data.classes),
        "split": data.split,
        "licence": None if entry is None else entry.licence,
        "checksum": data.checksum,
        "kind": data.features.encoder.KIND,
        "encoding": data.features.encoder.describe(),
        "page": None if entry is None else entry.page,
        "splits": {} if entry is None else dict(entry.splits),
        "told": None if report is None else report.told,
        "n_duplicates": None if report is None else report.n_duplicates,
        "skipped": [] if report is None else [{"name": name, "why": why} for name, why in report.skipped],
        "notes": [] if report is None else list(report.notes),
        "missing": missing_counts(opened),
    }


def missing_counts(opened: "Opened") -> dict[str, int]:
    """How many cells each column of a table lacks; columns that lack none are not in it."""
    from pellucid.data.sources.recognise import TABLE

    if opened.examples is None or opened.examples.KIND != TABLE:
        return {}
    import numpy as np

    examples: Any = opened.examples
    table = examples.contents(np.arange(len(examples)))
    return {name: table.column(name).null_count for name in examples.learnt if table.column(name).null_count}


def print_described(opened: "Opened", data: "Dataset", told: dict[str, Any]) -> None:
    """Prints what `described` gathered, for people."""
    entry = opened.entry
    say(data.name if entry is None else f"{data.name}: {entry.title}")
    say(f"One example: {' × '.join(map(str, data.feature_shape))} values")
    say(f"Examples become {told['encoding']}.")
    say(data.split)
    for sentence in data.report.sentences() if data.report is not None else ():
        if not sentence.startswith("Examples become"):
            say(sentence)
    if data.classes is not None:
        print_counts(data, data.classes)
    else:
        print_targets(data)
    if told["missing"]:
        print_missing(opened, told["missing"])
    if told["warning"] is not None:
        say(f"Warning: {told['warning']}")
    for name, meaning in told["splits"].items():
        say(f"Split {entry.name}:{name}: {meaning}." if entry else name)
    if entry is not None:
        say(f"Licence: {entry.licence}")
        say(f"Publisher: {entry.page}")
    say(f"Checksum: {data.checksum}")


def print_counts(data: "Dataset", classes: tuple[str, ...]) -> None:
    """The numbers of examples of each class, as a table with a bar for all of them together."""
    from rich.table import Table
    from rich.text import Text

    table = Table("class", box=None)
    for key in data.parts:
        table.add_column(key, justify="right")
    table.add_column("all", justify="right")
    table.add_column("")
    columns = [part.class_counts for part in data.parts.values()]
    totals = [sum(counts) for counts in zip(*columns, strict=True)]
    for number, (name, total) in enumerate(zip(classes, totals, strict=True)):
        if number == MAX_CLASSES_LISTED:
            table.add_row(Text(f"and {len(classes) - number:,} more"))
            break
        bar = "█" * round(BAR_WIDTH * total / max(totals))
        table.add_row(Text(harmless(name)), *(f"{counts[number]:,}" for counts in columns), f"{total:,}", bar)
    table.add_section()
    table.add_row("", *(f"{sum(counts):,}" for counts in columns), f"{sum(totals):,}")
    output().print(table)


def print_targets(data: "Dataset") -> None:
    """Of numbers to predict the least, the mean and the greatest in each part."""
    from rich.table import Table

    table = Table("part", box=None)
    for title in ("examples", "least", "mean", "greatest"):
        table.add_column(title, justify="right")
    for key, part in data.parts.items():
        figures = (part.labels.min(), part.labels.mean(), part.labels.max())
        table.add_row(key, f"{part.n_samples:,}", *(f"{float(figure):.6g}" for figure in figures))
    output().print(table)


def print_missing(opened: "Opened", missing: dict[str, int]) -> None:
    """The columns that lack values, the worst first."""
    from rich.table import Table
    from rich.text import Text

    n_rows = 0 if opened.examples is None else len(opened.examples)
    table = Table("column", box=None)
    table.add_column("missing", justify="right")
    table.add_column("of all", justify="right")
    ranked = sorted(missing.items(), key=lambda pair: -pair[1])
    for name, count in ranked[:MAX_CLASSES_LISTED]:
        table.add_row(Text(harmless(name)), f"{count:,}", f"{count / max(n_rows, 1):.1%}")
    output().print(table)


def rows_of_each(data: "Dataset", n_of_each: int) -> "Iterator[tuple[str, int, np.ndarray]]":
    """Of each class its name, its number of training examples, and where some of them are; of targets just some."""
    import numpy as np

    part = data.train
    names = ("",) if data.classes is None else data.classes
    for number, name in enumerate(names):
        rows = np.arange(part.n_samples) if data.classes is None else np.flatnonzero(part.labels == number)
        # Spread over the part: neighbours are often much alike.
        chosen = rows[np.linspace(0, len(rows) - 1, min(n_of_each, len(rows))).astype(int)] if len(rows) else rows
        yield name, len(rows), chosen


def some_of_each(data: "Dataset", n_of_each: int) -> "Iterator[tuple[str, int, list[np.ndarray]]]":
    """Of each class its name, its number of training examples, and some of them as pictures; of targets just some."""
    for name, n_examples, rows in rows_of_each(data, n_of_each):
        pictures = [data.features.encoder.picture(data.train.raw[row]) for row in rows]
        yield name, n_examples, [picture for picture in pictures if picture is not None]


def print_examples(opened: "Opened", data: "Dataset", n_examples: int) -> None:
    """Some examples: pictures and spectrograms as such, rows of tables and texts as they are read."""
    from pellucid.cli.blocks import print_pictures

    if n_examples < 1:
        return
    if data.features.encoder.picture(data.train.raw[0]) is not None:
        n_of_each = max(1, n_examples // (1 if data.classes is None else len(data.classes)))
        named = [(name, picture) for name, _, pictures in some_of_each(data, n_of_each) for picture in pictures]
        print_pictures(named[:n_examples])
    elif opened.examples is not None:
        print_rows(opened, n_examples)


def print_rows(opened: "Opened", n_examples: int) -> None:
    """Some rows of a table, or texts, with their labels."""
    import numpy as np
    from rich.table import Table
    from rich.text import Text

    from pellucid.cli.blocks import shortened
    from pellucid.data.sources.recognise import TABLE, TEXT

    examples: Any = opened.examples
    rows = some_rows(np.asarray(examples.labels), n_examples)
    labels = [shortened(str(examples.labels[row]), CELL_LENGTH) for row in rows]
    if examples.KIND == TEXT:
        for label, text in zip(labels, examples.contents(rows), strict=True):
            say(f"{label}: {shortened(text, output().width - len(label) - 2)}")
        return
    if examples.KIND != TABLE:
        return
    content = examples.contents(rows)
    columns = [("label", labels)]
    for name in examples.learnt:
        cells = ["" if cell is None else str(cell) for cell in content.column(name).to_pylist()]
        columns.append((shortened(name, CELL_LENGTH), [shortened(cell, CELL_LENGTH) for cell in cells]))
    shown = list(columns_that_fit(columns, output().width))
    table = Table(box=None)
    for name, _ in shown:
        table.add_column(Text(name), no_wrap=True)
    for cells in zip(*(cells for _, cells in shown), strict=True):
        table.add_row(*map(Text, cells))
    output().print(table)
    if len(shown) < len(columns):
        say(f"and {len(columns) - len(shown):,} more columns")


def columns_that_fit(columns: "list[tuple[str, list[str]]]", width: int) -> "Iterator[tuple[str, list[str]]]":
    """The first of the columns, each a name and its cells, as many as a terminal of that width shows whole."""
    for name, cells in columns:
        width -= max(map(len, [name, *cells])) + 2  # a blank on either side
        if width < 0:
            return
        yield name, cells


def some_rows(labels: "np.ndarray", n_rows: int) -> "np.ndarray":
    """Rows spread over the data; where labels repeat, of each about as many."""
    import numpy as np

    distinct = np.unique(labels)
    groups = (
        [np.flatnonzero(labels == label) for label in distinct] if len(distinct) <= n_rows else [np.arange(len(labels))]
    )
    n_of_each = max(1, n_rows // len(groups))
    return np.concatenate(
        [rows[np.linspace(0, len(rows) - 1, min(n_of_each, len(rows))).astype(np.int64)] for rows in groups]
    )


def contact_sheet(data: "Dataset") -> bytes:
    """Some examples of each class as a PNG.

    Raises:
        InvalidValueError: the examples are no pictures.
    """
    from pellucid.errors import InvalidValueError
    from pellucid.figures.examples_grid import GridRow, examples_grid
    from pellucid.figures.save import figure_bytes

    rows = [
        GridRow(name or "examples", f"{count:,} examples", pictures)
        for name, count, pictures in some_of_each(data, GRID_COLUMNS)
    ]
    if not any(row.pictures for row in rows):
        raise InvalidValueError(
            f"--picture: pictures or sounds are required, {data.name} has {data.features.encoder.describe()}"
        )
    axes = data.features.encoder.axes()
    return figure_bytes(examples_grid(rows, f"{data.name}: examples to train on", axes), "png")
