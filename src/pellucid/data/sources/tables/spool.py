"""Batches of rows kept: in memory as long as they are few, else in a file that is mapped into memory."""

import shutil
import tempfile
import weakref
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pellucid.data.sources.extras import require_extra
from pellucid.errors import WriteError

if TYPE_CHECKING:
    import pyarrow

IN_MEMORY_BYTES = 2**30
"""A table that takes more is converted, once, to a file; `Reading.memory` lowers the bound."""


class Kept(NamedTuple):
    """A table, and what must live as long as it does.

    Attributes:
        table: in memory, or mapped from a file.
        folder: that holds the file; None: the table is in memory.
    """

    table: "pyarrow.Table"
    folder: "PassingFolder | None"


class PassingFolder:
    """A private folder that goes with the last reference to it, or when the program ends.

    Parameters:
        within: the folder that it is made in; None: where the system keeps temporary files.
    """

    def __init__(self, within: Path | None) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="pellucid-table-", dir=within))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


def keep(
    batches: Iterable["pyarrow.RecordBatch"], schema: "pyarrow.Schema", in_memory: int, folder: Path | None
) -> Kept:
    """The table of these batches.

    Parameters:
        batches: of that schema, taken one at a time.
        schema: of the table.
        in_memory: the bytes that may lie in memory; beyond it the table is an uncompressed Arrow file, mapped.
        folder: where that file is made, in a private folder of its own; None: where the system keeps such files.

    Raises:
        WriteError: the file cannot be written.
    """
    pa = require_extra("pyarrow", "tables")
    gathered: list[pyarrow.RecordBatch] = []
    n_bytes = 0
    iterator = iter(batches)
    for batch in iterator:
        gathered.append(batch)
        n_bytes += batch.nbytes
        if n_bytes > in_memory:
            break
    else:
        return Kept(pa.Table.from_batches(gathered, schema), None)
    try:
        place = PassingFolder(folder)
        file = place.path / "table.arrow"
        with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
            while gathered:
                writer.write_batch(gathered.pop(0))
            for batch in iterator:
                writer.write_batch(batch)
        return Kept(pa.ipc.open_file(pa.memory_map(str(file))).read_all(), place)
    except OSError as error:
        where = folder or tempfile.gettempdir()
        raise WriteError(
            f"{where}: the table takes more than {in_memory:,} bytes and could not be kept in a file there "
            f"({error.strerror or error}); make room, or read fewer rows"
        ) from error
