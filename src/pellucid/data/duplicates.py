"""Examples that occur in two parts: what was learnt by heart must not judge the learning."""

from pellucid.data.dataset import Part


def count_repeated(part: Part, among: Part) -> int:
    """How many examples of `part` have raw values that also occur, exactly, in `among`."""
    seen = {row.tobytes() for row in among.raw}
    return sum(row.tobytes() in seen for row in part.raw)
