"""Run one command line and turn whatever happens into words and an exit code."""

import os
import sys
import traceback
from collections.abc import Sequence

import typer
from typer.exceptions import TyperException
from typer.main import get_command

from trimtab.cli.app import app
from trimtab.cli.exits import ExitCode, exit_code
from trimtab.cli.failures import sentences
from trimtab.cli.negative_values import keep_negative_values
from trimtab.cli.output import complain, write_any_character
from trimtab.errors import TrimtabError


def run(arguments: Sequence[str]) -> int:
    """Run `trimtab ARGUMENTS`; the exit code is one of `ExitCode`."""
    write_any_character(sys.stdout, sys.stderr)
    try:
        command = get_command(app)
        result = command.main(
            keep_negative_values(arguments), prog_name="trimtab", standalone_mode=False
        )
        sys.stdout.flush()
    except typer.Abort:
        complain("Interrupted; nothing was written.")
        return ExitCode.INTERRUPTED
    except TyperException as mistake:
        return _misused(mistake)
    except BrokenPipeError:
        return _reader_went_away()
    except (TrimtabError, OSError) as error:
        return _failed(error, sentences(error))
    except Exception as error:  # noqa: BLE001  the outermost: a traceback helps no user
        return _failed(error, [_unexpected(error)])
    if result == ExitCode.INTERRUPTED:
        complain("Interrupted.")
    return result if isinstance(result, int) else ExitCode.OK


def _misused(mistake: TyperException) -> int:
    message = mistake.format_message()  # empty where the help was shown instead
    context = getattr(mistake, "ctx", None)
    if message:
        complain(message)
    if message and context is not None:
        complain(f"`{context.command_path} --help` shows how it is used.")
    return mistake.exit_code


def _failed(error: Exception, lines: Sequence[str]) -> int:
    for line in lines:
        complain(line)
    if os.environ.get("TRIMTAB_DEBUG") == "1":
        traceback.print_exception(error)
    return exit_code(error)


def _unexpected(error: Exception) -> str:
    """A defect of ours: its text may quote anything, so only its kind is shown."""
    return (
        f"This should not happen: trimtab failed with {type(error).__name__}. "
        "Run it again with TRIMTAB_DEBUG=1 to see where, and report that, please."
    )


def _reader_went_away() -> int:
    """`trimtab list | head`: the rest is not wanted, also not by the interpreter's last flush."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ExitCode.OK
