"""What was measured, as tables: what was asked for and reached, the ratios, and every tool's own figures."""

import statistics
from collections.abc import Mapping
from datetime import date

from benchmarks.harness import Absent, Measurement
from benchmarks.peers import PELLUCID, TOOLS
from benchmarks.startup import Wait
from benchmarks.tables import Table
from benchmarks.workloads import WORKLOADS, Workload

Results = Mapping[str, Mapping[str, Measurement | Absent]]
"""Workload to tool to measurement."""

PEAK_GIGABYTES = 1.5
DATA_MEGABYTES = 60.0
HOW = (
    "Each tool runs in a process of its own and trains one epoch in turn with the others: 50,000 shuffled images, the "
    "running cost (and accuracy, where the tool gives it), then cost and accuracy on the 10,000 validation images. "
    "Times are medians over the timed epochs; a ratio is the peer's time over Pellucid's, and in brackets lie the "
    "least and the greatest ratio of any one round. All begin from the same weights unless said otherwise. One thread "
    "and all are tried with every peer, and the quicker kept."
)


def make_tables(results: Results, waits: list[Wait]) -> list[Table]:
    """All tables, the most important first."""
    return [
        _targets(results, waits),
        _ratios(results),
        *(_figures(WORKLOADS[name], measured) for name, measured in results.items()),
    ]


def to_markdown(tables: list[Table], machine: Mapping[str, str], day: date) -> str:
    """The page that is kept."""
    about = "\n".join(f"- {name}: {value}" for name, value in machine.items())
    setups = "\n".join(f"- {tool.title}: {tool.setup}" for tool in TOOLS.values())
    parts = [
        f"# Measured on {day.isoformat()}\n\nWritten by `make bench`.\n\n{about}\n",
        *(table.to_markdown() for table in tables),
        f"## How it was measured\n\n{HOW}\n\n{setups}\n",
    ]
    return "\n".join(parts)


def round_ratios(peer: Measurement, pellucid: Measurement) -> list[float]:
    """The peer's time over Pellucid's, round by round."""
    return [theirs / ours for theirs, ours in zip(peer.seconds, pellucid.seconds, strict=True)]


def describe_ratio(peer: Measurement, pellucid: Measurement) -> str:
    """The ratio of the medians, and the spread over the rounds."""
    ratios = round_ratios(peer, pellucid)
    return f"{peer.median / pellucid.median:.2f} ({min(ratios):.2f}–{max(ratios):.2f})"


def _targets(results: Results, waits: list[Wait]) -> Table:
    rows: list[tuple[str, ...]] = []
    for name, measured in results.items():
        pellucid = measured[PELLUCID.name]
        for peer_name, asked in WORKLOADS[name].targets.items():
            peer = measured.get(peer_name)
            what = f"{name}: time of {TOOLS[peer_name].title} / Pellucid"
            if isinstance(peer, Measurement) and isinstance(pellucid, Measurement):
                is_reached = peer.median / pellucid.median >= asked
                rows.append((what, f"≥ {asked:.2f}", describe_ratio(peer, pellucid), _verdict(is_reached)))
            else:
                rows.append((what, f"≥ {asked:.2f}", "not measured", "unknown"))
    rows += _memory_rows(results)
    for wait in waits:
        measured_text = wait.problem or _spread(wait.seconds, "s")
        rows.append((wait.command, f"≤ {wait.asked:g} s", measured_text, _verdict(wait.is_reached)))
    return Table("Asked for and reached", ("what", "asked", "measured", ""), tuple(rows))


def _memory_rows(results: Results) -> list[tuple[str, ...]]:
    candidates = (measured[PELLUCID.name] for measured in results.values())
    ours = [found for found in candidates if isinstance(found, Measurement)]
    peaks = [found.peak_bytes / 1e9 for found in ours if found.peak_bytes is not None]
    peak = f"{max(peaks):.2f} GB" if peaks else "this system does not tell"
    verdict = _verdict(max(peaks) < PEAK_GIGABYTES) if peaks else "unknown"
    rows = [("Pellucid's peak memory while training", f"< {PEAK_GIGABYTES} GB", peak, verdict)]
    for found in ours[:1]:
        data = found.data_bytes / 1e6
        rows.append(("of which data", f"≤ {DATA_MEGABYTES:g} MB", f"{data:.1f} MB", _verdict(data <= DATA_MEGABYTES)))
    return rows


def _ratios(results: Results) -> Table:
    names = list(next(iter(results.values())))
    rows: list[tuple[str, ...]] = []
    for name, measured in results.items():
        pellucid = measured[PELLUCID.name]
        cells = [_ratio_cell(measured[tool], pellucid) for tool in names]
        rows.append((name, *cells))
    return Table("Training time as a multiple of Pellucid's", ("", *(TOOLS[tool].title for tool in names)), tuple(rows))


def _ratio_cell(found: Measurement | Absent, pellucid: Measurement | Absent) -> str:
    if isinstance(found, Absent):
        return found.reason
    if found is pellucid or isinstance(pellucid, Absent):
        return f"{found.median:.3f} s"
    return describe_ratio(found, pellucid)


def _figures(workload: Workload, measured: Mapping[str, Measurement | Absent]) -> Table:
    steps = -(-50_000 // workload.batch_size)
    rows: list[tuple[str, ...]] = []
    for tool_name, found in measured.items():
        title = TOOLS[tool_name].title
        if isinstance(found, Absent) or found.figures is None:
            rows.append((title, found.reason if isinstance(found, Absent) else "", *[""] * 8))
            continue
        figures = found.figures
        rows.append(
            (
                title,
                _spread(found.seconds, "s"),
                f"{found.median / steps * 1e6:.0f} µs",
                f"{found.compile_seconds:.1f} s",
                "its own" if found.threads is None else str(found.threads),
                f"{figures.cost:.4f}",
                "–" if figures.accuracy is None else f"{figures.accuracy:.2%}",
                f"{figures.validation_cost:.4f}",
                f"{figures.validation_accuracy:.2%}",
                "unknown" if found.peak_bytes is None else f"{found.peak_bytes / 1e9:.2f} GB",
            )
        )
    epochs = max((found.epochs for found in measured.values() if isinstance(found, Measurement)), default=0)
    title = (
        f"{workload.name}: {workload.activation}, {workload.cost}, {workload.optimizer} with r = "
        f"{workload.learning_rate:g}, mini-batches of {workload.batch_size}; figures after {epochs} epochs"
    )
    columns = (
        "tool", "an epoch", "a step", "first epoch, extra", "threads",
        "cost", "accuracy", "validation cost", "validation accuracy", "peak memory",
    )  # fmt: skip
    return Table(title, columns, tuple(rows))


def _spread(seconds: list[float] | tuple[float, ...], unit: str) -> str:
    return f"{statistics.median(seconds):.3f} {unit} ({min(seconds):.3f}–{max(seconds):.3f})"


def _verdict(is_reached: bool) -> str:
    return "reached" if is_reached else "MISSED"
