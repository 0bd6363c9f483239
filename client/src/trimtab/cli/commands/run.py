"""`trimtab run`: the environment for programs that read nothing but variables."""

import signal
import sys
from typing import Annotated

import typer

from trimtab.cli.exits import UsageMistake
from trimtab.cli.follow import following
from trimtab.cli.options import Application, Environment
from trimtab.cli.output import complain
from trimtab.environ.launch import become, inherited, why_not
from trimtab.environ.supervise import OnChange, Supervisor
from trimtab.environ.variables import Variables, variables

Program = Annotated[
    list[str],
    typer.Argument(metavar="PROGRAM", help="What to run, with its arguments, after `--`."),
]
Watch = Annotated[
    bool,
    typer.Option("--watch", "-w", help="Start it again when its environment changes."),
]
OnChangeSignal = Annotated[
    str | None,
    typer.Option(
        "--signal", metavar="NAME", help="With --watch: send this signal instead, such as HUP."
    ),
]
Debounce = Annotated[
    float,
    typer.Option(
        "--debounce", metavar="SECONDS", min=0, help="Changes within so many seconds are one."
    ),
]
Grace = Annotated[
    float,
    typer.Option(
        "--grace", metavar="SECONDS", min=0, help="How long it may take to end before it is killed."
    ),
]


def run(
    program: Program,
    environment: Environment = None,
    application: Application = None,
    watch: Watch = False,
    on_change: OnChangeSignal = None,
    debounce: Debounce = 0.5,
    grace: Grace = 10.0,
) -> int:
    """Run a program with the settings of an environment as its variables.

    By each setting's source policy: `store` replaces the variable, `shadow` gives what is missing,
    `env` leaves it alone. References to secrets are resolved. Without --watch this process becomes
    the program. Ends with the program's exit code (128 + n if signal n ended it); 127: there is no
    such program, 126: it cannot be executed.
    """
    number = _signal_number(on_change, watch=watch)
    if watch:
        reaction = OnChange(number, debounce_seconds=debounce, grace_seconds=grace)
        return _supervised(program, application, environment, reaction)
    process = inherited()
    with following(application, environment, environ=process, mode="poll") as client:
        found = variables(client.store.state, process)
    _say_notes(found, ())
    sys.stdout.flush()
    try:
        become(program, found.environ)
    except OSError as error:
        text, code = why_not(program[0], error)
        complain(text)
        return code


def _supervised(
    program: list[str], application: str | None, environment: str | None, reaction: OnChange
) -> int:
    process = inherited()
    said: tuple[str, ...] = ()
    with following(application, environment, environ=process) as client:

        def now() -> dict[str, str]:
            nonlocal said
            found = variables(client.store.state, process)
            _say_notes(found, said)
            said = found.notes
            return dict(found.environ)

        supervisor = Supervisor(program, now, reaction, complain)
        client.on_change(None, lambda _changes: supervisor.changed())
        return supervisor.run()


def _say_notes(found: Variables, said: tuple[str, ...]) -> None:
    for note in found.notes:
        if note not in said:
            complain(note)


def _signal_number(name: str | None, *, watch: bool) -> int | None:
    if name is None:
        return None
    if not watch:
        raise UsageMistake("--signal says what a change does: it needs --watch.")
    full = name.upper() if name.upper().startswith("SIG") else f"SIG{name.upper()}"
    if full not in signal.Signals.__members__ or full in {"SIGKILL", "SIGSTOP"}:
        raise UsageMistake(f"There is no signal {name!r} to send: HUP, USR1, USR2 are usual.")
    return signal.Signals[full].value
