"""Tables: CSV, TSV, NDJSON, Parquet and Arrow files, DataFrames and what else Python programs hold."""

from pellucid.data.sources.tables.examples import TableExamples
from pellucid.data.sources.tables.layout import MISSING, TableLayout
from pellucid.data.sources.tables.read import read_table, table_examples

__all__ = ["MISSING", "TableExamples", "TableLayout", "read_table", "table_examples"]
