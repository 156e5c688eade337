"""The figures of all chapters: those of the essay, as it and FACTS print them, and those that show what it asserts."""

import json
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

from pellucid.maths import Network
from pellucid.walkthrough import Figure, compute
from pellucid.walkthrough.figure import table_of


def test_every_figure_that_the_essay_prints_is_reached_but_for_its_one_slip(figures: dict[str, Figure]):
    compared = {name: figure.agrees for name, figure in figures.items() if figure.printed is not None}
    assert len(compared) >= 23
    assert [name for name, agrees in compared.items() if not agrees] == ["corrected weight"]


def test_the_figures_of_the_contract(figures: dict[str, Figure]):
    found = {name: figure.to_dict() for name, figure in figures.items()}
    assert found["L₃ = S(W₃,₂ L₂ + B₃)"]["rounded"] == (0.547, 0.101)
    assert found["W₃,₂ L₂"]["rounded"] == (-0.69696, -1.95847)
    assert found["∂C/∂w"]["rounded"] == -0.142
    assert found["weights and biases in all"]["value"] == 13002
    corrected = found["corrected weight"]
    assert (corrected["rounded"], corrected["printed"], corrected["agrees"]) == (0.1571, 0.1271, False)
    assert "0.1571" in corrected["note"]
    assert found["S(1 − 5)"]["rounded"] == 0.0180
    assert found["f(4.99 − 5)"]["value"] == 0
    assert found["the change −r ∂C/∂W"]["rounded"] == 0.0071


def test_no_two_figures_have_the_same_name(chapters, figures: dict[str, Figure]):
    assert len(figures) == sum(len(chapter.figures) for chapter in chapters)


def test_a_network_without_non_linearity_is_one_matrix_and_with_it_is_not(figures: dict[str, Figure]):
    assert figures["greatest difference of their outputs"].value < 1e-12
    assert figures["of its one matrix and vector"].value == 64 * 10 + 10
    small, large = (
        figures[f"the same of sigmoids with {size} weights and the matrix that fits best"].value
        for size in ("small", "large")
    )
    assert 1e-12 < small < 0.1 < large


def test_loops_and_matrices_give_the_same_outputs(figures: dict[str, Figure]):
    assert figures["greatest difference between loops and matrices"].value < 1e-12


def test_the_sigmoid_is_steepest_at_zero(figures: dict[str, Figure]):
    assert figures["greatest S′(x), at x = 0"].value == 0.25


def test_ratios_are_those_of_the_times_beside_them(figures: dict[str, Figure]):
    for ratio, above, below in (
        ("time of loops ÷ time of matrices", "one example, loops over neurons and weights", "one example, matrices"),
        ("time of one alone ÷ time of one of many at once", "one example, matrices", "one example of 100 at once"),
        ("time of both passes ÷ time of a forward pass", "one forward and one backward pass", "one forward pass"),
        ("time of all examples ÷ time of a mini-batch", "gradient of all examples", "gradient of a mini-batch"),
    ):
        assert 0 < figures[ratio].value == pytest.approx(figures[above].value / figures[below].value)


def test_what_the_clock_says_where_nothing_else_slows_it():
    # In a program of its own: the tests' check of every annotation would be what is measured here.
    def ratio(chapter: int, name: str) -> float:
        command = [sys.executable, "-m", "pellucid.cli", "walkthrough", "--chapter", str(chapter), "--format", "json"]
        printed = subprocess.run(command, capture_output=True, check=True).stdout
        (found,) = json.loads(printed)["chapters"]
        return next(figure["value"] for figure in found["figures"] if figure["name"] == name)

    assert ratio(2, "time of S′ written out ÷ time of ReLU′") > 2
    assert ratio(3, "time of loops ÷ time of matrices") > 2
    assert ratio(6, "time of nudging every parameter ÷ time of both passes") > 1_000


def test_costs_by_hand(figures: dict[str, Figure]):
    outputs = 1 / (1 + np.exp(-np.array([0.18704, -2.18447])))
    assert figures["C of L₃ when E = [1, 1]"].value == pytest.approx(((outputs - 1) ** 2).sum(), abs=1e-5)
    assert figures["all outputs ½"].value == 10 * 0.25
    assert figures["all outputs 0"].value == 1
    assert figures["all outputs 1/10, the share of each class"].value == pytest.approx(9 * 0.01 + 0.81)
    assert figures["the right answer"].value == 0


