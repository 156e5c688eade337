"""Arguments of the wrong kind: what is said where a person's program, which nothing checks, hands them in."""

import json
import subprocess
import sys

import pytest

PREPARED = """
import json, sys, warnings
import numpy as np
import pellucid as pl
from pellucid.maths import ElasticNet
from pellucid.training import Distortions, Regularisation, find_rate

warnings.simplefilter("error")
net = pl.Network.random([3, 2], output="softmax", seed=0)
data = pl.Dataset.from_arrays(np.arange(60.0).reshape(20, 3), np.arange(20) % 2)
heard = {}
for call in json.load(sys.stdin):
    try:
        eval(call)
        heard[call] = "nothing"
    except Exception as error:
        heard[call] = f"{type(error).__name__}: {error}"
heard["jax"] = str("jax" in sys.modules)
print(json.dumps(heard))
"""
MESSAGES = {
    "pl.train(3, data)": "network: a Network is required, got 3",
    "pl.train(net, None)": "data: a Dataset, of load_data or Dataset.from_arrays, is required, got None",
    'pl.train(net, data, optimizer="sgd")': "optimizer: one such as SGD(0.1) or Adam() is required, got 'sgd'",
    'pl.train(net, data, penalty="l2")': "penalty: one such as L2(0.001), or none, is required, got 'l2'",
    "pl.train(net, data, regularisation=0.5)": (
        "regularisation: one such as Regularisation(dropout=(0.2, 0.5)) is required, got 0.5"
    ),
    "pl.train(net, data, schedule=3)": "schedule: a text such as 'cosine:warmup=2' is required, got 3",
    "pl.train(net, data, distortions=['flip'])": (
        "distortions: a text such as 'shift=2,rotation=15' is required, got ['flip']"
    ),
    'pl.train(net, data, least_gain="0.1")': "least_gain: a number is required, got '0.1'",
    'pl.train(net, data, minutes="5")': "minutes: a number is required, got '5'",
    "pl.train(net, data, epochs=2.5)": "epochs: must be a whole number from 1 to 1,000,000, got 2.5",
    "pl.train(net, data, balance=3)": "balance: '3' is not known (known: none, resample, weights)",
    "pl.train(net, data, callbacks=[print])": ("callbacks: a Callback each is required, got <built-in function print>"),
    'pl.train(net, data, resume="runs/digits-1")': (
        "resume: a checkpoint, of read_checkpoint or of a result, is required, got 'runs/digits-1'"
    ),
    'pl.L2("0.1")': "l2: a number as strength is required, got '0.1'",
    "ElasticNet(0.1, None)": "elastic-net: a number as the share of L1 is required, got None",
    'Distortions(shift="2")': "distort: shift: a number is required, got '2'",
    "find_rate(net, data, schedule=3)": "schedule: a text such as 'cosine:warmup=2' is required, got 3",
    "Regularisation(dropout=0.5)": (
        "dropout: a share for each layer from the input on, such as (0, 0.5), is required, got 0.5"
    ),
    'Regularisation(dropout="0.5")': "dropout: a number is required, got '0'",
    'Regularisation(averaging="0.9")': "averaging: a number is required, got '0.9'",
    "Regularisation(dropout=np.array([0, 0.5]))": "nothing",
}


@pytest.fixture(scope="module")
def heard() -> dict[str, str]:
    """What each call is answered with in a program of its own, where annotations are not checked as in tests."""
    command = [sys.executable, "-c", PREPARED]
    run = subprocess.run(command, input=json.dumps(list(MESSAGES)), capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


@pytest.mark.parametrize(("call", "message"), MESSAGES.items(), ids=MESSAGES)
def test_it_is_refused_by_name(heard: dict[str, str], call: str, message: str):
    known = heard[call]
    assert known.partition(": ")[2] == message if message != "nothing" else known == message
    assert known.partition(": ")[0] in ("nothing", "InvalidValueError", "UnknownNameError")


def test_nothing_is_compiled_for_that(heard: dict[str, str]):
    assert heard["jax"] == "False"
