"""Training runs with a fault planted in them, at several strengths, and the same runs without."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from pellucid.data import Dataset, Part, load_data
from pellucid.data.dataset import Features
from pellucid.data.features import NumberEncoder
from pellucid.maths import L2, SGD, Adam, LayerParameters, Network

MNIST_TRAIN, MNIST_VALIDATION, MNIST_TEST = 3_000, 500, 1_000


@dataclass(frozen=True)
class Setup:
    """A healthy run.

    Attributes:
        name: of it.
        data: makes its data.
        hidden: neurons of each hidden layer.
        activation: of these.
        choices: of `train`; the learning rate is `rate`, of Adam, or of plain descent with `is_sgd`.
        rate: that suits it.
        is_sgd: whether it is trained by plain descent.
    """

    name: str
    data: Callable[[], Dataset]
    hidden: tuple[int, ...]
    activation: str
    rate: float
    is_sgd: bool = False
    choices: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Planted:
    """A run that is to be made.

    Attributes:
        setup: from which it differs in nothing but the fault.
        fault: its name, one of `pellucid.diagnosis.FAULTS`; "" of a healthy one.
        strength: of the fault, in words.
        data: what it learns from.
        network: where it starts.
        choices: of `train`.
    """

    setup: Setup
    fault: str
    strength: str
    data: Dataset
    network: Network
    choices: dict[str, Any]


def healthy(setup: Setup, data: Dataset, seed: int) -> Planted:
    """The run as it should be."""
    is_regression = data.task == "regression"
    sizes = [data.features.n_features, *setup.hidden, data.train.n_outputs]
    cost = setup.choices.get("cost", "half-squared-error" if is_regression else "cross-entropy")
    output = {"cross-entropy": "softmax", "half-squared-error": "identity" if is_regression else "sigmoid"}[cost]
    network = Network.random(sizes, activation=setup.activation, output=output, seed=seed)
    usual = {"batch_size": 32, "epochs": 30, "scale_targets": is_regression}
    choices = usual | setup.choices | {"cost": cost, "seed": seed, "optimizer": optimizer(setup, setup.rate)}
    return Planted(setup, "", "", data, network, choices)


def optimizer(setup: Setup, rate: float) -> SGD | Adam:
    """The set-up's optimizer with that rate."""
    return SGD(rate) if setup.is_sgd else Adam(rate)


def another_rate(factor: float) -> Callable[[Planted, int], Planted]:
    """The run with so many times its rate."""

    def plant(run: Planted, seed: int) -> Planted:
        return replace(run, choices=run.choices | {"optimizer": optimizer(run.setup, factor * run.setup.rate)})

    return plant


def larger_start(factor: float) -> Callable[[Planted, int], Planted]:
    """The run from weights so many times as large."""

    def plant(run: Planted, seed: int) -> Planted:
        layers = [LayerParameters(layer.weights * np.float32(factor), layer.biases) for layer in run.network.parameters]
        return replace(run, network=run.network.with_parameters(tuple(layers)))

    return plant


def dead_neurons(share: float) -> Callable[[Planted, int], Planted]:
    """The run with a share of the neurons of layer 2 so far below 0 that nothing brings them back."""

    def plant(run: Planted, seed: int) -> Planted:
        first, *others = run.network.parameters
        n_dead = round(share * len(first.biases))
        biases = np.where(np.arange(len(first.biases)) < n_dead, np.float32(-1e3), first.biases)
        return replace(run, network=run.network.with_parameters((LayerParameters(first.weights, biases), *others)))

    return plant


def depth(n_hidden: int, activation: str, factor: float = 1.0) -> Callable[[Planted, int], Planted]:
    """The run with so many hidden layers of 30 neurons, from weights so many times the usual ones."""

    def plant(run: Planted, seed: int) -> Planted:
        sizes = [run.network.sizes[0], *[30] * n_hidden, run.network.sizes[-1]]
        names = [*[activation] * n_hidden, run.network.output.name]
        network = Network.random(sizes, activation=names, seed=seed)
        return larger_start(factor)(replace(run, network=network), seed)

    return plant


def other_choices(**changes: Any) -> Callable[[Planted, int], Planted]:
    """The run with other choices of `train`."""

    def plant(run: Planted, seed: int) -> Planted:
        return replace(run, choices=run.choices | changes)

    return plant


