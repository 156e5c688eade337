"""The options by which a person says how their own data are to be read: the same in every command that takes DATA."""

import re
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pellucid.data.sources.reading import Reading

PANEL = "How the data are read"
BYTES = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,3})?)\s*([KMGT]?)I?B?", re.IGNORECASE)
POWER_OF_1024 = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}

LabelOption = Annotated[
    str | None,
    typer.Option(
        "--label",
        metavar="COLUMN",
        help="The column, or array, that holds the labels. Default: one called label, class, target, y or the like, "
        "else the last.",
        rich_help_panel=PANEL,
    ),
]
FeaturesOption = Annotated[
    str | None,
    typer.Option(
        "--features",
        metavar="COLUMN[,…]",
        help="Learn from these columns only. Default: all but the label.",
        rich_help_panel=PANEL,
    ),
]
IgnoreOption = Annotated[
    str | None,
    typer.Option("--ignore", metavar="COLUMN[,…]", help="Do not learn from these columns.", rich_help_panel=PANEL),
]
TestOption = Annotated[
    str | None,
    typer.Option(
        "--test",
        metavar="SHARE|PATH",
        help="The share that judges, or a file or folder of its own that does. Default: the data's own, else 0.2.",
        rich_help_panel=PANEL,
    ),
]
ValidationOption = Annotated[
    float | None,
    typer.Option(
        "--validation",
        metavar="SHARE",
        help="The share that choices are made on. Default: the data's own, else 0.15.",
        rich_help_panel=PANEL,
    ),
]
PatternOption = Annotated[
    str | None,
    typer.Option(
        "--pattern",
        metavar="PATTERN",
        help="Where the class stands in the files' names, such as '{class}_*.wav'. Default: the folder is the class.",
        rich_help_panel=PANEL,
    ),
]
TaskOption = Annotated[
    str | None,
    typer.Option(
        "--task",
        metavar="classification|regression",
        help="What the labels are. Default: numbers with many values are numbers to predict, others classes.",
        rich_help_panel=PANEL,
    ),
]
OnErrorOption = Annotated[
    str | None,
    typer.Option(
        "--on-error",
        metavar="stop|skip",
        help="What to do about an example that cannot be read. Default: stop.",
        rich_help_panel=PANEL,
    ),
]
EncodingOption = Annotated[
    str | None,
    typer.Option(
        "--encoding",
        metavar="NAME=VALUE[,…]",
        help="How examples become numbers, such as size=32x32,colour=grey; a wrong name lists those there are.",
        rich_help_panel=PANEL,
    ),
]
MemoryOption = Annotated[
    str | None,
    typer.Option(
        "--memory",
        metavar="BYTES",
        help="What examples may take in memory, such as 500M or 2G; more is read from the disk while training.",
        rich_help_panel=PANEL,
    ),
]


def reading_of(
    *,
    label: str | None = None,
    features: str | None = None,
    ignore: str | None = None,
    test: str | None = None,
    validation: float | None = None,
    pattern: str | None = None,
    task: str | None = None,
    on_error: str | None = None,
    encoding: str | None = None,
    memory: str | None = None,
) -> "Reading":
    """The choices as the options give them; each that is left out stays open.

    Raises:
        InvalidValueError: an option is not written as it should be, or is not what it may be.
    """
    from pellucid.data.sources.reading import Reading

    return Reading.from_dict(
        {
            "label": label,
            "features": None if features is None else names_of(features, "features"),
            "ignore": None if ignore is None else names_of(ignore, "ignore"),
            "test": None if test is None else share_or_path(test),
            "validation": validation,
            "pattern": pattern,
            "task": task,
            "on_error": on_error,
            "encoding": None if encoding is None else choices_of(encoding),
            "memory": None if memory is None else bytes_of(memory),
        }
    )


def names_of(text: str, option: str) -> tuple[str, ...]:
    """The names in `age,income`; one that holds a comma itself stands in double quotes.

    Raises:
        InvalidValueError: a name is empty.

    >>> names_of('age,"income, yearly"', "features")
    ('age', 'income, yearly')
    """
    import csv

    from pellucid.errors import InvalidValueError

    names = tuple(name.strip() for name in next(csv.reader([text], skipinitialspace=True), []))
    if not names or not all(names):
        raise InvalidValueError(f"{option}: names of columns, parted by commas, are required, got '{text}'")
    return names


def share_or_path(text: str) -> float | str:
    """The share that a number is, or the path that anything else is."""
    try:
        return float(text)
    except ValueError:
        return text


def choices_of(text: str) -> dict[str, str]:
    """The choices in `size=32x32,colour=grey`.

    Raises:
        InvalidValueError: it is not written so, or names a choice twice.

    >>> choices_of("size=32x32, colour=grey")
    {'size': '32x32', 'colour': 'grey'}
    """
    from pellucid.errors import InvalidValueError

    choices: dict[str, str] = {}
    for piece in text.split(","):
        name, sign, value = (part.strip() for part in piece.partition("="))
        if not (name and sign and value):
            raise InvalidValueError(f"encoding: NAME=VALUE, or several parted by commas, is required, got '{text}'")
        if name in choices:
            raise InvalidValueError(f"encoding: each choice once is required, got {name} twice")
        choices[name] = value
    return choices


def bytes_of(text: str) -> int:
    """How many bytes `500M` or `2G` are, K, M, G and T being powers of 1,024.

    Raises:
        InvalidValueError: it is not written so, or is none.

    >>> bytes_of("1.5k"), bytes_of("2 GiB")
    (1536, 2147483648)
    """
    from pellucid.errors import InvalidValueError

    found = BYTES.fullmatch(text.strip())
    n_bytes = 0 if found is None else int(float(found[1]) * 1024 ** POWER_OF_1024[found[2].upper()])
    if n_bytes < 1:
        raise InvalidValueError(f"memory: a number of bytes, such as 500M or 2G, is required, got '{text}'")
    return n_bytes
