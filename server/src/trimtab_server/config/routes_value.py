"""`PUT /api/v1/config/{key}` by the framework: what is not as usual, and every refusal."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from trimtab_server.access.permission import Permission
from trimtab_server.access.requires import requires
from trimtab_server.catalog.scope import WriteScope
from trimtab_server.config.routes_direct import refused_by, value_change
from trimtab_server.config.schemas import PutValue, WriteReply
from trimtab_server.config.write_request import (
    CurrentWriting,
    RequiredPrecondition,
    entity_reply,
)
from trimtab_server.http.key_path import KEY, Key
from trimtab_server.http.responses import change


class _Route(APIRoute):
    """What was refused in front of the framework is raised here, where refusals are answered."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's own handler, for what was not."""
        resolve = super().get_route_handler()

        async def handle(request: Request) -> Response:
            if refusal := refused_by(request.scope):
                raise refusal
            return await resolve(request)

        return handle


router = APIRouter(prefix="/api/v1/config", tags=["configuration"], route_class=_Route)


@router.put(
    f"/{KEY}",
    response_model=WriteReply,
    responses=change("not-found", "version-moved", "precondition-required", entity=True),
    dependencies=[requires(Permission.CONFIG_WRITE, decided_inside=True)],
)
async def set_value(
    key: Key,
    body: PutValue,
    scope: WriteScope,
    writing: CurrentWriting,
    precondition: RequiredPrecondition,
) -> Response:
    """Give an existing setting a value in `environment`; on an inherited value: an override."""
    change_of_value = value_change(key, body, scope, writing, precondition)
    return entity_reply(await writing.committer.commit(change_of_value))
