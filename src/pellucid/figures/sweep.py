"""A sweep at a glance: how each network learnt, and how well each value of each choice did."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.errors import InvalidValueError
from pellucid.figures.style import BLUE, GREY, ORANGE, PALE, drawable, drawn_in_style
from pellucid.training.sweep import Outcome

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_PANELS = 6
PANELS_A_ROW = 3
SHOWN_VALUES = 12
"""So many values of a choice are named at an axis."""


@drawn_in_style
def sweep_chart(outcomes: Sequence[Outcome]) -> "Figure":
    """The validation figures epoch by epoch, the best network's in orange; then a panel for each choice that varies.

    There a dot is a network, its height its accuracy (in regression its cost), and the line joins the means of the
    values. Networks that diverged before their first epoch was done are not drawn.

    Parameters:
        outcomes: the best first.

    Raises:
        InvalidValueError: nothing was trained.
    """
    from matplotlib.figure import Figure

    shown = [outcome for outcome in outcomes if score_of(outcome) is not None]
    if not shown:
        raise InvalidValueError("outcomes: one with an epoch done is required, there is none; lower the learning rates")
    has_curves = any(outcome.lane is not None and len(outcome.lane.history) > 1 for outcome in shown)
    names = list(dict.fromkeys(name for outcome in shown for name in outcome.trial.varied))
    n_panels = max(1, min(MOST_PANELS, len(names) + has_curves))
    n_rows = -(-n_panels // PANELS_A_ROW)
    n_columns = -(-n_panels // n_rows)
    figure = Figure(figsize=(4.2 * n_columns, 3.4 * n_rows), layout="constrained")
    panels = list(figure.subplots(n_rows, n_columns, squeeze=False).flat)
    if has_curves:
        draw_curves(panels.pop(0), shown)
        n_panels -= 1
    for panel, name in zip(panels, names or [""], strict=False):
        draw_choice(panel, name, shown)
    for panel in panels[n_panels:]:
        panel.set_visible(False)
    return figure


def score_of(outcome: Outcome) -> float | None:
    """The accuracy (in regression the cost) by which a network is compared; None where no epoch was done."""
    figures, lane = outcome.figures, outcome.lane
    if figures is not None:
        if figures.shares:
            return float(np.mean(figures.shares))
        cost = float(np.mean(figures.costs))
        return cost if np.isfinite(cost) else None
    record = None if lane is None else lane.best_record
    if record is None:
        return None
    if record.validation_cost is None:
        return record.accuracy if record.accuracy is not None else record.cost
    share = record.validation_accuracy if record.validation_recall is None else record.validation_recall
    return share if share is not None else record.validation_cost


def what_is_scored(outcome: Outcome) -> str:
    """What `score_of` gives, in words."""
    if outcome.figures is not None:
        if not outcome.figures.shares:
            return "mean cost of the folds"
        return f"mean {'recall' if outcome.figures.is_balanced else 'accuracy'} of the folds"
    record = None if outcome.lane is None else outcome.lane.best_record
    part = "training" if record is None or record.validation_cost is None else "validation"
    if record is not None and record.validation_recall is not None:
        return "validation: mean recall"
    return f"{part} {'accuracy' if is_share(outcome) else 'cost'}"


def is_share(outcome: Outcome) -> bool:
    """Whether the score is a share of right answers, rather than a cost."""
    if outcome.figures is not None:
        return bool(outcome.figures.shares)
    record = None if outcome.lane is None else outcome.lane.best_record
    return record is not None and record.accuracy is not None


def draw_curves(panel: "Axes", outcomes: Sequence[Outcome]) -> None:
    """A line for each network, the best one's last and in another colour."""
    for number, outcome in reversed(list(enumerate(outcomes))):
        history = [] if outcome.lane is None else outcome.lane.history
        values = [record.validation_accuracy if is_share(outcome) else record.validation_cost for record in history]
        if any(value is None for value in values):
            values = [record.accuracy if is_share(outcome) else record.cost for record in history]
        epochs = [record.epoch for record in history]
        style: dict[str, Any] = {"color": ORANGE, "label": "best"} if number == 0 else {"color": GREY, "alpha": 0.45}
        panel.plot(epochs, values, ".-" if len(epochs) == 1 else "-", linewidth=2.2 if number == 0 else 0.9, **style)  # pyright: ignore[reportArgumentType]
    panel.set_xlabel("epoch")
    panel.legend(loc="lower right" if is_share(outcomes[0]) else "upper right")
    finish(panel, "Epoch by epoch", outcomes[0])


def draw_choice(panel: "Axes", name: str, outcomes: Sequence[Outcome]) -> None:
    """A dot for each network over its value of a choice, and a line through the values' means."""
    values = sorted({outcome.trial.varied.get(name) for outcome in outcomes}, key=order_of)
    places = {value: place for place, value in enumerate(values)}
    scores: list[list[float]] = [[] for _ in values]
    for outcome in reversed(outcomes):
        place, score = places[outcome.trial.varied.get(name)], score_of(outcome)
        if score is not None:
            scores[place].append(score)
            colour = ORANGE if outcome is outcomes[0] else BLUE
            panel.plot([place], [score], "o", color=colour, markersize=5, alpha=1 if outcome is outcomes[0] else 0.55)
    means = [float(np.mean(each)) for each in scores]
    panel.plot(range(len(values)), means, color=GREY, linewidth=1, zorder=1)
    often = -(-len(values) // SHOWN_VALUES)
    panel.set_xticks(
        range(0, len(values), often),
        [drawable(value_text(value), 12) for value in values[::often]],
        rotation=30 if any(len(value_text(value)) > 6 for value in values) else 0,
        parse_math=False,
    )
    panel.set_xlabel(name.replace("_", " "))
    finish(panel, f"By {name.replace('_', ' ')}" if name else "All networks", outcomes[0])


def order_of(value: Any) -> tuple[Any, ...]:
    """Numbers in their order, then everything else in that of its text."""
    return (0, float(value), "") if isinstance(value, int | float) else (1, 0.0, value_text(value))


def value_text(value: Any) -> str:
    """A choice as one types it.

    >>> value_text((100, 50)), value_text(0.0001), value_text(())
    ('100,50', '0.0001', 'none')
    """
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ",".join(map(str, value)) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def finish(panel: "Axes", title: str, outcome: Outcome) -> None:
    """Title, grid, and the axis of the score."""
    from matplotlib.ticker import PercentFormatter

    panel.set_title(title)
    panel.set_ylabel(what_is_scored(outcome))
    if is_share(outcome):
        panel.yaxis.set_major_formatter(PercentFormatter(xmax=1))
    panel.grid(axis="y", color=PALE)
    panel.set_axisbelow(True)
