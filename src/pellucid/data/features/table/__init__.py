"""Rows of a table to vectors: numbers, truth values, categories and dates, each column by what was learnt of it."""

from pellucid.data.features.table.encoder import TableEncoder
from pellucid.data.features.table.learn import learn_table_encoder

__all__ = ["TableEncoder", "learn_table_encoder"]
