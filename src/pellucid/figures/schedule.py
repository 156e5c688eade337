"""The learning rate over the epochs of a run, as its schedule has it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pellucid.figures.style import BLUE, GREY, ORANGE, PALE, drawn_in_style
from pellucid.training.schedules import Plateau, Schedule

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@drawn_in_style
def schedule_graph(
    schedule: Schedule, learning_rate: float, epochs: int, steps_per_epoch: int, costs: Sequence[float]
) -> "Figure":
    """The rate of each step; of a plateau also the costs by which it is seen.

    Parameters:
        schedule: what is drawn.
        learning_rate: the optimizer's own, marked by a dotted line.
        epochs: how many there are.
        steps_per_epoch: how many steps make one.
        costs: of each epoch.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    rates = [
        schedule.rates(
            learning_rate,
            range(epoch * steps_per_epoch, (epoch + 1) * steps_per_epoch),
            steps_per_epoch,
            epochs,
            costs[:epoch],
        )
        for epoch in range(epochs)
    ]
    figure = Figure(figsize=(6, 3.4), layout="constrained")
    panel = figure.subplots()
    panel.axhline(learning_rate, color=GREY, linewidth=1, linestyle=":", zorder=0, label="the optimizer's own")
    positions = np.arange(epochs * steps_per_epoch) / steps_per_epoch
    panel.plot(positions, np.concatenate(rates), color=BLUE, label="learning rate")
    panel.set_xlim(0, epochs)
    panel.set_ylim(0, 1.08 * learning_rate)
    panel.xaxis.set_major_locator(MaxNLocator(integer=True))
    panel.set_xlabel("epochs done")
    panel.set_ylabel("learning rate")
    panel.set_title(str(schedule))
    panel.grid(axis="y", color=PALE)
    lines = [*panel.lines]
    if isinstance(schedule, Plateau):
        beside = panel.twinx()
        lines += beside.plot(
            np.arange(1, epochs + 1), costs[:epochs], "o--", color=ORANGE, markersize=3.5, linewidth=1, label="cost"
        )
        beside.set_ylim(0, 1.08 * max(costs))
        beside.set_ylabel("cost of the epoch")
        beside.spines["right"].set_visible(True)
    where = "center right" if isinstance(schedule, Plateau) else "best"
    panel.legend(lines, [str(line.get_label()) for line in lines], loc=where)
    return figure
