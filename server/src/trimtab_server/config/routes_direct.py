"""The write that is made most, carried out in front of the framework.

`PUT /api/v1/config/{key}`, where the token was proven a moment ago and the request is as usual:
short, and saying nothing but what such a write needs. Everything else goes on to the route of the
same address. So does what the writing itself refuses: the route raises it, and there is one set of
refusals, told, counted and audited in one place. A request that goes on after it was let in takes
along who sends it, its id and when it began.
"""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from json import JSONEncoder

from pydantic import ValidationError
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as AsgiScope

from trimtab_server.access.authenticate import RENEW_SECONDS
from trimtab_server.access.authentication import LET_IN, Door
from trimtab_server.access.author import Author, Channel
from trimtab_server.access.decide import NotAllowed
from trimtab_server.access.principal import Principal
from trimtab_server.access.route_class import RouteClass
from trimtab_server.access.token_format import holds_token
from trimtab_server.catalog.scope import Scope, application_of, environment_to_write
from trimtab_server.config.committer import Committer
from trimtab_server.config.edits import Place, Precondition, PreparedChange, SetValue
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
from trimtab_server.http.received_body import ReceivedBody, receive_body
from trimtab_server.http.request_context import (
    BEGUN,
    DEFAULT_HEADERS,
    RAW_REQUEST_ID,
    Begun,
    request_id_for,
)
from trimtab_server.kernel.keys import RESERVED
from trimtab_server.kernel.strict_json import MalformedJson, parse_json

_KEYS = "/api/v1/config/"
_ROUTE = f"{_KEYS}{{key}}"
_KEY = re.compile(KEY_PATTERN, re.ASCII)
_QUERY = re.compile(r"(?:(?:application|environment)=[A-Za-z0-9_.-]{1,63}(?:&|\Z))*", re.ASCII)
_CHANNELS = {one.value for one in Channel} - {Channel.SERVER.value}
_LENGTH = re.compile("[0-9]{1,5}", re.ASCII)
_MOST_BYTES = 16 * 1024
_REFUSED = "trimtab.refused"

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
    request_id: str
    precondition: Precondition
    length: int


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
        began = time.monotonic()
        head = self._head(scope) if scope["method"] == "PUT" else None
        if head is None or not self._takes(head):
            await self._framework(scope, receive, send)
            return
        # Whoever answers it goes on with what is known of it, and counts nothing twice.
        scope[LET_IN], scope[BEGUN] = head.principal, Begun(head.request_id, began)
        received = await receive_body(receive, head.length)
        change = self._change(head, received)
        if change is None:
            await self._framework(scope, received.again(receive), send)
            return
        try:
            outcome = await self._committer.commit(change)
        except Exception as refusal:  # noqa: BLE001 - told, logged or counted where all are
            scope[_REFUSED] = refusal
            await self._framework(scope, received.again(receive), send)
            return
        await _reply(outcome, head, send)
        self._count()
        self._observe(time.monotonic() - began)

    def _head(self, scope: AsgiScope) -> _Head | None:
        key, query = scope["path"].removeprefix(_KEYS), scope["query_string"].decode("latin-1")
        headers = _headers(scope["headers"])
        length = _length(headers)
        if headers is None or length is None or not _KEY.fullmatch(key) or key.lower() in RESERVED:
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
        request_id = request_id_for(scope["headers"])
        return _Head(
            key,
            Scope(application_of(place.get("application"), principal), environment),
            principal,
            Author(
                id=str(principal.id),
                name=principal.name,
                channel=Channel(channel),
                request_id=request_id,
                address=self._client_address(scope),
            ),
            request_id,
            precondition_of(tags, absent=absent),
            length,
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
        address, token = head.author.address, str(head.principal.token.id)
        if not self._door.limits.takes(address, token, RouteClass.WRITE):
            return False
        if head.principal.identity is None:
            self._door.token_use.note(head.principal.token.id)
        return True

    def _change(self, head: _Head, received: ReceivedBody) -> PreparedChange | None:
        """The change that is asked for, if the route would take it and they may make some such."""
        body = _value_in(received)
        if body is None:
            return None
        writing = Writing(self._committer, head.principal, head.author, None)
        try:
            return value_change(head.key, body, head.scope, writing, head.precondition)
        except NotAllowed:
            return None


def value_change(
    key: str, body: PutValue, scope: Scope, writing: Writing, precondition: Precondition
) -> PreparedChange:
    """Give an existing setting a value; on an inherited value: an override.

    Raises:
        NotAllowed: it is not theirs to do, whatever the setting.
    """
    override = reason_of(body.secret_override)
    place = Place(key, scope.environment, precondition=precondition, override=override)
    return writing.prepare(
        scope.application,
        (SetValue(place, body.value),),
        comment=body.comment,
        show=((key, scope.environment),),
    )


def refused_by(scope: AsgiScope) -> Exception | None:
    """What the writing refused before the request came to its route."""
    refusal: Exception | None = scope.get(_REFUSED)
    return refusal


def _headers(raw: Sequence[tuple[bytes, bytes]]) -> dict[bytes, str] | None:
    """Those that are looked at, if each comes once and none of them is unusual."""
    pairs = [one for one in raw if one[0] in _READ]
    found = {name: value.decode("latin-1") for name, value in pairs}
    if len(found) != len(pairs) or not _UNUSUAL.isdisjoint(found):
        return None
    media_type = found.get(b"content-type", "").partition(";")[0].strip().lower()
    return found if media_type == "application/json" else None


def _length(headers: Mapping[bytes, str] | None) -> int | None:
    """What the head says of the body, if it is short; who says nothing has none, or is unusual."""
    said = "" if headers is None else headers.get(b"content-length", "")
    return int(said) if _LENGTH.fullmatch(said) and int(said) <= _MOST_BYTES else None


def _value_in(received: ReceivedBody) -> PutValue | None:
    """What the body holds, if it is whole and what the route takes."""
    if not received.is_whole:
        return None
    try:
        return PutValue.model_validate(parse_json(received.body))
    except (MalformedJson, ValidationError):
        return None


async def _reply(outcome: Outcome, head: _Head, send: Send) -> None:
    entity, said = entity_written(outcome)
    body = _rendered(entity).encode()
    headers = [
        *_HEADERS,
        *((name.lower().encode(), value.encode("latin-1")) for name, value in said.items()),
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (RAW_REQUEST_ID, head.request_id.encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
