"""`pellucid data`: what data sets there are, what one holds, fetching it and checking it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pellucid.cli import reading as options
from pellucid.cli.console import AsJson, print_json, say
from pellucid.cli.progress import counting_progress, download_progress
from pellucid.errors import FormatError, InvalidValueError, MissingFileError, look_up

if TYPE_CHECKING:
    from pellucid.data import NamedSet
    from pellucid.data.examine import Examined
    from pellucid.training.distortions import Distortions

N_EXAMPLES = 10
N_LEAKS = 10

app = typer.Typer(help="List, show, fetch and check data sets.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A named set: pellucid data list has them.")]
NameOrPath = Annotated[
    str,
    typer.Argument(
        metavar="DATA",
        help="A named set (pellucid data list), or a path: a folder, a zip file, a table, texts, arrays.",
    ),
]


@app.command("list")
def list_sets(as_json: AsJson = False) -> None:
    """The data sets that have a name, and where each lies."""
    from pellucid.data import CATALOG, find

    sets = [
        {
            "name": entry.name,
            "title": entry.title,
            "n_samples": entry.n_samples,
            "classes": list(entry.classes),
            "licence": entry.licence,
            "folder": None if (folder := find(entry)) is None else str(folder),
            "kind": entry.kind,
            "page": entry.page,
            "bytes": entry.n_bytes,
            "splits": dict(entry.splits),
            "is_published": bool(entry.addresses) or entry.is_bundled,
        }
        for entry in CATALOG.values()
    ]
    if as_json:
        print_json({"sets": sets})
        return
    for entry in sets:
        absent = "fetch {}" if entry["is_published"] else "fetch {} says how to get it"
        where = entry["folder"] or f"not here: pellucid data {absent.format(entry['name'])}"
        say(f"{entry['name']}: {entry['title']}")
        say(f"  {entry['n_samples']:,} examples, {len(entry['classes'])} classes, {in_units(entry['bytes'])}")
        for split, meaning in entry["splits"].items():
            say(f"  {entry['name']}:{split}: {meaning}")
        say(f"  licence: {entry['licence']}")
        say(f"  {where}")


def in_units(n_bytes: int) -> str:
    """So many bytes in kB or MB.

    >>> in_units(57_523), in_units(36_000_000)
    ('58 kB', '36 MB')
    """
    return f"{n_bytes / 1e3:,.0f} kB" if n_bytes < 999_500 else f"{n_bytes / 1e6:,.0f} MB"


@app.command()
def show(
    name: NameOrPath,
    examples: Annotated[
        int, typer.Option("--examples", metavar="N", min=0, help="Show so many examples; 0: none.")
    ] = N_EXAMPLES,
    picture: Annotated[
        Path | None, typer.Option("--picture", metavar="FILE.png", help="Also write examples of each class to it.")
    ] = None,
    distort: Annotated[
        str | None,
        typer.Option(
            metavar="NAME=NUMBER,…",
            help="Show examples as they are and, beside each, as training with these distortions might meet it: "
            "written as for train.",
        ),
    ] = None,
    label: options.LabelOption = None,
    features: options.FeaturesOption = None,
    ignore: options.IgnoreOption = None,
    test: options.TestOption = None,
    validation: options.ValidationOption = None,
    pattern: options.PatternOption = None,
    task: options.TaskOption = None,
    on_error: options.OnErrorOption = None,
    encoding: options.EncodingOption = None,
    memory: options.MemoryOption = None,
    as_json: AsJson = False,
) -> None:
    """What a data set holds: its parts, its classes and how many examples each has, what is missing, and examples.

    \b
    pellucid data show digits
    pellucid data show flowers/ --picture flowers.png
    pellucid data show houses.csv --label price
    pellucid data show mnist --distort shift=2,rotation=15 --picture distorted.png
    """
    from pellucid.cli.data_distorted import distorted_sheet, print_distorted
    from pellucid.cli.data_show import contact_sheet, described, print_described, print_examples
    from pellucid.data.load import open_data
    from pellucid.files import write_atomically
    from pellucid.training.distortions import require_meaning

    chosen = None if distort is None else read_distortions(distort)
    if picture is not None and picture.suffix.lower() != ".png":
        raise InvalidValueError(f"--picture: a file that ends in .png is required, got {picture.name}")
    reading = options.reading_of(
        label=label, features=features, ignore=ignore, test=test, validation=validation, pattern=pattern, task=task,
        on_error=on_error, encoding=encoding, memory=memory,
    )  # fmt: skip
    with download_progress() as progress, counting_progress() as encoding_progress:
        opened = open_data(name, reading, progress=progress)
        data = opened.prepared(progress=encoding_progress)
    if chosen is not None:
        require_meaning(chosen, data.features.encoder)
    if picture is not None:
        write_atomically(picture, contact_sheet(data) if chosen is None else distorted_sheet(data, chosen))
    told = described(opened, data)
    if as_json:
        print_json(told)
        return
    print_described(opened, data, told)
    if chosen is None:
        print_examples(opened, data, examples)
    else:
        print_distorted(data, chosen, examples)
    if picture is not None:
        say(f"Picture: {picture}")


def read_distortions(text: str) -> "Distortions":
    """The distortions that are to be shown.

    Raises:
        InvalidValueError: they are not written as they should be, or there are none.
    """
    from pellucid.training.distortions import UNDISTORTED, Distortions

    chosen = Distortions.read(text)
    if chosen == UNDISTORTED:
        raise InvalidValueError(f"distort: at least one distortion is required, such as rotation=15, got '{text}'")
    return chosen


@app.command("fetch")
def fetch_set(name: Name, as_json: AsJson = False) -> None:
    """Download a data set, unless it is here already, and say where it lies.

    Of a set that no publisher offers as it is read, say which file to get where and how to lay it out.
    """
    from pellucid.data import fetch

    entry = entry_named(name)
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


def entry_named(name: str) -> "NamedSet":
    """The set of that name, whichever of its splits is meant.

    Raises:
        UnknownNameError: there is none.
    """
    from pellucid.data import CATALOG, find_named

    named = find_named(name)
    return look_up(name, CATALOG, "data") if named is None else named.entry


@app.command()
def check(
    name: NameOrPath,
    label: options.LabelOption = None,
    features: options.FeaturesOption = None,
    ignore: options.IgnoreOption = None,
    test: options.TestOption = None,
    validation: options.ValidationOption = None,
    pattern: options.PatternOption = None,
    task: options.TaskOption = None,
    on_error: options.OnErrorOption = None,
    encoding: options.EncodingOption = None,
    memory: options.MemoryOption = None,
    as_json: AsJson = False,
) -> None:
    """Compare a named set's files with the known checksums, and look for duplicates and leaks of the label in any data.

    A leak is one column, word, pixel or property of the files that alone tells the class: the best rule that knows
    nothing else, fitted on the training part, is right on 99 % of the other parts. It may be what you want to learn;
    more often it is something that will not be known when it matters.
    """
    from pellucid.data import find, find_named, is_intact, open_data

    reading = options.reading_of(
        label=label, features=features, ignore=ignore, test=test, validation=validation, pattern=pattern, task=task,
        on_error=on_error, encoding=encoding, memory=memory,
    )  # fmt: skip
    named = find_named(name)
    intact: dict[str, bool] = {}
    folder = None
    is_readable = True
    if named is not None:
        folder = find(named.entry)
        if folder is None:
            from pellucid.data.locate import missing_told

            raise MissingFileError(missing_told(named.entry))
        intact = {file.name: is_intact(file, folder) for file in named.entry.files}
        # Files that one has to make oneself cannot be the same to the last byte.
        is_readable = all(intact.values()) or not (named.entry.addresses or named.entry.is_bundled)
    found = None
    if is_readable:
        from pellucid.data.examine import examine

        with counting_progress() as progress:
            opened = open_data(name, reading)
            prepared = opened.prepared(progress=progress)
        found = examine(opened, prepared)
    report = {
        "name": name,
        "folder": None if folder is None else str(folder),
        "files": intact,
        "intact": all(intact.values()),
        "repeated": None if found is None else found.duplicates.repeated,
        "within": None if found is None else found.duplicates.within,
        "contradictory": None if found is None else found.duplicates.contradictory,
        "leaks": None if found is None else [leak._asdict() for leak in found.leaks],
    }
    if as_json:
        print_json(report)
    else:
        print_checked(intact, found)
    if not is_readable:
        wrong = ", ".join(str(Path(str(folder), file)) for file, is_right in intact.items() if not is_right)
        raise FormatError(
            f"{wrong}: the published SHA-256 is required, another arrived; "
            f"delete it and run: pellucid data fetch {name}"
        )


def print_checked(intact: dict[str, bool], found: "Examined | None") -> None:
    """Prints what `check` found, for people."""
    for file, is_right in intact.items():
        wrong = "NOT as published" if found is None else "another than the one that is known, which you may have made"
        say(f"{file}: {'as published' if is_right else wrong}")
    if found is None:
        return
    duplicates = found.duplicates
    for part, count in duplicates.repeated.items():
        say(f"{part} examples that are also in train: {count:,}")
    for part, count in duplicates.within.items():
        if count:
            say(f"{part} examples that repeat another one of {part}: {count:,}")
    if duplicates.contradictory:
        say(f"contents that have more than one label: {duplicates.contradictory:,}")
    for leak in found.leaks[:N_LEAKS]:
        figures = (
            f"{leak.score:.1%} right; always naming the largest class {leak.baseline:.1%}"
            if leak.is_share
            else f"R² {leak.score:.3f}"
        )
        say(f"suspect: {leak.name} alone tells the label ({figures})")
    if len(found.leaks) > N_LEAKS:
        say(f"suspect: and {len(found.leaks) - N_LEAKS:,} more")
    if not found.leaks:
        say("nothing that alone tells the label")
