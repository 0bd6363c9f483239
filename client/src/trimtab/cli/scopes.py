"""What a grant or a token is limited to, as options and in words."""

from collections.abc import Iterable
from typing import Annotated, TypeAlias

import typer

from trimtab.admin import Scope

OnlyApplication: TypeAlias = Annotated[
    str | None,
    typer.Option("--application", "-a", metavar="NAME", help="In this application only."),
]
OnlyEnvironment: TypeAlias = Annotated[
    str | None,
    typer.Option("--environment", "-e", metavar="NAME", help="In this environment only."),
]
OnlyCategory: TypeAlias = Annotated[
    str | None, typer.Option("--category", "-c", metavar="NAME", help="In this category only.")
]

SCOPE_COLUMNS = ("ROLE", "APPLICATION", "ENVIRONMENT", "CATEGORY")


def scope_cells(
    role: str, application: str | None, environment: str | None, category: str | None
) -> tuple[str, ...]:
    """A row's cells; what is not limited is `any`."""
    return (role, *(part or "any" for part in (application, environment, category)))


def scope_words(scope: Scope) -> str:
    """`editor in environment staging, category limits`, or `admin of everything`."""
    parts = {
        "application": scope.application,
        "environment": scope.environment,
        "category": scope.category,
    }
    limits = ", ".join(f"{kind} {name}" for kind, name in parts.items() if name)
    return f"{scope.role} in {limits}" if limits else f"{scope.role} of everything"


def all_scope_words(scopes: Iterable[Scope]) -> str:
    """All of them in a row; `nothing` where there are none."""
    return "; ".join(map(scope_words, scopes)) or "nothing"


def minute(instant: str | None) -> str:
    """An instant of the API to the minute, in UTC; `-` for none."""
    return "-" if instant is None else f"{instant[:10]} {instant[11:16]}"
