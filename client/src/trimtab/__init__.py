"""Configuration that a running program follows: typed, validated, explained.

`trimtab.connect()` gives a client. What needs an extra is imported when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trimtab.client import Client as Client
    from trimtab.client import connect as connect

_HOMES = {"Client": "trimtab.client", "connect": "trimtab.client"}

__all__ = ["Client", "connect"]


def __getattr__(name: str) -> Any:
    if (home := _HOMES.get(name)) is None:
        raise AttributeError(f"module 'trimtab' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
