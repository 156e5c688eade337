"""The training loop: epochs of compiled blocks, judged by validation, with a reason for its end."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import NoneType
from typing import Any, Literal, NamedTuple

import numpy as np

from pellucid.arrays import Array
from pellucid.data import Dataset, Part, expected_outputs
from pellucid.errors import DivergenceError, InvalidValueError, is_whole, require_kind
from pellucid.maths import Adam, Cost, Network, Optimizer, Parameters, Penalty, find_cost, require_fit
from pellucid.model import Model
from pellucid.model.evaluation import require_same_shape
from pellucid.training.checkpoint import Checkpoint
from pellucid.training.faults import name_fault
from pellucid.training.history import EpochRecord, Progress, TrainingResult
from pellucid.training.interruption import Interruption
from pellucid.training.provenance import provenance_of
from pellucid.training.step import LearningRule, TrainingState, start

Listener = Callable[[Progress], None]
MAX_EPOCHS = 10**6


class StepReport(NamedTuple):
    """The sum of the examples' costs and the number of right ones, step by step, of a block or of an epoch so far."""

    costs: np.ndarray
    correct: np.ndarray


def train(
    network: Network,
    data: Dataset,
    *,
    cost: str | Cost = "squared-error",
    optimizer: Optimizer | None = None,
    penalty: Penalty | None = None,
    batch_size: int | Literal["full"] = 32,
    epochs: int = 20,
    seed: int = 0,
    patience: int | None = None,
    device: str = "cpu",
    listener: Listener | None = None,
) -> TrainingResult:
    """Corrects a network's weights and biases until it answers the training examples.

    Parameters:
        network: where it starts; it is not changed.
        data: its training part is learnt, its validation part chooses the best epoch, its test part is not looked at.
        cost: what is made small.
        optimizer: how; Adam() unless given.
        penalty: L1 or L2 on the weights, or none.
        batch_size: examples a step; "full" for all of them (gradient descent in the strict sense). A last, shorter
            mini-batch is used as it is.
        epochs: how often all training examples are met.
        seed: of the order in which they are met, which is new in each epoch.
        patience: stop after so many epochs without a better one; None: never.
        device: cpu or gpu.
        listener: is told the progress after each block of steps.

    Returns:
        The best epoch's network, the history, and why it stopped. Ctrl-C ends it after the block at hand. The same
        arguments give the same bytes on the same machine.

    Raises:
        InvalidValueError: the network does not fit the data, or the cost the output layer; a number is out of range.
        DivergenceError: the cost left the finite numbers before one epoch was done. (Later, the best epoch so far is
            returned and `stopped_because` says what happened.)
        EngineError: the device is missing, or fails the self-test.
    """
    require_kind(network, Network, "network: a Network")
    require_kind(data, Dataset, "data: a Dataset, of load_data or Dataset.from_arrays,")
    require_kind(optimizer, (Optimizer, NoneType), "optimizer: one such as SGD(0.1) or Adam()")
    require_kind(penalty, (Penalty, NoneType), "penalty: one such as L2(0.001), or none,")
    rule = LearningRule(find_cost(cost), optimizer or Adam(), penalty)
    require_fit(rule.cost, network.output)
    require_same_shape(network, data.train)
    require_trainable(network)
    check_numbers(batch_size, epochs, seed, patience)
    with Interruption() as interruption:
        # Imported with Ctrl-C held back: JAX does not survive one while it starts.
        from pellucid.training.engine import engine

        with engine(device, network.dtype):
            run = Run(network, data, rule, batch_size, seed, device, listener, interruption)
            stopped_because = run.run(epochs, patience)
            last = run.on_host(run.state)
    best = network.with_parameters(run.best)
    classes = data.classes
    names = tuple(activation.name for activation in network.activations)
    settings = {"batch_size": batch_size, "epochs": epochs, "seed": seed, "patience": patience}
    return TrainingResult(
        network=best,
        model=Model(best, rule.cost.name, classes, data.features, provenance_of(data, rule, settings, run.best_record)),
        history=tuple(run.history),
        seconds=tuple(run.seconds),
        best_epoch=run.best_epoch,
        stopped_because=stopped_because,
        checkpoint=Checkpoint(last._replace(time=int(last.time)), rule, names),
    )


