"""The house keeps its shape: imports run downward only, files stay short, and heavy libraries wait to be needed."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "pellucid"
FLOORS = (
    "exports",
    "errors",
    "arrays",
    "expression",
    "maths",
    "files",
    "data",
    "model",
    "training",
    "figures",
    "diagnosis",
    "explain",
    "walkthrough",
    "cli",
)
"""From the ground up: a module may import from its own floor and from those before it."""
MAX_LINES = 400
MODULES = sorted(path.relative_to(SOURCE) for path in SOURCE.rglob("*.py"))


def floor_of(module: str) -> int | None:
    """The floor of `pellucid.FLOOR.…`; None for the package's own front door, which may import from all of them."""
    parts = module.split(".")
    return FLOORS.index(parts[1]) if len(parts) > 1 else None


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """The line and name of each module of Pellucid's that the file imports, inside functions too.

    What comes from the front door (`from pellucid import Network`) counts as the whole of `pellucid`.
    """
    for node in ast.walk(ast.parse((SOURCE / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names if alias.name.split(".")[0] == "pellucid")
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports name the whole way from pellucid on"
            if node.module == "pellucid":
                modules = [alias.name for alias in node.names if alias.name != "__version__"]
                yield from ((node.lineno, f"pellucid.{name}" if name in FLOORS else "pellucid") for name in modules)
            elif node.module is not None and node.module.split(".")[0] == "pellucid":
                yield node.lineno, node.module


def module_name(path: Path) -> str:
    parts = [*path.parent.parts, *([] if path.stem == "__init__" else [path.stem])]
    return ".".join(["pellucid", *parts])


def test_every_module_has_a_floor():
    assert len(MODULES) > 30
    first_parts = {path.parts[0].removesuffix(".py") for path in MODULES} - {"__init__", "__main__"}
    assert first_parts <= set(FLOORS), "put the new package or module into FLOORS"


@pytest.mark.parametrize("path", [path for path in MODULES if len(path.parts) > 1 or path.stem in FLOORS], ids=str)
def test_imports_run_downward_only(path: Path):
    own = floor_of(module_name(path))
    assert own is not None
    upward = [
        f"src/pellucid/{path}:{line} imports {imported}"
        for line, imported in imports_of(path)
        if (floor := floor_of(imported)) is None or floor > own
    ]
    assert not upward


def test_no_file_is_too_long():
    lengths = {str(path): len((SOURCE / path).read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {path: length for path, length in lengths.items() if length > MAX_LINES} == {}


HEAVY = {"jax", "jaxlib", "matplotlib", "sklearn", "PIL", "pyarrow", "pandas", "soundfile", "urllib.request", "rich"}
LIGHT = {
    "import pellucid": HEAVY | {"numpy", "scipy", "jaxtyping"},
    "import pellucid; pellucid.Network.random([2, 2])": HEAVY | {"scipy"},
    "import pellucid; pellucid.load": HEAVY | {"scipy"},
    "import pellucid.explain": HEAVY,
    "import pellucid.walkthrough": HEAVY,
    "import pellucid; pellucid.load_data": HEAVY,
    "import pellucid; pellucid.train": {"jax", "jaxlib"},
    "import pellucid.cli.main": HEAVY - {"rich"}
    | {"pellucid.data.features", "pellucid.model", "pellucid.training.loop"},
}


@pytest.mark.parametrize("statement", LIGHT)
def test_heavy_libraries_wait_to_be_needed(statement: str):
    program = f"{statement}\nimport sys\nprint(*sys.modules)"
    loaded = set(subprocess.check_output([sys.executable, "-c", program], text=True).split())
    assert "pellucid" in loaded
    assert loaded & LIGHT[statement] == set()


def test_the_public_names_are_all_there():
    import pellucid

    for name in pellucid.__all__:
        assert getattr(pellucid, name) is not None
    assert set(pellucid.__all__) <= set(dir(pellucid))
    with pytest.raises(AttributeError, match=r"^module 'pellucid' has no attribute 'nothing'$"):
        _ = pellucid.nothing
