"""One run of training: epochs of compiled blocks, judged by validation, with a reason for its end."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from pellucid.data import Dataset, expected_outputs
from pellucid.data.balance import class_weights
from pellucid.errors import DataError, DivergenceError, InvalidValueError, PellucidError
from pellucid.maths import Network, Parameters
from pellucid.training.checkpoint import Checkpoint, Position
from pellucid.training.ending import planned_end
from pellucid.training.events import Callback, Progress
from pellucid.training.faults import is_finite, name_fault
from pellucid.training.feed import feed_for, to_device
from pellucid.training.history import EpochRecord
from pellucid.training.interruption import Interruption
from pellucid.training.plan import Plan
from pellucid.training.step import TrainingState, start
from pellucid.training.targets import TargetScaling


class StepReport(NamedTuple):
    """The sum of the examples' costs and the number of right ones, step by step, of a block or of an epoch so far."""

    costs: np.ndarray
    correct: np.ndarray

    def then(self, later: StepReport) -> StepReport:
        """This one and a later one as one."""
        return StepReport(*(np.concatenate(pair) for pair in zip(self, later, strict=True)))


NOTHING_YET = StepReport(np.empty(0), np.empty(0))


class Run:
    """One run of training on the present device: what is fixed, and what moves on from epoch to epoch.

    Parameters:
        network: where it starts.
        data: what is learnt, targets scaled as `scaling` has them.
        plan: how.
        device: cpu or gpu.
        callbacks: who is told of its events.
        interruption: by which Ctrl-C asks for its end.
        minutes: after which it ends; None: never.
        scaling: of the targets; None: they are in their own units.
        checksum: of the data as they were before that.
    """

    def __init__(
        self,
        network: Network,
        data: Dataset,
        plan: Plan,
        device: str,
        callbacks: Sequence[Callback],
        interruption: Interruption,
        *,
        minutes: float | None = None,
        scaling: TargetScaling | None = None,
        checksum: str = "",
    ) -> None:
        from pellucid.training import block, chance, distorting, engine

        self.start, self.plan, self.rule, self.features = network, plan, plan.rule, data.features
        self.callbacks, self.interruption, self.scaling = callbacks, interruption, scaling
        self.checksum = checksum
        self.is_classification = data.task == "classification"
        self.n_samples = data.train.n_samples
        self.batch_size = self.n_samples if plan.batch_size == "full" else min(plan.batch_size, self.n_samples)
        self.steps = -(-self.n_samples // self.batch_size)
        self.ends_at = None if minutes is None else time.perf_counter() + 60 * minutes

        self.feed = feed_for(
            data.train,
            network.dtype,
            plan.seed,
            self.batch_size,
            weights=weights_of(data, plan.balance),
            is_full_batch=plan.batch_size == "full",
            balance=plan.balance,
        )
        judged = data.validation
        self.validation = to_device(judged.raw, judged.labels, network.dtype) if judged else None
        self.state = engine.on_device(start(network.parameters, plan.rule))
        self.key = chance.key_of(plan.seed)
        # Beside the raw example, a block holds each output's z, activation and cost.
        bytes_per_example = data.train.raw.itemsize * data.features.n_features + 12 * network.sizes[-1]
        self.capacity = block.steps_per_block(network, self.batch_size, bytes_per_example, self.steps)
        # The first block is a step long: how many last as long as a block may is known once one was measured.
        self.block_steps, self.block_seconds = 1, block.BLOCK_SECONDS
        self.compiled: set[int] = set()
        distortion = distorting.distortion_for(plan.distortions, data.features)
        logs_gradients = any(callback.wants_gradients for callback in callbacks)
        self.programs = {
            size: block.compile_block(
                network, plan.rule, data.features, size, device, distortion, logs_gradients=logs_gradients
            )
            for size in {self.batch_size, self.n_samples % self.batch_size} - {0}
        }
        alike = class_weights(judged.class_counts) if judged and plan.balance != "none" else None
        self.judge = block.compile_judge(network, plan.rule.cost, data.features, alike)
        self.all_finite: Callable[[TrainingState], Any] = block.all_finite
        self.on_host, self.copy, self.on_device = engine.on_host, engine.on_device, engine.on_device

        self.history: list[EpochRecord] = []
        self.seconds: list[float] = []
        self.best: Parameters = network.parameters
        self.best_record: EpochRecord | None = None
        self.epoch = self.met = 0
        self.report = NOTHING_YET
        self.norms: np.ndarray | None = None
        self.stop_reason: str | None = None
        self.stopped_because = ""

    @property
    def best_epoch(self) -> int:
        """The epoch that validation likes best so far; 0 before the first is done."""
        return self.best_record.epoch if self.best_record else 0

    def network(self) -> Network:
        """The network as it is at this moment, in NumPy arrays; the averaged one where parameters are averaged."""
        return self.start.with_parameters(self.folded(self.on_host(self.state.answering)))

    def folded(self, parameters: Parameters) -> Parameters:
        """The parameters that answer in the targets' own units."""
        return parameters if self.scaling is None else self.scaling.folded(parameters)

    def stop(self, reason: str) -> None:
        """Asks the run to end after the present block; `stopped_because` will be this reason."""
        self.stop_reason = self.stop_reason or reason

    def checkpoint(self) -> Checkpoint:
        """Where training stands at this moment: all that `resume` needs."""
        state = self.on_host(self.state)
        return Checkpoint(
            state=state._replace(time=int(state.time)),
            plan=self.plan,
            activations=tuple(activation.name for activation in self.start.activations),
            position=Position(self.epoch, self.met, *self.report),
            history=tuple(self.history),
            best=self.best if self.best_record else None,
            best_epoch=self.best_epoch,
            checksum=self.checksum,
            scaling=self.scaling,
            stopped_because=self.stopped_because,
        )

    def resume(self, checkpoint: Checkpoint) -> None:
        """Goes to where that checkpoint stands.

        Raises:
            InvalidValueError: that is no place in these data.
        """
        position, n_steps = checkpoint.position, len(checkpoint.position.costs)
        met, time_done = min(n_steps * self.batch_size, self.n_samples), (position.epoch - 1) * self.steps + n_steps
        if (position.met, checkpoint.state.time) != (met, max(0, time_done)) or n_steps > self.steps:
            raise InvalidValueError(
                f"resume: {n_steps:,} steps of epoch {position.epoch:,} cannot have met {position.met:,} of "
                f"{self.n_samples:,} examples after {checkpoint.state.time:,} steps in all; the checkpoint is damaged"
            )
        self.state = self.on_device(checkpoint.state)
        self.history = list(checkpoint.history)
        if checkpoint.best is not None:
            self.best, self.best_record = checkpoint.best, checkpoint.history[checkpoint.best_epoch - 1]
        self.epoch, self.met = position.epoch, position.met
        self.report = StepReport(position.costs, position.correct)

    def run(self) -> None:
        """Runs the plan's epochs to their end, or to that of patience, time, or somebody's wish; says why it ended."""
        with contextlib.closing(self.feed):
            self.tell("run_begins")
            self.stopped_because = self.run_epochs()
            self.tell("run_ends")

    def run_epochs(self) -> str:
        """Runs the epochs, each judged when it is done."""
        while True:
            if self.is_between_epochs:
                reason = self.reason_to_end()
                if reason is not None:
                    return reason
                self.epoch, self.met, self.report = self.epoch + 1, 0, NOTHING_YET
            reason = self.run_and_judge()
            if reason is not None:
                return reason

    def reason_to_end(self) -> str | None:
        """Why no other epoch is to begin, if none is."""
        reason = planned_end(self.history, self.plan)
        if reason is None and self.history and (wish := self.reason_to_stop()) is not None:
            reason = f"{wish} after epoch {self.epoch}"
        return reason

    def run_and_judge(self) -> str | None:
        """Runs the epoch, or what is left of it, and judges it; gives the reason, if the run ends with it."""
        began = time.perf_counter()
        self.feed.begin(self.epoch, self.met)
        before, met_before, n_before = self.copy(self.state), self.met, len(self.report.costs)
        try:
            self.run_epoch()
        except DataError as error:
            return self.end(f"the data changed beneath the training, in epoch {self.epoch}: {error}", DataError)
        fault = self.fault_of(n_before)
        if fault is not None:
            return self.end_by_fault(before, met_before, n_before, fault)
        if len(self.report.costs) < self.steps:
            if self.best_record is None:
                self.best = self.on_host(self.state.answering)
            return f"{self.reason_to_stop()} in epoch {self.epoch}"
        record = self.judge_epoch()
        if record.validation_cost is not None and not np.isfinite(record.validation_cost):
            return self.end_by_validation()
        self.keep(record)
        self.seconds.append(time.perf_counter() - began)
        self.tell("epoch_done", record)
        return None

    @property
    def is_between_epochs(self) -> bool:
        """Whether the epoch that was begun last is done with, or none was begun."""
        return self.epoch == len(self.history)

    def reason_to_stop(self) -> str | None:
        """Why the run is to end before its last epoch, if it is."""
        if self.interruption.requested:
            return "interrupted"
        if self.stop_reason is not None:
            return self.stop_reason
        if self.ends_at is not None and time.perf_counter() >= self.ends_at:
            return "time was up"
        return None

    def next_block(self, done: int, end: int) -> tuple[int, int]:
        """How many steps the next block of the epoch has after `done` of `end` steps, and its batch size."""
        whole_steps = min(end, self.n_samples // self.batch_size)
        if done < whole_steps:
            n_ready = self.feed.ready(self.batch_size) // self.batch_size
            steps = min(self.block_steps, whole_steps - done, n_ready)
            time_done = (self.epoch - 1) * self.steps + done
            for every in (callback.every for callback in self.callbacks if callback.every):
                steps = min(steps, every - time_done % every)
            return steps, self.batch_size
        return 1, self.n_samples % self.batch_size

    def rates(self, n_steps: int) -> np.ndarray:
        """The learning rates of the next steps."""
        first = (self.epoch - 1) * self.steps + len(self.report.costs)
        costs = [record.judged_cost for record in self.history]
        steps = range(first, first + n_steps)
        return self.plan.schedule.rates(self.rule.optimizer.learning_rate, steps, self.steps, self.plan.epochs, costs)

    def run_block(self, n_steps: int, size: int) -> StepReport:
        """Runs the epoch's next block."""
        began = time.perf_counter()
        capacity = self.capacity if size == self.batch_size else 1
        taken = self.feed.take(n_steps * size, capacity * size)
        rates = np.zeros(capacity, self.start.dtype)
        rates[:n_steps] = self.rates(n_steps)
        self.state, report = self.programs[size](self.state, *taken, n_steps, rates, self.key)
        self.met += n_steps * size
        told = StepReport(*(np.asarray(numbers, np.float64)[:n_steps] for numbers in report[:2]))
        self.norms = None if report.norms is None else np.asarray(report.norms)[:n_steps]
        if size in self.compiled and size == self.batch_size:
            # So that on this machine, however slow, the next block lasts no longer than it may.
            seconds_per_step = (time.perf_counter() - began) / n_steps
            self.block_steps = max(1, min(self.capacity, int(self.block_seconds / seconds_per_step)))
        self.compiled.add(size)
        return told

    def run_epoch(self) -> None:
        """Runs what is left of the epoch, ending early on a fault, or where the run is to end."""
        while len(self.report.costs) < self.steps:
            report = self.run_block(*self.next_block(len(self.report.costs), self.steps))
            self.report = self.report.then(report)
            if not np.isfinite(report.costs).all():
                break
            cost, accuracy = self.means()
            done = len(self.report.costs)
            self.tell(
                "steps_done", Progress(self.epoch, self.plan.epochs, done, self.steps, cost, accuracy, self.norms)
            )
            if done < self.steps and self.reason_to_stop() is not None:
                break

    def fault_of(self, n_before: int) -> int | None:
        """The step of the epoch, from 0, at which the numbers were no longer finite, or None."""
        bad = np.flatnonzero(~np.isfinite(self.report.costs))
        if len(bad):
            return int(bad[0])
        if len(self.report.costs) == self.steps and not self.all_finite(self.state):
            return max(n_before, self.steps - 1)
        return None

    def means(self) -> tuple[float, float | None]:
        """Mean cost and accuracy over the examples met so far in the epoch."""
        met = min(len(self.report.costs) * self.batch_size, self.n_samples)
        accuracy = float(self.report.correct.sum() / met) if self.is_classification else None
        return float(self.report.costs.sum() / met), accuracy

    def judge_epoch(self) -> EpochRecord:
        """The epoch's record, with cost and accuracy on the validation part."""
        validation_cost = validation_accuracy = validation_recall = None
        if self.validation is not None:
            found = self.judge(self.state.answering, *self.validation)
            validation_cost, validation_accuracy, validation_recall = found
            if not self.is_classification:
                validation_accuracy = None
        cost, accuracy = self.means()
        last = (self.epoch * self.steps) - 1
        costs = [record.judged_cost for record in self.history]
        rate = self.plan.schedule.rates(
            self.rule.optimizer.learning_rate, range(last, last + 1), self.steps, self.plan.epochs, costs
        )
        return EpochRecord(
            self.epoch, cost, accuracy, validation_cost, validation_accuracy, float(rate[0]), validation_recall
        )

    def keep(self, record: EpochRecord) -> None:
        """Adds the record to the history, and keeps the parameters if they are the best so far."""
        self.history.append(record)
        if self.best_record is None or record.merit() > self.best_record.merit():
            self.best_record, self.best = record, self.on_host(self.state.answering)

    def tell(self, event: str, *what: Any) -> None:
        """Tells every callback of an event."""
        for callback in self.callbacks:
            getattr(callback, event)(self, *what)

    def end_by_fault(self, before: TrainingState, met: int, n_before: int, number: int) -> str:
        """Ends with the reason that names epoch, step and layer."""
        # The same blocks from where this part of the epoch began, but one step short, give the state before the fault.
        report = self.report
        self.state, self.met, self.report = before, met, StepReport(*(told[:n_before] for told in report))
        self.feed.begin(self.epoch, met)
        while len(self.report.costs) < number:
            self.report = self.report.then(self.run_block(*self.next_block(len(self.report.costs), number)))
        found = self.feed.examples(min(self.batch_size, self.n_samples - self.met))
        x = np.asarray(self.features.batch(found.raw), self.start.dtype)
        expected = np.asarray(expected_outputs(found.labels, self.start.sizes[-1]), x.dtype)
        weights = None if found.weights is None else found.weights.astype(x.dtype)
        rate = float(self.rates(1)[0])
        place = f"in epoch {self.epoch}, step {number + 1} of {self.steps}"
        if not (np.isfinite(x).all() and np.isfinite(expected).all()):
            return self.end(f"the data hold numbers that are not finite: {place}; repair them", DataError)
        fault = name_fault(self.start, self.rule, self.on_host(self.state), x, expected, rate, weights)
        return self.end(f"diverged: the cost was not finite {place}: {fault}; {self.cure}")

    def end_by_validation(self) -> str:
        """Ends with the reason why the validation part has no finite cost: its own numbers, or the network's."""
        if not all(map(is_finite, self.validation or ())):
            reason = f"the validation data hold numbers that are not finite: after epoch {self.epoch}; repair them"
            return self.end(reason, DataError)
        return self.end(f"diverged: the validation cost was not finite after epoch {self.epoch}; {self.cure}")

    @property
    def cure(self) -> str:
        """What helps against divergence."""
        return f"a learning rate below {self.rule.optimizer.learning_rate:g} is the usual cure"

    def end(self, reason: str, kind: type[PellucidError] = DivergenceError) -> str:
        """The reason; raised, as an error of that kind, where there is no finished epoch to fall back on."""
        if self.best_record is None:
            raise kind(reason)
        return reason


def weights_of(data: Dataset, balance: str) -> np.ndarray | None:
    """How often the cost of each training example counts: its own weight times its class's; None: once each."""
    own, part = data.train.weights, data.train
    if balance != "weights":
        return own
    by_class = class_weights(part.class_counts)[part.labels]
    return by_class if own is None else by_class * own
