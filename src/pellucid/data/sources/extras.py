"""Libraries that only some data need: a clear error where one is not installed."""

from importlib import import_module
from types import ModuleType

from pellucid.errors import MissingLibraryError


def require_extra(module: str, extra: str) -> ModuleType:
    """The module, imported.

    Parameters:
        module: its name, one of those that Pellucid's optional dependencies bring.
        extra: the name of the optional dependency.

    Raises:
        MissingLibraryError: it is not installed; the message holds the command that installs it.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingLibraryError(
            f"{module.partition('.')[0]}: this library is required for such files and is not installed; install it "
            f"with: pip install 'pellucid[{extra}]'"
        ) from error