def test_gradient_descent_arrives_only_with_the_right_learning_rate(figures: dict[str, Figure]):
    small, right, large = (
        figures[f"cost after 40 steps, r = {name}"].value
        for name in ("0.5 (too small)", "10 (right)", "60 (too large)")
    )
    assert right < 1e-9
    assert small > 0.1
    assert large > 1e-3


def test_the_largest_learning_rate_follows_from_the_curvature(figures: dict[str, Figure]):
    # At the minimum every example is answered, so that the second derivatives are 2·S′²·x xᵀ, in the mean.
    x = np.array([[2.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, -1.0]])
    a = 1 / (1 + np.exp(-x @ [1.0, -1.5]))
    hessian = 2 * np.einsum("n,ni,nj->ij", (a * (1 - a)) ** 2, x, x) / len(x)
    curvature = np.linalg.eigvalsh(hessian).max()
    assert figures["greatest curvature λ of the cost at its minimum"].value == pytest.approx(curvature, rel=1e-6)
    assert figures["largest r that can come to rest there, 2/λ"].value == pytest.approx(2 / curvature, rel=1e-6)
    assert 10 < 2 / curvature < 60


def test_the_small_network_learns(figures: dict[str, Figure]):
    network = Network.random([3, 4, 2], activation="sigmoid", initializer="standard-normal", seed=0, dtype=np.float64)
    a = np.array([0.2, 0.7, 0.5])
    for layer in network.layers:
        a = 1 / (1 + np.exp(-(layer.weights @ a + layer.biases)))
    assert figures["cost at the start"].value == pytest.approx(((a - 1) ** 2).sum(), rel=1e-12)
    costs = [figures["cost at the start"].value, figures["cost after 1 step"].value]
    costs += [figures[f"cost after {number} steps"].value for number in range(2, 9)]
    assert all(later < earlier for earlier, later in pairwise(costs))


def test_no_direction_beats_the_gradient_and_its_length_foretells_the_fall(figures: dict[str, Figure]):
    fall = figures["fall of the cost in the first step"].value
    assert fall == pytest.approx(figures["cost at the start"].value - figures["cost after 1 step"].value)
    assert figures["fall of the cost foretold for the first step, r‖∇C‖²"].value == pytest.approx(fall, rel=0.1)
    assert 0 < figures["greatest fall of 1,000 steps of that length in random directions"].value < fall


def test_nudging_the_weight_gives_the_derivative_of_the_chain_rule(figures: dict[str, Figure]):
    # h² of the central difference, and the rounding of costs near 0.4 divided by 2h = 2e-5.
    assert figures["∂C/∂w by nudging the weight"].value == pytest.approx(figures["∂C/∂w"].value, abs=1e-9)


def test_mini_batches_point_downhill_on_average(figures: dict[str, Figure]):
    first = figures["mean angle of a mini-batch's gradient to the full one, before learning"].value
    later = figures["the same after one epoch"].value
    assert 0 < first < later < 90
    assert 50 < figures["mini-batches within 90° after one epoch"].value < 100
    means = [figures[f"angle of the mean of {k} mini-batches"].value for k in (3, 10, 30, 100)]
    assert all(b < a for a, b in pairwise([later, *means]))
    assert figures["greatest difference of an epoch's mean from the full gradient"].value < 1e-15


def test_the_digits_are_learnt_in_mini_batches_and_not_in_as_many_epochs_of_full_batches(figures: dict[str, Figure]):
    assert figures["cost in the first epoch"].value > 0.8
    assert figures["cost in epoch 40"].value < 0.1
    assert figures["cost in epoch 40, full batches"].value > 0.8


def test_a_frequent_class_draws_the_gradient_to_its_neuron(figures: dict[str, Figure]):
    # A network that says p to everything, on a share f of a class, has ∂C/∂b in proportion to p − f.
    p, frequent, other = 1 / 10, 10 / 19, 1 / 19
    bound = 0.5 * abs(p - frequent) / abs(p - other)
    assert bound > 4
    assert figures["its size ÷ the mean size of the others, 10 times as many"].value > bound
    wanted = figures["∂C/∂b of the 3's neuron, 10 times as many"].value
    assert wanted < -10 * figures["greatest |∂C/∂b| of an output neuron, equally frequent"].value
    assert figures["right answers, 10 times as many 3s"].value < figures["right answers, equally frequent"].value - 10
    said, there = figures["times it said 3, 10 times as many"].value, figures["3s among the test examples"].value
    assert said > 1.5 * there


