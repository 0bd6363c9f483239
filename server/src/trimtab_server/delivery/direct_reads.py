"""What programs read most, answered in front of the framework and without waiting for anything.

`GET` and `HEAD` of `/api/v1/snapshot` and `/api/v1/config/{key}`, where the token was proven a
moment ago and the application is held. Everything else, every refusal among it, goes on to the
routes of the same address, which ask the same functions: authenticate, `sees`, `answer`.

An answer is kept under the whole request as it came, its `X-Request-Id` left out, until anything
that is held moves on or the token has to be proven again.
"""

import re
from urllib.parse import parse_qsl

from starlette.types import Scope as AsgiScope
from starlette.types import Send

from trimtab_server.access.authenticate import RENEW_SECONDS
from trimtab_server.access.authentication import Door
from trimtab_server.access.permission import Permission
from trimtab_server.access.principal import Principal
from trimtab_server.access.route_class import RouteClass
from trimtab_server.access.token_format import holds_token
from trimtab_server.catalog.names import ROOT_ENVIRONMENT
from trimtab_server.catalog.scope import Scope, application_of, sees
from trimtab_server.config.revision_wait import head_from
from trimtab_server.delivery.answer import Answer, entity_answer, held_headers, snapshot_answer
from trimtab_server.delivery.feed import Feed
from trimtab_server.delivery.held import Held
from trimtab_server.delivery.kept_answer import KeptAnswer, RawHeaders
from trimtab_server.delivery.request_memo import RequestMemo
from trimtab_server.errors import TrimtabError
from trimtab_server.http.client_address import ClientAddress
from trimtab_server.http.metrics import Metrics
from trimtab_server.http.preconditions import not_modified
from trimtab_server.http.request_context import DEFAULT_HEADERS, RAW_REQUEST_ID, request_id_for

_SNAPSHOT, _KEYS = "/api/v1/snapshot", "/api/v1/config/"
_KEY_ROUTE = f"{_KEYS}{{key}}"
_METHODS = frozenset({"GET", "HEAD"})
_PARAMETERS = frozenset({"application", "environment", "minRevision"})
_HEAD_TEXT = re.compile(r"[0-9]{1,15}\.[0-9]{1,15}", re.ASCII)
# Who sends one of these wants more than the bytes.
_UNUSUAL = frozenset({b"content-length", b"transfer-encoding", b"expect"})
_MOST_KEPT = 1024

HEAD_EXTENSION = "trimtab.head"
"""The ASGI extension by which a server says the bytes that the request was, if they came alone; see
`cli/protocol.py`."""


