"""Is there anything in the store that today's rules would refuse? Never says what."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.audit.models import audit_entry, audit_value
from trimtab_server.catalog.credentials import find_credential, nameable
from trimtab_server.catalog.definition import definition_from_text
from trimtab_server.config.validate import doubt
from trimtab_server.kernel.rules import BadRules
from trimtab_server.trail.kingfisher import Detect
from trimtab_server.trail.stored_texts import StoredText, Where, stored_texts


@dataclass(frozen=True, slots=True)
class Found:
    """One credential, or what looks like one: where, and by which rule."""

    where: Where
    application: str | None
    key: str | None
    environment: str | None
    revision: int | None
    rule: str
    doubtful: bool

    def to_json(self) -> dict[str, Any]:
        """A line of the report."""
        return {
            "where": self.where.value,
            "application": self.application,
            "key": self.key,
            "environment": self.environment,
            "revision": self.revision,
            "rule": self.rule,
            "doubtful": self.doubtful,
        }


async def rescan(connection: AsyncConnection, detect: Detect | None = None) -> list[Found]:
    """Everything that is found, each place and rule once.

    Guesses that somebody overruled for exactly this text are left out. `detect` is a second
    opinion on each text; what it finds is never a guess.
    """
    vouched = await _vouched(connection)
    found: dict[Found, None] = {}
    async for one in stored_texts(connection):
        for rule, doubtful in _judge(one, detect):
            if not (doubtful and (one.is_reference or (one.chain, one.text) in vouched)):
                found[_found(one, rule, doubtful)] = None
    return list(found)


def _judge(one: StoredText, detect: Detect | None) -> Iterator[tuple[str, bool]]:
    own = _named(one) or _guess(one)
    if own is not None:
        yield own
    if detect is not None and one.text:
        for rule in detect(f"{one.spot.key}={one.content}" if one.spot.key else str(one.content)):
            yield f"kingfisher:{rule}", False


def _named(one: StoredText) -> tuple[str, bool] | None:
    """A key in its own right; whether its name says that it holds one, its definition knows."""
    if one.spot.where is not Where.NAME or one.spot.key is None:
        return None
    finding = find_credential(one.spot.key)
    return None if finding is None else (finding.rule, finding.doubtful)


def _guess(one: StoredText) -> tuple[str, bool] | None:
    if one.is_definition and one.spot.key is not None:
        try:
            finding = doubt(one.spot.key, definition_from_text(one.text))
        except (BadRules, KeyError, TypeError, ValueError):  # written around the server
            finding = find_credential(one.content)
    else:
        finding = find_credential(one.content)
    return None if finding is None else (finding.rule, finding.doubtful)


def _found(one: StoredText, rule: str, doubtful: bool) -> Found:
    spot = one.spot
    key = nameable(spot.key) if spot.key else None
    return Found(spot.where, spot.application, key, spot.environment, spot.revision, rule, doubtful)


async def _vouched(connection: AsyncConnection) -> set[tuple[str | None, str]]:
    """Texts whose entry says that a guess about them was overruled, by chain."""
    entries = select(audit_entry.c.chain, audit_entry.c.seq, audit_entry.c.body).where(
        audit_entry.c.body.contains('"overridden":')
    )
    found: set[tuple[str | None, str]] = set()
    for chain, seq, body in (await connection.execute(entries)).all():
        items = json.loads(body)["subject"].get("items", ())
        slots = [f"{number}.new" for number, one in enumerate(items) if "overridden" in one]
        values = select(audit_value.c.value).where(
            audit_value.c.chain == chain, audit_value.c.seq == seq, audit_value.c.slot.in_(slots)
        )
        found |= {(chain, text) for text in (await connection.execute(values)).scalars()}
    return found
