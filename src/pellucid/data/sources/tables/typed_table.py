"""Tables whose columns have types: Parquet files, Arrow files, and what Python programs hold."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pellucid.data.sources.extras import require_extra
from pellucid.data.sources.tables.names import require_distinct, shown, tell_foreign
from pellucid.data.sources.tables.plain import as_plain, plain_type
from pellucid.data.sources.tables.raw import BadRows, RawTable
from pellucid.errors import DataError, FormatError, MissingFileError, counted
from pellucid.files import readable

if TYPE_CHECKING:
    import pyarrow
    import pyarrow.parquet

    ReadBatches = Callable[[Sequence[str]], Iterator[pyarrow.RecordBatch]]

ROWS_AT_ONCE = 2**14
THRIFT_LIMIT = 2**20
"""Of the texts and the lists in a Parquet file's description of itself."""


class TypedTable(RawTable):
    """A table whose columns have types.

    Parameters:
        schema: all its columns.
        read: gives the batches of the named columns, anew each time it is called.
        told: what it was taken for.
        bad: takes the rows that cannot be read; it has the table's name.
    """

    def __init__(self, schema: "pyarrow.Schema", read: "ReadBatches", told: str, bad: BadRows) -> None:
        super().__init__(bad)
        require_distinct(schema.names, bad.name)
        self._schema, self._read, self._told = schema, read, told

    @property
    def types(self) -> "dict[str, pyarrow.DataType]":
        """The columns of numbers, truths, texts and dates."""
        types = {field.name: plain_type(field.type) for field in self._schema}
        return {column: kind for column, kind in types.items() if kind is not None}

    @property
    def names(self) -> list[str]:
        """These columns."""
        return list(self.types)

    @property
    def notes(self) -> list[str]:
        """The columns that hold something else."""
        types = self.types
        return tell_foreign([(field.name, str(field.type)) for field in self._schema if field.name not in types])

    def tell(self) -> str:
        """What it was taken for."""
        return self._told

    def place(self, row: int) -> str:
        """The row's number."""
        return f"{self.name}, row {row + 1} (counted from 1)"

    def texts(self) -> "Iterator[pyarrow.RecordBatch]":
        """All rows of these columns, as texts."""
        return self.batches(dict.fromkeys(self.types, require_extra("pyarrow", "tables").string()))

    def batches(self, types: "Mapping[str, pyarrow.DataType]") -> "Iterator[pyarrow.RecordBatch]":
        """All rows of these columns.

        Raises:
            FormatError: the file is damaged, or a value does not fit.
        """
        pa = require_extra("pyarrow", "tables")
        schema = pa.schema(list(types.items()))
        try:
            for batch in self._read(list(types)):
                batch.validate(full=True)  # a hostile file may point outside its own memory
                columns = [as_plain(batch.column(column), kind) for column, kind in types.items()]
                yield pa.RecordBatch.from_arrays(columns, schema=schema)
        except FormatError as error:
            raise FormatError(f"{self.name}: {error}") from error
        except (pa.ArrowException, OSError, MemoryError, UnicodeError) as error:
            raise FormatError(f"{self.name}: damaged, or a value does not fit ({readable(error)})") from error


def check_names(schema: "pyarrow.Schema") -> None:
    """Checks that the names of columns, and of what is nested in them, are text.

    Raises:
        UnicodeError: a damaged file has made them something else.
    """
    _ = schema.names, [str(field.type) for field in schema]


def parquet_table(path: Path, bad: BadRows) -> TypedTable:
    """The table of a Parquet file.

    Raises:
        FormatError: it is damaged.
    """
    pa, parquet = require_extra("pyarrow", "tables"), require_extra("pyarrow.parquet", "tables")

    def open_file(**choices: Any) -> "pyarrow.parquet.ParquetFile":
        return parquet.ParquetFile(
            path, thrift_string_size_limit=THRIFT_LIMIT * 16, thrift_container_size_limit=THRIFT_LIMIT, **choices
        )

    def read(columns: Sequence[str]) -> "Iterator[pyarrow.RecordBatch]":
        # Texts stay in their dictionaries until it is known what they come to.
        texts = [column for column in columns if schema.field(column).type in (pa.string(), pa.large_string())]
        with open_file(read_dictionary=texts) as file:
            yield from file.iter_batches(ROWS_AT_ONCE, columns=list(columns), use_threads=False)

    try:
        with open_file() as file:
            schema, n_rows = file.schema_arrow, file.metadata.num_rows
            check_names(schema)
    except FileNotFoundError as error:
        raise MissingFileError(f"{path}: a file with a table is required, there is none") from error
    except (pa.ArrowException, OSError, MemoryError, UnicodeError) as error:
        raise FormatError(f"{path}: no whole Parquet file ({readable(error)}); get the file anew") from error
    told = f"a table (Parquet: {counted(n_rows, 'row')} and {counted(len(schema), 'column')})"
    return TypedTable(schema, read, told, bad)


