"""When training cannot go on: divergence, Ctrl-C, a device that is missing, a compiler that is wrong."""

import signal
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jax
import numpy as np
import pytest

from pellucid.data import Dataset
from pellucid.errors import DataError, DivergenceError, EngineError, InvalidValueError
from pellucid.maths import SGD, Adam, Network
from pellucid.training import Callback, Progress, TrainingResult, block, engine, train
from pellucid.training.step import Stepped, TrainingState, step


def regression_network(depth: int = 2, dtype: type[np.floating] = np.float32) -> Network:
    return Network.random([3] * depth + [2], activation="identity", seed=1, dtype=dtype)


@pytest.mark.parametrize(
    ("rate", "fault"),
    [(1e38, "the pre-activations of layer 3 overflowed"), (1e16, "the correction of layer 2 overflowed")],
)
def test_divergence_in_the_first_epoch_names_epoch_step_and_layer(line: Dataset, rate: float, fault: str):
    with pytest.raises(DivergenceError) as error:
        train(regression_network(), line, optimizer=SGD(rate), batch_size=10, epochs=3)
    assert str(error.value) == (
        f"diverged: the cost was not finite in epoch 1, step 2 of 4: {fault}; "
        f"a learning rate below {rate:g} is the usual cure"
    )


def test_the_first_layer_at_fault_is_named(line: Dataset):
    network = regression_network(3)
    huge = [
        layer._replace(weights=layer.weights * np.float32(factor))
        for layer, factor in zip(network.parameters, (1, 1e30, 1e30), strict=True)
    ]
    with pytest.raises(DivergenceError, match=r"in epoch 1, step 1 of \d: the pre-activations of layer 4 overflowed; "):
        train(network.with_parameters(tuple(huge)), line, optimizer=SGD(1e-3), batch_size=20, epochs=1)


def test_divergence_later_on_gives_the_best_epoch_so_far(line: Dataset):
    result = train(regression_network(), line, optimizer=SGD(30.0), batch_size="full", epochs=100)
    n_done = len(result.history)
    assert 1 < n_done < 100
    assert result.stopped_because == (
        f"diverged: the validation cost was not finite after epoch {n_done + 1}; "
        "a learning rate below 30 is the usual cure"
    )
    alone = train(
        regression_network(), replace(line, validation=None), optimizer=SGD(30.0), batch_size="full", epochs=100
    )
    assert alone.stopped_because.startswith(
        f"diverged: the cost was not finite in epoch {len(alone.history) + 1}, step 1 of 1: the "
    )
    costs = [record.validation_cost for record in result.history]
    assert result.best_epoch == costs.index(min(costs)) + 1
    assert all(np.isfinite(layer.weights).all() for layer in result.network.layers)


def test_parameters_that_overflow_in_the_last_step_of_an_epoch_are_noticed():
    """The cost of the step is finite, what the step makes of the weights is not."""
    data = Dataset.from_arrays(np.full((20, 1), 1e10, np.float32), np.full(20, 1e10, np.float32), validation=0, test=0)
    network = Network.random([1, 1], activation="identity", initializer="zeros")
    with pytest.raises(DivergenceError, match="epoch 1, step 1 of 1: the correction of layer 2 overflowed; a learning"):
        train(network, data, cost="absolute-error", optimizer=SGD(1e30), batch_size="full", epochs=1)


def test_what_the_optimizer_remembers_may_overflow_alone():
    huge = Dataset.from_arrays(np.full((8, 2), 1e21), np.arange(8.0), validation=0, test=0)
    with pytest.raises(DivergenceError, match="what the optimizer remembers of layer 2 overflowed"):
        train(Network.random([2, 1], activation="identity"), huge, cost="absolute-error", optimizer=Adam(), epochs=1)


@pytest.mark.parametrize("kind", ["raw", "labels"])
def test_a_validation_part_that_holds_no_numbers_is_not_taken_for_divergence(line: Dataset, kind: str):
    poisoned = np.full_like(getattr(line.validation, kind), np.nan)
    data = replace(line, validation=replace(line.validation, **{kind: poisoned}))
    with pytest.raises(DataError) as error:
        train(regression_network(), data, optimizer=SGD(0.01), epochs=2)
    assert str(error.value) == ("the validation data hold numbers that are not finite: after epoch 1; repair them")


class Telling(Callback):
    """Passes on what it is told of steps."""

    def __init__(self, told: Callable[[Progress], object]) -> None:
        self.told = told

    def steps_done(self, run: Any, progress: Progress) -> None:
        self.told(progress)


def interrupting(at_epoch: int, at_step: int) -> Any:
    def listener(progress: Progress) -> None:
        if (progress.epoch, progress.step) == (at_epoch, at_step):
            signal.raise_signal(signal.SIGINT)

    return listener


def interrupted(line: Dataset, at_epoch: int, at_step: int, **choices: Any) -> TrainingResult:
    before = signal.getsignal(signal.SIGINT)
    result = train(
        regression_network(),
        line,
        optimizer=SGD(0.01),
        batch_size=10,
        epochs=5,
        callbacks=[Telling(interrupting(at_epoch, at_step))],
        **choices,
    )
    assert signal.getsignal(signal.SIGINT) is before
    return result


