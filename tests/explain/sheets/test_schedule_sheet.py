"""The sheets of schedules: the formula shown is worth the rate with which training would make the step."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from pellucid.errors import InvalidValueError, UnknownNameError
from pellucid.explain.correction.rate import Rate, add_rate, steps_of_an_epoch
from pellucid.explain.derivation import Steps
from pellucid.explain.document import Formula, Picture, Table
from pellucid.explain.render.words import words_text
from pellucid.explain.sheets.schedule import CHOICES, COSTS, EPOCHS, STEPS_PER_EPOCH, SUMMARIES, schedule
from pellucid.expression import Number, Unicode, Variable
from pellucid.maths import SGD, find_cost
from pellucid.training.checkpoint import Checkpoint, Position
from pellucid.training.history import EpochRecord
from pellucid.training.plan import Plan
from pellucid.training.schedules import RANGES, SCHEDULES, read_schedule
from pellucid.training.step import LearningRule, TrainingState

WRITTEN = (
    *SCHEDULES,
    "constant:warmup=3",
    "step:every=5,factor=0.5",
    "exponential:factor=0.7,warmup=2.5",
    "inverse-scaling:power=1,warmup=1",
    "cosine:warmup=2",
    "cosine:warmup=30",
    "plateau:patience=2,factor=0.5,gain=0.01",
)


@pytest.mark.parametrize("written", WRITTEN)
def test_the_rate_of_any_step_is_training_s_own(written: str, read_formula: Callable[[str], float]):
    shown = read_schedule(written)
    for time in (1, 2, 57, 100, 101, 250, 999, 1000, 1001, 1234, 1999, 2000):
        costs = COSTS[: (time - 1) // STEPS_PER_EPOCH]
        steps = Steps()
        rate = Rate(shown, STEPS_PER_EPOCH, EPOCHS, costs)
        own, clock = Number(0.3, "r", Variable("r")), Number(float(time), "t", Variable("t"))
        found = add_rate(steps, rate, own, clock)
        known = float(shown.rates(0.3, range(time - 1, time), STEPS_PER_EPOCH, EPOCHS, costs)[0])
        assert found.value == pytest.approx(known, rel=1e-12, abs=1e-17)
        for step in steps.finished:
            for digits in (3, 6, 17):
                told = step.to_dict(digits)
                assert abs(read_formula(told["expression"]) - told["value"]) <= told["tolerance"] < math.inf
    assert found is own if written == "constant" else found.ref == "step:2"


@pytest.mark.parametrize("written", WRITTEN)
def test_a_sheet_shows_formula_choices_picture_and_source(written: str):
    sheet, shown = schedule(written, learning_rate=0.2, done=12.5), read_schedule(written)
    known = shown.rates(0.2, range(1250, 1251), STEPS_PER_EPOCH, EPOCHS, COSTS[:12])
    assert sheet.value == pytest.approx(float(known[0]), rel=1e-12)
    (table,) = [block for block in sheet.blocks if isinstance(block, Table)]
    assert shown.source in words_text(table.caption, 4)
    assert sheet.title == f"The schedule {shown} (r = 0.2)"
    (picture,) = [block for block in sheet.blocks if isinstance(block, Picture)]
    lines = {str(line.get_label()): line for axes in picture.draw().axes for line in axes.lines}
    drawn = np.asarray(lines["learning rate"].get_ydata())
    assert drawn[1250] == pytest.approx(sheet.value, rel=1e-12)
    assert ("cost" in lines) == written.startswith("plateau")


def test_the_formulas_are_those_of_the_sources():
    def formula(written: str) -> str:
        (block,) = [block for block in schedule(written).blocks if isinstance(block, Formula)]
        return block.right.lower(Unicode(4, symbols=True)).text.replace("\xa0", " ")

    assert formula("constant") == "r"
    assert formula("step") == formula("plateau") == "r · q^k"
    assert formula("exponential") == "r · q^τ"
    assert formula("inverse-scaling") == "r · (1 + τ)^(−p)"
    assert formula("cosine") == "r · (1 + cos(π · τ / n)) / 2"
    assert formula("exponential:warmup=2") == "r · q^max(τ − h, 0) · min((τ + 1 / B) / h, 1)"


def test_every_schedule_and_every_choice_has_its_words():
    assert set(SUMMARIES) == set(SCHEDULES)
    assert set(CHOICES) == set(RANGES)


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"done": 21}, r"^done: a number of epochs from 0 to 20 is required, got 21$"),
        ({"done": math.nan}, r"^done: "),
        ({"learning_rate": 0}, r"^learning_rate: a number above 0 is required, got 0$"),
    ],
)
def test_numbers_out_of_range_are_refused(choices: dict[str, float], message: str):
    with pytest.raises(InvalidValueError, match=message):
        schedule("cosine", **choices)


def test_an_unknown_schedule_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match=r"did you mean 'cosine'"):
        schedule("cosin")


def checkpoint_at(time: int, epoch: int, n_done: int, under_way: int) -> Checkpoint:
    record = [EpochRecord(k + 1, 1.0, None, 0.5, None, 0.1) for k in range(n_done)]
    costs = np.zeros(under_way)
    plan = Plan(LearningRule(find_cost("squared-error"), SGD(0.1)), schedule=read_schedule("cosine"))
    return Checkpoint(TrainingState((), (), time), plan, (), Position(epoch, 0, costs, costs), tuple(record))


def test_how_many_steps_make_an_epoch_is_known_from_where_a_run_stands():
    assert steps_of_an_epoch(checkpoint_at(30, 3, 3, 10)) == 10  # the third is done
    assert steps_of_an_epoch(checkpoint_at(34, 4, 3, 4)) == 10  # in the fourth
    assert steps_of_an_epoch(checkpoint_at(4, 1, 0, 4)) is None
    with pytest.raises(InvalidValueError, match=r"^schedule: the rate of cosine depends on how many steps make an ep"):
        Rate.of(checkpoint_at(4, 1, 0, 4))
    assert Rate.of(checkpoint_at(4, 1, 0, 4), 10).steps_per_epoch == 10
    assert Rate.of(checkpoint_at(34, 4, 3, 4)).costs == (0.5, 0.5, 0.5)
