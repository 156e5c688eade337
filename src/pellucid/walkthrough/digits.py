"""The network that learns the bundled digits in chapters 7 and 8: trained once, when it is first needed."""

from functools import cached_property
from typing import Literal

import numpy as np
from jaxtyping import Int64

from pellucid.data import Dataset, Part, load_data
from pellucid.maths import SGD, Network, find_cost
from pellucid.training import TrainingResult, train
from pellucid.training.step import LearningRule, start, step

SIZES = (64, 16, 16, 10)
LEARNING_RATE = 0.5
BATCH_SIZE = 10
EPOCHS = 40
SEED = 0


def mini_batches(n_samples: int, seed: int) -> list[Int64[np.ndarray, " n"]]:
    """The rows of each mini-batch of an epoch, in a random order; the last has what is left."""
    order = np.random.default_rng(seed).permutation(n_samples)
    return [order[first : first + BATCH_SIZE] for first in range(0, n_samples, BATCH_SIZE)]


class DigitsLesson:
    """The digits, the network before, and what comes of learning in mini-batches, of one epoch, and in full batches."""

    @cached_property
    def data(self) -> Dataset:
        return load_data("digits")

    @property
    def test(self) -> Part:
        """What judges, once."""
        assert self.data.test is not None, "the bundled digits have a test part"  # noqa: S101
        return self.data.test

    @property
    def classes(self) -> tuple[str, ...]:
        assert self.data.classes is not None, "digits are classes"  # noqa: S101
        return self.data.classes

    def images(self, part: Part) -> np.ndarray:
        """The part's examples as pictures, (n_samples, height, width)."""
        return part.raw.reshape(-1, *self.data.feature_shape)

    @cached_property
    def start(self) -> Network:
        return Network.random(SIZES, activation="sigmoid", seed=SEED)

    @cached_property
    def learnt(self) -> TrainingResult:
        """After 40 epochs of mini-batches."""
        return self._train(BATCH_SIZE, EPOCHS)

    @cached_property
    def after_one_epoch(self) -> Network:
        """After one epoch of mini-batches: so few steps need no compiled program."""
        x, expected = self.data.train.inputs, self.data.train.expected
        rule = LearningRule(find_cost("squared-error"), SGD(LEARNING_RATE))
        state = start(self.start.parameters, rule)
        for rows in mini_batches(len(x), SEED):
            state = step(self.start, rule, state, x[rows], expected[rows], LEARNING_RATE).state
        return self.start.with_parameters(state.parameters)

    @cached_property
    def in_full_batches(self) -> TrainingResult:
        """After 40 epochs that each make a single step, along the mean gradient of all examples."""
        return self._train("full", EPOCHS)

    def _train(self, batch_size: int | Literal["full"], epochs: int) -> TrainingResult:
        return train(
            self.start,
            self.data,
            cost="squared-error",
            optimizer=SGD(LEARNING_RATE),
            batch_size=batch_size,
            epochs=epochs,
            seed=SEED,
        )
