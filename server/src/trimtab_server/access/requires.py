"""What a route needs, said on the route, and checked to have been said before the server starts."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from trimtab_server.errors import Unauthenticated
from trimtab_server.http.public import Public
from trimtab_server.http.refuse_unread import query_parameters

from .decide import NotAllowed, could, require
from .permission import Permission
from .principal import Principal


class UndeclaredRoute(Exception):
    """A route does not say what it needs, or says it twice; the server does not start so."""

    def __init__(self, routes: Collection[str]) -> None:
        self.routes = tuple(routes)
        super().__init__(
            "these routes need exactly one `requires(...)` or `public()`: " + ", ".join(routes)
        )


def current_principal(request: Request) -> Principal:
    """Who the authentication let in."""
    principal = request.scope.get("state", {}).get("principal")
    if not isinstance(principal, Principal):
        raise Unauthenticated
    return principal


async def _principal(request: Request) -> Principal:
    return current_principal(request)


# Every dependency is `async`, however little it does: FastAPI calls others in a worker thread.
CurrentPrincipal = Annotated[Principal, Depends(_principal)]


@dataclass(frozen=True, slots=True)
class Requirement:
    """The permission a route needs; calling it checks the request's principal."""

    permission: Permission
    decided_inside: bool

    async def __call__(self, request: Request, principal: CurrentPrincipal) -> None:
        if not self.decided_inside:
            require(principal, self.permission, application=None)
            return
        place = {
            "application": _named(request, "application", principal.application),
            "environment": _named(request, "environment", principal.environment),
        }
        if not could(principal, self.permission, **place):
            raise NotAllowed(self.permission, **place)


def requires(permission: Permission, *, decided_inside: bool = False) -> Any:
    """A route dependency: go on only with the permission, for everything there is.

    With `decided_inside` it is enough to have it for something in the application and environment
    that the query names, or that the token is bound to, or, where neither does, anywhere: the
    route itself asks `require`, `require_some` or `decide` about everything it touches.
    """
    return Depends(Requirement(permission, decided_inside))


def check_routes_declare_permission(app: FastAPI) -> None:
    """Refuse to start an application with a route that does not say what it needs.

    Raises:
        UndeclaredRoute: names every such route.
    """
    wrong = [
        f"{'/'.join(sorted(route.methods or ()))} {route.path}".strip()
        for route in iter_route_contexts(app.routes)
        if len(list(_marks(route))) != 1
    ]
    if wrong:
        raise UndeclaredRoute(wrong)


def _marks(route: RouteContext) -> Iterator[Requirement | Public]:
    if not isinstance(route.original_route, APIRoute):
        return
    for dependency in route.dependant.dependencies:
        if isinstance(dependency.call, (Requirement, Public)):
            yield dependency.call


def _named(request: Request, parameter: str, bound: str | None) -> str | None:
    """What the query names, else what the token is bound to, where this route looks at it.

    A parameter that the route does not read decides nothing, nor does the token's own environment
    where the body may name another one.
    """
    route = request.scope.get("route")
    if not isinstance(route, APIRoute) or parameter not in query_parameters(route.dependant):
        return None
    return request.query_params.get(parameter) or bound
