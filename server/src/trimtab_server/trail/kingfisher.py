"""Kingfisher's rules, where the extra `scan` is installed: a second opinion, never for serving."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeAlias

Detect: TypeAlias = Callable[[str], list[str]]

_PACKAGE = "kingfisher_sdk"


def is_installed() -> bool:
    """Whether `pip install trimtab-server[scan]` was done."""
    return find_spec(_PACKAGE) is not None


def load_kingfisher() -> Detect:
    """A function that names the rules by which a text holds credentials.

    Loading compiles a thousand rules, which takes seconds.
    """
    package: Any = import_module(_PACKAGE)
    scanner = package.Scanner(package.Rules(), redact=True)

    def detect(text: str) -> list[str]:
        return sorted({found.rule_id for found in scanner.scan(text) if found.visible})

    return detect
