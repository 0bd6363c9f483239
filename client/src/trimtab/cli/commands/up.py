"""`trimtab up`: everything a newcomer needs, in one command."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from trimtab.admin import Admin
from trimtab.cli.connect import Store
from trimtab.cli.failures import sentences
from trimtab.cli.incoming.env import read_env
from trimtab.cli.incoming.setting import CannotImport
from trimtab.cli.options import Yes
from trimtab.cli.output import complain, say, working
from trimtab.cli.up.address import Address, free_address
from trimtab.cli.up.admin_profile import accepted_profile, keep_profile
from trimtab.cli.up.again import say_differences
from trimtab.cli.up.data_dir import prepare, sole_use
from trimtab.cli.up.env_source import choose_source, remembered_source
from trimtab.cli.up.first_run import move_in
from trimtab.cli.up.report import say_where
from trimtab.cli.up.server import RunningServer, ServerProgram, find_server
from trimtab.cli.up.stop_signals import Stopped, StopSignals
from trimtab.migrate.env_text import EnvFileRefused
from trimtab.profile import DATA_DIR_NAME, PROFILE_NAME

EnvFile = Annotated[
    Path | None,
    typer.Option(
        "--env-file", metavar="FILE", help="The env file to move in (else ./.env, after asking)."
    ),
]
DataDir = Annotated[
    Path,
    typer.Option(
        "--data-dir",
        metavar="FOLDER",
        envvar="TRIMTAB_DATA_DIR",
        help="Where database, profile and log are kept.",
    ),
]
Host = Annotated[
    str, typer.Option("--host", metavar="ADDRESS", envvar="TRIMTAB_HOST", help="Listen there.")
]
Port = Annotated[
    int,
    typer.Option(
        "--port",
        metavar="NUMBER",
        envvar="TRIMTAB_PORT",
        min=0,
        max=65535,
        help="Listen there; 0 takes a free one.",
    ),
]
SkipBroken = Annotated[
    bool, typer.Option("--skip-broken", help="Take the env file without its broken lines.")
]


def up(
    env_file: EnvFile = None,
    yes: Yes = False,
    data_dir: DataDir = Path(DATA_DIR_NAME),
    host: Host = "127.0.0.1",
    port: Port = 8484,
    skip_broken: SkipBroken = False,
) -> None:
    """Start a server on SQLite and, on the first run, move an env file into environment base.

    The env file: --env-file; else ./.env, after showing where every key would go and asking; else
    the example of this project. Later runs write nothing: they say where file and store differ.
    Runs until Ctrl-C or SIGTERM, and then ends with exit code 0.
    """
    signals = StopSignals()
    choice = _Choice(env_file, yes, skip_broken)
    with signals.listening():
        folder = prepare(data_dir)
        with sole_use(folder):
            program = find_server(folder)
            address = free_address(host, port)
            _check_named_file(choice, folder)
            say(f"Starting Trimtab with {folder} ...")
            _serve(program, address, signals, choice)


@dataclass(frozen=True, slots=True)
class _Choice:
    """What the command line says about the env file."""

    env_file: Path | None
    yes: bool
    skip_broken: bool


def _check_named_file(choice: _Choice, folder: Path) -> None:
    """A file that cannot be taken is said before anything is started."""
    if choice.env_file is not None:
        is_later_run = (folder / PROFILE_NAME).exists()  # which only compares
        read_env(choice.env_file, skip_broken=choice.skip_broken or is_later_run)


def _serve(program: ServerProgram, address: Address, signals: StopSignals, choice: _Choice) -> None:
    server: RunningServer | None = None
    try:
        with working("Starting the server ..."):
            profile = keep_profile(program, address)
            with signals.held():
                server = program.start(address)
            server.wait_until_ready(signals)
            profile = accepted_profile(program, address, profile)
        say(f"Trimtab listens on {address.url}")
        say()
        with Admin(profile, channel="migration") as admin:
            store = Store(admin, profile)
            _settle(store, choice, program.data_dir)
            say_where(store, program.data_dir)
        _until_stopped(server, signals)
    finally:
        if server is not None:
            server.stop(signals)
    say("Stopped.")


def _until_stopped(server: RunningServer, signals: StopSignals) -> None:
    try:
        server.wait(signals)
    except Stopped:
        say()
        say("Stopping ...")


def _settle(store: Store, choice: _Choice, data_dir: Path) -> None:
    """Move a file in on the first run, compare it with the store on every other."""
    directory = Path.cwd()
    source = choose_source(choice.env_file, directory)
    is_first = next(iter(store.admin.entities()), None) is None
    if not is_first and choice.env_file is None:
        source = remembered_source(data_dir, directory) or source
    if source is None:
        say("There is no env file to move in: name one with --env-file.")
        return
    try:
        if is_first:
            move_in(store, source, data_dir, yes=choice.yes, skip_broken=choice.skip_broken)
        else:
            say_differences(store, source, data_dir)
    except (CannotImport, EnvFileRefused) as error:
        if choice.env_file is not None and is_first:
            raise
        for line in sentences(error):
            complain(line)
