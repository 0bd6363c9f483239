"""The door of the command line: importable without the packages the commands need."""

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module

CLI_PACKAGES = frozenset(
    {"ast_grep_py", "dotenv", "pydantic", "rich", "shellingham", "typer", "yaml"}
)


INTERRUPTED = 130


def main() -> None:
    """Run the command line and end the process with its exit code."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"trimtab {import_module('importlib.metadata').version('trimtab')}\n")
        return
    with _ending_at_once():
        run = _load()
    try:
        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # before any command had begun
        code = INTERRUPTED
    raise SystemExit(code)


def _load() -> Callable[[Sequence[str]], int]:
    try:
        # The one import that may fail: everything else of the command line is behind it.
        from trimtab.cli.run import run  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in CLI_PACKAGES:
            raise
        sys.stderr.write(
            f"The trimtab command needs {missing.name}, which is not installed: "
            "run `pip install 'trimtab[cli]'`.\n"
        )
        raise SystemExit(1) from None
    return run


@contextmanager
def _ending_at_once() -> Iterator[None]:
    """Importing takes a moment, in which a Ctrl-C ends the process without a traceback."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:  # ignored, or somebody's own
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGINT, before)
