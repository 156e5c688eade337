"""What PyTorch's two ways share: tensors in memory, shuffled mini-batches, and the figures of an epoch."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.peers import EpochFigures, Finish
from benchmarks.workloads import Workload
from pellucid.data import Dataset, Part

Outputs = Callable[[Tensor], Tensor]
Step = Callable[[Tensor, Tensor], Tensor]


def run_epochs(workload: Workload, data: Dataset, outputs: Outputs, step: Step, finish: Finish) -> None:
    """Trains epoch after epoch.

    Parameters:
        workload: what to do.
        data: MNIST.
        outputs: the network's outputs (logits, with cross-entropy) for inputs, as it stands.
        step: corrects the network by one mini-batch of inputs and expected outputs; returns the outputs it had.
        finish: is told each epoch's figures.
    """
    inputs, labels, expected = _tensors(workload, data.train)
    assert data.validation is not None
    validation_inputs, validation_labels, validation_expected = _tensors(workload, data.validation)
    while True:
        order = torch.randperm(len(inputs))
        # One look at the numbers an epoch: `.item()` at each step would cost more than the step.
        met = torch.cat([step(x, e) for x, e in _mini_batches(inputs, expected, order, workload.batch_size)])
        with torch.inference_mode():
            accuracy = _accuracy(met, labels[order])
            cost = mean_cost(workload, met, expected[order]).item()
            judged = outputs(validation_inputs)
            validation_cost = mean_cost(workload, judged, validation_expected).item()
            validation_accuracy = _accuracy(judged, validation_labels)
        finish(EpochFigures(cost, accuracy, validation_cost, validation_accuracy))


def mean_cost(workload: Workload, outputs: Tensor, expected: Tensor) -> Tensor:
    """The mean cost of a mini-batch; `expected` are rows of ones and zeros, or class numbers with cross-entropy."""
    if workload.is_squared:
        return functional.mse_loss(outputs, expected, reduction="sum") * (0.5 / len(outputs))
    return functional.cross_entropy(outputs, expected)


def _tensors(workload: Workload, part: Part) -> tuple[Tensor, Tensor, Tensor]:
    labels = torch.from_numpy(part.labels)
    return torch.from_numpy(part.inputs), labels, torch.from_numpy(part.expected) if workload.is_squared else labels


def _mini_batches(inputs: Tensor, expected: Tensor, order: Tensor, batch_size: int) -> Iterator[tuple[Tensor, Tensor]]:
    for rows in order.split(batch_size):
        yield inputs[rows], expected[rows]


def _accuracy(outputs: Tensor, labels: Tensor) -> float:
    return (outputs.argmax(1) == labels).double().mean().item()