def arrow_table(path: Path, bad: BadRows) -> TypedTable:
    """The table of an Arrow file, or of a stream of Arrow's written to one; its memory is mapped.

    Raises:
        FormatError: it is damaged.
    """
    pa = require_extra("pyarrow", "tables")
    try:
        with pa.memory_map(str(path)) as content:
            is_file = content.read(6) == b"ARROW1"
            content.seek(0)
            with (pa.ipc.open_file if is_file else pa.ipc.open_stream)(content) as reader:
                schema = reader.schema
                check_names(schema)
    except (pa.ArrowException, OSError, MemoryError, UnicodeError) as error:
        raise FormatError(f"{path}: no whole Arrow file ({readable(error)}); get the file anew") from error

    def read(columns: Sequence[str]) -> "Iterator[pyarrow.RecordBatch]":
        content = pa.memory_map(str(path))
        if not is_file:
            batches: Iterator[pyarrow.RecordBatch] = iter(pa.ipc.open_stream(content))
        else:
            reader = pa.ipc.open_file(content)
            batches = (reader.get_batch(number) for number in range(reader.num_record_batches))
        for batch in batches:
            batch.validate(full=True)
            chosen = batch.select(list(columns))
            yield from (chosen.slice(first, ROWS_AT_ONCE) for first in range(0, len(chosen), ROWS_AT_ONCE))

    return TypedTable(schema, read, f"a table (Arrow: {counted(len(schema), 'column')})", bad)


def table_in_memory(table: object, bad: BadRows) -> TypedTable:
    """The table that a Python program holds.

    Parameters:
        table: an Arrow table, a DataFrame of pandas or Polars or anything else that offers Arrow's stream, a mapping of
            columns, or a sequence of rows, each a mapping.
        bad: takes the rows that cannot be read; it has the table's name.

    Raises:
        DataError: it is something else, or a column holds values of several kinds.
    """
    pa = require_extra("pyarrow", "tables")
    try:
        converted = as_arrow(table)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise DataError(
            f"{bad.name}: an Arrow table, a DataFrame, a dict of columns or a list of rows, each column holding values "
            f"of one kind, is required ({readable(error)})"
        ) from error

    def read(columns: Sequence[str]) -> "Iterator[pyarrow.RecordBatch]":
        yield from converted.select(list(columns)).to_batches(max_chunksize=ROWS_AT_ONCE)

    told = f"a table in memory ({counted(len(converted), 'row')} and {counted(converted.num_columns, 'column')})"
    return TypedTable(converted.schema, read, told, bad)


def as_arrow(table: Any) -> "pyarrow.Table":
    """What a Python program holds, as an Arrow table.

    Raises:
        TypeError, ValueError, pyarrow.ArrowException: it is no table.
    """
    pa = require_extra("pyarrow", "tables")
    if isinstance(table, pa.Table):
        return table
    if type(table).__module__.partition(".")[0] == "pandas" and hasattr(table, "columns"):
        names = [str(name) for name in table.columns]
        return pa.table([column_of(name, table.iloc[:, k]) for k, name in enumerate(names)], names=names)
    if hasattr(table, "__arrow_c_stream__") or hasattr(table, "__arrow_c_array__"):
        return pa.table(table)
    if isinstance(table, Sequence) and not isinstance(table, str | bytes):
        if not all(isinstance(row, Mapping) for row in table):
            raise TypeError("a row is no mapping")
        names = dict.fromkeys(name for row in table for name in row)
        table = {name: [row.get(name) for row in table] for name in names}
    if not isinstance(table, Mapping):
        raise TypeError(f"a {type(table).__name__} arrived")
    return pa.table({str(name): column_of(str(name), values) for name, values in table.items()})


def column_of(name: str, values: Any) -> "pyarrow.Array":
    """A column's values as Arrow holds them; NaN is a missing one.

    Raises:
        ValueError: they are of several kinds.
    """
    pa = require_extra("pyarrow", "tables")
    try:
        return pa.array(values, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise ValueError(f"column '{shown(name)}': {error}; make texts of it, or leave it out") from error
