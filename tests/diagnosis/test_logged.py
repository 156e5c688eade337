"""What diagnose reads of `gradients.jsonl`: what it says over the epochs, and what is refused there in one line."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pellucid.diagnosis.case import Case
from pellucid.diagnosis.gradients import find_gradient_faults
from pellucid.diagnosis.logged import GradientHistory, gradients_in
from pellucid.errors import FormatError
from pellucid.maths import Layer, Network
from pellucid.training.run_folder import GRADIENTS_FILE


def line(epoch: int, *sizes: tuple[float | None, float, float]) -> str:
    layers = [
        {"layer": number, "gradient": gradient, "weights": weights, "correction": correction}
        for number, (gradient, weights, correction) in enumerate(sizes, start=2)
    ]
    return json.dumps({"epoch": epoch, "steps": 7, "layers": layers})


def network() -> Network:
    """Two layers that pass on what they get: the inputs of both are of the same length, and so are all deltas."""
    return Network([Layer(np.eye(6), np.zeros(6), "identity"), Layer(np.eye(6)[:2], np.zeros(2), "softmax")])


def logged(first: list[float], last: list[float]) -> GradientHistory:
    gradient = np.array([first, last]).T
    return GradientHistory(tuple(range(1, len(first) + 1)), gradient, np.ones_like(gradient), 1e-3 * gradient)


def test_the_log_is_read_as_it_was_written(tmp_path: Path):
    assert gradients_in(tmp_path, 2) is None
    lines = [line(1, (0.5, 2.0, 0.1), (0.25, 4.0, 0.3)), line(2, (None, 1.0, 0.0), (1, 2, 3))]
    (tmp_path / GRADIENTS_FILE).write_text("\n".join(lines))
    history = gradients_in(tmp_path, 2)
    assert history is not None
    assert history.epochs == (1, 2)
    np.testing.assert_array_equal(history.gradient, [[0.5, 0.25], [np.nan, 1.0]])
    np.testing.assert_array_equal(history.update_ratio[0], [0.05, 0.075])


@pytest.mark.parametrize(
    "text",
    [
        "nothing",
        "[]",
        "[" * 100_000,
        '{"epoch": 1}',
        '{"epoch": true, "layers": []}',
        '{"epoch": 1, "layers": [3, 4]}',
        line(1, (0.5, 2.0, 0.1)),
        line(1, (0.5, 2.0, 0.1), (-1.0, 1.0, 1.0)),
        line(1, (0.5, 2.0, 0.1), (10**400, 1.0, 1.0)),
        line(1, (0.5, 2.0, 0.1), ("1", 1.0, 1.0)),  # type: ignore[arg-type]
    ],
)
def test_anything_else_is_refused(text: str, tmp_path: Path):
    (tmp_path / GRADIENTS_FILE).write_text(text)
    with pytest.raises(FormatError, match=r"gradients\.jsonl: the norms of an epoch a line are required"):
        gradients_in(tmp_path, 2)


@pytest.mark.parametrize(
    ("first", "name"),
    [
        ([1e-4, 1e-4, 1e-4, 1.0, 1.0], "vanishing-gradients"),  # three epochs of five, since repaired
        ([1e4, 1e4, 1e4, 1.0, 1.0], "exploding-gradients"),
        ([1e-4, 1e-4, 1.0, 1.0, 1.0], None),
        ([0.05] * 5, None),
        ([float("nan")] * 5, None),
    ],
)
def test_what_the_epochs_had_is_named_also_where_training_has_repaired_it(
    first: list[float], name: str | None, case_with: Callable[..., Case]
):
    # As training left it nothing is wrong with this network; the log alone tells of what was.
    assert not list(find_gradient_faults(case_with(network())))
    found = list(find_gradient_faults(case_with(network(), gradients=logged(first, [1.0] * 5))))
    assert [finding.name for finding in found] == ([name] if name else [])
    if found:
        (finding,) = found
        # The first layer has 36 weights, the last 12, so that equal root mean squares make norms of ratio sqrt(3).
        assert finding.numbers["ratio"] == pytest.approx(first[0] * np.sqrt(36 / 12), rel=1e-9)
        assert finding.numbers["logged"]["gradient_ratios"] == pytest.approx([first[0], 1.0])
        assert finding.numbers["logged"]["update_ratios"] == pytest.approx({"2": 1e-3 * first[0], "3": 1e-3})
        assert "By the run's log the gradient of layer 2 was" in finding.evidence
        assert len(finding.picture().get_axes()) == 2