def require_trainable(network: Network) -> None:
    """Checks what only training asks of a network.

    Raises:
        InvalidValueError: numbers other than float32 and float64, or a softmax over one output, which is always 1.
    """
    if network.dtype not in (np.float32, np.float64):
        raise InvalidValueError(f"network: float32 or float64 parameters are trained, got {network.dtype}")
    if network.output.name == "softmax" and network.sizes[-1] == 1:
        raise InvalidValueError("output: a softmax over one output is always 1; use sigmoid, or one output a class")


def check_numbers(batch_size: int | str, epochs: int, seed: int, patience: int | None) -> None:
    """Checks the numbers of a training run before anything is compiled.

    Raises:
        InvalidValueError: one is out of range.
    """
    if batch_size != "full" and not is_whole(batch_size, 1):
        raise InvalidValueError(f"batch_size: must be a whole number above 0 or 'full', got {batch_size!r}")
    if not is_whole(epochs, 1, MAX_EPOCHS):
        raise InvalidValueError(f"epochs: must be a whole number from 1 to {MAX_EPOCHS:,}, got {epochs}")
    if not is_whole(seed, 0, 2**63 - 1):
        raise InvalidValueError(f"seed: must be a whole number from 0 to 2⁶³−1, got {seed}")
    if patience is not None and not is_whole(patience, 1):
        raise InvalidValueError(f"patience: must be a whole number above 0, got {patience}")


