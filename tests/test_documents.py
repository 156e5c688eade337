"""What README and docs show is what happens: their Python runs, their commands print what stands there."""

import os
import re
import runpy
import shlex
import sys
from pathlib import Path

import pytest

from pellucid.cli.main import main

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
ELLIPSIS = "…"


def blocks(document: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", document.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def commands(document: Path) -> list[tuple[str, list[str]]]:
    """Each `$ command` of the document with the lines that it is shown to print."""
    found: list[tuple[str, list[str]]] = []
    for block in blocks(document, "console"):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def without_numbers(lines: list[str]) -> list[str]:
    """The lines with every number as `#`, since last places differ from machine to machine, and without columns."""
    text = "\n".join(line.rstrip() for line in lines).rstrip()
    number = r"[-−(]*\d[\d,]*(?:\.\d+)?(?:·10[⁻⁰¹²³⁴-⁹]+)?\)*"
    return [" ".join(re.sub(number, "#", line).split()) for line in text.splitlines()]


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("document", [d for d in DOCUMENTS if blocks(d, "python")], ids=lambda d: d.name)
def test_the_python_of_a_document_runs(document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    exec(compile("\n".join(blocks(document, "python")), document.name, "exec"), {})  # noqa: S102 - our own document


@pytest.mark.usefixtures("unchecked", "unrendered")
@pytest.mark.parametrize("document", [d for d in DOCUMENTS if commands(d)], ids=lambda d: d.name)
def test_the_commands_of_a_document_print_what_it_shows(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    runpy.run_path(str(ROOT / "examples" / "own_files.py"))["make"](tmp_path)
    for command, shown in commands(document):
        monkeypatch.setattr(sys, "argv", shlex.split(command))
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capfd.readouterr()
        assert not stop.value.code, (command, err)
        printed = without_numbers((err + out).splitlines())
        expected = without_numbers(shown)
        if shown[0] == ELLIPSIS:
            expected = expected[1:]
            printed = printed[-len(expected) :]
        elif shown[-1] == ELLIPSIS:
            expected = expected[:-1]
            printed = printed[: len(expected)]
        # Which terms of a sum are the largest, and so its symbols and folds, may differ by machine: compare the rest.
        kept = [line for line in expected if not re.search(r"[⁽₁]", line) and "· #" not in line]
        assert [line for line in kept if line not in printed] == [], command
        assert len(kept) >= min(3, len(expected) // 2)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.name)
def test_links_and_pictures_of_a_document_are_there(document: Path):
    targets = re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (document.parent / target).exists()] == []


def test_the_projects_files_hold_no_path_of_one_machine():
    here = os.fspath(ROOT)
    for document in [*DOCUMENTS, *ROOT.glob("*.md"), ROOT / "Makefile", ROOT / "pyproject.toml"]:
        assert here not in document.read_text(encoding="utf-8"), document
