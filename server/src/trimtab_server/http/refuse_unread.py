"""What a request says and no route reads is refused: a typo must not become another request."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from trimtab_server.errors import MalformedRequest
from trimtab_server.http.malformed import violations_of


async def refuse_unread(request: Request) -> None:
    """A dependency of every route of the API.

    Raises:
        MalformedRequest: a query parameter is unknown or comes twice, or there is a body that the
            route does not take.
    """
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    errors = list(_unread_parameters(request, set(query_parameters(route.dependant))))
    if route.body_field is None and request.method != "GET" and await request.body():
        errors.append(_error(("body",), "extra_forbidden", "this request takes none"))
    if errors:
        raise MalformedRequest(violations=violations_of(errors))


def query_parameters(dependant: Dependant) -> Iterator[str]:
    """The names of all query parameters that a route reads, its dependencies' among them."""
    for field in dependant.query_params:
        yield field.alias
    for inner in dependant.dependencies:
        yield from query_parameters(inner)


def _unread_parameters(request: Request, known: set[str]) -> Iterator[dict[str, Any]]:
    for name, times in Counter(name for name, _ in request.query_params.multi_items()).items():
        if name not in known:
            yield _error(("query", name), "extra_forbidden", "is not known here")
        elif times > 1:
            yield _error(("query", name), "repeated", "must come once")


def _error(place: tuple[str, ...], kind: str, words: str) -> dict[str, Any]:
    return {"loc": place, "type": kind, "msg": words}
