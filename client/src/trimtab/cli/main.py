"""The door of the command line: importable without the packages the commands need."""

import sys
from importlib.metadata import version

CLI_PACKAGES = frozenset(
    {"ast_grep_py", "dotenv", "pydantic", "rich", "shellingham", "typer", "yaml"}
)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"trimtab {version('trimtab')}\n")
        return
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
    raise SystemExit(run(sys.argv[1:]))
