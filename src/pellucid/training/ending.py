"""When a run has come to the end that its plan sets, and what tells a better epoch from a worse one."""

from collections.abc import Sequence

from pellucid.training.history import EpochRecord
from pellucid.training.plan import Plan


def planned_end(history: Sequence[EpochRecord], plan: Plan) -> str | None:
    """Why no epoch is to follow on these, by the plan; None: one is."""
    if len(history) >= plan.epochs:
        return "all epochs done"
    if plan.patience is not None and epochs_waited(history, plan.least_gain) >= plan.patience:
        return f"no better for {plan.patience} epochs"
    return None


def epochs_waited(history: Sequence[EpochRecord], gain: float) -> int:
    """How many epochs there were since one was better, by the gain, than all before it."""
    best: tuple[float, float] | None = None
    since = 0
    for record in history:
        merit = record.merit()
        if best is None or is_better(merit, best, gain):
            best, since = merit, 0
        else:
            since += 1
    return since


def is_better(merit: tuple[float, float], best: tuple[float, float], gain: float) -> bool:
    """Whether an epoch's merit is beyond the best one's, its share (or where there is none, its cost) by the gain."""
    if not gain:
        return merit > best
    if merit[0] or best[0]:
        return merit[0] >= best[0] + gain
    return merit[1] >= best[1] + gain * abs(best[1])
