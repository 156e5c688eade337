# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (JAX annotates its own functions only in part.)
"""The training of networks of one kind side by side: epochs of compiled blocks that make a step of each at once."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from pellucid.arrays import Array
from pellucid.data import Dataset
from pellucid.data.balance import class_weights
from pellucid.maths import Parameters
from pellucid.training import distorting
from pellucid.training.block import Judgement, steps_per_block
from pellucid.training.chance import key_of
from pellucid.training.engine import jnp, on_host
from pellucid.training.feed import Stored, order_of, to_device, weights_to_device
from pellucid.training.history import EpochRecord
from pellucid.training.interruption import Interruption
from pellucid.training.lane import Lane
from pellucid.training.plan import Plan
from pellucid.training.run import weights_of
from pellucid.training.step import start
from pellucid.training.vectorised import chosen, compile_blocks, compile_judges, finite_lanes, stacked, strengths_of


class Programs(NamedTuple):
    """What is compiled for networks of one kind.

    Attributes:
        blocks: of steps, by the size of their mini-batches.
        judge: judges the validation part.
    """

    blocks: dict[int, Callable[..., Any]]
    judge: Callable[..., list[Judgement]]

    @classmethod
    def of(cls, lanes: Sequence[Lane], data: Dataset, device: str) -> "Programs":
        """The programs for these networks, which are of one kind.

        Parameters:
            lanes: the networks.
            data: that they learn.
            device: cpu or gpu.
        """
        plan, network = lanes[0].plan, lanes[0].network
        blocks = {
            size: compile_blocks(
                network,
                plan.rule,
                data.features,
                size,
                device,
                distorting.distortion_for(plan.distortions, data.features),
                is_penalised=any(lane.plan.rule.penalty is not None for lane in lanes),
            )
            for size in {batch_size_of(plan, data), data.train.n_samples % batch_size_of(plan, data)} - {0}
        }
        judged = data.validation
        alike = class_weights(judged.class_counts) if judged and plan.balance != "none" else None
        return cls(blocks, compile_judges(network, plan.rule.cost, data.features, alike))


def batch_size_of(plan: Plan, data: Dataset) -> int:
    """How many examples a step takes."""
    return data.train.n_samples if plan.batch_size == "full" else min(plan.batch_size, data.train.n_samples)


class Placed(NamedTuple):
    """What networks learn, as the present device has it: once, for all that learn it.

    Attributes:
        data: targets scaled as the networks have them.
        stored: the examples to train on.
        validation: the raw examples that judge, and their labels; None: there are none.
    """

    data: Dataset
    stored: Stored
    validation: tuple[Array, Array] | None

    @classmethod
    def of(cls, data: Dataset, balance: str, dtype: np.dtype) -> "Placed":
        """These data on the device.

        Parameters:
            data: in memory.
            balance: what is done about classes of different sizes.
            dtype: of the networks' numbers.
        """
        part, judged = data.train, data.validation
        counting = weights_to_device(weights_of(data, balance), dtype)
        stored = Stored(*to_device(part.raw, part.labels, dtype), counting)
        return cls(data, stored, to_device(judged.raw, judged.labels, dtype) if judged else None)


class SideBySide:
    """Networks of one kind that are trained on the present device, from epoch to epoch.

    Several such objects may train at once, each in a thread of its own.

    Parameters:
        lanes: the networks; what becomes of them is kept there.
        placed: what is learnt.
        programs: compiled for networks of this kind.
        interruption: by which Ctrl-C asks for their end.
    """

    def __init__(self, lanes: Sequence[Lane], placed: Placed, programs: Programs, interruption: Interruption) -> None:
        plan, network = lanes[0].plan, lanes[0].network
        self.data, self.stored, self.validation = placed
        self.programs, self.interruption, self.dtype = programs, interruption, network.dtype
        self.n_samples = self.data.train.n_samples
        self.batch_size = batch_size_of(plan, self.data)
        self.steps = -(-self.n_samples // self.batch_size)
        self.epoch = 0
        bytes_per_example = self.data.train.raw.itemsize * self.data.features.n_features + 12 * network.sizes[-1]
        self.network, self.bytes_per_example = network, bytes_per_example
        self.state = stacked([start(lane.network.parameters, plan.rule) for lane in lanes])
        self.hold(lanes)

    def hold(self, lanes: Sequence[Lane]) -> None:
        """Goes on with these networks, whose states are those at hand."""
        self.lanes = list(lanes)
        plans = [lane.plan for lane in lanes]
        is_full = plans[0].batch_size == "full"
        self.orders = [
            order_of(self.data.train, plan.seed, is_full_batch=is_full, balance=plan.balance) for plan in plans
        ]
        self.keys = jnp.stack([key_of(plan.seed) for plan in plans])
        strengths = np.array([strengths_of(plan.rule.penalty) for plan in plans], self.dtype)
        self.strengths = (jnp.asarray(strengths[:, 0]), jnp.asarray(strengths[:, 1]))
        # A step of all takes as long as one of so many more examples, and has the memory of one network's at a time.
        n_lanes = len(lanes)
        of_each = max(1, self.bytes_per_example // n_lanes)
        self.capacity = steps_per_block(self.network, self.batch_size * n_lanes, of_each, self.steps)

    @property
    def going(self) -> list[int]:
        """The places of the networks that are trained on."""
        return [place for place, lane in enumerate(self.lanes) if not lane.stopped_because]

    def run_until(self, end: int, tell: Callable[[], None]) -> None:
        """Trains them up to and with that epoch, as far as each goes; after each epoch that is told."""
        while self.epoch < end and self.going:
            places = self.going
            if len(places) <= len(self.lanes) // 2:  # the program for fewer is compiled once and saves half the work
                self.state = chosen(self.state, places)
                self.hold([self.lanes[place] for place in places])
            self.epoch += 1
            self.run_epoch()
            tell()

    def run_epoch(self) -> None:
        """Runs an epoch of all of them, and judges it."""
        costs, correct = self.run_blocks()
        if costs.shape[1] < self.steps:
            for place in self.going:
                self.lanes[place].stopped_because = f"interrupted in epoch {self.epoch}"
            return
        self.end_diverged(costs)
        answering: Parameters = self.state.answering
        judgements = (
            [None] * len(self.lanes) if self.validation is None else self.programs.judge(answering, *self.validation)
        )
        host = cache(lambda: on_host(answering))
        for place in self.going:
            lane = self.lanes[place]
            record = self.record_of(lane, costs[place].sum(), correct[place].sum(), judgements[place])
            if record.validation_cost is not None and not np.isfinite(record.validation_cost):
                lane.stopped_because = f"diverged: the validation cost was not finite after epoch {self.epoch}"
                continue
            lane.keep(record, lambda place=place: copied(host(), place))

    def run_blocks(self) -> tuple[np.ndarray, np.ndarray]:
        """Runs an epoch's steps: for each network and step the sum of the costs, and how many were right.

        There are fewer steps than an epoch has where it was interrupted.
        """
        rows = np.stack([order(self.epoch) for order in self.orders])
        told: list[tuple[np.ndarray, np.ndarray]] = []
        done = 0
        whole = self.n_samples // self.batch_size
        while done < self.steps and not self.interruption.requested:
            is_whole = done < whole
            size = self.batch_size if is_whole else self.n_samples % self.batch_size
            capacity = self.capacity if is_whole else 1
            n_steps = min(capacity, whole - done) if is_whole else 1
            taken = np.zeros((len(self.lanes), capacity * size), np.int32)
            first = done * self.batch_size
            taken[:, : n_steps * size] = rows[:, first : first + n_steps * size]
            report = self.run_block(size, taken, n_steps, self.rates(done, n_steps, capacity))
            told.append((report[0][:, :n_steps], report[1][:, :n_steps]))
            done += n_steps
        if not told:
            return np.zeros((len(self.lanes), 0)), np.zeros((len(self.lanes), 0))
        costs, correct = (np.concatenate(kind, axis=1) for kind in zip(*told, strict=True))
        return costs, correct

    def run_block(self, size: int, rows: np.ndarray, n_steps: int, rates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Runs a block of steps of mini-batches of that size; gives the sums of costs and the right ones, by step."""
        self.state, report = self.programs.blocks[size](
            self.state, self.stored, rows, n_steps, rates, self.keys, self.strengths
        )
        return np.asarray(report.costs, np.float64), np.asarray(report.correct, np.float64)

    def rates(self, done: int, n_steps: int, capacity: int) -> np.ndarray:
        """Each network's learning rates for the next steps after `done` ones of the epoch, (n_networks, capacity)."""
        first = (self.epoch - 1) * self.steps + done
        rates = np.zeros((len(self.lanes), capacity), self.dtype)
        for place in self.going:
            rates[place, :n_steps] = self.lanes[place].rates(range(first, first + n_steps), self.steps)
        return rates

    def end_diverged(self, costs: np.ndarray) -> None:
        """Ends the networks whose numbers are no longer finite, with the step and the usual cure."""
        is_finite: Array = np.asarray(finite_lanes(self.state.parameters))
        for place in self.going:
            bad = np.flatnonzero(~np.isfinite(costs[place]))
            if len(bad) or not is_finite[place]:
                lane, step = self.lanes[place], int(bad[0]) + 1 if len(bad) else self.steps
                lane.stopped_because = (
                    f"diverged: the cost was not finite in epoch {self.epoch}, step {step} of {self.steps}; a learning "
                    f"rate below {lane.plan.rule.optimizer.learning_rate:g} is the usual cure"
                )

    def record_of(self, lane: Lane, cost: float, n_right: float, judgement: Judgement | None) -> EpochRecord:
        """The epoch's record of a network."""
        last = self.epoch * self.steps - 1
        is_classification = self.data.task == "classification"
        validation = judgement or Judgement(None, None, None)  # pyright: ignore[reportArgumentType]
        return EpochRecord(
            epoch=self.epoch,
            cost=float(cost / self.n_samples),
            accuracy=float(n_right / self.n_samples) if is_classification else None,
            validation_cost=validation.cost,
            validation_accuracy=validation.accuracy if is_classification else None,
            learning_rate=float(lane.rates(range(last, last + 1), self.steps)[0]),
            validation_recall=validation.recall,
        )


def copied(parameters: Parameters, place: int) -> Parameters:
    """The parameters of one network out of a stack of them."""
    return tuple(type(layer)(*(np.array(array[place]) for array in layer)) for layer in parameters)
