"""Settings that a test changes as Trimtab would, by the store that they follow."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import trimtab

Settings = TypeVar("Settings", bound=trimtab.LiveSettings)
_clients: dict[int, trimtab.Client] = {}


@contextmanager
def live(settings: type[Settings], **values: Any) -> Iterator[Settings]:
    """An instance that follows a store with these values by key; None: the store has none."""
    given = {key: value for key, value in values.items() if value is not None}
    with trimtab.connect(mode="memory", values=given) as client, trimtab.use(client):
        instance = settings()
        _clients[id(instance)] = client
        try:
            yield instance
        finally:
            del _clients[id(instance)]


def client_of(settings: trimtab.LiveSettings) -> trimtab.Client:
    """The client that an instance from `live` follows."""
    return _clients[id(settings)]


def change(settings: trimtab.LiveSettings, **values: Any) -> None:
    """Put the next revision in force, with these values by key."""
    assert client_of(settings).memory.set(values), settings.status().refusal


def refused(settings: trimtab.LiveSettings, **values: Any) -> str:
    """Why the settings refuse these values; the old ones stay."""
    assert not client_of(settings).memory.set(values)
    return str(settings.status().refusal)
