"""`PUT /api/v1/config/{key}`: the write that is made most."""

import json
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.responses import Response

from trimtab_server.access.author import Channel, author_of
from trimtab_server.access.permission import Permission
from trimtab_server.access.requires import Requirement, current_principal
from trimtab_server.catalog.scope import Scope, WriteScope, application_of, environment_to_write
from trimtab_server.config.edits import Place, SetValue
from trimtab_server.config.schemas import PutValue, WriteReply, reason_of
from trimtab_server.config.write_request import (
    CurrentWriting,
    RequiredPrecondition,
    Writing,
    entity_reply,
    precondition_of,
)
from trimtab_server.errors import TrimtabError
from trimtab_server.http.key_path import KEY, KEY_PATTERN, Key
from trimtab_server.http.preconditions import require_precondition
from trimtab_server.http.responses import change

_Handler = Callable[[Request], Coroutine[Any, Any, Response]]
_REQUIRED = Requirement(Permission.CONFIG_WRITE, decided_inside=True)
_PARAMETERS = frozenset({"application", "environment"})
_PLACE = re.compile(r".{1,63}", re.DOTALL)
_CHANNELS = {one.value for one in Channel} - {Channel.SERVER.value}
# Each changes what is done, and comes at most once in a request that is as usual.
_HEADERS = frozenset({b"if-match", b"if-none-match", b"trimtab-channel", b"idempotency-key"})


class DirectRoute(APIRoute):
    """A request that is as usual is read here, which takes a fourth of what resolving it does.

    Everything else, whatever is missing or wrong among it, is left to the framework: there is one
    set of refusals, and both ways end in the same function.
    """

    def get_route_handler(self) -> _Handler:
        """FastAPI's own handler, behind this one."""
        resolve = super().get_route_handler()

        async def handle(request: Request) -> Response:
            read = await _read(request)
            if read is None:
                return await resolve(request)
            return await set_value(read.key, read.body, read.scope, read.writing, read.precondition)

        return handle


router = APIRouter(prefix="/api/v1/config", tags=["configuration"], route_class=DirectRoute)


@router.put(
    f"/{KEY}",
    response_model=WriteReply,
    responses=change("not-found", "version-moved", "precondition-required", entity=True),
    dependencies=[Depends(_REQUIRED)],
)
async def set_value(
    key: Key,
    body: PutValue,
    scope: WriteScope,
    writing: CurrentWriting,
    precondition: RequiredPrecondition,
) -> Response:
    """Give an existing setting a value in `environment`; on an inherited value: an override."""
    override = reason_of(body.secret_override)
    place = Place(key, scope.environment, precondition=precondition, override=override)
    edit = SetValue(place, body.value)
    outcome = await writing.commit(
        scope.application, (edit,), comment=body.comment, show=((key, scope.environment),)
    )
    return entity_reply(outcome)


@dataclass(frozen=True, slots=True)
class _Read:
    """What `set_value` takes."""

    key: str
    body: PutValue
    scope: Scope
    writing: Writing
    precondition: RequiredPrecondition


async def _read(request: Request) -> _Read | None:
    """The request as its dependencies would give it; None if anything about it is not as usual."""
    key, parameters = request.path_params["key"], _parameters(request)
    headers = _headers(request)
    if parameters is None or headers is None or not re.fullmatch(KEY_PATTERN, key, re.ASCII):
        return None
    channel = headers.get(b"trimtab-channel", Channel.API.value)
    if channel not in _CHANNELS or b"idempotency-key" in headers:
        return None
    principal = current_principal(request)
    try:
        await _REQUIRED(request, principal)
        tags, absent = require_precondition(headers.get(b"if-match"), headers.get(b"if-none-match"))
        environment = environment_to_write(parameters.get("environment"), principal)
        return _Read(
            key,
            PutValue.model_validate(json.loads(await request.body())),
            Scope(application_of(parameters.get("application"), principal), environment),
            Writing(
                request.state.committer, principal, author_of(request, principal, channel), None
            ),
            precondition_of(tags, absent=absent),
        )
    except (TrimtabError, ValidationError, ValueError):
        return None


def _parameters(request: Request) -> dict[str, str] | None:
    """The query, if it holds only what this route reads, each once and as it should be."""
    query = request.scope["query_string"].decode("latin-1")
    pairs = parse_qsl(query, keep_blank_values=True)
    found = dict(pairs)
    if len(found) != len(pairs) or not found.keys() <= _PARAMETERS:
        return None
    return found if all(map(_PLACE.fullmatch, found.values())) else None


def _headers(request: Request) -> dict[bytes, str] | None:
    """What the headers say that matter, if each comes once."""
    pairs = [one for one in request.scope["headers"] if one[0] in _HEADERS]
    found = {name: value.decode("latin-1") for name, value in pairs}
    return found if len(found) == len(pairs) else None
