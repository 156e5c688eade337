"""Keras 3 on JAX: one long `fit` with a callback between the epochs."""

import os
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"  # read when Keras is imported

import keras

from benchmarks.peers import EpochFigures, Finish
from benchmarks.workloads import Workload
from pellucid.data import Dataset

STEPS_PER_EXECUTION = 50
"""Measured for 784-30-10: 130 µs a step with 1, 77 with 10, 72 with 50."""
ENDLESS = 10**6


def learn(workload: Workload, data: Dataset, finish: Finish) -> None:
    """Trains epoch after epoch."""
    assert data.validation is not None
    network = workload.network()
    model = keras.Sequential([keras.Input((network.sizes[0],))])
    for number, layer in enumerate(network.layers, start=2):
        is_logits = number == len(network.sizes) and not workload.is_squared
        dense = keras.layers.Dense(layer.n_out, None if is_logits else workload.activation)
        model.add(dense)
        dense.set_weights([layer.weights.T, layer.biases])
    rule = keras.optimizers.Adam if workload.optimizer == "adam" else keras.optimizers.SGD
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(
        optimizer=rule(workload.learning_rate),
        loss=half_squared_error if workload.is_squared else cross_entropy,
        metrics=["accuracy"],
        steps_per_execution=STEPS_PER_EXECUTION,
    )

    def on_epoch_end(epoch: int, logs: dict[str, float]) -> None:
        finish(EpochFigures(logs["loss"], logs["accuracy"], logs["val_loss"], logs["val_accuracy"]))

    expected, validation_expected = (
        part.expected if workload.is_squared else part.labels for part in (data.train, data.validation)
    )
    model.fit(
        data.train.inputs,
        expected,
        batch_size=workload.batch_size,
        epochs=ENDLESS,
        shuffle=True,
        verbose=0,
        validation_data=(data.validation.inputs, validation_expected),
        validation_batch_size=1000,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=on_epoch_end)],
    )


def half_squared_error(expected: Any, outputs: Any) -> Any:
    """½Σ(a − E)² of each example."""
    return 0.5 * keras.ops.sum(keras.ops.square(outputs - expected), axis=-1)