class DirectReads:
    """See the module."""

    def __init__(
        self, feed: Feed, door: Door, metrics: Metrics, client_address: ClientAddress
    ) -> None:
        self._feed = feed
        self._client_address = client_address
        self._door = door
        self._metrics = metrics
        self._kept: dict[object, KeptAnswer] = {}
        self._kept_generation = 0
        self.memo = RequestMemo(self._generation, door, client_address, feed.monotonic)

    async def __call__(self, scope: AsgiScope, send: Send) -> bool:
        """Answer the request, if it is one of these; else False, and nothing is done."""
        path: str = scope["path"]
        if not (path == _SNAPSHOT or path.startswith(_KEYS)) or scope["method"] not in _METHODS:
            return False
        began = self._feed.monotonic()
        own_id, kept_for = _apart(scope["headers"])
        request = (scope["method"], path, scope["query_string"], *kept_for)
        kept = self._kept.get(request)
        if kept is None or kept.until <= began or kept.generation != self._generation():
            kept = self._make(scope, path, began)
            if kept is None:
                return False
            self._keep(request, kept)
        elif not own_id:
            self._remember(scope, kept)
        if not self._door.limits.takes(self._client_address(scope), kept.who, RouteClass.DELIVERY):
            return False  # it is told so where everybody is told
        headers = [
            *kept.headers,
            (b"trimtab-age-ms", b"%d" % kept.held.age_ms(began)),
            (RAW_REQUEST_ID, request_id_for(own_id).encode()),
        ]
        await send({"type": "http.response.start", "status": kept.status, "headers": headers})
        await send({"type": "http.response.body", "body": kept.body})
        if kept.token is not None:
            self._door.token_use.note(kept.token)
        kept.count()
        kept.observe(self._feed.monotonic() - began)
        return True

    def _generation(self) -> int:
        return self._feed.holdings.generation + self._door.authenticate.generation

    def _keep(self, request: object, made: KeptAnswer) -> None:
        if len(self._kept) >= _MOST_KEPT or self._kept_generation != made.generation:
            self._kept.clear()  # also so that no body outlives its time
        self._kept_generation = made.generation
        self._kept[request] = made

    def _remember(self, scope: AsgiScope, kept: KeptAnswer) -> None:
        """Who comes a second time with the same is likely to come a third time."""
        head = scope.get("extensions", {}).get(HEAD_EXTENSION)
        if head is not None:
            self.memo.keep(head["bytes"], kept, self._client_address.forwarded(scope))

    def _make(self, scope: AsgiScope, path: str, now: float) -> KeptAnswer | None:
        headers: RawHeaders = scope["headers"]
        if any(name in _UNUSUAL for name, _ in headers):
            return None
        parameters = _parameters(scope["query_string"])
        authorization = _values(headers, b"authorization")
        known = self._door.authenticate.known(authorization)
        if parameters is None or known is None or holds_token(path):
            return None
        principal, until = known
        if until - now < RENEW_SECONDS:
            self._door.authenticate.renew(authorization)
        held = self._feed.holdings.use(application_of(parameters.get("application"), principal))
        if held is None or held.head < head_from(parameters.get("minRevision", "0.0")):
            return None
        try:
            answer = _answer(held, path, parameters.get("environment"), principal)
        except TrimtabError:
            return None
        tags = _values(headers, b"if-none-match")
        unchanged = not_modified(tags[0] if tags else None, answer.etag)
        status = 304 if unchanged else 200
        route = _SNAPSHOT if path == _SNAPSHOT else _KEY_ROUTE
        return KeptAnswer(
            generation=self._generation(),
            until=until - RENEW_SECONDS,  # then this is asked again, and has it renewed
            status=status,
            headers=_headers(held, answer, now, has_body=not unchanged),
            body=b"" if unchanged or scope["method"] == "HEAD" else answer.body,
            held=held,
            token=None if principal.identity else principal.token.id,
            who=str(principal.token.id),
            count=self._metrics.requests.labels(scope["method"], route, str(status)).inc,
            observe=self._metrics.seconds.labels(route).observe,
        )


def _answer(held: Held, path: str, environment: str | None, principal: Principal) -> Answer:
    scope = Scope(held.application.name, environment or principal.environment or ROOT_ENVIRONMENT)
    if path == _SNAPSHOT:
        seen = sees(principal, Permission.SNAPSHOT_READ, scope)
        return snapshot_answer(held, scope.environment, seen)
    seen = sees(principal, Permission.CONFIG_READ, scope)
    return entity_answer(held, scope.environment, seen, path.removeprefix(_KEYS))


def _parameters(query: bytes) -> dict[str, str] | None:
    """The query, if it holds only what is known here, each once and with a value; else None."""
    if not query:
        return {}
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    found = dict(pairs)
    if len(found) != len(pairs) or not found.keys() <= _PARAMETERS or not all(found.values()):
        return None
    return found if _HEAD_TEXT.fullmatch(found.get("minRevision", "0.0")) else None


def _apart(headers: RawHeaders) -> tuple[RawHeaders, RawHeaders]:
    """What says the request's own id, and all the rest."""
    own = [one for one in headers if one[0] == RAW_REQUEST_ID]
    return own, [one for one in headers if one[0] != RAW_REQUEST_ID] if own else headers


def _values(headers: RawHeaders, name: bytes) -> list[str]:
    return [value.decode("latin-1") for one, value in headers if one == name]


def _headers(held: Held, answer: Answer, now: float, *, has_body: bool) -> RawHeaders:
    """All but those that differ from one request to the next."""
    said = {**DEFAULT_HEADERS, **held_headers(held, now), "ETag": answer.etag}
    del said["Trimtab-Age-Ms"]
    if has_body:
        said |= {"Content-Type": "application/json", "Content-Length": str(len(answer.body))}
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in said.items()]
