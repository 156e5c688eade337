"""Names of columns: all different, and found by name or by number."""

from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches

from pellucid.errors import FormatError, UnknownNameError
from pellucid.files import readable

MAX_COLUMNS = 10_000
SHOWN = 8


def shown(name: str) -> str:
    """A name as a message shows it: on one line, and not too long of it."""
    return readable(ValueError(name[:80]))


def find_column(wanted: str, names: Sequence[str], choice: str, table: str) -> str:
    """The name of the column that someone means.

    Parameters:
        wanted: its name, or its number from 0.
        names: of the table's columns.
        choice: what it was asked for as: label, features or ignore.
        table: what to call the table in messages.

    Raises:
        UnknownNameError: there is no such column; the message holds the nearest name.
    """
    if wanted in names:
        return wanted
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 and int(wanted) < len(names):
        return names[int(wanted)]
    close = get_close_matches(wanted, names, n=1, cutoff=0.5)
    hint = f"; did you mean '{shown(close[0])}'?" if close else ""
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    raise UnknownNameError(
        f"{choice}: {table} has no column '{shown(wanted)}'{hint} (columns: "
        f"{', '.join(map(shown, names[:SHOWN]))}{more})"
    )


def tell_foreign(columns: Sequence[tuple[str, str]]) -> list[str]:
    """A sentence on columns that nothing is learnt from for what they hold; none where there are none.

    Parameters:
        columns: their names, and what they hold.
    """
    listed = [f"'{shown(name)}' ({what})" for name, what in columns[:SHOWN]]
    more = f" and {len(columns) - SHOWN:,} more" if len(columns) > SHOWN else ""
    return [f"Left out, being neither numbers nor texts nor dates: {', '.join(listed)}{more}."] if columns else []


def require_distinct(names: Sequence[str], table: str) -> None:
    """Checks that no two columns have the same name, and that there are not too many.

    Raises:
        FormatError: two have, or there are.
    """
    if len(names) > MAX_COLUMNS:
        raise FormatError(
            f"{table}: at most {MAX_COLUMNS:,} columns are read, it has {len(names):,}; keep those that matter"
        )
    name, times = Counter(names).most_common(1)[0]
    if times > 1:
        raise FormatError(f"{table}: columns of different names are required, '{shown(name)}' stands {times} times")
