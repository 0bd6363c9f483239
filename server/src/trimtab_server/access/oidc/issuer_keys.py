"""The issuer's keys: asked for rarely, whatever anybody sends us, and remembered for a while."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from trimtab_server.access.identity import IssuerUnavailable
from trimtab_server.access.login_failure import BadCredential, LoginFailure

from .public_key import PublicKey

_log = structlog.get_logger(__name__)

# Keys are asked for again in the background when they are this old: a key that the issuer has
# taken back is out after that.
FRESH_SECONDS = 5 * 60.0
# While the issuer does not answer, its keys are good for this long.
OUTAGE_SECONDS = 60 * 60.0
# A token with an unknown key makes us ask again, but never sooner than this.
UNKNOWN_KEY_SECONDS = 30.0
FAILED_SECONDS = 5.0

FetchKeys = Callable[[], Awaitable[tuple[PublicKey, ...]]]


class IssuerKeys:
    """One per process. Requests that need the keys at once share one asking."""

    def __init__(
        self, fetch: FetchKeys, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._keys: tuple[PublicKey, ...] = ()
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._failed = False
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, key_id: str | None, algorithm: str) -> PublicKey:
        """The key of that id; without an id, the only one there is for that algorithm.

        Raises:
            BadCredential: the issuer has no such key.
            IssuerUnavailable: it does not answer, and what it said last is too old or not enough.
        """
        if not self._is_known(OUTAGE_SECONDS):
            await self._ask_again()
            if not self._is_known(OUTAGE_SECONDS):
                raise IssuerUnavailable
        elif not self._is_known(FRESH_SECONDS):
            self._begin_to_ask()
        found = self._found(key_id, algorithm)
        if found is None:
            await self._ask_again()
            found = self._found(key_id, algorithm)
        if found is not None:
            return found
        if self._failed:
            raise IssuerUnavailable
        raise BadCredential(LoginFailure.FORGED)

    def _found(self, key_id: str | None, algorithm: str) -> PublicKey | None:
        fit = [
            one
            for one in self._keys
            if algorithm in one.algorithms and key_id in (None, one.key_id)
        ]
        return fit[0] if len(fit) == 1 else None

    def _is_known(self, seconds: float) -> bool:
        at = self._fetched_at
        return at is not None and self._monotonic() - at < seconds

    async def _ask_again(self) -> None:
        self._begin_to_ask()
        if self._fetching is not None:
            # Whoever asked first may hang up; the others still want to know.
            await asyncio.shield(self._fetching)

    def _begin_to_ask(self) -> None:
        pause = FAILED_SECONDS if self._failed else UNKNOWN_KEY_SECONDS
        now = self._monotonic()
        is_too_soon = self._tried_at is not None and now - self._tried_at < pause
        if self._fetching is None and not is_too_soon:
            self._tried_at = now
            self._fetching = asyncio.create_task(self._ask())

    async def _ask(self) -> None:
        try:
            self._keys = await self._fetch()
            self._fetched_at = self._monotonic()
            self._failed = False
        except Exception as error:  # noqa: BLE001 - whatever it is, the issuer did not answer
            self._failed = True
            _log.warning("issuer-keys-not-fetched", error=type(error).__name__)
        finally:
            self._fetching = None
