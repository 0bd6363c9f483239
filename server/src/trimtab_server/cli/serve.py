"""`trimtab-server serve`."""

import asyncio
import gc
import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI

from trimtab_server.app import create_app
from trimtab_server.cli.bootstrap import ensure_bootstrap_token
from trimtab_server.cli.logs import configure_logs
from trimtab_server.cli.protocol import TransportProtocol
from trimtab_server.cli.run import fail, make_data_dir, settings_or_exit, with_database
from trimtab_server.cli.safe_start import check_is_safe
from trimtab_server.cli.warm_start import (
    NOT_CURRENT,
    end_unless_current,
    has_current_schema,
    starts_without_database,
)
from trimtab_server.delivery.stream.streams import Streams
from trimtab_server.infra.database import Database
from trimtab_server.settings import BadSettings, Settings

GRACE_SECONDS = 2
_AWAY = (
    "trimtab-server: the database does not answer: until it does, what other servers kept in Redis "
    "is read from there, and nothing is written"
)
_COMMAND_LINE = "from trimtab_server.cli.main import main; main()"


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    until_input_ends: Annotated[
        bool,
        typer.Option(
            "--until-input-ends",
            help="End when standard input does, for a program that starts the server as a part of "
            "itself: however that program ends, the server does not outlive it.",
        ),
    ] = False,
) -> None:
    """Serve the API. The embedded database is made and upgraded; any other must be current."""
    settings = settings_or_exit(host=host, port=port)
    try:
        check_is_safe(settings)
    except BadSettings as error:
        fail(f"cannot start: {error}", code=2)
    configure_logs(settings.log_format)
    os.umask(0o077)  # the embedded database is its owner's alone
    make_data_dir(settings)
    is_away = starts_without_database(settings)
    if is_away:
        print(_AWAY, file=sys.stderr)
    else:
        _ready_database(settings)
    _run(settings, until_input_ends=until_input_ends, is_away=is_away)


class Server(uvicorn.Server):
    """Uvicorn waits for open responses before it tells the application that it ends, and a stream
    ends only when somebody ends it: so that comes first."""

    def __init__(self, config: uvicorn.Config, streams: Streams) -> None:
        super().__init__(config)
        self._streams = streams
        self.is_unfit = False

    def end_as_unfit(self) -> None:
        """The database that came back is none for this version."""
        self.is_unfit = self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """No new connections, then no streams, then the rest."""
        for server in self.servers:
            server.close()
        await self._streams.shut_down()
        await super().shutdown(sockets)


def _ready_database(settings: Settings) -> None:
    if not with_database(has_current_schema):
        _prepare(settings)
    bootstrap = with_database(ensure_bootstrap_token)
    if bootstrap is not None:
        print(
            f"First start. This admin token is shown once and ends in one hour:\n  {bootstrap}",
            flush=True,
        )


def _prepare(settings: Settings) -> None:
    """The embedded database is moved by a process of its own: what that needs is not kept."""
    if settings.database_url:
        fail(NOT_CURRENT)
    command = [sys.executable, "-c", _COMMAND_LINE, "database", "upgrade"]
    done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    if done.returncode != 0:
        raise SystemExit(done.returncode)


def _run(settings: Settings, *, until_input_ends: bool, is_away: bool) -> None:
    listening = _listen(settings)
    app = _app_or_exit(settings)
    config = uvicorn.Config(
        app,
        http=TransportProtocol,
        access_log=False,
        log_config=None,  # ours, which lets no credential through
        server_header=False,
        proxy_headers=False,  # which address is whose is said by our own settings
        ssl_certfile=settings.tls_cert_file,
        ssl_keyfile=settings.tls_key_file,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=30,
    )
    server = Server(config, app.state.streams)
    if until_input_ends:
        threading.Thread(target=_end_with_input, args=[server], daemon=True).start()
    host, port = listening.getsockname()[:2]
    scheme = "http" if settings.tls_cert_file is None else "https"
    print(f"listening on {scheme}://{host}:{port}", flush=True)
    gc.collect()
    gc.freeze()  # what is made by now stays: to look through it again would stop all for 0.1 s
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:  # uvloop, where it runs
        runner.run(_serve(server, listening, app.state.database if is_away else None))
    if server.is_unfit:
        fail(NOT_CURRENT)


async def _serve(server: Server, listening: socket.socket, awaited: Database | None) -> None:
    if awaited is None:
        await server.serve([listening])
        return
    waiting = asyncio.create_task(end_unless_current(awaited, server.end_as_unfit))
    await server.serve([listening])
    waiting.cancel()


def _app_or_exit(settings: Settings) -> FastAPI:
    try:
        return create_app(settings)
    except BadSettings as error:
        fail(f"cannot start: {error}", code=2)


def _end_with_input(server: uvicorn.Server) -> None:
    """Whoever holds the other end may be killed without a word; then there is nothing to read."""
    with suppress(OSError):
        while os.read(0, 4096):
            pass
    server.should_exit = True


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Only of a socket that says it is TCP do event loops turn off Nagle's delay, which would hold
    # back the second of two small writes by 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        fail(
            f"cannot listen on {settings.host}:{settings.port} ({error.strerror}): choose another "
            "port with --port or TRIMTAB_PORT"
        )
    listening.listen(1024)
    return listening
