"""The thread in which Arrow reads ahead: it has come to its end when the reading has."""

import time
from io import BytesIO
from itertools import islice

import pytest

pytest.importorskip("pyarrow", reason="tables need pyarrow")

from pellucid.data.sources.tables import cells
from pellucid.data.sources.tables.cells import read_cells

CONTENT = b"a,b\n1,2\n5\n" + b"3,4\n" * 5_000


class SlowFile(BytesIO):
    """A file that takes its time, and knows whether it is being read."""

    n_reads = 0
    is_read = False

    def read(self, size: int | None = -1, /) -> bytes:
        self.n_reads, self.is_read = self.n_reads + 1, True
        time.sleep(0.05)
        content = super().read(size)
        self.is_read = False
        return content


@pytest.mark.parametrize(
    ("goes_on", "n_batches", "n_rows"),
    [(False, 99, 0), (True, 1, None), (True, 99, 5_002)],
    ids=["at a bad row", "after the first batch", "at the end"],
)
def test_nothing_is_read_any_more_when_the_rows_have_ended(
    monkeypatch: pytest.MonkeyPatch, goes_on: bool, n_batches: int, n_rows: int | None
):
    monkeypatch.setattr(cells, "ARROW_BLOCK_BYTES", 2**12)
    file = SlowFile(CONTENT)
    batches = read_cells(file, ",", False, ["a", "b"], lambda row, n_cells, text: goes_on)
    found = [len(batch) for batch in islice(batches, n_batches)]
    batches.close()
    assert not file.is_read
    n_reads = file.n_reads
    time.sleep(0.2)
    assert file.n_reads == n_reads
    assert n_rows is None or sum(found) == n_rows
