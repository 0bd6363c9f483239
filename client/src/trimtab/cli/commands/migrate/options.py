"""The arguments and options that the steps of a migration share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from trimtab.migrate.dialect import Dialect

Folder: TypeAlias = Annotated[
    Path, typer.Argument(metavar="DIR", help="The project's folder (else the current one).")
]
PlanFile: TypeAlias = Annotated[
    Path | None,
    typer.Argument(metavar="PLAN", help="A plan, as `trimtab migrate plan` writes it."),
]
Root: TypeAlias = Annotated[
    Path | None,
    typer.Option("--root", metavar="DIR", help="The project's folder (else as the plan says)."),
]
FileEnvironments: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--env",
        metavar="FILE=NAME",
        help="The environment that a file speaks for, where its name does not tell; repeatable.",
    ),
]
Skipped: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option("--skip", metavar="PATH", help="Leave this file or folder out; repeatable."),
]


AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


class ReadAs(StrEnum):
    """Who reads the env files."""

    PYTHON_DOTENV = "python-dotenv"
    NODE = "node"
    COMPOSE = "compose"
    SHELL = "shell"

    @property
    def dialect(self) -> Dialect:
        """The rules it stands for."""
        return _DIALECTS[self]


_DIALECTS = {
    ReadAs.PYTHON_DOTENV: Dialect.PYTHON_DOTENV,
    ReadAs.NODE: Dialect.NODE_DOTENV,
    ReadAs.COMPOSE: Dialect.COMPOSE,
    ReadAs.SHELL: Dialect.POSIX_SHELL,
}
ReadBy: TypeAlias = Annotated[
    ReadAs, typer.Option("--dialect", help="Who reads the env files: their rules differ.")
]


class Policy(StrEnum):
    """Who counts once both have a value: with `shadow` the environment, with `store` the store.

    There is no `env` here: under it the store can hold no value, and a migration brings one.
    """

    SHADOW = "shadow"
    STORE = "store"
