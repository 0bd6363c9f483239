"""Modules that need a package which an extra of this distribution brings."""

from importlib import import_module
from types import ModuleType

from trimtab.errors import TrimtabError


class MissingExtra(TrimtabError):
    """A package is not installed; the text has the pip line that brings it."""

    code = "missing-extra"

    def __init__(self, package: str, remedy: str) -> None:
        self.package = package
        super().__init__(f"The package {package} is not installed: pip install '{remedy}'.")


def load(module: str, *, packages: tuple[str, ...], remedy: str) -> ModuleType:
    """Import `module` of ours, which imports `packages`; raises MissingExtra.

    An import that fails inside an installed package is passed on as it is.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in packages:
            raise
        raise MissingExtra(missing, remedy) from None
