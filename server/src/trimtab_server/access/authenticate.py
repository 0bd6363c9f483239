"""From an Authorization header to the principal it proves."""

import asyncio
import hmac
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeAlias

from trimtab_server.errors import StoreUnavailable, Unauthenticated
from trimtab_server.http.store_outage import is_store_outage
from trimtab_server.infra.database import Database

from .identity import IdentityProof, PresentedJwt, parse_jwt
from .known_identity import known_identity
from .login_failure import BadCredential, LoginFailure, TokenExpired
from .principal import Principal, TokenInfo
from .proofs_elsewhere import ProofsElsewhere
from .queries import StoredToken, find_token
from .token_format import PresentedToken, parse

__all__ = ["Authenticator", "BadCredential", "LoginFailure", "TokenExpired"]

# A revoked token works on for at most this long on any server while the database answers.
FRESH_SECONDS = 2.0
# So long before that, a token in use is proven again, so that nobody who uses it waits.
RENEW_SECONDS = 0.5
# While the database is away, a token proven this recently goes on working; others get 503.
OUTAGE_GRACE_SECONDS = 15 * 60.0
# A database that hangs is away too.
PROOF_SECONDS = 5.0
# Whoever was let in lately does not wait longer than this for a database that may hang.
PATIENCE_SECONDS = 0.5
_MOST_KNOWN = 1024
# Why a token is refused that was shown whole.
_ONCE_GOOD = frozenset({LoginFailure.REVOKED, LoginFailure.DISABLED})
# What `whoami` says in place of a token's id.
ISSUED_ELSEWHERE = "oidc"

_Presented: TypeAlias = PresentedToken | PresentedJwt


@dataclass(frozen=True, slots=True)
class _Proven:
    principal: Principal
    at: float