def few_neurons(n_neurons: int) -> Callable[[Planted, int], Planted]:
    """The run with one hidden layer of so few neurons."""

    def plant(run: Planted, seed: int) -> Planted:
        sizes = [run.network.sizes[0], n_neurons, run.network.sizes[-1]]
        activations = [run.network.activations[0].name, run.network.output.name]
        return replace(run, network=Network.random(sizes, activation=activations, seed=seed))

    return plant


def few_examples(n_train: int) -> Callable[[Planted, int], Planted]:
    """The run with so few examples to train on, met as often as all would be."""

    def plant(run: Planted, seed: int) -> Planted:
        rows = np.random.default_rng(seed).permutation(run.data.train.n_samples)[:n_train]
        often = max(1, run.data.train.n_samples // n_train)
        epochs = min(400, run.choices["epochs"] * often)
        return replace(run, data=with_train(run.data, rows), choices=run.choices | {"epochs": epochs})

    return plant


def other_inputs(factor: float, n_columns: int | None = None) -> Callable[[Planted, int], Planted]:
    """The run whose inputs, or those few of them that vary most, are so many times as large."""

    def plant(run: Planted, seed: int) -> Planted:
        scale = np.full(run.data.features.n_features, 1.0)
        scale[np.argsort(-run.data.train.inputs.std(axis=0))[:n_columns]] = factor
        features = Features(NumberEncoder(run.data.features.shape))

        def of(part: Part | None) -> Part | None:
            return (
                None if part is None else replace(part, raw=(part.inputs * scale).astype(np.float32), features=features)
            )

        parts = {name: of(getattr(run.data, name)) for name in ("train", "validation", "test")}
        return replace(run, data=replace(run.data, features=features, **parts))

    return plant


def small_classes(share: float) -> Callable[[Planted, int], Planted]:
    """The run that is left only that share of the training examples of every second class."""

    def plant(run: Planted, seed: int) -> Planted:
        generator = np.random.default_rng(seed)
        labels = run.data.train.labels
        rows = np.flatnonzero((labels % 2 == 0) | (generator.random(len(labels)) < share))
        return replace(run, data=with_train(run.data, rows))

    return plant


def wrong_labels(share: float) -> Callable[[Planted, int], Planted]:
    """The run of which a share of the labels, to train and to validate, are those of other classes."""

    def plant(run: Planted, seed: int) -> Planted:
        generator = np.random.default_rng(seed)
        n_classes = len(run.data.classes or ())

        def of(part: Part | None) -> Part | None:
            if part is None:
                return None
            rows = generator.permutation(part.n_samples)[: round(share * part.n_samples)]
            labels = part.labels.copy()
            labels[rows] = (labels[rows] + generator.integers(1, n_classes, len(rows))) % n_classes
            return replace(part, labels=labels)

        return replace(run, data=replace(run.data, train=of(run.data.train), validation=of(run.data.validation)))

    return plant


def leaked(share: float, noise: float) -> Callable[[Planted, int], Planted]:
    """The run that is also trained on a share of the test part, with noise of that share of the inputs' deviation."""

    def plant(run: Planted, seed: int) -> Planted:
        assert run.data.test is not None
        generator = np.random.default_rng(seed)
        test, train = run.data.test, run.data.train
        rows = generator.permutation(test.n_samples)[: max(4, round(share * test.n_samples))]
        copies = test.raw[rows].astype(np.float32)
        copies += (noise * train.raw.std() * generator.standard_normal(copies.shape)).astype(np.float32)
        raw = np.concatenate([train.raw.astype(np.float32), copies])
        labels = np.concatenate([train.labels, test.labels[rows]])
        return replace(run, data=replace(run.data, train=replace(train, raw=raw, labels=labels)))

    return plant


def with_train(data: Dataset, rows: np.ndarray) -> Dataset:
    """The data with only these rows of the training part."""
    part = data.train
    return replace(data, train=replace(part, raw=part.raw[rows], labels=part.labels[rows]))


def digits() -> Dataset:
    """The bundled digits."""
    return load_data("digits")


def some_mnist() -> Dataset:
    """3,000 of MNIST's pictures to train, 500 to validate, 1,000 to test."""
    data = load_data("mnist")
    assert data.validation is not None
    assert data.test is not None

    def first(part: Part, n: int) -> Part:
        return replace(part, raw=part.raw[:n], labels=part.labels[:n])

    return replace(
        data,
        train=first(data.train, MNIST_TRAIN),
        validation=first(data.validation, MNIST_VALIDATION),
        test=first(data.test, MNIST_TEST),
    )


def cancer() -> Dataset:
    """A table of 30 measures of tumours, standardised, benign or not (scikit-learn's copy)."""
    from sklearn.datasets import load_breast_cancer

    inputs, labels = load_breast_cancer(return_X_y=True)
    inputs = (inputs - inputs.mean(axis=0)) / inputs.std(axis=0)
    return Dataset.from_arrays(inputs.astype(np.float32), labels)


def friedman() -> Dataset:
    """A table of 10 numbers that a rule with noise makes one of: regression (Friedman 1991)."""
    from sklearn.datasets import make_friedman1

    inputs, targets = make_friedman1(1_500, n_features=10, noise=1.0, random_state=0)
    return Dataset.from_arrays((inputs - 0.5).astype(np.float32) * 3.5, targets)


SETUPS = (
    Setup("digits, 64-32-10 relu, Adam", digits, (32,), "relu", 0.002),
    Setup(
        "digits, 64-30-10 sigmoid, squared error, SGD", digits, (30,), "sigmoid", 2.0, True,
        {"cost": "half-squared-error", "batch_size": 10},
    ),
    Setup("Friedman's regression, 10-32-1 relu, Adam", friedman, (32,), "relu", 0.003),
    Setup("tumours, 30-16-2 relu, Adam", cancer, (16,), "relu", 0.003),
    Setup(
        "MNIST (3,000), 784-40-40-10 tanh, SGD, L2", some_mnist, (40, 40), "tanh", 0.1, True,
        {"epochs": 20, "penalty": L2(0.01)},
    ),
    Setup("Friedman's regression, 10-24-24-1 tanh, Adam", friedman, (24, 24), "tanh", 0.005),
    Setup("MNIST (3,000), 784-100-10 relu, Adam", some_mnist, (100,), "relu", 0.001, choices={"epochs": 20}),
)  # fmt: skip
FAULTS_PLANTED: dict[str, dict[str, Callable[[Planted, int], Planted]]] = {
    "rate-too-high": {f"rate × {factor:,}": another_rate(factor) for factor in (30, 100, 1_000)},
    "rate-too-low": {f"rate / {factor:,}": another_rate(1 / factor) for factor in (100, 300, 1_000)},
    "saturated": {f"start × {factor}": larger_start(factor) for factor in (10, 30, 100)},
    "dead": {f"{share:.0%} of layer 2": dead_neurons(share) for share in (0.4, 0.7, 0.95)},
    "vanishing-gradients": {f"{n} sigmoid layers": depth(n, "sigmoid") for n in (6, 8, 12)},
    "exploding-gradients": {
        "6 relu layers, start × 4": depth(6, "relu", 4.0),
        "8 relu layers, start × 3": depth(8, "relu", 3.0),
        "10 relu layers, start × 3": depth(10, "relu", 3.0),
    },
    "underfitting": {
        "1 hidden neuron": few_neurons(1),
        "L2 0.3": other_choices(penalty=L2(0.3)),
        "L2 1": other_choices(penalty=L2(1.0)),
    },
    "overfitting": {f"{n} examples": few_examples(n) for n in (20, 40, 80)},
    "unscaled-inputs": {
        "inputs × 255": other_inputs(255.0),
        "5 inputs × 1,000": other_inputs(1_000.0, 5),
        "inputs / 1,000": other_inputs(1e-3),
    },
    "imbalance": {f"{share:.0%} of every second class": small_classes(share) for share in (0.01, 0.03, 0.1)},
    "mislabelled": {f"{share:.0%} of the labels": wrong_labels(share) for share in (0.02, 0.05, 0.2)},
    "leak": {
        "3 % of the test part": leaked(0.03, 0.0),
        "10 %, with noise of 1 %": leaked(0.1, 0.01),
        "30 %, with noise of 3 %": leaked(0.3, 0.03),
    },
}
"""Each fault with its strengths, and what plants it."""


def fits(fault: str, setup: Setup, data: Dataset) -> bool:
    """Whether a fault can be planted in a set-up, and nothing but that fault."""
    if fault in ("imbalance", "mislabelled"):
        return data.task == "classification"
    if fault == "saturated":
        return setup.activation in ("sigmoid", "tanh")
    if fault == "exploding-gradients":
        return setup.activation != "sigmoid"  # ReLU layers at a rate for sigmoids run away from any start
    return fault != "dead" or setup.activation == "relu"
