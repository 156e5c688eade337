"""PyTorch as most people write it: modules, automatic differentiation, an optimizer."""

import torch
from torch import Tensor, nn

from benchmarks.peers import Finish
from benchmarks.peers.pytorch import mean_cost, run_epochs
from benchmarks.workloads import Workload
from pellucid.data import Dataset


def learn(workload: Workload, data: Dataset, finish: Finish) -> None:
    """Trains epoch after epoch."""
    network = _modules(workload)
    optimizer: torch.optim.Optimizer
    if workload.optimizer == "sgd":
        # Measured: one parameter after another is quicker than `foreach` and `fused` for these few.
        optimizer = torch.optim.SGD(network.parameters(), lr=workload.learning_rate, foreach=False)
    else:
        optimizer = torch.optim.Adam(network.parameters(), lr=workload.learning_rate, fused=True)

    def step(x: Tensor, expected: Tensor) -> Tensor:
        optimizer.zero_grad()
        outputs = network(x)
        mean_cost(workload, outputs, expected).backward()
        optimizer.step()
        return outputs.detach()

    run_epochs(workload, data, network, step, finish)


def _modules(workload: Workload) -> nn.Sequential:
    modules: list[nn.Module] = []
    layers = workload.network().layers
    for number, layer in enumerate(layers, start=1):
        linear = nn.Linear(layer.n_in, layer.n_out)
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(layer.weights))
            linear.bias.copy_(torch.tensor(layer.biases))
        modules.append(linear)
        if workload.activation == "sigmoid":
            modules.append(nn.Sigmoid())
        elif number < len(layers):  # softmax is part of PyTorch's cross-entropy
            modules.append(nn.ReLU())
    return nn.Sequential(*modules)
