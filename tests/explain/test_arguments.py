"""Arguments of the wrong kind: what is said where a person's program, which nothing checks, hands them in."""

import json
import subprocess
import sys

import numpy as np
import pytest

from pellucid.errors import InvalidValueError, is_whole, require_whole
from pellucid.explain.derivation import Steps
from pellucid.explain.inputs import as_numbers

PREPARED = """
import json, sys, warnings
import numpy as np
import pellucid as pl
from pellucid.data import Features, NumberEncoder
from pellucid.model import Model

warnings.simplefilter("error")
net = pl.Network.random([3, 4, 2], seed=0)
x, e = [0.2, 0.7, 0.5], [1.0, 0.0]
place = {"cost": "squared-error", "layer": 3, "neuron": 1}
model = Model(net, "squared-error", ("a", "b"), Features(NumberEncoder((3,))))
heard = {}
for call in json.load(sys.stdin):
    try:
        eval(call)
        heard[call] = "nothing"
    except Exception as error:
        heard[call] = f"{type(error).__name__}: {error}"
print(json.dumps(heard))
"""
MESSAGES = {
    'pl.explain.neuron(net, x, layer="2", neuron=1)': "layer: a whole number is required, got '2'",
    "pl.explain.neuron(net, x, layer=2.0, neuron=1)": "layer: a whole number is required, got 2.0",
    "pl.explain.neuron(net, x, layer=True, neuron=1)": "layer: a whole number is required, got True",
    "pl.explain.neuron(net, x, layer=2, neuron=1.5)": "neuron: a whole number is required, got 1.5",
    "pl.explain.layer(net, x, layer=None)": "layer: a whole number is required, got None",
    'pl.explain.gradient(net, x, e, source="1", **place)': "source: a whole number is required, got '1'",
    "pl.explain.update(net, x, e, source=[1], optimizer=pl.SGD(0.1), **place)": (
        "source: a whole number is required, got [1]"
    ),
    'pl.explain.neuron(net, x, layer=2, neuron=1, top="3")': "top: a whole number is required, got '3'",
    "pl.explain.decision(net, x, top=None)": "top: a whole number is required, got None",
    "pl.explain.decision(net, x, top=2.5)": "top: a whole number is required, got 2.5",
    "pl.explain.decision(net, x, n_steps=2.5)": "n_steps: a whole number from 1 to 100,000 is required, got 2.5",
    "pl.explain.decision(net, x, n_steps='64')": "n_steps: a whole number from 1 to 100,000 is required, got '64'",
    "pl.explain.decision(net, x).to_dict(2.5)": "digits: a whole number is required, got 2.5",
    'pl.explain.decision(net, x).to_text("4")': "digits: a whole number is required, got '4'",
    "pl.explain.decision(net, x).to_html(True)": "digits: a whole number is required, got True",
    "pl.explain.decision(net, x).to_latex(None)": "digits: a whole number is required, got None",
    "pl.explain.decision(net, x).to_latex(18)": "digits: 1 to 17 significant digits can be shown, got 18",
    'pl.explain.update(net, x, e, optimizer=pl.SGD(0.1), penalty="l2", **place)': (
        "penalty: one such as L2(0.001), or none, is required, got 'l2'"
    ),
    "pl.explain.decision(net, [1j, 0, 0])": "x: real numbers are required, got list of complex128",
    "pl.explain.decision(net, np.array([1j, 0, 0]))": "x: real numbers are required, got ndarray of complex128",
    "pl.explain.decision(model, np.array([1j, 0, 0]))": "x: real numbers are required, got ndarray of complex128",
    'pl.explain.decision(net, ["1", "2", "3"])': "x: numbers are required, got list of <U1",
    "pl.explain.decision(net, None)": "x: numbers are required, got NoneType of object",
    "pl.explain.decision(net, [[1, 2], [3]])": "x: numbers are required, got list",
    "pl.explain.cost(net, x, [1j, 0], cost='squared-error')": (
        "expected: real numbers are required, got list of complex128"
    ),
    "pl.Network.random([3, 2.5])": "sizes: each must be a whole number from 1 to 16,777,216, got 2.5",
    "pl.Network.random([3, None])": "sizes: each must be a whole number from 1 to 16,777,216, got None",
    "pl.Network.random([3, 2], seed='0')": "seed: must be a whole number of at least 0, got '0'",
    "pl.explain.neuron(net, x, layer=np.int64(2), neuron=np.int32(1), top=np.int8(3))": "nothing",
    "pl.explain.update(net, x, e, optimizer=pl.SGD(0.1), penalty=pl.L2(0.1), **place)": "nothing",
}


@pytest.fixture(scope="module")
def heard() -> dict[str, str]:
    """What each call is answered with in a program of its own, where annotations are not checked as in tests."""
    command = [sys.executable, "-c", PREPARED]
    run = subprocess.run(command, input=json.dumps(list(MESSAGES)), capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


@pytest.mark.parametrize("call", MESSAGES)
def test_an_argument_of_the_wrong_kind_is_told(heard: dict[str, str], call: str):
    message = MESSAGES[call]
    assert heard[call] == (message if message == "nothing" else f"InvalidValueError: {message}")


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3), np.array(3)])
def test_whole_numbers_are_pythons_and_numpys(value: object):
    assert is_whole(value, 1, 3)
    assert not is_whole(value, 4)
    assert not is_whole(value, 1, 2)
    require_whole(value, "k")


@pytest.mark.parametrize("value", [3.0, "3", True, None, np.float64(3.0), np.bool_(True), [3], float("nan")])
def test_nothing_else_is_a_whole_number(value: object):
    assert not is_whole(value)
    with pytest.raises(InvalidValueError, match=r"^k: a whole number is required, got "):
        require_whole(value, "k")


def test_what_is_long_is_told_by_its_kind():
    with pytest.raises(InvalidValueError, match=r"^k: a whole number is required, got list$"):
        require_whole([0] * 100, "k")


def test_how_many_terms_are_shown_is_at_least_one():
    with pytest.raises(InvalidValueError, match=r"^top: at least 1 term must be shown, got 0$"):
        Steps(0)


def test_numbers_of_every_real_kind_are_taken():
    for values in ([1, 2], [True, False], np.array([1.5, 2.0], np.float16), np.array([3, 4], np.uint8), []):
        assert as_numbers("x", values).dtype == np.float64
    assert as_numbers("x", np.array([3, 4], np.uint8)).tolist() == [3.0, 4.0]