def test_the_network_is_judged_beside_what_guessing_gives(figures: dict[str, Figure]):
    accuracy = figures["accuracy on the test examples"].value
    n = figures["test examples"].value
    assert accuracy > 90 > 3 * figures["accuracy of always giving the most frequent answer"].value
    assert figures["standard error of that accuracy"].value == pytest.approx(
        100 * (accuracy / 100 * (1 - accuracy / 100) / n) ** 0.5
    )
    assert figures["cost on the test examples"].value < 0.2


def test_the_most_confident_mistake_learns_slowly(figures: dict[str, Figure]):
    a = figures["output of the answer given"].value
    assert a > figures["output of the right answer"].value
    assert figures["S′ there, a(1 − a)"].value == pytest.approx(a * (1 - a))
    assert figures["δ = ∂C/∂z, the product"].value == pytest.approx(2 * a * a * (1 - a))


def test_what_a_clock_measured_is_marked_and_all_else_repeats_exactly(chapters):
    # The chapters that train come last and repeat as training does, which tests of its own see to.
    again = [chapter for number in range(1, 7) for chapter in compute(number)]
    for first, second in zip(chapters[:6], again, strict=True):
        for before, after in zip(first.figures, second.figures, strict=True):
            assert before.is_timing == ("time of" in before.name or before.unit == "µs")
            assert before.is_timing or before == after
    assert sum(figure.is_timing for chapter in chapters for figure in chapter.figures) >= 15


def test_a_figure_says_its_value_its_unit_and_its_slip():
    assert list(Figure("w", 0.15711, 4, 0.1271, "So it is.").to_lines(80)) == [
        "  w = 0.1571   (the essay prints 0.1271: a slip)",
        "      So it is.",
    ]
    assert Figure("accuracy", 96.934, 1, unit="%").shown() == "96.93%"
    assert Figure("angle", 77.7249, 1, unit="degrees").shown() == "77.72 degrees"
    assert Figure("rounding", 1.84e-15).shown() == "1.840·10⁻¹⁵"
    assert Figure("rounding", 0.0).shown() == "0"
    assert Figure("vector", (-0.69696, -0.00001), 3).shown() == "[−0.6970, −1.000·10⁻⁵]"
    assert Figure("parameters", 13002, 0).shown(2) == "13,002"


def test_a_figure_is_shown_with_the_digits_asked_for():
    assert Figure("cost", 3.4e-11, 4).number() == "3.400·10⁻¹¹"
    assert Figure("cost", 0.099624, 4).number(2) == "0.10"
    printed = Figure("L", (0.5466239, 0.1011532), 3, (0.547, 0.101))
    assert list(printed.to_lines(80)) == ["  L = [0.547, 0.101]"]
    assert list(printed.to_lines(80, 6)) == ["  L = [0.546624, 0.101153]   (the essay prints [0.547, 0.101])"]
    assert list(printed.to_lines(80, 2)) == ["  L = [0.55, 0.10]   (the essay prints [0.547, 0.101])"]
    assert list(Figure("w", 0.15711, 4, 0.1271).to_lines(80, 3)) == [
        "  w = 0.157   (the essay prints 0.1271: a slip)",
    ]


def test_what_the_decimals_would_make_zero_is_shown_all_the_same():
    small = Figure("S(−10)", 4.5398e-5, 4, 0.0)
    assert small.agrees
    assert list(small.to_lines(80)) == ["  S(−10) = 4.540·10⁻⁵   (the essay prints 0)"]
    assert list(Figure("f(−4)", 0.0, 0, 0.0).to_lines(80, 9)) == ["  f(−4) = 0"]
    assert Figure("time", 0.04123, 1, unit="µs", is_timing=True).shown() == "0.04123 µs"


def test_a_time_keeps_the_decimals_that_it_was_measured_to():
    time = Figure("time", 1568.27, 0, unit="µs", is_timing=True)
    assert time.shown(2) == time.shown(9) == "1,568 µs"


def test_figures_make_a_table_with_the_essays_numbers_where_there_are_any():
    slip, plain = Figure("w", 0.15711, 4, 0.1271, "So it is."), Figure("accuracy", 96.93, 1, unit="%")
    table = table_of(slip, plain)
    assert table.header == ("quantity", "computed here", "in the essay")
    assert table.rows == (("w. So it is.", "0.1571", "0.1271 (a slip)"), ("accuracy, in %", "96.93", ""))
    assert [row[1:] for row in table.with_digits(2).rows] == [("0.16", "0.1271 (a slip)"), ("97", "")]
    assert table_of(plain).header == ("quantity", "computed here")
