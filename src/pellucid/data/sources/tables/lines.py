"""Where the rows of a text file lie: its lines counted, its bytes checked, before anything is made of them."""

from collections.abc import Iterator
from io import BufferedIOBase

import numpy as np

from pellucid.errors import FormatError

MAX_ROW_BYTES = 2**23
BLOCK_BYTES = 2**22
NEWLINE, QUOTE = ord("\n"), ord('"')
TOO_LONG = f"a row may take {MAX_ROW_BYTES:,} bytes, this one is longer"


class Lines:
    """The line in which each row begins.

    Rows mostly follow one another line by line: kept are only the rows that do not, because empty lines or a row of
    several lines stand before them.

    Parameters:
        rows: those rows, from 0, ascending; the first is 0.
        lines: where they begin, from 1.
        n_rows: how many rows there are.
    """

    def __init__(self, rows: np.ndarray, lines: np.ndarray, n_rows: int) -> None:
        self._rows, self._lines, self.n_rows = rows, lines, n_rows

    def line(self, row: int) -> int:
        """The line, from 1, in which that row, from 0, begins."""
        place = int(np.searchsorted(self._rows, row, side="right")) - 1
        return int(self._lines[place] + row - self._rows[place])


class LineCounter:
    """Counts rows block by block and remembers where they begin."""

    def __init__(self) -> None:
        self._rows: list[np.ndarray] = []
        self._lines: list[np.ndarray] = []
        self._n_rows, self._next_line = 0, -1

    def add(self, starts: np.ndarray) -> None:
        """Takes the lines, from 1, in which the next rows begin."""
        if not len(starts):
            return
        jumps = np.flatnonzero(np.diff(starts, prepend=self._next_line - 1) != 1)
        self._rows.append(jumps + self._n_rows)
        self._lines.append(starts[jumps])
        self._n_rows += len(starts)
        self._next_line = int(starts[-1]) + 1

    def lines(self) -> Lines:
        """The lines of all rows taken so far."""
        rows, lines = (np.concatenate([np.zeros(0, np.int64), *parts]) for parts in (self._rows, self._lines))
        return Lines(rows, lines, self._n_rows)


def count_lines(file: BufferedIOBase, name: str, delimiter: str, has_quotes: bool, first_line: int) -> Lines:
    """The lines of a text file's rows; its bytes are checked on the way.

    A row ends with its line, unless a quotation mark is open there; empty lines are no rows.

    Parameters:
        file: at the first line that counts.
        name: to call it in messages.
        delimiter: between the cells.
        has_quotes: whether a cell that begins with a quotation mark goes on to the next one.
        first_line: the number of that line.

    Raises:
        FormatError: bytes that are not UTF-8, a NUL, a row longer than 8 MiB, or a quotation mark that stays open.
    """
    counter = LineCounter()
    line, is_inside, row_line, row_bytes = first_line, False, first_line, 0
    mark = delimiter.encode()
    for block in whole_lines(file, name, first_line):
        check_text(block, name, line)
        ends = np.flatnonzero(np.frombuffer(block, np.uint8) == NEWLINE)
        begins = np.concatenate([[0], ends[:-1] + 1])
        is_start = ends > begins
        if has_quotes and (is_inside or QUOTE in block):
            marks = np.flatnonzero(np.frombuffer(block, np.uint8) == QUOTE)
            n_marks = np.diff(np.searchsorted(marks, ends), prepend=0)
            turn = 0
            for number in np.flatnonzero(n_marks).tolist():
                if is_inside:
                    is_start[turn:number] = False
                else:
                    row_line, row_bytes = line + number, 0
                text = block[begins[number] : ends[number]]
                was_inside, is_inside = is_inside, is_open_after(text, mark, is_inside)
                if was_inside:
                    is_start[number] = False
                turn = number + 1
            if is_inside:
                is_start[turn:] = False
        row_bytes = row_bytes + len(block) if is_inside else 0
        if row_bytes > MAX_ROW_BYTES + BLOCK_BYTES:
            raise FormatError(f"{name}, line {row_line}: {TOO_LONG}; is a quotation mark left open?")
        counter.add(np.flatnonzero(is_start) + line)
        line += len(ends)
    if is_inside:
        raise FormatError(
            f"{name}, line {row_line}: a quotation mark opens a cell there and is never closed; close it, or double "
            "the marks within cells"
        )
    return counter.lines()


def whole_lines(file: BufferedIOBase, name: str, first_line: int) -> Iterator[bytes]:
    r"""The file in blocks of whole lines, each ending with "\n" whatever ended it.

    Raises:
        FormatError: a line is longer than 8 MiB.
    """
    rest, line = b"", first_line
    while block := file.read(BLOCK_BYTES):
        block = rest + block
        if b"\r" in block:
            kept = len(block) - block.endswith(b"\r")  # whether "\n" follows is not known yet
            block = block[:kept].replace(b"\r\n", b"\n").replace(b"\r", b"\n") + block[kept:]
        end = block.rfind(b"\n") + 1
        rest = block[end:]
        if len(rest) > MAX_ROW_BYTES:
            raise FormatError(f"{name}, line {line + block[:end].count(NEWLINE)}: {TOO_LONG}; is it a table of text?")
        if end:
            yield block[:end]
        line += block.count(b"\n", 0, end)
    if rest:
        yield rest.removesuffix(b"\r") + b"\n"


def check_text(block: bytes, name: str, line: int) -> None:
    """Checks that the lines, of which the first is `line`, are text.

    Raises:
        FormatError: they hold bytes that are not UTF-8, or a NUL.
    """
    try:
        block.decode()
    except UnicodeDecodeError as error:
        place = error.start - (block.rfind(b"\n", 0, error.start) + 1)
        raise FormatError(
            f"{name}, line {line + block.count(NEWLINE, 0, error.start)}: UTF-8 is required, byte {place + 1} of the "
            f"line is {block[error.start]:#04x}; save the file as UTF-8"
        ) from None
    nul = block.find(0)
    if nul >= 0:
        raise FormatError(f"{name}, line {line + block.count(NEWLINE, 0, nul)}: text is required, a NUL byte arrived")


def is_open_after(line: bytes, delimiter: bytes, is_inside: bool) -> bool:
    """Whether a cell in quotation marks is open at the end of a line.

    A mark opens a cell only where it stands first in it, and two within it stand for one, as in RFC 4180; Arrow reads
    them so too.

    Parameters:
        line: without its end.
        delimiter: between the cells.
        is_inside: whether one is open at its beginning.

    >>> is_open_after(b'1,"two', b",", False), is_open_after(b'5" disk,1', b",", False)
    (True, False)
    """
    place, is_first = 0, not is_inside
    while True:
        if is_inside:
            place = line.find(QUOTE, place) + 1
            if not place:
                return True
            if line[place : place + 1] == b'"':
                place += 1
                continue
            is_inside = False
        if not is_first:
            place = line.find(delimiter, place) + 1
            if not place:
                return False
        is_first = False
        if line[place : place + 1] == b'"':
            is_inside, place = True, place + 1
