"""Tokens that were proven lately, shared by servers by way of Redis for an outage of the database.

A server tells the others what the database said of a token: within a second, and of one that is
used again each minute or when Redis lost it. Whoever has to know a token while the database is
away finds that here. What is told bears a seal that Redis cannot make, and stands under a name from
which nobody learns the token. No request waits for the telling.
"""

import asyncio
import json
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from redis.exceptions import ResponseError

from trimtab_server.infra.redis_link import OUTAGE_SECONDS, RedisAway, RedisLink
from trimtab_server.infra.seal import Seal

from .permission import Role
from .principal import Grant, Identity, Principal, PrincipalKind, TokenInfo

_log = structlog.get_logger(__name__)

EACH_SECONDS = 1.0
_AGAIN_SECONDS = 60.0
_WITHIN_SECONDS = 0.5
_KEPT_SECONDS = 15 * 60
_SKEW_SECONDS = 60.0  # of two servers' clocks
_MOST_KNOWN, _MOST_BYTES = 1024, 1 << 20
_FORM = 1


class SharedProofs:
    """One per process, beside its `Authenticator`."""

    def __init__(
        self,
        link: RedisLink,
        key: str,
        *,
        clock: Callable[[], float] = time.time,
        find_seconds: float = OUTAGE_SECONDS,
        tell_seconds: float = _WITHIN_SECONDS,
    ) -> None:
        self._find_seconds, self._tell_seconds = find_seconds, tell_seconds
        self._link = link
        self._seal = Seal(key, "proofs")
        self._clock = clock
        self._marker = f"trimtab:proofs-of:{secrets.token_hex(8)}"
        self._told: OrderedDict[str, tuple[float, Principal]] = OrderedDict()
        self._untold: OrderedDict[str, bytes | None] = OrderedDict()
        self._refused: OrderedDict[str, None] = OrderedDict()

    async def find(self, digest: str) -> tuple[Principal, float] | None:
        """See `ProofsElsewhere`. A token that was refused here is not found."""
        if digest in self._refused:
            return None
        name = self._name(digest)
        try:
            sealed = await self._link.ask(
                lambda redis: _found(redis, name), seconds=self._find_seconds
            )
        except RedisAway:
            return None
        body = self._seal.body(name, sealed)
        if body is None:
            return None
        try:
            principal, at = _from_text(body)
        except (ValueError, KeyError, TypeError) as error:
            _log.warning("shared-proof-not-read", error=type(error).__name__)
            return None
        age = self._clock() - at
        return None if age < -_SKEW_SECONDS else (principal, max(age, 0.0))

    def proven(self, digest: str, principal: Principal) -> None:
        """Tell the others in a moment."""
        self._refused.pop(digest, None)
        now = self._clock()
        at, told = self._told.get(digest, (0.0, None))
        if told == principal and 0 <= now - at < _AGAIN_SECONDS:
            return
        _put(self._told, digest, (now, principal))
        _put(self._untold, digest, self._seal.on(self._name(digest), _to_text(principal, now)))

    def refused(self, digest: str) -> None:
        """Nobody is to go on believing it; said again until Redis has heard it."""
        self._told.pop(digest, None)
        _put(self._refused, digest, None)
        _put(self._untold, digest, None)

    async def run(self) -> None:
        """Tell, until cancelled; then the way to Redis is closed."""
        try:
            while True:
                await self.tell()
                await asyncio.sleep(EACH_SECONDS)
        finally:
            await self._link.close()

    async def tell(self) -> None:
        """Tell what is not told yet, once."""
        untold, self._untold = self._untold, OrderedDict()
        texts = {self._name(digest): sealed for digest, sealed in untold.items()}
        try:
            was_there = await self._link.ask(
                lambda redis: _told(redis, texts, self._marker), seconds=self._tell_seconds
            )
        except RedisAway:
            was_there = False
            for digest, sealed in untold.items():
                self._untold.setdefault(digest, sealed)
        if not was_there:
            self._told.clear()

    def _name(self, digest: str) -> str:
        return f"trimtab:proof:{self._seal.name(digest)}"


def shared_proofs(url: str, key: str) -> SharedProofs:
    """By way of that Redis, under that key."""
    return SharedProofs(RedisLink(url), key)


async def _found(redis: Any, name: str) -> bytes:
    """Something of another kind under the name is nothing; Redis is there all the same."""
    try:
        found: bytes = await redis.getrange(name, 0, _MOST_BYTES)
    except ResponseError:
        return b""
    return found


async def _told(redis: Any, texts: dict[str, bytes | None], marker: str) -> bool:
    """In one round trip; whether Redis still has what it was told before."""
    async with redis.pipeline(transaction=False) as pipeline:
        for name, sealed in texts.items():
            if sealed is None:
                pipeline.delete(name)
            else:
                pipeline.set(name, sealed, ex=_KEPT_SECONDS)
        pipeline.set(marker, b"1", ex=_KEPT_SECONDS, get=True)
        return (await pipeline.execute())[-1] is not None


def _put(known: "OrderedDict[str, Any]", digest: str, what: Any) -> None:
    known[digest] = what
    known.move_to_end(digest)
    if len(known) > _MOST_KNOWN:
        known.popitem(last=False)


def _to_text(principal: Principal, at: float) -> bytes:
    token, identity = principal.token, principal.identity
    document = {
        "form": _FORM,
        "at": at,
        "principal": [str(principal.id), principal.name, principal.kind.value],
        "token": [str(token.id), token.public_id, token.name, token.expires_at.isoformat()],
        "bound": [token.application, token.environment],
        "grants": [
            [one.role.value, *list(one.scope_json().values())[1:]] for one in principal.grants
        ],
        "identity": None if identity is None else [identity.issuer, identity.subject],
    }
    return json.dumps(document, separators=(",", ":")).encode()


def _from_text(text: bytes) -> tuple[Principal, float]:
    told = json.loads(text)
    if told["form"] != _FORM:
        raise ValueError("another form")
    id_, name, kind = told["principal"]
    token_id, public_id, token_name, expires_at = told["token"]
    ends = datetime.fromisoformat(expires_at)
    token = TokenInfo(UUID(token_id), public_id, token_name, ends, *told["bound"])
    grants = tuple(Grant(Role(role), *scope) for role, *scope in told["grants"])
    identity = None if told["identity"] is None else Identity(*told["identity"])
    principal = Principal(
        UUID(id_), name, PrincipalKind(kind), token, grants, frozenset(), identity
    )
    return principal, float(told["at"])
