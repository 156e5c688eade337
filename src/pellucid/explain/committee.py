"""Why a committee names this class and not the next: what each member holds for the two, and the means."""

from typing import Any

import numpy as np

from pellucid.errors import InvalidValueError, unknown_name
from pellucid.explain.derivation import DEFAULT_TOP, Derivation, Steps
from pellucid.explain.document import Paragraph, Table
from pellucid.explain.subject import Subject
from pellucid.explain.words import Words
from pellucid.expression import Expression, Number, Variable, constant
from pellucid.model import Committee
from pellucid.model.decision import predicted_classes, probabilities

MARGIN = Variable("F")


def committee(committee: Committee, x: Any, *, against: str | None = None, top: int = DEFAULT_TOP) -> Derivation:
    """Why a committee names this class and not another; `.value` is the difference of the two mean outputs.

    *Formula*: p̄ = (p₁ + … + p_K) / K, p_k being member k's output for the class named, q̄ likewise; F = p̄ − q̄. Of a
    single output the mean is compared with ½.

    Parameters:
        committee: of networks that name classes.
        x: a raw example: of the features' shape, or what their encoder takes.
        against: the class that the named one is compared with; by default the runner-up.
        top: so many members' outputs are shown in a sum.

    Raises:
        InvalidValueError: it gives numbers and no classes, the input does not fit, or a class is not there or is the
            named one.
    """
    classes = committee.classes
    if classes is None:
        raise InvalidValueError(
            "member: a committee that names classes is required, this one gives numbers (regression), whose answer is "
            "the mean; explain one of its members"
        )
    outputs = np.stack([Subject.of(member, x).trace.activations[-1] for member in committee.members])
    mean = outputs.mean(axis=0)
    named = int(predicted_classes(mean))
    other = rival(mean, classes, named, against)
    steps = Steps(top)
    steps.show(
        Paragraph(f"Each of {len(outputs)} members answers for itself; the committee's outputs are their means.")
    )
    steps.show(table_of(committee, outputs, named, other))
    if outputs.shape[1] == 1:
        average = add_mean(steps, outputs[:, 0], "p", f"mean output, the share of {classes[1]}")
        half = constant(0.5)
        steps.add("margin over one half", MARGIN, average - half if named == 1 else half - average)
    else:
        first = add_mean(steps, outputs[:, named], "p", f"mean output for {classes[named]}")
        second = add_mean(steps, outputs[:, other], "q", f"mean output for {classes[other]}")
        steps.add(f"margin of {classes[named]} over {classes[other]}", MARGIN, first - second)
    return steps.conclude(f"Why the committee says {classes[named]} and not {classes[other]}")


def rival(mean: np.ndarray, classes: tuple[str, ...], named: int, against: str | None) -> int:
    """The class that the named one is compared with, from 0.

    Raises:
        InvalidValueError: it is no other class.
    """
    if against is None:
        if len(mean) == 1:
            return 1 - named
        ranking = np.argsort(-mean, kind="stable")
        return int(ranking[ranking != named][0])
    if against not in classes:
        raise unknown_name(against, classes, "against")
    if against == classes[named]:
        raise InvalidValueError(f"against: another class than the one named is required, got '{against}'")
    return classes.index(against)


def add_mean(steps: Steps, outputs: np.ndarray, letter: str, name: str) -> Number:
    """Adds the sum of the members' outputs for one class, and their mean, as steps.

    Parameters:
        steps: to which they are added.
        outputs: one of each member.
        letter: by which they are called in formulas, the member's number beside it.
        name: what the mean is, in words.
    """
    terms: list[Expression] = [
        Number(float(output), f"member:{number}", Variable(letter, None, (number,)))
        for number, output in enumerate(outputs, start=1)
    ]
    total = steps.add_sum(f"sum over the members: {name}", Variable(letter.upper()), terms)
    return steps.add(name, Variable(f"{letter}̄"), total / constant(len(outputs)))


def table_of(committee: Committee, outputs: np.ndarray, named: int, other: int) -> Table:
    """What each member says, and how sure it is of the two classes."""
    classes: tuple[str, ...] = committee.classes or ()
    rows: list[tuple[Words, ...]] = []
    shares = probabilities(outputs, committee.networks[0].output)
    said = predicted_classes(outputs)
    for number, (choice, share) in enumerate(zip(said.tolist(), shares, strict=True), start=1):
        network = committee.networks[number - 1]
        rows.append((str(number), "-".join(map(str, network.sizes)), classes[choice], *percent(share, named, other)))
    of_mean = probabilities(outputs.mean(axis=0)[None], committee.networks[0].output)[0]
    rows.append(("mean", "", classes[named], *percent(of_mean, named, other)))
    return Table(("member", "network", "says", classes[named], classes[other]), tuple(rows))


def percent(share: np.ndarray, *places: int) -> tuple[str, ...]:
    """The shares at these places, in percent."""
    return tuple(f"{share[place]:.2%}" for place in places)
