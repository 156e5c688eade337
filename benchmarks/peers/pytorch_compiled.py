"""PyTorch with the whole step compiled: forward, backward and correction in one graph.

Measured for 784-30-10 on two cores: 75 µs a step so, 240 with the module and `optimizer.step` compiled apart.
"""

import os

# Its pool of compiling processes would still be starting, and taking the cores, while the first epochs are timed.
os.environ["TORCHINDUCTOR_COMPILE_THREADS"] = "1"

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.peers import Finish
from benchmarks.peers.pytorch import mean_cost, run_epochs
from benchmarks.workloads import Workload
from pellucid.data import Dataset

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


def learn(workload: Workload, data: Dataset, finish: Finish) -> None:
    """Trains epoch after epoch; the first one compiles."""
    parameters = [torch.tensor(array) for layer in workload.network().parameters for array in layer]
    means, mean_squares = ([torch.zeros_like(parameter) for parameter in parameters] for _ in range(2))
    time = 0
    # Adam's corrections of m and s for their start at 0; computed in the graph, they would be raised for each weight.
    mean_correction, square_correction = torch.ones(()), torch.ones(())

    def outputs(parameters: list[Tensor], x: Tensor) -> Tensor:
        a, last = x, len(parameters) // 2 - 1
        for number, (weights, biases) in enumerate(zip(parameters[::2], parameters[1::2], strict=True)):
            a = functional.linear(a, weights, biases)
            if workload.activation == "sigmoid":
                a = torch.sigmoid(a)
            elif number < last:  # softmax is part of PyTorch's cross-entropy
                a = torch.relu(a)
        return a

    def cost(parameters: list[Tensor], x: Tensor, expected: Tensor) -> tuple[Tensor, Tensor]:
        given = outputs(parameters, x)
        return mean_cost(workload, given, expected), given

    def correct(gradients: list[Tensor]) -> None:
        if workload.optimizer == "sgd":
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.sub_(workload.learning_rate * gradient)
            return
        rate = workload.learning_rate / mean_correction
        scale = square_correction.rsqrt()
        for parameter, gradient, mean, mean_square in zip(parameters, gradients, means, mean_squares, strict=True):
            mean.mul_(BETA1).add_((1 - BETA1) * gradient)
            mean_square.mul_(BETA2).add_((1 - BETA2) * gradient.square())
            parameter.sub_(rate * mean / (mean_square.sqrt() * scale + EPSILON))

    # Static shapes: a last, shorter mini-batch gets a program of its own instead of a slower one for both.
    @torch.compile(fullgraph=True, dynamic=False, options={"cpp_wrapper": True})
    def compiled(x: Tensor, expected: Tensor) -> Tensor:
        gradients, given = torch.func.grad(cost, has_aux=True)(parameters, x, expected)
        correct(gradients)
        return given

    def step(x: Tensor, expected: Tensor) -> Tensor:
        nonlocal time
        if workload.optimizer == "adam":
            time += 1
            mean_correction.fill_(1 - BETA1**time)
            square_correction.fill_(1 - BETA2**time)
        return compiled(x, expected)

    with torch.no_grad():
        run_epochs(workload, data, lambda x: outputs(parameters, x), step, finish)
