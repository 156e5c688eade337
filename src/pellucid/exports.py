"""Front doors of packages: a public name is imported from the module it lives in at its first use.

So a command loads what it uses, and `import pellucid` and `pellucid --help` stay quick.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any


def front_door(
    package: str, homes: Mapping[str, Sequence[str]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The `__getattr__` and the `__dir__` of a package whose names live in these modules.

    Parameters:
        package: its full name.
        homes: of each module, by its full name, what the package exports of it. Those that lie in the package can be
            reached as its attributes, too.
    """
    home_of = {name: home for home, names in homes.items() for name in names}
    modules = {home.removeprefix(f"{package}."): home for home in homes if home.startswith(f"{package}.")}

    def attribute(name: str) -> Any:
        if name in home_of:
            return getattr(import_module(home_of[name]), name)
        if name in modules:
            return import_module(modules[name])
        raise AttributeError(f"module '{package}' has no attribute '{name}'")

    return attribute, lambda: sorted({*home_of, *modules})
