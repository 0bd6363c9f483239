"""How the command line ends: exit codes, stable and documented, and the errors that mean them."""

from enum import IntEnum

from typer.exceptions import TyperException

from trimtab.errors import NoProfile, ServerUnreachable, TrimtabError


class ExitCode(IntEnum):
    """What a script can tell from the end of a command."""

    OK = 0
    """Done, or nothing to do."""
    REFUSED = 1
    """The server refused, or something is wrong with what was asked; nothing was written."""
    USAGE = 2
    """The command line itself is wrong, or a question could not be asked."""
    DIFFERENT = 3
    """A difference was looked for and found (`diff --exit-code`, `import --check`)."""
    UNREACHABLE = 4
    """No server could be reached."""
    INTERRUPTED = 130
    """Ctrl-C."""


class UsageMistake(TrimtabError):
    """The command line is not one that can be carried out."""

    code = "usage"


class NotWanted(TrimtabError):
    """Nothing was written: you said no."""

    code = "not-wanted"


def exit_code(error: Exception) -> ExitCode:
    """The exit code that an error means."""
    match error:
        case UsageMistake() | NoProfile():
            return ExitCode.USAGE
        case ServerUnreachable():
            return ExitCode.UNREACHABLE
        case TyperException():
            return ExitCode(error.exit_code)
        case _:
            return ExitCode.REFUSED
