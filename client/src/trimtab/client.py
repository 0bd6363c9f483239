"""The synchronous client."""

import atexit
import os
from typing import Self, Unpack
from weakref import WeakSet

from trimtab.connectors import FileConnector, Follower, FollowerThread, MemoryConnector, set_up
from trimtab.errors import NotInTime, TrimtabError
from trimtab.explain import Explanation
from trimtab.profile import find_profile
from trimtab.reader import (
    ASK_AFTER_SECONDS,
    Mode,
    Options,
    Reader,
    Status,
    check_mode,
    file_of,
    pace_for,
    say_what_is_used,
    should_wait,
    should_wait_if_required,
    status_of,
    store_for,
    why_not_in_force,
    why_not_started,
)
from trimtab.snapshot import Revision
from trimtab.store import Store


class Client(Reader):
    """A program's live configuration; also a context manager, which closes it.

    It follows from one daemon thread at most, and goes on by itself in the child of a fork.
    """

    __slots__ = ("_file", "_follower", "_memory", "_mode", "_requests", "_thread")

    def __init__(self, store: Store, mode: Mode) -> None:
        super().__init__(store)
        self._mode = mode
        self._memory: MemoryConnector | None = None
        self._file: FileConnector | None = None
        self._follower: Follower | None = None
        self._thread: FollowerThread | None = None
        _clients.add(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def memory(self) -> MemoryConnector:
        """In mode `memory`: `cfg.memory.set({...})` puts the next revision in force."""
        if self._memory is None:
            raise TrimtabError(
                f"A client of mode {self._mode} holds what it is sent, not in memory."
            )
        return self._memory

    def close(self) -> None:
        """Stop following; values stay readable as they are. May be called twice."""
        _clients.discard(self)
        _following.discard(self)
        if self._thread is not None:
            self._thread.stop()
        if self._file is not None:
            self._file.stop()
        if self._follower is not None:
            self._follower.save(at_once=True)

    def status(self) -> Status:
        """Where this client stands: source, revision, age, what went wrong; never a value."""
        follows = self._follower or self._file
        return status_of(self.store, self._mode, follows.standing() if follows else None)

    def explain(self, key: str) -> Explanation:
        """Every place the key's value could come from, in order: which won, which lost, and why.

        Asks the server for the whole chain where this token may read it; without an answer within
        two seconds the chain is what the snapshot shows. The process's own row is always filled in.
        """
        return self._explained(key, self._thread.ask_why(key) if self._thread else None)

    def reload(self) -> None:
        """Ask the server (or look at the file) now, and resolve variables and references again.

        Returns when what came back is in force. Raises ServerUnreachable, Refused or
        NotATrimtabAnswer; what is in force stays then.
        """
        if self._file is not None:
            self._file.check()
        if self._thread is not None and self._follower is not None:
            self._thread.fetch()
            if self._follower.failure is not None:
                raise self._follower.failure
        self.store.refresh()

    def wait_for(self, revision: Revision | str, timeout: float = 10.0) -> None:
        """Return when everything up to this revision of the application is in force here.

        Raises:
            NotInTime: it is not after `timeout` seconds; the reason says whether it was refused.
            ValueError: that is no revision.
        """
        wanted = Revision.parse(str(revision))
        follower = self._follower
        if follower is None:
            reached = self.revision is not None and self.revision >= wanted
        else:
            reached = self._until_reached(follower, wanted, timeout)
        if not reached:
            raise NotInTime(str(wanted), str(self.revision), why_not_in_force(self.status()))

    def _until_reached(self, follower: Follower, wanted: Revision, timeout: float) -> bool:
        """A change of another environment comes down no stream of this one: so ask for it."""
        soon = min(timeout, ASK_AFTER_SECONDS)
        with follower.progress:
            if follower.progress.wait_for(lambda: follower.reached(wanted), soon):
                return True
        if timeout > soon and self._thread is not None:
            self._thread.fetch()
        with follower.progress:
            return follower.progress.wait_for(lambda: follower.reached(wanted), timeout - soon)

    def _start(self, options: Options) -> None:
        if self._mode == "memory":
            self._memory = MemoryConnector(self.store, options.get("values"))
        elif self._mode == "file":
            self._file = FileConnector(self.store, file_of(options))
            self._file.check()
            self._file.start()
        else:
            self._follow(options)

    def _follow(self, options: Options) -> None:
        environ = options.get("environ", os.environ)
        profile = find_profile(
            url=options.get("url"),
            token=options.get("token"),
            application=options.get("application"),
            environment=options.get("environment"),
            environ=environ,
            directory=options.get("profile_dir"),
        )
        self._follower, self._requests = set_up(
            self.store,
            profile,
            streaming=self._mode == "stream",
            pace=pace_for(options),
            lkg_path=options.get("lkg_path"),
            environ=environ,
        )
        self._follower.begin()
        self._thread = FollowerThread(self._follower, self._requests)
        self._thread.start()
        _following.add(self)
        self._await_answer(
            self._follower, options.get("start_timeout", 5.0), options.get("required", False)
        )

    def _await_answer(self, follower: Follower, seconds: float, required: bool) -> None:
        waits = should_wait_if_required if required else should_wait
        with follower.progress:
            follower.progress.wait_for(lambda: not waits(follower), seconds)
        if required and not follower.has_answer:
            self.close()
            raise why_not_started(follower, seconds)
        say_what_is_used(follower)

    def _end_with_program(self) -> None:
        if self._thread is not None and self._follower is not None:
            self._thread.stop(1.0)  # it may be writing at this moment
            self._follower.save(at_once=True)

    # --- forks -----------------------------------------------------------------------------

    def _before_fork(self) -> None:
        if self._follower is not None:
            self._follower.hold_for_fork()
        else:
            self.store.hold_for_fork()

    def _after_fork_in_parent(self) -> None:
        if self._follower is not None:
            self._follower.release_after_fork()
        else:
            self.store.release_after_fork()

    def _after_fork_in_child(self) -> None:
        """The thread stayed with the parent, and the connections are the parent's."""
        if self._follower is None:
            self.store.after_fork()
        else:
            _of_the_parent.append(self._thread)
            self._follower.renew_after_fork()
            self._thread = FollowerThread(self._follower, self._requests)
            self._thread.start()
        if self._file is not None:
            self._file = FileConnector(self.store, self._file.path)
            self._file.start()


def connect(**options: Unpack[Options]) -> Client:
    """A client that follows the configuration of one environment; see `Options`.

    An outage is no error: it starts from the server, else from the last-known-good file, else from
    the environment, else with nothing but the program's own defaults; `status()` says which.

    Raises:
        NoProfile, BadProfile: nothing says which server, or it cannot be used.
        ServerUnreachable, Refused, CannotStart: only with `required=True`.
    """
    client = Client(store_for(options), check_mode(options))
    client._start(options)  # noqa: SLF001  (its other half)
    return client


_clients: WeakSet[Client] = WeakSet()
_following: set[Client] = set()  # until closed: somebody may have kept no more than a handle
_held_for_fork: list[Client] = []
_of_the_parent: list[object] = []  # never closed in the child, not even by being collected


@atexit.register
def _at_exit() -> None:
    """A program may end in the very moment of a change: the next one starts from it."""
    for client in list(_following):
        client._end_with_program()  # noqa: SLF001


def _before_fork() -> None:
    _held_for_fork[:] = list(_clients)
    for client in _held_for_fork:
        client._before_fork()  # noqa: SLF001


def _after_fork_in_parent() -> None:
    for client in reversed(_held_for_fork):
        client._after_fork_in_parent()  # noqa: SLF001
    _held_for_fork.clear()


def _after_fork_in_child() -> None:
    for client in _held_for_fork:
        client._after_fork_in_child()  # noqa: SLF001
    _held_for_fork.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=_after_fork_in_parent,
        after_in_child=_after_fork_in_child,
    )
