"""Who is told of changes. One callback's failure is no other's business."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from .state import Change

_log = logging.getLogger("trimtab")

OnKey: TypeAlias = Callable[[Any, Any], object]
"""Called with the old and the new value."""

OnAny: TypeAlias = Callable[[Mapping[str, Change]], object]
"""Called once a set, with every key that changed."""


class Listeners:
    """Callbacks by key, and for any key; they run in order, in the thread that swapped.

    Told from several threads at once, one of them runs all callbacks: no callback ever runs beside
    another, none holds a lock, and each may register, unregister and override.
    """

    def __init__(self, on_error: Callable[[Exception], object] | None) -> None:
        self.failed = 0
        self._on_error = on_error
        self._by_key: dict[str, tuple[OnKey, ...]] = {}
        self._for_any: tuple[OnAny, ...] = ()
        self._waiting: deque[Callable[[], object]] = deque()
        self.renew()

    def renew(self) -> None:
        """New locks: after a fork the old ones may be held by a thread that is not there."""
        self._lock = threading.Lock()
        self._running = threading.Lock()
        self._waiting.clear()

    def add(self, key: str | None, callback: Callable[..., object]) -> Callable[[], None]:
        """Call `callback` on changes of `key`, of any key if None; gives what unregisters it."""
        with self._lock:
            if key is None:
                self._for_any = (*self._for_any, callback)
            else:
                self._by_key[key] = (*self._by_key.get(key, ()), callback)
        return lambda: self._remove(key, callback)

    def post(self, changes: Mapping[str, Change]) -> None:
        """Line up the callbacks for these changes; `run` calls them."""
        for key, change in changes.items():
            for told in self._by_key.get(key, ()):
                self._waiting.append(lambda told=told, it=change: told(it.old, it.new))  # type: ignore[misc]
        if changes:
            for any_told in self._for_any:
                self._waiting.append(lambda told=any_told: told(changes))  # type: ignore[misc]

    def post_call(self, call: Callable[[], object]) -> None:
        """Line up one call."""
        self._waiting.append(call)

    def run(self) -> None:
        """Call everything that waits, unless another thread (or a callback) is at it already."""
        while self._waiting and self._running.acquire(blocking=False):
            try:
                while self._waiting:
                    self._call(self._waiting.popleft())
            finally:
                self._running.release()

    def callback_failed(self, error: Exception) -> None:
        """Count, log and report what a callback raised."""
        self.failed += 1
        _log.error("a callback for a changed setting failed", exc_info=error)
        self.report(error)

    def report(self, error: Exception) -> None:
        """Hand an error to the application's `on_error`, if it has one."""
        if self._on_error is None:
            return
        try:
            self._on_error(error)
        except Exception:  # noqa: BLE001  (the application's code, logged whole)
            _log.exception("on_error itself failed")

    def _call(self, call: Callable[[], object]) -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001  (the application's code, logged whole)
            self.callback_failed(error)

    def _remove(self, key: str | None, callback: Callable[..., object]) -> None:
        with self._lock:
            if key is None:
                self._for_any = _without(self._for_any, callback)
            elif left := _without(self._by_key.get(key, ()), callback):
                self._by_key[key] = left
            else:
                self._by_key.pop(key, None)


def _without(callbacks: tuple[Any, ...], gone: Any) -> tuple[Any, ...]:
    """All but one of them, so that a callback registered twice loses one registration."""
    if gone not in callbacks:
        return callbacks
    index = callbacks.index(gone)
    return callbacks[:index] + callbacks[index + 1 :]
