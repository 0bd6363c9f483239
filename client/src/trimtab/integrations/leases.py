"""One client for as long as what it was built from holds; the old one until its last call ends."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Generic, TypeVar

Facts = TypeVar("Facts", bound=Hashable)
Client = TypeVar("Client")


class Leases(Generic[Facts, Client]):
    """Clients by the facts they were built from.

    The newest stays open between calls. A call that still works with an older one finishes on it,
    and the older one is closed when the last such call ends. Building happens once for each set
    of facts, and only those wait for it who need it; while it fails, the one before stays.
    Thread-safe.
    """

    def __init__(self, build: Callable[[Facts], Client], close: Callable[[Client], None]) -> None:
        self._build = build
        self._close = close
        self._lock = Lock()
        self._held: dict[Facts, _Held[Client]] = {}
        self._newest: Facts | None = None
        self._closed = False

    @property
    def open(self) -> int:
        """How many clients are open: one, when something was called and nothing is under way."""
        return sum(len(held.built) for held in [*self._held.values()])

    @contextmanager
    def using(self, facts: Facts) -> Iterator[Client]:
        """The client for `facts` until the block ends; raises what building it raises."""
        with self._lock:
            held = self._held.setdefault(facts, _Held())
            held.calls += 1
        try:
            client = held.ready(lambda: self._build(facts))
            self._keep(facts)
            yield client
        finally:
            with self._lock:
                held.calls -= 1
            self._close_idle()

    def close(self) -> None:
        """Close what is open as soon as no call uses it; later calls open one for themselves."""
        with self._lock:
            self._closed = True
            self._newest = None
        self._close_idle()

    def _keep(self, facts: Facts) -> None:
        with self._lock:
            if self._closed or self._newest == facts:
                return
            self._newest = facts
        self._close_idle()

    def _close_idle(self) -> None:
        """Close those that nobody uses and nobody will; it may take long, so outside."""
        with self._lock:
            idle = [one for one, it in self._held.items() if not it.calls and one != self._newest]
            clients = [client for one in idle for client in self._held.pop(one).built]
        for client in clients:
            self._close(client)


class _Held(Generic[Client]):
    """A client, or room for one, and how many calls use it."""

    def __init__(self) -> None:
        self.calls = 0
        self.built: list[Client] = []
        self._building = Lock()

    def ready(self, build: Callable[[], Client]) -> Client:
        with self._building:
            if not self.built:
                self.built.append(build())
            return self.built[0]
