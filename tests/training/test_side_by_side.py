"""Networks side by side: what they learn lies on the device once, however many programs train them."""

from typing import Any

import numpy as np
import pytest

from pellucid.data import Dataset
from pellucid.maths import Network
from pellucid.training import many, side_by_side
from pellucid.training.many import train_many
from pellucid.training.plan import Plan


def test_the_data_lie_on_the_device_once_for_networks_of_several_shapes(
    blobs: Dataset, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(many, "cores", lambda: 2)
    copied: list[int] = []
    to_device = side_by_side.to_device

    def noting(raw: np.ndarray, labels: np.ndarray, dtype: np.dtype) -> tuple[Any, Any]:
        copied.append(len(raw))
        return to_device(raw, labels, dtype)

    monkeypatch.setattr(side_by_side, "to_device", noting)
    networks = [Network.random([5, size, 3], output="softmax", seed=seed) for size in (2, 3) for seed in (0, 1)]
    lanes = train_many(networks, [Plan.of(epochs=1, batch_size="full")] * 4, blobs)
    assert [lane.stopped_because for lane in lanes] == ["all epochs done"] * 4
    assert copied == [blobs.train.n_samples, blobs.validation.n_samples]
