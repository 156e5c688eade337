"""Cells of exported tables that no spreadsheet program takes for a formula."""

from typing import TYPE_CHECKING

from pellucid.data.sources.extras import require_extra

if TYPE_CHECKING:
    import pyarrow

FORMULA = r"^ *[=+\-@\t\r\n\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"
"""How a formula begins; the last four are the full-width forms of the first."""
PLAIN = r"^[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)([eE][+-]?[0-9]+)?%?$|^[+-]$"
"""Numbers, which may begin with a sign, and a sign alone, as for "none"."""


def harmless(cells: "pyarrow.Array") -> "pyarrow.Array":
    """The texts, with an apostrophe before those that a spreadsheet program might run as a formula.

    These begin with =, +, -, @, a tab or the end of a line, also after spaces or in their full-width forms, and are no
    numbers. The programs show the apostrophe or take it for "this is text"; quotation marks alone would not help.

    Source: OWASP, "CSV Injection"; CWE-1236, "Improper Neutralization of Formula Elements in a CSV File".
    """
    pa, pc = require_extra("pyarrow", "tables"), require_extra("pyarrow.compute", "tables")
    is_formula = pc.match_substring_regex(cells, FORMULA)
    if not pc.any(is_formula).as_py():
        return cells
    is_formula = pc.and_not(is_formula, pc.match_substring_regex(cells, PLAIN))
    return pc.if_else(is_formula, pc.binary_join_element_wise(pa.scalar("'"), cells, ""), cells)
