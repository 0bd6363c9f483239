"""The client that settings classes follow when nobody names another."""

import logging
import os
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Protocol

from trimtab.client import Client, connect
from trimtab.errors import NoProfile
from trimtab.reader import Status
from trimtab.store import Store

_log = logging.getLogger("trimtab")


class AnyClient(Protocol):
    """What settings classes need of a client, of either kind."""

    @property
    def store(self) -> Store:
        """The set in force."""

    def status(self) -> Status:
        """Where the client stands."""

    def callback(self, callback: Callable[..., object]) -> Callable[..., object]:
        """What the store calls for a callback of the program."""


class _Current:
    """At most one client for the process, made when it is first asked for."""

    def __init__(self) -> None:
        self.client: AnyClient | None = None
        self.renew()

    def renew(self) -> None:
        """A new lock: the old one may be held by a thread that a fork did not take along."""
        self.lock = threading.Lock()


_current = _Current()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_current.renew)


class use:  # noqa: N801  it reads as a statement: `with use(cfg):`
    """Settings classes made from now on follow `client`; in a `with` block, those made within it.

    ```python
    trimtab.use(trimtab.connect(environment="prod"))     # for the rest of the process
    with trimtab.use(cfg):                               # for what is made in here
        voice = Voice()
    ```
    An instance stays with the client that it was made with. For all threads of the process.
    """

    def __init__(self, client: AnyClient) -> None:
        with _current.lock:
            self._client, self._before = client, _current.client
            _current.client = client

    def __enter__(self) -> AnyClient:
        return self._client

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with _current.lock:
            _current.client = self._before


def current_client() -> AnyClient:
    """The client in use; without one, `connect()` is called, once.

    Where no server is known (no TRIMTAB_URL, no profile) that is said in the log, and environment
    and coded defaults are all there is. Raises BadProfile.
    """
    with _current.lock:
        if _current.client is None:
            _current.client = _connected()
        return _current.client


def _connected() -> Client:
    try:
        return connect()
    except NoProfile as unknown:
        _log.warning("%s Until then environment and coded defaults are used.", unknown)
        return connect(mode="memory")
