"""Questions before something is written."""

import sys

import typer

from trimtab.cli.exits import NotWanted, UsageMistake


def can_ask() -> bool:
    """Whether somebody sits there to answer."""
    return sys.stdin is not None and sys.stdin.isatty()


def ask(question: str, *, yes: bool) -> None:
    """Go on only if it is wanted; raises NotWanted, or UsageMistake where nobody can be asked."""
    if yes:
        return
    if not can_ask():
        raise UsageMistake(
            "Nothing was written: without a terminal there is nobody to ask. "
            "Pass --yes to go on without the question."
        )
    if not typer.confirm(question, default=False, err=True):
        raise NotWanted
