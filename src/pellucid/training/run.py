"""One run of training: epochs of compiled blocks, judged by validation, with a reason for its end."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np

from pellucid.data import Dataset, expected_outputs
from pellucid.data.balance import class_weights
from pellucid.errors import DivergenceError
from pellucid.maths import Network, Parameters
from pellucid.training.faults import name_fault
from pellucid.training.feed import feed_for, to_device
from pellucid.training.history import EpochRecord, Listener, Progress
from pellucid.training.interruption import Interruption
from pellucid.training.schedules import Schedule
from pellucid.training.step import LearningRule, TrainingState, start


class StepReport(NamedTuple):
    """The sum of the examples' costs and the number of right ones, step by step, of a block or of an epoch so far."""

    costs: np.ndarray
    correct: np.ndarray


class Run:
    """One run of training on the present device: what is fixed, and what moves on from epoch to epoch."""

    def __init__(
        self,
        network: Network,
        data: Dataset,
        rule: LearningRule,
        batch_size: int | Literal["full"],
        seed: int,
        schedule: Schedule,
        balance: str,
        device: str,
        listener: Listener | None,
        interruption: Interruption,
    ) -> None:
        from pellucid.training import block, engine

        self.network, self.rule, self.features = network, rule, data.features
        self.listener, self.interruption = listener, interruption
        self.is_classification = data.task == "classification"
        self.n_samples = data.train.n_samples
        self.batch_size = self.n_samples if batch_size == "full" else min(batch_size, self.n_samples)
        self.learning_rate, self.schedule = rule.optimizer.learning_rate, schedule
        self.steps = -(-self.n_samples // self.batch_size)

        self.class_weights = class_weights(data.train.class_counts) if balance == "weights" else None
        is_full_batch = batch_size == "full"
        self.feed = feed_for(
            data.train, network.dtype, seed, self.batch_size, is_full_batch=is_full_batch, balance=balance
        )
        judged = data.validation
        self.validation = to_device(judged.raw, judged.labels, network.dtype) if judged else None
        self.state = start(engine.on_device(network.parameters), rule.optimizer)
        # Beside the raw example, a block holds each output's z, activation and cost.
        bytes_per_example = data.train.raw.itemsize * data.features.n_features + 12 * network.sizes[-1]
        self.capacity = block.steps_per_block(network, self.batch_size, bytes_per_example, self.steps)
        self.block_steps, self.block_seconds = self.capacity, block.BLOCK_SECONDS
        self.compiled: set[int] = set()
        self.programs = {
            size: block.compile_block(network, rule, data.features, size, device, self.class_weights)
            for size in {self.batch_size, self.n_samples % self.batch_size} - {0}
        }
        alike = class_weights(judged.class_counts) if judged and balance != "none" else None
        self.judge = block.compile_judge(network, rule.cost, data.features, alike)
        self.all_finite: Callable[[Parameters], Any] = block.all_finite
        self.on_host, self.copy = engine.on_host, engine.on_device

        self.history: list[EpochRecord] = []
        self.seconds: list[float] = []
        self.best: Parameters = network.parameters
        self.best_record: EpochRecord | None = None
        self.epoch = self.met = 0

    @property
    def best_epoch(self) -> int:
        """The epoch that validation likes best so far; 0 before the first is done."""
        return self.best_record.epoch if self.best_record else 0

    def run(self, epochs: int, patience: int | None) -> str:
        """Runs up to so many epochs and says why it stopped."""
        with contextlib.closing(self.feed):
            return self.run_epochs(epochs, patience)

    def run_epochs(self, epochs: int, patience: int | None) -> str:
        """Runs the epochs, each judged when it is done."""
        for epoch in range(1, epochs + 1):
            began = time.perf_counter()
            before = self.copy(self.state)
            self.learning_rate = self.schedule(self.rule.optimizer.learning_rate, epoch, epochs)
            report = self.run_epoch(epoch, epochs)
            fault = self.fault_of(report)
            if fault is not None:
                return self.end_by_fault(epoch, before, fault)
            if len(report.costs) < self.steps:
                if self.best_record is None:
                    self.best = self.on_host(self.state.parameters)
                return f"interrupted in epoch {epoch}"
            record = self.judge_epoch(epoch, report)
            if record.validation_cost is not None and not np.isfinite(record.validation_cost):
                return self.end(f"diverged: the validation cost was not finite after epoch {epoch}")
            self.keep(record)
            self.seconds.append(time.perf_counter() - began)
            self.tell(epoch, epochs, report, record)
            if self.interruption.requested:
                return f"interrupted after epoch {epoch}"
            if patience is not None and epoch - self.best_epoch >= patience and epoch < epochs:
                return f"no better for {patience} epochs"
        return "all epochs done"

    def begin(self, epoch: int) -> None:
        """Goes to the beginning of that epoch."""
        self.epoch, self.met = epoch, 0
        self.feed.begin(epoch)

    def next_block(self, done: int, end: int) -> tuple[int, int]:
        """How many steps the next block of the epoch has after `done` of `end` steps, and its batch size."""
        whole_steps = min(end, self.n_samples // self.batch_size)
        if done < whole_steps:
            n_ready = self.feed.ready(self.batch_size) // self.batch_size
            return min(self.block_steps, whole_steps - done, n_ready), self.batch_size
        return 1, self.n_samples % self.batch_size

    def run_block(self, n_steps: int, size: int) -> StepReport:
        """Runs the epoch's next block."""
        began = time.perf_counter()
        capacity = self.capacity if size == self.batch_size else 1
        taken = self.feed.take(n_steps * size, capacity * size)
        self.state, report = self.programs[size](self.state, *taken, n_steps, self.learning_rate)
        self.met += n_steps * size
        report = StepReport(*(np.asarray(numbers, np.float64)[:n_steps] for numbers in report))
        if size in self.compiled and size == self.batch_size:
            # So that on this machine, however slow, the next block lasts no longer than it may.
            seconds_per_step = (time.perf_counter() - began) / n_steps
            self.block_steps = max(1, min(self.capacity, int(self.block_seconds / seconds_per_step)))
        self.compiled.add(size)
        return report

    def run_epoch(self, epoch: int, epochs: int) -> StepReport:
        """Runs the epoch's blocks, ending early on a fault or Ctrl-C."""
        self.begin(epoch)
        costs, correct = np.empty(0), np.empty(0)
        while len(costs) < self.steps:
            first = len(costs)
            n_steps, size = self.next_block(first, self.steps)
            report = self.run_block(n_steps, size)
            costs, correct = np.concatenate([costs, report.costs]), np.concatenate([correct, report.correct])
            if len(costs) < self.steps:
                if self.interruption.requested or not np.isfinite(costs[first:]).all():
                    break
                self.tell(epoch, epochs, StepReport(costs, correct), None)
        return StepReport(costs, correct)

    def fault_of(self, report: StepReport) -> int | None:
        """The step, from 0, at which the numbers were no longer finite, or None."""
        bad = np.flatnonzero(~np.isfinite(report.costs))
        if len(bad):
            return int(bad[0])
        if len(report.costs) == self.steps and not self.all_finite(self.state.parameters):
            return self.steps - 1
        return None

    def means(self, report: StepReport) -> tuple[float, float | None]:
        """Mean cost and accuracy over the examples met so far in the epoch."""
        met = min(len(report.costs) * self.batch_size, self.n_samples)
        accuracy = float(report.correct.sum() / met) if self.is_classification else None
        return float(report.costs.sum() / met), accuracy

    def judge_epoch(self, epoch: int, report: StepReport) -> EpochRecord:
        """The epoch's record, with cost and accuracy on the validation part."""
        validation_cost = validation_accuracy = validation_recall = None
        if self.validation is not None:
            found = self.judge(self.state.parameters, *self.validation)
            validation_cost, validation_accuracy, validation_recall = found
            if not self.is_classification:
                validation_accuracy = None
        cost, accuracy = self.means(report)
        return EpochRecord(
            epoch, cost, accuracy, validation_cost, validation_accuracy, self.learning_rate, validation_recall
        )

    def keep(self, record: EpochRecord) -> None:
        """Adds the record to the history, and keeps the parameters if they are the best so far."""
        self.history.append(record)
        if self.best_record is None or record.merit() > self.best_record.merit():
            self.best_record, self.best = record, self.on_host(self.state.parameters)

    def tell(self, epoch: int, epochs: int, report: StepReport, record: EpochRecord | None) -> None:
        if self.listener is not None:
            cost, accuracy = self.means(report)
            self.listener(Progress(epoch, epochs, len(report.costs), self.steps, cost, accuracy, record))

    def end_by_fault(self, epoch: int, before: TrainingState, number: int) -> str:
        """Ends with the reason that names epoch, step and layer."""
        # The same blocks from the epoch's start, but one step short, give the state just before the fault.
        self.state = before
        self.begin(epoch)
        done = 0
        while done < number:
            n_steps, size = self.next_block(done, number)
            self.run_block(n_steps, size)
            done += n_steps
        raw, labels = self.feed.examples(min(self.batch_size, self.n_samples - self.met))
        x = np.asarray(self.features.batch(raw), self.network.dtype)
        expected = np.asarray(expected_outputs(labels, self.network.sizes[-1]), x.dtype)
        weights = None if self.class_weights is None else self.class_weights[labels].astype(x.dtype)
        fault = name_fault(self.network, self.rule, self.on_host(self.state), x, expected, self.learning_rate, weights)
        return self.end(
            f"diverged: the cost was not finite in epoch {epoch}, step {number + 1} of {self.steps}: {fault}"
        )

    def end(self, reason: str) -> str:
        """The reason with its cure; raised where there is no finished epoch to fall back on."""
        reason += f"; a learning rate below {self.rule.optimizer.learning_rate:g} is the usual cure"
        if self.best_record is None:
            raise DivergenceError(reason)
        return reason
