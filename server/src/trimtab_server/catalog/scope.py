"""Which application and environment a request means."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query

from trimtab_server.access.categories import Categories
from trimtab_server.access.decide import require_some
from trimtab_server.access.permission import Permission
from trimtab_server.access.principal import Principal
from trimtab_server.access.requires import CurrentPrincipal
from trimtab_server.catalog.names import DEFAULT_APPLICATION, ROOT_ENVIRONMENT
from trimtab_server.errors import MalformedRequest
from trimtab_server.kernel.violation import Violation

ApplicationQuery = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=63,
        description="The application; the token's own where left out, else `default`.",
        examples=["default"],
    ),
]
EnvironmentQuery = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=63,
        description="The environment; reads without it use the token's own, else `base`.",
        examples=["staging"],
    ),
]


@dataclass(frozen=True, slots=True)
class Scope:
    """One environment of one application."""

    application: str
    environment: str


def environment_to_write(
    given: str | None, principal: CurrentPrincipal, pointer: str = "/environment"
) -> str:
    """The environment that a write names, or the one its token is bound to.

    Raises:
        MalformedRequest: neither is there; a write never guesses.
    """
    environment = given or principal.environment
    if environment is None:
        message = "A write must name its environment, like environment=dev; nothing is assumed."
        violation = Violation(pointer, None, "environment-required", message)
        raise MalformedRequest(message, violations=[violation])
    return environment


def application_of(given: str | None, principal: CurrentPrincipal) -> str:
    """The application that a request names, or its token's own, or the first one."""
    return given or principal.application or DEFAULT_APPLICATION


async def _read_scope(
    principal: CurrentPrincipal,
    application: ApplicationQuery = None,
    environment: EnvironmentQuery = None,
) -> Scope:
    own = environment or principal.environment or ROOT_ENVIRONMENT
    return Scope(application_of(application, principal), own)


async def _write_scope(
    principal: CurrentPrincipal,
    application: ApplicationQuery = None,
    environment: EnvironmentQuery = None,
) -> Scope:
    return Scope(
        application_of(application, principal),
        environment_to_write(environment, principal, pointer=""),
    )


def sees(principal: Principal, permission: Permission, scope: Scope) -> Categories:
    """The categories whose settings a reply to this principal may be about.

    Raises:
        NotAllowed: there is none.
    """
    return require_some(
        principal, permission, application=scope.application, environment=scope.environment
    )


ReadScope = Annotated[Scope, Depends(_read_scope)]
WriteScope = Annotated[Scope, Depends(_write_scope)]
