"""PostgreSQL and Valkey that a test stops or freezes, and starts again at the same address."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from real_servers.child import (
    CALLER,
    Account,
    ServerDidNotStart,
    free_port,
    is_ready,
    leashed,
    own_folder,
    unprivileged,
)
from real_servers.postgres import prepare_cluster
from real_servers.valkey import program as valkey_program


@dataclass
class Stoppable:
    """One server with an address of its own; its data outlives the process."""

    url: str
    command: Sequence[str]  # its first word is the signal that stops it
    folder: Path
    who: Account = CALLER
    _running: ExitStack = field(default_factory=ExitStack)
    _group: int | None = None

    def start(self) -> None:
        """Returns when it accepts connections."""
        log = self.folder / f"{time.monotonic_ns()}.log"
        keep = leashed(self.command, log=log, folder=self.folder, who=self.who)
        process = self._running.enter_context(keep)
        self._group = process.pid
        if not is_ready(process, log):
            raise ServerDidNotStart(log.read_text(errors="replace"))

    def stop(self) -> None:
        """End it at once (PostgreSQL: `immediate`, as in a crash) and wait until it is gone."""
        if self._group is not None:
            self.thaw()
        self._group = None
        self._running.close()

    def freeze(self) -> None:
        """Let it hold its connections and answer nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen one go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, which: signal.Signals) -> None:
        assert self._group is not None
        os.killpg(self._group, which)


@contextmanager
def stoppable_postgres() -> Iterator[Stoppable]:
    """A running PostgreSQL that loses nothing it acknowledged when its processes are killed."""
    who = unprivileged()
    with own_folder("trimtab-faulty-pg-", who) as folder:
        binaries, port = prepare_cluster(folder), free_port()
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": str(folder),
            "fsync": "off",  # the machine does not crash, only the processes
            "synchronous_commit": "on",
            "autovacuum": "off",
        }
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = ["QUIT", str(binaries / "postgres"), "-D", str(folder / "data"), *flags]
        url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        yield from _run(Stoppable(url, command, folder, who))


@contextmanager
def stoppable_valkey() -> Iterator[Stoppable]:
    """A running Valkey that forgets everything when it is stopped."""
    with own_folder("trimtab-faulty-valkey-") as folder:
        port = free_port()
        options = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)]
        command = ["KILL", str(valkey_program()), *options, "--save", "", "--appendonly", "no"]
        url = f"redis://127.0.0.1:{port}/0"
        yield from _run(Stoppable(url, command, folder))


def _run(server: Stoppable) -> Iterator[Stoppable]:
    server.start()
    try:
        yield server
    finally:
        server.stop()
