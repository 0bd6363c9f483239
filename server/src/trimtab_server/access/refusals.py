"""Refusals and failed logins reach the system chain, and nobody can fill it with them.

A refusal of somebody known is an entry of its own, up to a number a minute. What goes beyond, and
every failed login, is counted: at most once a minute one entry says how many there were, why and
from where. Never is the credential, or anything else that was presented, in it.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

from trimtab_server.audit.chain import SYSTEM_CHAIN
from trimtab_server.audit.fact import AuditAction, AuditFact
from trimtab_server.audit.record import record
from trimtab_server.infra.database import Database, database_now

_log = structlog.get_logger(__name__)

WINDOW_SECONDS = 60.0
MOST_EACH = 30
_MOST_SOURCES = 100
_OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Source:
    """Where refusals come from: an address with a reason, and the token or principal if known."""

    action: AuditAction
    reason: str
    address: str | None
    who: str | None = None

    def to_json(self, count: int) -> dict[str, object]:
        """How an entry says it."""
        return {"reason": self.reason, "address": self.address, "who": self.who, "count": count}


class Refusals:
    """One per process."""

    def __init__(
        self,
        database: Database,
        *,
        most_each: int = MOST_EACH,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.most_each = most_each
        self._database = database
        self._monotonic = monotonic
        self._began = monotonic()
        self._each: Counter[str | None] = Counter()
        self._counted: Counter[Source] = Counter()
        self._writer: asyncio.Task[None] | None = None
        self._drained = asyncio.Event()

    async def refused(self, fact: AuditFact) -> None:
        """Somebody known was refused: written before they are told, unless there were many."""
        if self._is_one_too_many(fact.actor_id) or not await self._wrote([fact]):
            self.count(Source(fact.action, str(fact.reason), fact.address, fact.actor_id))

    def count(self, source: Source) -> None:
        """Something to be counted, and written when the minute is over."""
        if source not in self._counted and len(self._counted) >= _MOST_SOURCES:
            source = Source(source.action, source.reason, _OTHERS)
        self._counted[source] += 1
        if self._writer is None:
            self._drained.clear()
            self._writer = asyncio.create_task(self._write_in_time())

    async def drain(self) -> None:
        """Write at once what has been counted."""
        self._drained.set()
        while self._writer is not None:
            await asyncio.shield(self._writer)

    def _is_one_too_many(self, actor_id: str | None) -> bool:
        now = self._monotonic()
        if now - self._began >= WINDOW_SECONDS:
            self._began = now
            self._each.clear()
        self._each[actor_id] += 1
        return self._each[actor_id] > self.most_each

    async def _write_in_time(self) -> None:
        try:
            while self._counted:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._drained.wait(), WINDOW_SECONDS)
                counted, self._counted = self._counted, Counter()
                if not await self._wrote(list(_summed(counted))) and not self._drained.is_set():
                    self._counted.update(counted)  # the store is away: try again in a minute
        finally:
            self._writer = None

    async def _wrote(self, facts: Sequence[AuditFact]) -> bool:
        try:
            async with self._database.write() as connection:
                await record(connection, SYSTEM_CHAIN, facts, await database_now(connection))
        except Exception as error:  # noqa: BLE001 - a refusal stays one, whatever becomes of its entry
            _log.warning("refusals-not-written", count=len(facts), error=type(error).__name__)
            return False
        return True


def _summed(counted: Counter[Source]) -> Iterator[AuditFact]:
    for action in sorted({source.action for source in counted}):
        ours = {source: count for source, count in counted.items() if source.action is action}
        yield AuditFact(
            action=action,
            actor_id=None,
            actor_name=None,
            channel="api",
            request_id=None,
            address=None,
            revision=None,
            reason=f"counted for up to {WINDOW_SECONDS:.0f} s",
            subject={
                "count": sum(ours.values()),
                "sources": [source.to_json(count) for source, count in ours.items()],
            },
            values={},
        )