class Authenticator:
    """Proves credentials, remembering for a moment those that held.

    Only success is remembered, under the digest of the whole token, so nobody can fill the memory
    with guesses. Requests that arrive together with one token share one query.
    """

    def __init__(
        self,
        database: Database,
        *,
        protected: frozenset[str],
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        issuer: IdentityProof | None = None,
        shared: ProofsElsewhere | None = None,
    ) -> None:
        self._shared = shared
        self._database = database
        self._protected = protected
        self._issuer = issuer
        self._monotonic = monotonic
        self._now = now
        self._proven: OrderedDict[str, _Proven] = OrderedDict()
        self._asking: dict[str, asyncio.Task[Principal]] = {}
        self._away_until = 0.0
        # Counts what may end something that `known` said before its time.
        self.generation = 0

    async def __call__(
        self, authorization: Sequence[str], before_asking: Callable[[], None] = lambda: None
    ) -> Principal:
        """The principal that the request's Authorization headers prove.

        `before_asking` may raise to keep a credential from being looked up that nobody knows yet.

        Raises:
            Unauthenticated: there is none, more than one, or not a live token of ours or of the
                issuer's.
            StoreUnavailable: the database is away and the token was not proven lately.
            IssuerUnavailable: the issuer is away and the token's key is not known.
        """
        presented = _presented(authorization, takes_jwt=self._issuer is not None)
        known = self._proven.get(presented.digest)
        if known is not None and self._monotonic() < self._good_until(known):
            principal = known.principal
        else:
            if known is None:
                before_asking()
            principal = await self._proof_in_time(presented, known)
        if principal.token.expires_at <= self._now():
            raise TokenExpired(principal.token.public_id)
        return principal

    def known(self, authorization: Sequence[str]) -> tuple[Principal, float] | None:
        """Who that is and until when, by the monotonic clock, nobody need be asked; else None."""
        try:
            presented = _presented(authorization, takes_jwt=self._issuer is not None)
        except Unauthenticated:
            return None
        known, now = self._proven.get(presented.digest), self._monotonic()
        if known is None:
            return None
        left = (known.principal.token.expires_at - self._now()).total_seconds()
        until = min(self._good_until(known), now + left)
        return (known.principal, until) if now < until else None

    def renew(self, authorization: Sequence[str]) -> None:
        """Begin to prove again what `known` gave and will not give much longer; nobody waits."""
        presented = _presented(authorization, takes_jwt=self._issuer is not None)
        known = self._proven.get(presented.digest)
        if known is not None and self._monotonic() - known.at >= FRESH_SECONDS - RENEW_SECONDS:
            self._asked(presented)

    async def drain(self) -> None:
        """Wait for the proofs that are under way."""
        while self._asking:
            await asyncio.wait(set(self._asking.values()))

    def _good_until(self, known: _Proven) -> float:
        """While the database is known to be away, who was proven lately is not held up by it."""
        grace = known.at + OUTAGE_GRACE_SECONDS
        return max(known.at + FRESH_SECONDS, min(self._away_until, grace))

    async def _proof_in_time(self, presented: _Presented, known: _Proven | None) -> Principal:
        """The proof; of a token that was proven before, what was known, if it takes too long.

        The proof goes on by itself, so a token that was revoked is found out all the same.
        """
        is_known_nowhere = known is None and self._shared is None
        try:
            async with asyncio.timeout(None if is_known_nowhere else PATIENCE_SECONDS):
                return await self._shared_proof(presented)
        except TimeoutError:
            if known is None and await self._proven_lately(presented) is None:
                return await self._shared_proof(presented)
            return await self._proven_before_outage(presented)

    def forget(self) -> None:
        """Ask the database about every token again."""
        self._proven.clear()
        self.generation += 1

    async def _shared_proof(self, presented: _Presented) -> Principal:
        # Whoever asked first may hang up; the others still want to know.
        return await asyncio.shield(self._asked(presented))

    def _asked(self, presented: _Presented) -> asyncio.Task[Principal]:
        asking = self._asking.get(presented.digest)
        if asking is None:
            asking = asyncio.create_task(self._prove(presented))
            self._asking[presented.digest] = asking
            asking.add_done_callback(lambda done: self._answered(presented.digest, done))
        return asking

    def _answered(self, digest: str, done: asyncio.Task[Principal]) -> None:
        del self._asking[digest]
        if not done.cancelled():
            done.exception()  # it may be that nobody waits: the next request is told

    async def _prove(self, presented: _Presented) -> Principal:
        started = self._monotonic()
        try:
            if isinstance(presented, PresentedJwt):
                principal = await self._by_issuer(presented)
            else:
                principal = await self._by_token(presented)
        except BadCredential as error:
            self._refused(presented, error)
            raise
        except Exception as error:
            if is_store_outage(error):
                return await self._proven_before_outage(presented)
            raise
        self._away_until = 0.0
        self._remember(presented.digest, _Proven(principal, started))
        if self._shared is not None:
            self._shared.proven(presented.digest, principal)
        return principal

    async def _by_token(self, presented: PresentedToken) -> Principal:
        async with asyncio.timeout(PROOF_SECONDS), self._database.read() as connection:
            stored = await find_token(connection, presented.public_id)
        proven = _unrevoked(stored, presented)
        owner = proven.owner
        return Principal(
            owner.id, owner.name, owner.kind, proven.info, owner.grants, self._protected
        )

    async def _by_issuer(self, presented: PresentedJwt) -> Principal:
        if self._issuer is None:
            raise BadCredential(LoginFailure.MALFORMED)
        proven = await self._issuer.prove(presented.text, self._now())
        async with asyncio.timeout(PROOF_SECONDS):
            owner = await known_identity(self._database, proven.identity)
        if owner.disabled_at is not None:
            raise BadCredential(LoginFailure.DISABLED, str(owner.id))
        return Principal(
            owner.id,
            owner.name,
            owner.kind,
            TokenInfo(owner.id, ISSUED_ELSEWHERE, owner.name, proven.expires_at),
            tuple(dict.fromkeys((*owner.grants, *proven.grants))),
            self._protected,
            proven.identity,
        )

    def _refused(self, presented: _Presented, error: BadCredential) -> None:
        """Whoever guesses is not remembered: only what was a token once."""
        was_known = self._proven.pop(presented.digest, None) is not None
        if was_known:
            self.generation += 1
        if self._shared is not None and (was_known or error.reason in _ONCE_GOOD):
            self._shared.refused(presented.digest)

    async def _proven_before_outage(self, presented: _Presented) -> Principal:
        known = await self._proven_lately(presented)
        if known is None:
            raise StoreUnavailable from None
        self._away_until = self._monotonic() + FRESH_SECONDS
        return known.principal

    async def _proven_lately(self, presented: _Presented) -> _Proven | None:
        """The last proof of it, here or on another server, if that is not long ago."""
        known = self._proven.get(presented.digest)
        if known is None or not self._is_lately(known):
            found = None if self._shared is None else await self._shared.find(presented.digest)
            if found is None:
                return None
            principal, age = found
            principal = replace(principal, protected=self._protected)
            known = _Proven(principal, self._monotonic() - age)
            if self._is_lately(known):
                self._remember(presented.digest, known)
        return known if self._is_lately(known) else None

    def _is_lately(self, known: _Proven) -> bool:
        return self._monotonic() - known.at < OUTAGE_GRACE_SECONDS

    def _remember(self, digest: str, proven: _Proven) -> None:
        self._proven[digest] = proven
        self._proven.move_to_end(digest)
        while len(self._proven) > _MOST_KNOWN:
            self._proven.popitem(last=False)


def _presented(authorization: Sequence[str], *, takes_jwt: bool) -> _Presented:
    """Two headers are refused: a proxy in front might have looked at the other one."""
    if not authorization:
        raise Unauthenticated
    scheme, _, credential = authorization[0].partition(" ")
    presented: _Presented | None = None
    if scheme.lower() == "bearer" and len(authorization) == 1:
        presented = parse(credential)
        if presented is None and takes_jwt:
            presented = parse_jwt(credential)
    if presented is None:
        raise BadCredential(LoginFailure.MALFORMED)
    return presented


def _unrevoked(stored: StoredToken | None, presented: PresentedToken) -> StoredToken:
    """Only of a token that was shown whole is said anything: an id alone proves nothing."""
    if stored is None or not hmac.compare_digest(stored.digest, presented.digest):
        raise BadCredential(LoginFailure.UNKNOWN)
    if stored.revoked_at is not None:
        raise BadCredential(LoginFailure.REVOKED, presented.public_id)
    if stored.owner.disabled_at is not None:
        raise BadCredential(LoginFailure.DISABLED, presented.public_id)
    return stored
