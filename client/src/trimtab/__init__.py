"""Configuration that a running program follows: typed, validated, explained.

`trimtab.connect()` gives a client. What needs an extra is imported when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trimtab.async_client import AsyncClient as AsyncClient
    from trimtab.async_client import connect_async as connect_async
    from trimtab.binding import LiveSettings as LiveSettings
    from trimtab.binding import reload as reload
    from trimtab.client import Client as Client
    from trimtab.client import connect as connect
    from trimtab.current_client import use as use

_HOMES = {
    "AsyncClient": "trimtab.async_client",
    "Client": "trimtab.client",
    "LiveSettings": "trimtab.binding",
    "connect": "trimtab.client",
    "connect_async": "trimtab.async_client",
    "reload": "trimtab.binding",
    "use": "trimtab.current_client",
}
_OF_SETTINGS = frozenset({"pydantic", "pydantic_settings"})

__all__ = ["AsyncClient", "Client", "LiveSettings", "connect", "connect_async", "reload", "use"]


def __getattr__(name: str) -> Any:
    if (home := _HOMES.get(name)) is None:
        raise AttributeError(f"module 'trimtab' has no attribute {name!r}")
    try:
        value = getattr(import_module(home), name)
    except ModuleNotFoundError as missing:
        if missing.name not in _OF_SETTINGS:
            raise
        raise ImportError(
            f"trimtab.{name} needs {missing.name}, which is not installed: "
            "run `pip install 'trimtab[settings]'`."
        ) from None
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
