"""`pellucid data`: what data sets there are, what one holds, fetching it and checking it."""

from typing import Annotated

import typer

from pellucid.cli.console import AsJson, output, print_json, say
from pellucid.cli.progress import download_progress
from pellucid.data import CATALOG, Dataset, count_repeated, fetch, find, imbalance, is_intact, load_data
from pellucid.errors import FormatError, MissingFileError, look_up

BAR_WIDTH = 30

app = typer.Typer(help="List, show, fetch and check data sets.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help=f"One of: {', '.join(CATALOG)}.")]
NameOrPath = Annotated[
    str, typer.Argument(metavar="NAME", help=f"One of: {', '.join(CATALOG)}; or a folder of IDX files.")
]


@app.command("list")
def list_sets(as_json: AsJson = False) -> None:
    """The data sets that have a name, and where each lies."""
    sets = [
        {
            "name": entry.name,
            "title": entry.title,
            "n_samples": entry.n_samples,
            "classes": list(entry.classes),
            "licence": entry.licence,
            "folder": None if (folder := find(entry)) is None else str(folder),
        }
        for entry in CATALOG.values()
    ]
    if as_json:
        print_json({"sets": sets})
        return
    for entry in sets:
        where = entry["folder"] or f"not here: pellucid data fetch {entry['name']}"
        say(f"{entry['name']}: {entry['title']}")
        say(f"  {entry['n_samples']:,} examples, {len(entry['classes'])} classes")
        say(f"  licence: {entry['licence']}")
        say(f"  {where}")


@app.command()
def show(name: NameOrPath, as_json: AsJson = False) -> None:
    """What a data set holds: its parts, its classes and how many examples each has."""
    with download_progress() as progress:
        data = load_data(name, progress=progress)
    entry = CATALOG.get(name)
    licence = None if entry is None else entry.licence
    warning = None if data.classes is None else imbalance(data.train.class_counts, data.classes)
    if as_json:
        parts = {
            key: {"n_samples": part.n_samples, "class_counts": list(part.class_counts)}
            for key, part in data.parts.items()
        }
        print_json(
            {
                "name": data.name,
                "task": data.task,
                "feature_shape": list(data.feature_shape),
                "classes": None if data.classes is None else list(data.classes),
                "parts": parts,
                "warning": warning,
                "split": data.split,
                "licence": licence,
                "checksum": data.checksum,
            }
        )
        return
    say(data.name if entry is None else f"{entry.name}: {entry.title}")
    say(f"One example: {' × '.join(map(str, data.feature_shape))} values")
    say(data.split)
    if data.classes is not None:
        _print_counts(data, data.classes)
    if warning is not None:
        say(f"Warning: {warning}")
    if licence is not None:
        say(f"Licence: {licence}")
    say(f"Checksum: {data.checksum}")


@app.command("fetch")
def fetch_set(name: Name, as_json: AsJson = False) -> None:
    """Download a data set, unless it is here already, and say where it lies."""
    entry = look_up(name, CATALOG, "data")
    is_new = False

    with download_progress() as bar:

        def progress(n_bytes: int, size: int) -> None:
            nonlocal is_new
            is_new = True
            bar(n_bytes, size)

        folder = fetch(entry, progress)
    if as_json:
        print_json({"name": name, "folder": str(folder), "downloaded": is_new})
    else:
        say(f"{name} {'is now' if is_new else 'was already'} in {folder}")


@app.command()
def check(name: Name, as_json: AsJson = False) -> None:
    """Compare a data set's files with the published checksums, and count test examples that were trained on."""
    entry = look_up(name, CATALOG, "data")
    folder = find(entry)
    if folder is None:
        raise MissingFileError(f"{name}: its files are required, they are not here; run: pellucid data fetch {name}")
    intact = {file.name: is_intact(file, folder) for file in entry.files}
    is_sound = all(intact.values())
    repeated = _repeated(load_data(name)) if is_sound else None
    if as_json:
        print_json({"name": name, "folder": str(folder), "files": intact, "intact": is_sound, "repeated": repeated})
    else:
        for file, is_right in intact.items():
            say(f"{file}: {'as published' if is_right else 'NOT as published'}")
        for key, count in (repeated or {}).items():
            say(f"{key} examples that are also in train, pixel for pixel: {count:,}")
    if not is_sound:
        wrong = ", ".join(str(folder / file) for file, is_right in intact.items() if not is_right)
        raise FormatError(
            f"{wrong}: the published SHA-256 is required, another arrived; "
            f"delete it and run: pellucid data fetch {name}"
        )


def _repeated(data: Dataset) -> dict[str, int]:
    """Examples of each part but train whose values are also in train."""
    return {key: count_repeated(part, data.train) for key, part in data.parts.items() if part is not data.train}


def _print_counts(data: Dataset, classes: tuple[str, ...]) -> None:
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
        bar = "█" * round(BAR_WIDTH * total / max(totals))
        table.add_row(Text(name), *(f"{counts[number]:,}" for counts in columns), f"{total:,}", bar)
    table.add_section()
    table.add_row("", *(f"{sum(counts):,}" for counts in columns), f"{sum(totals):,}")
    output().print(table)
