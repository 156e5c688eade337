"""How cost and accuracy went, epoch by epoch."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from pellucid.errors import InvalidValueError
from pellucid.figures.style import BLUE, GREY, ORANGE, PALE, drawn_in_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@runtime_checkable
class EpochRecord(Protocol):
    """What is known after an epoch; None where there is no validation part, or no classes to be accurate about."""

    @property
    def epoch(self) -> int: ...
    @property
    def cost(self) -> float: ...
    @property
    def accuracy(self) -> float | None: ...
    @property
    def validation_cost(self) -> float | None: ...
    @property
    def validation_accuracy(self) -> float | None: ...


@drawn_in_style
def learning_curves(history: Sequence[EpochRecord], best_epoch: int | None = None) -> "Figure":
    """The cost, and with classes the accuracy, of each epoch on the training and the validation part.

    Parameters:
        history: one record an epoch, in order.
        best_epoch: the epoch to mark; by default that of the greatest validation accuracy (the earliest of several),
            without classes that of the least validation cost, without validation none.

    Raises:
        InvalidValueError: the history is empty.
    """
    from matplotlib.figure import Figure

    if not history:
        raise InvalidValueError("history: at least one epoch is required, but it is empty; train for an epoch first")
    best = _best_epoch(history) if best_epoch is None else best_epoch
    has_accuracy = any(record.accuracy is not None or record.validation_accuracy is not None for record in history)
    n_panels = 2 if has_accuracy else 1
    figure = Figure(figsize=(5.2 * n_panels, 3.6), layout="constrained")
    panels = figure.subplots(1, n_panels, squeeze=False)[0]
    epochs = [record.epoch for record in history]
    _draw(
        panels[0],
        "Cost",
        epochs,
        [r.cost for r in history],
        [r.validation_cost for r in history],
        best,
        best_is="least",
    )
    if has_accuracy:
        training, validation = [r.accuracy for r in history], [r.validation_accuracy for r in history]
        _draw(panels[1], "Accuracy", epochs, training, validation, best, best_is="greatest")
    return figure


def _best_epoch(history: Sequence[EpochRecord]) -> int | None:
    accuracies = {r.epoch: r.validation_accuracy for r in history if r.validation_accuracy is not None}
    if accuracies:
        return max(accuracies, key=lambda epoch: accuracies[epoch])
    costs = {r.epoch: r.validation_cost for r in history if r.validation_cost is not None}
    return min(costs, key=lambda epoch: costs[epoch]) if costs else None


def _draw(
    panel: "Axes",
    title: str,
    epochs: Sequence[int],
    training: Sequence[float | None],
    validation: Sequence[float | None],
    best: int | None,
    best_is: str,
) -> None:
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    marker = "o" if len(epochs) <= 12 else None
    for label, values, colour, line in (("training", training, BLUE, "-"), ("validation", validation, ORANGE, "--")):
        known = [(epoch, value) for epoch, value in zip(epochs, values, strict=True) if value is not None]
        if known:
            panel.plot(*zip(*known, strict=True), line, color=colour, marker=marker, markersize=4, label=label)
    if best is not None:
        panel.axvline(best, color=GREY, linewidth=1, linestyle=":", zorder=1, label=f"best epoch: {best}")
    panel.set_title(title)
    panel.set_xlabel("epoch")
    panel.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
    if len(epochs) == 1:
        panel.set_xlim(epochs[0] - 1, epochs[0] + 1)
    if best_is == "greatest":
        panel.yaxis.set_major_formatter(PercentFormatter(xmax=1))
    panel.grid(axis="y", color=PALE)
    panel.set_axisbelow(True)
    panel.legend(loc="upper right" if best_is == "least" else "lower right", frameon=True, edgecolor="none")
