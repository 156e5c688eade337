"""Runs the commands that README and docs show, and writes what they print beneath each; draws their pictures anew.

A line `…` at the beginning or the end of what is shown stands for what is left out there: as many lines are kept as
were shown before.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import own_files
import pictures

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ELLIPSIS = "…"


def run(command: str, folder: Path) -> list[str]:
    """The lines that the command prints, in a terminal of 80 columns."""
    _, *arguments = shlex.split(command)
    environment = {**os.environ, "COLUMNS": "80"}
    result = subprocess.run(  # noqa: S603 - the commands of our own documents
        [sys.executable, "-m", "pellucid.cli", *arguments],
        cwd=folder,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return [line.rstrip() for line in result.stdout.splitlines()]


def shortened(printed: list[str], shown: list[str]) -> list[str]:
    """As much of what is printed as was shown before."""
    if shown[:1] == [ELLIPSIS]:
        return [ELLIPSIS, *printed[len(printed) - len(shown) + 1 :]]
    if shown[-1:] == [ELLIPSIS]:
        return [*printed[: len(shown) - 1], ELLIPSIS]
    return printed


def refreshed(block: str, folder: Path) -> str:
    """A console block with what its commands print now."""
    lines: list[str] = []
    for entry in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, *shown = entry.rstrip("\n").splitlines()
        lines += [f"$ {command}", *shortened(run(command, folder), shown)]
    return "```console\n" + "".join(f"{line}\n" for line in lines) + "```"


def main() -> None:
    pictures.main()
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            own_files.make(Path(folder))
            new = CONSOLE.sub(lambda found: refreshed(found[1], Path(folder)), text)
        document.write_text(new, encoding="utf-8")
        print(f"{document.relative_to(ROOT)}: {'changed' if new != text else 'as it was'}")


if __name__ == "__main__":
    main()