class Run:
    """One run of training on the present device: what is fixed, and what moves on from epoch to epoch."""

    def __init__(
        self,
        network: Network,
        data: Dataset,
        rule: LearningRule,
        batch_size: int | Literal["full"],
        seed: int,
        device: str,
        listener: Listener | None,
        interruption: Interruption,
    ) -> None:
        from pellucid.training import block, engine

        self.network, self.rule, self.features = network, rule, data.features
        self.seed, self.listener, self.interruption = seed, listener, interruption
        self.is_classification = data.task == "classification"
        self.part = data.train
        self.n_samples = data.train.n_samples
        self.is_full_batch = batch_size == "full"
        self.batch_size = self.n_samples if batch_size == "full" else min(batch_size, self.n_samples)
        self.learning_rate = rule.optimizer.learning_rate
        self.steps = -(-self.n_samples // self.batch_size)

        self.raw, self.labels = to_device(data.train, network.dtype)
        self.validation = to_device(data.validation, network.dtype) if data.validation else None
        self.state = start(engine.on_device(network.parameters), rule.optimizer)
        # Beside the raw example, a block holds each output's z, activation and cost.
        bytes_per_example = data.train.raw.itemsize * data.features.n_features + 12 * network.sizes[-1]
        self.capacity = block.steps_per_block(network, self.batch_size, bytes_per_example, self.steps)
        self.block_steps, self.block_seconds = self.capacity, block.BLOCK_SECONDS
        self.compiled: set[int] = set()
        self.programs = {
            size: block.compile_block(network, rule, data.features, size, device)
            for size in {self.batch_size, self.n_samples % self.batch_size} - {0}
        }
        self.judge = block.compile_judge(network, rule.cost, data.features)
        self.all_finite: Callable[[Parameters], Any] = block.all_finite
        self.on_host, self.copy = engine.on_host, engine.on_device

        self.history: list[EpochRecord] = []
        self.seconds: list[float] = []
        self.best: Parameters = network.parameters
        self.best_record: EpochRecord | None = None

    @property
    def best_epoch(self) -> int:
        """The epoch that validation likes best so far; 0 before the first is done."""
        return self.best_record.epoch if self.best_record else 0

    def run(self, epochs: int, patience: int | None) -> str:
        """Runs up to so many epochs and says why it stopped."""
        for epoch in range(1, epochs + 1):
            began = time.perf_counter()
            rows = self.order(epoch)
            before = self.copy(self.state)
            report = self.run_epoch(epoch, epochs, rows)
            fault = self.fault_of(report)
            if fault is not None:
                return self.end_by_fault(epoch, rows, before, fault)
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

    def order(self, epoch: int) -> np.ndarray:
        """The examples' numbers in the order of that epoch: a function of seed and epoch alone."""
        if self.is_full_batch:
            return np.arange(self.n_samples, dtype=np.int32)
        return np.random.default_rng([self.seed, epoch]).permutation(self.n_samples).astype(np.int32)

    def next_block(self, done: int, end: int) -> tuple[int, int]:
        """How many steps the next block of the epoch has after `done` of `end` steps, and its batch size."""
        whole_steps = min(end, self.n_samples // self.batch_size)
        if done < whole_steps:
            return min(self.block_steps, whole_steps - done), self.batch_size
        return 1, self.n_samples % self.batch_size

    def run_block(self, rows: np.ndarray, first: int, n_steps: int, size: int) -> StepReport:
        """Runs one block of the epoch whose order is `rows`."""
        began = time.perf_counter()
        capacity = self.capacity if size == self.batch_size else 1
        padded = np.zeros(capacity * size, dtype=np.int32)
        chosen = rows[first * self.batch_size :][: n_steps * size]
        padded[: len(chosen)] = chosen
        self.state, report = self.programs[size](self.state, self.raw, self.labels, padded, n_steps, self.learning_rate)
        report = StepReport(*(np.asarray(numbers, np.float64)[:n_steps] for numbers in report))
        if size in self.compiled and size == self.batch_size:
            # So that on this machine, however slow, the next block lasts no longer than it may.
            seconds_per_step = (time.perf_counter() - began) / n_steps
            self.block_steps = max(1, min(self.capacity, int(self.block_seconds / seconds_per_step)))
        self.compiled.add(size)
        return report

    def run_epoch(self, epoch: int, epochs: int, rows: np.ndarray) -> StepReport:
        """Runs the epoch's blocks, ending early on a fault or Ctrl-C."""
        costs, correct = np.empty(0), np.empty(0)
        while len(costs) < self.steps:
            first = len(costs)
            n_steps, size = self.next_block(first, self.steps)
            report = self.run_block(rows, first, n_steps, size)
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
        validation_cost = validation_accuracy = None
        if self.validation is not None:
            validation_cost, validation_accuracy = self.judge(self.state.parameters, *self.validation)
            if not self.is_classification:
                validation_accuracy = None
        cost, accuracy = self.means(report)
        return EpochRecord(epoch, cost, accuracy, validation_cost, validation_accuracy, self.learning_rate)

    def keep(self, record: EpochRecord) -> None:
        """Adds the record to the history, and keeps the parameters if they are the best so far."""
        self.history.append(record)
        if self.best_record is None or record.merit() > self.best_record.merit():
            self.best_record, self.best = record, self.on_host(self.state.parameters)

    def tell(self, epoch: int, epochs: int, report: StepReport, record: EpochRecord | None) -> None:
        if self.listener is not None:
            cost, accuracy = self.means(report)
            self.listener(Progress(epoch, epochs, len(report.costs), self.steps, cost, accuracy, record))

    def end_by_fault(self, epoch: int, rows: np.ndarray, before: TrainingState, number: int) -> str:
        """Ends with the reason that names epoch, step and layer."""
        # The same blocks from the epoch's start, but one step short, give the state just before the fault.
        self.state = before
        done = 0
        while done < number:
            n_steps, size = self.next_block(done, number)
            self.run_block(rows, done, n_steps, size)
            done += n_steps
        chosen = rows[number * self.batch_size :][: self.batch_size]
        x = np.asarray(self.features.batch(self.part.raw[chosen]), self.network.dtype)
        expected = np.asarray(expected_outputs(self.part.labels[chosen], self.network.sizes[-1]), x.dtype)
        fault = name_fault(self.network, self.rule, self.on_host(self.state), x, expected, self.learning_rate)
        return self.end(
            f"diverged: the cost was not finite in epoch {epoch}, step {number + 1} of {self.steps}: {fault}"
        )

    def end(self, reason: str) -> str:
        """The reason with its cure; raised where there is no finished epoch to fall back on."""
        reason += f"; a learning rate below {self.learning_rate:g} is the usual cure"
        if self.best_record is None:
            raise DivergenceError(reason)
        return reason


def to_device(part: Part, dtype: np.dtype) -> tuple[Array, Array]:
    """The raw examples as they are (images stay bytes) and the labels, as arrays of the present device."""
    from pellucid.training.engine import jnp

    is_class = part.labels.dtype.kind in "iu"
    return jnp.asarray(part.raw), jnp.asarray(part.labels, jnp.int32 if is_class else dtype)
