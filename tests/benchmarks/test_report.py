"""What the report says of measurements whose figures are known."""

from datetime import date

import pytest
from benchmarks.harness import Absent, Measurement
from benchmarks.peers import PELLUCID, TOOLS, EpochFigures
from benchmarks.report import describe_ratio, make_tables, round_ratios, to_markdown
from benchmarks.startup import Wait
from benchmarks.workloads import WORKLOADS

FIGURES = EpochFigures(0.04, 0.95, 0.05, 0.94)


def measured(tool: str, *seconds: float) -> Measurement:
    return Measurement(
        TOOLS[tool],
        threads=1,
        first_seconds=2.0,
        seconds=list(seconds),
        figures=FIGURES,
        epochs=6,
        peak_bytes=700_000_000,
        data_bytes=55_000_000,
    )


def row(markdown: str, beginning: str) -> str:
    (found,) = (line for line in markdown.splitlines() if line.startswith(f"| {beginning}"))
    return found


@pytest.fixture
def page() -> str:
    results = {
        "784-30-10": {
            "pellucid": measured("pellucid", 0.1, 0.2, 0.1),
            "pytorch-eager": measured("pytorch-eager", 0.9, 0.9, 0.8),
            "scikit-learn": measured("scikit-learn", 0.5, 0.6, 0.5),
            "jax-scan": Absent(TOOLS["jax-scan"], "not installed"),
        }
    }
    waits = [
        Wait("pellucid --help", 0.4, (0.5, 0.3, 0.2)),
        Wait("import pellucid", 0.3, (0.4, 0.4, 0.1)),
        Wait("pellucid explain", 1.0, (0.5,), "it imports JAX"),
    ]
    return to_markdown(make_tables(results, waits), {"cores": "2"}, date(2025, 1, 2))


def test_ratio_is_of_medians_and_its_spread_of_rounds() -> None:
    peer, ours = measured("pytorch-eager", 0.9, 0.9, 0.8), measured("pellucid", 0.1, 0.2, 0.1)
    assert round_ratios(peer, ours) == pytest.approx([9, 4.5, 8])
    assert describe_ratio(peer, ours) == "9.00 (4.50–9.00)"


def test_compiling_is_what_the_first_epoch_took_more() -> None:
    assert measured("pellucid", 0.1, 0.3, 0.2).compile_seconds == pytest.approx(1.8)


def test_targets_are_judged(page: str) -> None:
    assert row(page, "784-30-10: time of PyTorch eager").endswith("| ≥ 8.00 | 9.00 (4.50–9.00) | reached |")
    assert row(page, "784-30-10: time of scikit-learn").endswith("| ≥ 6.00 | 5.00 (3.00–5.00) | MISSED |")
    assert row(page, "784-30-10: time of jax.lax.scan").endswith("| not measured | unknown |")
    assert row(page, "Pellucid's peak memory").endswith("| < 1.5 GB | 0.70 GB | reached |")
    assert row(page, "of which data").endswith("| ≤ 60 MB | 55.0 MB | reached |")


def test_waits_are_judged(page: str) -> None:
    assert row(page, "pellucid --help").endswith("| ≤ 0.4 s | 0.300 s (0.200–0.500) | reached |")
    assert row(page, "import pellucid").endswith("| 0.400 s (0.100–0.400) | MISSED |")
    assert row(page, "pellucid explain").endswith("| it imports JAX | MISSED |")


def test_a_missing_tool_says_so_in_its_column(page: str) -> None:
    assert row(page, "784-30-10 |").endswith("| not installed |")


def test_every_tool_shows_its_own_figures(page: str) -> None:
    expected = "| 0.100 s (0.100–0.200) | 20 µs | 1.9 s | 1 | 0.0400 | 95.00% | 0.0500 | 94.00% | 0.70 GB |"
    assert row(page, "Pellucid |").endswith(expected)


def test_page_tells_the_day_and_the_machine(page: str) -> None:
    assert page.startswith("# Measured on 2025-01-02\n")
    assert "\n- cores: 2\n" in page


def test_targets_name_tools_that_exist() -> None:
    for workload in WORKLOADS.values():
        assert set(workload.targets) <= set(TOOLS) - {PELLUCID.name}
