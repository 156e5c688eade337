"""Examples that judge and stand, equal or all but equal, among those that were learnt from."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Float64, Int

from pellucid.data import Part
from pellucid.diagnosis.case import Case, evenly
from pellucid.diagnosis.finding import Finding
from pellucid.diagnosis.neighbours import Nearest, nearest
from pellucid.diagnosis.pictures import distances, picture_grid
from pellucid.errors import counted
from pellucid.figures.inputs import can_be_seen, input_picture
from pellucid.files.mapping import release

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_JUDGED = 1_000
MOST_LEARNT = 20_000
LEAST = 3
LEAST_SHARE = 0.01
"""Of a part: fewer copies hardly change what it says of the network."""
SURE = 3.0
"""Standard errors that copies must be beyond the repeats that are usual in such data."""
CHANCE = 1e-3
"""How often, in a part without copies, an example may be taken for one."""
SHARES = (0.5, 0.1, 0.01)
"""Of ratios that are larger, from which d is measured: where numbers are whole, half of all ratios are 1."""
LEAST_DIMENSION = 0.1
EQUAL = 1e-6
"""Distances below this share of the middle one are none."""
MOST_DRAWN = 9


class Copies(NamedTuple):
    """What was found in a part.

    Attributes:
        rows: the numbers of its examples that are copies, from 0.
        twins: the numbers of the training examples that they are copies of.
        n_equal: how many of them are quite equal.
        n_judged: how many of the part's examples were looked at.
        natural: the share of training examples that have an equal one among the others.
        apart: distances of copies and of others to the nearest training example.
    """

    rows: Int[np.ndarray, " n_copies"]
    twins: Int[np.ndarray, " n_copies"]
    n_equal: int
    n_judged: int
    natural: float
    apart: tuple[Float64[np.ndarray, " n_copies"], Float64[np.ndarray, " n_others"]]


def find_leak(case: Case) -> Iterator[Finding]:
    """A finding for each part that judges and holds copies of training examples."""
    if case.data is None:
        return
    learnt = evenly(case.data.train.n_samples, MOST_LEARNT)
    among = vectors(case, case.data.train, learnt)
    if len(among) < LEAST:
        return
    for name, part in case.data.parts.items():
        if name != "train":
            yield from _leak_into(case, name, part, learnt, among)


def vectors(case: Case, part: Part, rows: np.ndarray) -> np.ndarray:
    """The input vectors of some examples of a part."""
    x = np.asarray(case.model.features.batch(part.raw[rows]), np.float32)
    release(part.raw)
    return x


def _leak_into(case: Case, name: str, part: Part, learnt: np.ndarray, among: np.ndarray) -> Iterator[Finding]:
    judged = evenly(part.n_samples, MOST_JUDGED)
    copies = find_copies(vectors(case, part, judged), among)
    n_copies = len(copies.rows)
    # Where training examples repeat each other, as in tables of few values, others do so too: that is no leak.
    usual = copies.natural * copies.n_judged
    if n_copies - 2 * usual < max(LEAST, LEAST_SHARE * copies.n_judged, SURE * math.sqrt(usual)):
        return
    rows, twins = judged[copies.rows], learnt[copies.twins]
    listed = ", ".join(f"{name} {row} = train {twin}" for row, twin in list(zip(rows, twins, strict=True))[:4])
    yield Finding(
        "leak",
        f"{counted(n_copies, 'example')} of {copies.n_judged:,} of the {name} part ({n_copies / copies.n_judged:.1%}) "
        f"are also in the training part: {copies.n_equal:,} equal, {n_copies - copies.n_equal:,} all but equal "
        f"({listed}{' …' if n_copies > 4 else ''}). What was learnt by heart helps to judge well.",
        "let copies of an example stay on one side: draw the parts anew without them, or leave them out of training",
        {
            "part": name,
            "copies": n_copies,
            "equal": copies.n_equal,
            "looked_at": copies.n_judged,
            "pairs": [[int(row), int(twin)] for row, twin in list(zip(rows, twins, strict=True))[:50]],
        },
        f"pellucid data check {case.source}" if case.source else "",
        lambda: draw_copies(case, name, rows, twins, copies),
    )


def find_copies(x: np.ndarray, among: np.ndarray) -> Copies:
    """Which examples are copies of others.

    An example is all but equal to its nearest neighbour if that is so much nearer than the second nearest as does not
    come about by chance: where examples lie about evenly in d dimensions, the second is more than m times as far in one
    of m^d cases.

    Parameters:
        x: the examples that judge.
        among: those learnt from.

    Source: Facco, d'Errico, Rodriguez & Laio 2017, equation 2: the two nearest neighbours, and d from their ratio.
    """
    own = among[evenly(len(among), MOST_JUDGED)]
    within = nearest_two(own, among, is_among=True)
    scale = float(np.median(within.distances[:, -1])) * EQUAL
    natural = float((within.distances[:, 0] <= scale).mean())
    far = (len(x) / CHANCE) ** (1 / dimension_of(within, scale))
    found = nearest_two(x, among)
    first, second = found.distances[:, 0], found.distances[:, 1]
    is_equal = first <= scale
    is_copy = is_equal | ((first > scale) & (second > far * first))
    rows = np.flatnonzero(is_copy)
    return Copies(rows, found.rows[rows, 0], int(is_equal.sum()), len(x), natural, (first[is_copy], first[~is_copy]))


def nearest_two(x: np.ndarray, among: np.ndarray, *, is_among: bool = False) -> Nearest:
    """The two nearest; of examples that are themselves among the others, the two nearest beside themselves."""
    found = nearest(x, among, 2 + is_among)
    return Nearest(found.distances[:, is_among:], found.rows[:, is_among:])


def dimension_of(found: Nearest, scale: float) -> float:
    """d, in which examples seem to lie: by the ratios' middle and by their rare large values, whichever says less.

    Parameters:
        found: the two nearest of each.
        scale: the distance below which two are equal, and say nothing.
    """
    first, second = found.distances[:, 0], found.distances[:, 1]
    apart = first > scale
    if not apart.any():
        return LEAST_DIMENSION
    logarithms = np.log(second[apart] / first[apart])
    by_share = (-math.log(share) / max(float(np.quantile(logarithms, 1 - share)), 1e-6) for share in SHARES)
    return max(LEAST_DIMENSION, min(by_share))


def draw_copies(case: Case, name: str, rows: np.ndarray, twins: np.ndarray, copies: Copies) -> "Figure":
    """Copies beside their twins, where examples can be seen; else how far examples lie from the nearest."""
    encoder = case.model.features.encoder
    if case.data is None or not can_be_seen(encoder):
        return distances(copies.apart[1], copies.apart[0])
    pictures: list[np.ndarray] = []
    told: list[tuple[str, str]] = []
    for row, twin in list(zip(rows, twins, strict=True))[:MOST_DRAWN]:
        for where, part, number in ((name, case.data.parts[name], row), ("train", case.data.train, twin)):
            picture = input_picture(encoder, part.raw[number])
            if picture is not None:
                pictures.append(picture)
                told.append((f"{where} {number}", ""))
    return picture_grid(pictures, told, f"{len(rows):,} copies: each beside its twin in the training part")
