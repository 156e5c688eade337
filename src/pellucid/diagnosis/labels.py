"""Examples whose label is likely to be wrong: two judges who have not seen it agree on another one."""

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pellucid.diagnosis.case import Case
from pellucid.diagnosis.finding import Finding
from pellucid.diagnosis.neighbours import nearest
from pellucid.diagnosis.pictures import named_bars, picture_grid
from pellucid.diagnosis.reference import Reference
from pellucid.errors import counted
from pellucid.figures.inputs import can_be_seen, input_picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MARGIN = 0.5
"""By so much the reference must hold another class likelier than the label; its answers lie about between 0 and 1."""
N_NEIGHBOURS = 5
"""Nearest examples of which none may have the label, and all but one the other class."""
LEAST = 3
LEAST_SHARE = 0.005
"""Of the examples: every set has a few that anyone would take for something else."""
SURE_SHARE = 1 / 3
"""Of the suspects so many must be doubted as surely as the middle one of the labels that both judges confirm. Of wrong
labels it is about half; where chance has a say in the labels, as in people's incomes, the exceptions are less sure:
of Adult's a sixth. The least counts hold for the sure ones."""
MOST_LISTED = 50
MOST_DRAWN = 18


class Suspect(NamedTuple):
    """An example whose label is likely to be wrong.

    Attributes:
        part: train or validation.
        row: its number in that part, from 0.
        label: what it is said to be.
        likely: what it seems to be.
        margin: by how much the reference holds that likelier.
    """

    part: str
    row: int
    label: int
    likely: int
    margin: float


def find_mislabelled(case: Case) -> Iterator[Finding]:
    """A finding if there are examples whose label is likely to be wrong."""
    if case.model.classes is None or case.train is None or case.data is None:
        return
    found, n_samples, usual = suspects_of(case)
    n_sure = sum(suspect.margin >= usual for suspect in found)
    if n_sure < max(LEAST, LEAST_SHARE * n_samples, SURE_SHARE * len(found)):
        return
    classes = case.model.classes
    first = found[0]
    shown = command_to_see(case, first)
    listed = "; ".join(f"{s.part} {s.row}: '{classes[s.label]}', likely '{classes[s.likely]}'" for s in found[:5])
    yield Finding(
        "mislabelled",
        f"{counted(len(found), 'example')} of {n_samples:,} looked at are likely to be mislabelled: the reference and "
        f"the nearest neighbours, which have not seen their labels, agree on another class. {listed}"
        f"{' …' if len(found) > 5 else ''}.",
        "look at them, and correct the labels or leave the examples out",
        {
            "suspects": [
                {"part": s.part, "row": s.row, "label": classes[s.label], "likely": classes[s.likely]}
                for s in found[:MOST_LISTED]
            ],
            "found": len(found),
            "sure": n_sure,
            "looked_at": n_samples,
        },
        shown,
        lambda: draw_suspects(case, found),
    )


def suspects_of(case: Case) -> tuple[list[Suspect], int, float]:
    """The suspects of training and validation part, the surest first.

    Returns:
        The suspects; how many examples were looked at; and by how much the reference holds the label likelier than the
        next class in the middle one of the examples whose label both judges confirm.
    """
    named = [(name, sample) for name, sample in (("train", case.train), ("validation", case.judged)) if sample]
    x = np.concatenate([sample.x for _, sample in named])
    labels = np.concatenate([sample.labels for _, sample in named])
    places = [(name, int(row)) for name, sample in named for row in sample.rows]
    n_classes = len(case.model.classes or ())
    unseen = Reference.fitted(x, np.eye(n_classes)[labels]).unseen
    likely = unseen.argmax(axis=1)
    every = np.arange(len(labels))
    margins = unseen[every, likely] - unseen[every, labels]
    neighbours = labels[nearest(x, x, N_NEIGHBOURS, is_same=True).rows]
    do_agree = (neighbours == likely[:, None]).sum(axis=1) >= neighbours.shape[1] - 1
    is_suspect = (margins >= MARGIN) & (neighbours != labels[:, None]).all(axis=1) & do_agree
    leads = np.diff(np.partition(unseen, -2, axis=1)[:, -2:], axis=1)[:, 0]
    confirmed = leads[(leads >= MARGIN) & (likely == labels) & do_agree]
    usual = float(np.median(confirmed)) if len(confirmed) else MARGIN
    chosen = np.flatnonzero(is_suspect)
    chosen = chosen[np.argsort(-margins[chosen], kind="stable")]
    found = [
        Suspect(part, row, int(labels[k]), int(likely[k]), float(margins[k]))
        for k, (part, row) in ((k, places[k]) for k in chosen.tolist())
    ]
    return found, len(labels), usual


def command_to_see(case: Case, suspect: Suspect) -> str:
    """What one types to see a suspect; empty where data or model have no path."""
    if case.source is None or case.place is None:
        return ""
    options = ["--data", case.source, "--part", suspect.part, "--sample", str(suspect.row)]
    return shlex.join(["pellucid", "explain", case.place, "decision", *options])


def draw_suspects(case: Case, found: list[Suspect]) -> "Figure":
    """The surest suspects: as pictures where they can be seen, else as bars."""
    classes, encoder = case.model.classes or (), case.model.features.encoder
    some = found[:MOST_DRAWN]
    if not can_be_seen(encoder) or case.data is None:
        names = [f"{s.part} {s.row}: {classes[s.label]}, likely {classes[s.likely]}" for s in some]
        return named_bars(names, [s.margin for s in some], "by how much the other class seems likelier")
    parts = case.data.parts
    pictures = [input_picture(encoder, parts[s.part].raw[s.row]) for s in some]
    told = [(f"{s.part} {s.row}: {classes[s.label]}", f"likely {classes[s.likely]}") for s in some]
    seen = [picture for picture in pictures if picture is not None]
    return picture_grid(seen, told, f"{len(some)} of {len(found):,} labels that are likely to be wrong")
