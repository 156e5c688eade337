"""One tool and one workload in a process of their own: `python -m benchmarks.worker TOOL WORKLOAD`.

It answers every line on standard input with one line of JSON on standard output: the first once it is ready, each
further one once an epoch is done. At the end of the input it ends.
"""

import json
import os
import sys
import time
from typing import Any, TextIO

from benchmarks.mnist import mnist
from benchmarks.peers import TOOLS, EpochFigures
from benchmarks.workloads import WORKLOADS


class Conversation:
    """The worker's side of the pipe; its clock runs from a request to the answer."""

    def __init__(self, answers: TextIO) -> None:
        self._answers = answers
        self._began = 0.0

    def answer(self, **document: Any) -> None:
        """Tells the harness something."""
        print(json.dumps(document), file=self._answers, flush=True)

    def wait(self) -> None:
        """Waits for the request for an epoch, and starts the clock."""
        if not sys.stdin.readline():
            raise SystemExit
        self._began = time.perf_counter()

    def finish(self, figures: EpochFigures) -> None:
        """Answers with the epoch's time and figures, and waits for the next request."""
        seconds = time.perf_counter() - self._began
        told = {name: None if value is None else float(value) for name, value in figures._asdict().items()}
        self.answer(seconds=seconds, figures=told, peak_bytes=peak_bytes())
        self.wait()


def peak_bytes() -> int | None:
    """The most memory that this process has held so far, in bytes; None where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def own_stdout() -> TextIO:
    """Standard output for the answers alone: what libraries print there goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def main() -> None:
    """Talks until the harness has heard enough."""
    conversation = Conversation(own_stdout())
    tool, workload = TOOLS[sys.argv[1]], WORKLOADS[sys.argv[2]]
    try:
        learn, data = tool.learn(), mnist()
        conversation.answer(data_bytes=sum(part.raw.nbytes + part.labels.nbytes for part in data.parts.values()))
        conversation.wait()
        learn(workload, data, conversation.finish)
    except Exception as error:  # whatever a tool fails with is the answer
        lines = str(error).strip().splitlines() or [""]
        conversation.answer(error=f"{type(error).__name__}: {lines[0]}")


if __name__ == "__main__":
    main()