def test_ctrl_c_ends_it_after_the_block_at_hand(line: Dataset, monkeypatch: pytest.MonkeyPatch):
    done = interrupted(line, at_epoch=2, at_step=4)
    assert done.stopped_because == "interrupted after epoch 2"
    assert len(done.history) == 2
    monkeypatch.setattr(block, "BLOCK_SECONDS", 1e-9)
    midway = interrupted(line, at_epoch=3, at_step=1)
    assert midway.stopped_because == "interrupted in epoch 3"
    assert midway.history[:2] == done.history
    assert midway.best_epoch in (1, 2)


def test_ctrl_c_in_the_first_epoch_keeps_what_was_learnt(line: Dataset, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(block, "BLOCK_SECONDS", 1e-9)
    result = interrupted(line, at_epoch=1, at_step=1)
    assert (result.stopped_because, result.history, result.best_epoch) == ("interrupted in epoch 1", (), 0)
    assert (result.network.layers[0].weights != regression_network().layers[0].weights).any()
    assert result.model.provenance["results"] is None


def test_a_second_ctrl_c_interrupts_at_once(line: Dataset):
    def listener(_: Progress) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        train(regression_network(), line, optimizer=SGD(0.01), epochs=5, callbacks=[Telling(listener)])
    assert signal.getsignal(signal.SIGINT) is before


def test_a_callback_that_fails_gives_the_signal_back(line: Dataset):
    def listener(_: Progress) -> None:
        raise LookupError("of its own")

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(LookupError, match="of its own"):
        train(regression_network(), line, epochs=1, callbacks=[Telling(listener)])
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_compiler_that_is_wrong_is_found_out(line: Dataset, monkeypatch: pytest.MonkeyPatch, dtype):
    def wrong(*arguments: Any) -> Any:
        state, trace, gradient = step(*arguments)
        moved = jax.tree.map(lambda array: array + 0.01, state.parameters)
        return Stepped(TrainingState(moved, state.memory, state.time), trace, gradient)

    monkeypatch.setattr(engine, "_verified", set())
    monkeypatch.setattr(block, "step", wrong)
    with pytest.raises(EngineError) as error:
        train(regression_network(dtype=dtype), line, epochs=1)
    message = str(error.value)
    assert message.startswith(f"the self-test of the compiled step failed: jax {jax.__version__} is off by 0.0")
    assert message.endswith("reinstall the tested versions with: pip install --force-reinstall pellucid")
    assert not engine._verified


def test_the_self_test_runs_once_a_process_and_type(line: Dataset, monkeypatch: pytest.MonkeyPatch):
    calls: list[Any] = []
    monkeypatch.setattr(engine, "_verified", set())
    monkeypatch.setattr(engine, "verify", lambda device, dtype: calls.append((device, np.dtype(dtype))))
    for dtype in (np.float32, np.float32, np.float64):
        train(regression_network(dtype=dtype), line, epochs=1)
    assert calls == [("cpu", np.float32), ("cpu", np.float64)]


def test_a_device_that_is_not_there():
    with pytest.raises(InvalidValueError, match=r"^device: one of cpu, gpu is required, got 'tpu'$"):
        engine.find_device("tpu")
    assert engine.find_device("cpu").platform == "cpu"


@pytest.mark.skipif(jax.default_backend() != "cpu", reason="this machine has a GPU that JAX can use")
def test_a_gpu_that_is_not_there_is_answered_with_what_to_install(line: Dataset):
    with pytest.raises(EngineError, match=r"^device: no gpu that JAX can use .* pip install 'pellucid\[gpu\]'$"):
        train(regression_network(), line, device="gpu")


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"batch_size": 0}, "batch_size: must be a whole number above 0 or 'full', got 0"),
        ({"epochs": 0}, "epochs: must be a whole number from 1 to 1,000,000, got 0"),
        ({"epochs": 10**6 + 1}, "epochs: must be a whole number from 1 to 1,000,000, got 1000001"),
        ({"seed": -1}, "seed: must be a whole number from 0 to 2⁶³−1, got -1"),
        ({"patience": 0}, "patience: must be a whole number above 0, got 0"),
        ({"cost": "cross-entropy"}, "cost: cross-entropy needs the output activation softmax, got identity; choose "),
        ({"cost": "quadratic"}, "cost: 'quadratic' is not known"),
        ({"minutes": float("nan")}, "minutes: must be a number above 0, got nan"),
        ({"distortions": "flip=1", "device": "tpu"}, "distort: pictures or sounds are required, got numbers; input_n"),
    ],
)
def test_numbers_out_of_range_are_refused(line: Dataset, choices: dict[str, Any], message: str):
    with pytest.raises(InvalidValueError) as refusal:
        train(regression_network(), line, **choices)
    assert str(refusal.value).startswith(message)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ([4, 2], "sizes: the data have 3 features, so the input layer must have as many neurons, got 4"),
        ([3, 1], "sizes: the data need 2 output neurons, got 1 in the network's output layer"),
        ([3, 5], "sizes: the data need 2 output neurons, got 5 in the network's output layer"),
    ],
)
def test_a_network_that_does_not_fit_the_data_is_refused(line: Dataset, sizes: list[int], message: str):
    with pytest.raises(InvalidValueError) as refusal:
        train(Network.random(sizes, activation="identity"), line)
    assert str(refusal.value) == message
