"""The write that is made most, carried out in front of the framework.

`PUT /api/v1/config/{key}`, where the token was proven a moment ago and the request is as usual:
short, and saying nothing but what such a write needs. Everything else goes on to the route of the
same address. So does what the writing itself refuses: the route raises it, and there is one set of
refusals, told, counted and audited in one place.
"""

import re
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from json import JSONEncoder

from pydantic import ValidationError
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as AsgiScope

from trimtab_server.access.authenticate import RENEW_SECONDS
from trimtab_server.access.authentication import Door
from trimtab_server.access.author import Author, Channel
from trimtab_server.access.principal import Principal
from trimtab_server.access.route_class import RouteClass
from trimtab_server.access.token_format import holds_token
from trimtab_server.catalog.scope import Scope, application_of, environment_to_write
from trimtab_server.config.committer import Committer
from trimtab_server.config.edits import Place, Precondition, SetValue
from trimtab_server.config.outcome import Outcome
from trimtab_server.config.schemas import PutValue, reason_of
from trimtab_server.config.write_request import (
    Writing,
    entity_written,
    precondition_of,
)
from trimtab_server.errors import TrimtabError
from trimtab_server.http.client_address import ClientAddress
from trimtab_server.http.key_path import KEY_PATTERN
from trimtab_server.http.metrics import Metrics
from trimtab_server.http.preconditions import require_precondition
from trimtab_server.http.request_context import DEFAULT_HEADERS, RAW_REQUEST_ID, request_id_for
from trimtab_server.kernel.keys import RESERVED
from trimtab_server.kernel.strict_json import MalformedJson, parse_json

_KEYS = "/api/v1/config/"
_ROUTE = f"{_KEYS}{{key}}"
_KEY = re.compile(KEY_PATTERN, re.ASCII)
_QUERY = re.compile(r"(?:(?:application|environment)=[A-Za-z0-9_.-]{1,63}(?:&|\Z))*", re.ASCII)
_CHANNELS = {one.value for one in Channel} - {Channel.SERVER.value}
_MOST_BYTES = 16 * 1024
_REFUSAL = "refusal"

# Who sends one of these, or one that is looked at here twice, wants more than a value written.
_UNUSUAL = frozenset({b"idempotency-key", b"transfer-encoding", b"expect"})
_READ = _UNUSUAL | {
    b"authorization",
    b"content-length",
    b"content-type",
    b"if-match",
    b"if-none-match",
    b"trimtab-channel",
    RAW_REQUEST_ID,
}
_HEADERS = [(name.lower().encode(), value.encode()) for name, value in DEFAULT_HEADERS.items()]
_rendered = JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class _Head:
    """What the head of a usual request says."""

    key: str
    scope: Scope
    principal: Principal
    author: Author
    precondition: Precondition


