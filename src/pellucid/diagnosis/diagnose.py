"""All checks of a run or a model, in order: causes before what they lead to."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType, NoneType

from pellucid.data import Dataset
from pellucid.diagnosis.case import Case
from pellucid.diagnosis.classes import find_imbalance
from pellucid.diagnosis.finding import FAULTS, Finding
from pellucid.diagnosis.fit import find_overfitting, find_underfitting
from pellucid.diagnosis.gradients import find_gradient_faults
from pellucid.diagnosis.inputs import find_unscaled
from pellucid.diagnosis.labels import find_mislabelled
from pellucid.diagnosis.leak import find_leak
from pellucid.diagnosis.neurons import find_dead, find_saturated
from pellucid.diagnosis.rate import find_rate_faults
from pellucid.errors import require_kind
from pellucid.model import Model
from pellucid.training import TrainingResult

CHECKS: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    find_unscaled,
    find_rate_faults,
    find_saturated,
    find_dead,
    find_gradient_faults,
    find_underfitting,
    find_overfitting,
    find_imbalance,
    find_mislabelled,
    find_leak,
)
LEADS_TO: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "unscaled-inputs": frozenset({"rate-too-high", "rate-too-low", "underfitting"}),
        "rate-too-high": frozenset({"underfitting"}),
        "rate-too-low": frozenset({"underfitting"}),
    }
)
"""What is not named beside its cause, which is to be cured first."""


@dataclass(frozen=True)
class Diagnosis:
    """What was found, and what could not be looked at.

    Attributes:
        findings: the faults, causes first; empty: none was found.
        unchecked: the names of faults that nothing is known about, for want of data, of a plan, or of classes.
    """

    findings: tuple[Finding, ...]
    unchecked: tuple[str, ...]


def diagnose(run: TrainingResult | Model, data: Dataset | None = None) -> tuple[Finding, ...]:
    """What is wrong with a training run or a model, each fault with its evidence and its cure; empty: nothing.

    Parameters:
        run: what `train` gave back, which tells most; or a model.
        data: what it was trained on. Without, only the history is looked at.

    Raises:
        InvalidValueError: it is neither, or the data do not fit it.
    """
    require_kind(run, (TrainingResult, Model), "run: the result of train, or a Model,")
    require_kind(data, (Dataset, NoneType), "data: a Dataset, of load_data or Dataset.from_arrays,")
    case = Case.of_result(run, data) if isinstance(run, TrainingResult) else Case.of_model(run, data)
    return examine(case).findings


def examine(case: Case) -> Diagnosis:
    """The diagnosis of a case."""
    found = [finding for check in CHECKS for finding in check(case)]
    names = {finding.name for finding in found}
    follows = {consequence for name in names for consequence in LEADS_TO.get(name, ())}
    return Diagnosis(tuple(finding for finding in found if finding.name not in follows), unchecked(case))


def unchecked(case: Case) -> tuple[str, ...]:
    """The faults that nothing is known about."""
    missing: set[str] = set()
    if case.data is None:
        missing |= set(FAULTS) - {"rate-too-high"}
    elif case.judged is None:
        missing |= {"overfitting"}
    if case.plan is None:
        missing |= {"rate-too-high", "rate-too-low"}
    if not case.is_classification:
        missing |= {"imbalance", "mislabelled"}
    return tuple(name for name in FAULTS if name in missing)
