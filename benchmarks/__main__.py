"""`python -m benchmarks`: measures everything, prints the tables and, after a full run, writes results.md."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from benchmarks.harness import measure
from benchmarks.machine import describe_machine
from benchmarks.mnist import mnist
from benchmarks.peers import PEERS, PELLUCID, PELLUCID_GPU
from benchmarks.report import make_tables, to_markdown
from benchmarks.startup import QUICK_REPEATS, REPEATS, measure_waits
from benchmarks.workloads import WORKLOADS

ROUNDS = 7
WIDE_ENOUGH = 190
"""Columns of text that the widest table takes where no terminal sets a width."""
RESULTS = Path(__file__).with_name("results.md")


def options() -> argparse.Namespace:
    """What the person asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measures Pellucid beside its peers. A full run (no --quick, no --only) writes results.md.",
    )
    parser.add_argument("--quick", action="store_true", help="one timed epoch, for trying")
    parser.add_argument("--only", action="append", choices=list(WORKLOADS), help="this workload alone; repeatable")
    parser.add_argument("--device", choices=["cpu", "gpu"], default="cpu", help="gpu: Pellucid on a GPU as well")
    return parser.parse_args()


def main() -> None:
    """Measures, shows and writes."""
    chosen = options()
    progress = Console(stderr=True)
    console = Console(width=None if sys.stdout.isatty() else WIDE_ENOUGH)
    mnist()  # should it have to be downloaded, then before the clocks run
    tools = [PELLUCID, *([PELLUCID_GPU] if chosen.device == "gpu" else []), *PEERS]
    rounds = 1 if chosen.quick else ROUNDS
    results = {
        name: measure(WORKLOADS[name], tools, rounds, lambda line: progress.print(line, markup=False))
        for name in chosen.only or WORKLOADS
    }
    progress.print("commands: start-up times")
    tables = make_tables(results, measure_waits(QUICK_REPEATS if chosen.quick else REPEATS))
    machine = describe_machine()
    for table in reversed(tables):  # the most important last, where a person looks
        table.show(console)
    for name, value in machine.items():
        console.print(f"{name}: {value}", markup=False)
    if not chosen.quick and not chosen.only:
        RESULTS.write_text(to_markdown(tables, machine, datetime.now(UTC).date()), encoding="utf-8")
        console.print(f"written: benchmarks/{RESULTS.name}")


if __name__ == "__main__":
    main()