class DirectWrites:
    """See the module. `framework` answers whatever is not answered here."""

    def __init__(
        self,
        framework: ASGIApp,
        committer: Committer,
        door: Door,
        metrics: Metrics,
        client_address: ClientAddress,
    ) -> None:
        self._framework = framework
        self._committer = committer
        self._door = door
        self._client_address = client_address
        self._count = metrics.requests.labels("PUT", _ROUTE, "200").inc
        self._observe = metrics.seconds.labels(_ROUTE).observe

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Answer any request."""
        head = self._head(scope) if scope["method"] == "PUT" else None
        if head is None:
            await self._framework(scope, receive, send)
            return
        began = time.monotonic()
        messages = await _received(receive)
        body = _value_in(messages)
        again = _again(messages, receive)
        if body is None or not self._takes(head):
            await self._framework(scope, again, send)
            return
        try:
            outcome = await self._write(head, body)
        except Exception as refusal:  # noqa: BLE001 - told, logged or counted where all are
            self._door.limits.give_back(*_counted(head))
            scope.setdefault("state", {})[_REFUSAL] = refusal
            await self._framework(scope, again, send)
            return
        await _reply(outcome, head, send)
        self._count()
        self._observe(time.monotonic() - began)

    def _head(self, scope: AsgiScope) -> _Head | None:
        key, query = scope["path"].removeprefix(_KEYS), scope["query_string"].decode("latin-1")
        headers = _headers(scope["headers"])
        if headers is None or not _KEY.fullmatch(key) or key.lower() in RESERVED:
            return None
        if not _QUERY.fullmatch(query) or holds_token(key) or holds_token(query):
            return None
        pairs = [one.split("=") for one in query.split("&") if one]
        place = dict(pairs)
        principal = self._known(headers)
        if principal is None or len(place) != len(pairs):
            return None
        channel = headers.get(b"trimtab-channel", Channel.API.value)
        if channel not in _CHANNELS:
            return None
        try:
            tags, absent = require_precondition(
                headers.get(b"if-match"), headers.get(b"if-none-match")
            )
            environment = environment_to_write(place.get("environment"), principal)
        except TrimtabError:
            return None
        own_id = [one for one in scope["headers"] if one[0] == RAW_REQUEST_ID]
        return _Head(
            key,
            Scope(application_of(place.get("application"), principal), environment),
            principal,
            Author(
                id=str(principal.id),
                name=principal.name,
                channel=Channel(channel),
                request_id=request_id_for(own_id),
                address=self._client_address(scope),
            ),
            precondition_of(tags, absent=absent),
        )

    def _known(self, headers: Mapping[bytes, str]) -> Principal | None:
        """Who that is, if nobody need be asked."""
        authorization = [headers[b"authorization"]] if b"authorization" in headers else []
        known = self._door.authenticate.known(authorization)
        if known is None:
            return None
        principal, until = known
        if until - time.monotonic() < RENEW_SECONDS:
            self._door.authenticate.renew(authorization)
        return principal

    def _takes(self, head: _Head) -> bool:
        """Whether they may send one more; it is counted, and that the token was used."""
        if not self._door.limits.takes(*_counted(head)):
            return False
        if head.principal.identity is None:
            self._door.token_use.note(head.principal.token.id)
        return True

    async def _write(self, head: _Head, body: PutValue) -> Outcome:
        writing = Writing(self._committer, head.principal, head.author, None)
        return await write_value(head.key, body, head.scope, writing, head.precondition)


async def write_value(
    key: str, body: PutValue, scope: Scope, writing: Writing, precondition: Precondition
) -> Outcome:
    """Give an existing setting a value; on an inherited value: an override."""
    override = reason_of(body.secret_override)
    place = Place(key, scope.environment, precondition=precondition, override=override)
    return await writing.commit(
        scope.application,
        (SetValue(place, body.value),),
        comment=body.comment,
        show=((key, scope.environment),),
    )


def refused_by(scope: AsgiScope) -> Exception | None:
    """What the writing refused before the request came to its route."""
    refusal = scope.get("state", {}).get(_REFUSAL)
    return refusal if isinstance(refusal, Exception) else None


def _counted(head: _Head) -> tuple[str | None, str, RouteClass]:
    return head.author.address, str(head.principal.token.id), RouteClass.WRITE


def _headers(raw: Sequence[tuple[bytes, bytes]]) -> dict[bytes, str] | None:
    """Those that are looked at, if each comes once and none of them is unusual."""
    pairs = [one for one in raw if one[0] in _READ]
    found = {name: value.decode("latin-1") for name, value in pairs}
    if len(found) != len(pairs) or not _UNUSUAL.isdisjoint(found):
        return None
    media_type = found.get(b"content-type", "").partition(";")[0].strip().lower()
    return found if media_type == "application/json" else None


async def _received(receive: Receive) -> list[Message]:
    """The body in its pieces; of one that is longer than usual not all of them."""
    messages, size = [], 0
    while True:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if size > _MOST_BYTES or not message.get("more_body", False):
            return messages


def _value_in(messages: Sequence[Message]) -> PutValue | None:
    """What the body holds, if it is whole and what the route takes."""
    last = messages[-1]
    if last["type"] != "http.request" or last.get("more_body", False):
        return None
    body = b"".join([message.get("body", b"") for message in messages])
    if len(body) > _MOST_BYTES:
        return None
    try:
        return PutValue.model_validate(parse_json(body))
    except (MalformedJson, ValidationError):
        return None


def _again(messages: Sequence[Message], receive: Receive) -> Receive:
    """What was received, once more, and then what follows."""
    pending = deque(messages)

    async def received() -> Message:
        return pending.popleft() if pending else await receive()

    return received


async def _reply(outcome: Outcome, head: _Head, send: Send) -> None:
    entity, said = entity_written(outcome)
    body = _rendered(entity).encode()
    headers = [
        *_HEADERS,
        *((name.lower().encode(), value.encode("latin-1")) for name, value in said.items()),
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (RAW_REQUEST_ID, (head.author.request_id or "").encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
