"""The whole command on a saved network of 12 million parameters, with the clock running."""

import gzip
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import pellucid as pl
from pellucid.data import CATALOG
from pellucid.data.catalog import IDX_FILES

SIZES = [784, 2500, 2000, 1500, 1000, 500, 10]
COMMAND = (
    "import sys\nfrom pellucid.cli import main\ntry:\n    main()\nfinally:\n"
    "    sys.stderr.write('JAX is ' + ('imported' if 'jax' in sys.modules else 'not imported'))"
)
TIMES_A_SMALL_ONE = 3.0
"""Processor time, in that of explaining a weight of a network 784-10, which a busy machine makes longer as well.
Where nothing else runs that takes some 0.4 s, the gradient of the large one 0.6 s and an update 0.9 s."""
ATTEMPTS = 3
"""The least of so many counts: what else runs at the moment makes a process slower, never quicker."""


def idx(array: np.ndarray) -> bytes:
    return gzip.compress(struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes(), 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds the models `large` and `small`, and `pictures` as they take them, of which 10,000 test and few train."""
    folder = tmp_path_factory.mktemp("large")
    network = pl.Network.random(SIZES, activation="relu", output="softmax", seed=0)
    mnist = CATALOG["mnist"]
    optimizer = {"name": "sgd", "learning_rate": 0.1, "momentum": 0.0, "nesterov": False}
    training = {"training": {"optimizer": optimizer, "penalty": None}}
    small = pl.Network.random([784, 10], activation="softmax", seed=0)
    for name, each in (("large", network), ("small", small)):
        model = pl.Model(each, "cross-entropy", mnist.classes, mnist.features, training)
        pl.save(model, folder / f"{name}.safetensors")
    (folder / "pictures").mkdir()
    generator = np.random.default_rng(0)
    for name, n in zip(IDX_FILES, (60, 60, 10_000, 10_000), strict=True):
        is_image = "images" in name
        array = generator.integers(0, 256, (n, 28, 28), np.uint8) if is_image else np.arange(n, dtype=np.uint8) % 10
        (folder / "pictures" / name).write_bytes(idx(array))
    return folder


def explained(arguments: list[str]) -> tuple[subprocess.CompletedProcess[str], float]:
    """The command in a process of its own, and the seconds of processor time it took."""
    environment = os.environ | {
        "COLUMNS": "80",
        "PYTHONIOENCODING": "utf-8",
        "OPENBLAS_NUM_THREADS": "1",  # threads that wait for work count as busy
    }
    before = os.times()
    ended = subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        check=False,
    )
    after = os.times()
    return ended, after.children_user + after.children_system - before.children_user - before.children_system


@pytest.mark.parametrize("optimizer", [None, "sgd", "adam", "adamw"])
def test_any_weight_is_explained_at_once_without_jax_and_in_few_lines(folder: Path, optimizer: str | None):
    what = ["gradient", "2:7,300"] if optimizer is None else ["update", "2:7,300", "--optimizer", optimizer]
    sample = ["--data", str(folder / "pictures"), "--sample", "3"]
    large = ["explain", str(folder / "large.safetensors"), *sample, *what]
    small = ["explain", str(folder / "small.safetensors"), *sample, *what]
    ended, seconds = explained(large)
    times = [seconds / explained(small)[1]]
    while times[-1] >= TIMES_A_SMALL_ONE and len(times) < ATTEMPTS:
        times.append(explained(large)[1] / explained(small)[1])
    assert (ended.returncode, ended.stderr) == (0, "JAX is not imported")
    lines = ended.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) < 150
    assert ("∂C/∂w⁽²⁾₇,₃₀₀ = " if optimizer is None else "w′⁽²⁾₇,₃₀₀ = w⁽²⁾₇,₃₀₀ + Δw⁽²⁾₇,₃₀₀") in ended.stdout
    assert times[-1] < TIMES_A_SMALL_ONE
