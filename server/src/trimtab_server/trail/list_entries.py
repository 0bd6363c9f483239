"""Entries of the trail as people read them: filtered, in pages, values only where they may be."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Row, Select, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.audit.models import audit_entry
from trimtab_server.catalog.models import setting
from trimtab_server.errors import MalformedRequest
from trimtab_server.http.cursor import Listed, make_cursor
from trimtab_server.http.instants import instant
from trimtab_server.kernel.strict_json import MalformedJson, parse_json
from trimtab_server.trail.chains import Chain
from trimtab_server.trail.queries import Place, purged_of, values_of

# Whether values of this environment (None: of all) and category (None: of any) may be seen.
MaySee: TypeAlias = Callable[[Chain, str | None, str | None], bool]
_COMMENT: Final = "comment"


class ValueState(StrEnum):
    """Why a value is shown as it is, or is not."""

    NONE = "none"  # there was no value
    SHOWN = "shown"
    HIDDEN = "hidden"  # this reader may not see it
    PURGED = "purged"
    MISSING = "missing"  # gone without a purge: verification fails here


@dataclass(frozen=True, slots=True)
class Filters:
    """What the listed entries have in common; None asks nothing."""

    actor: str | None = None
    action: str | None = None
    key: str | None = None
    environment: str | None = None
    channel: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Entries in order, and where the next page begins."""

    items: list[dict[str, Any]]
    next_cursor: str | None


async def list_entries(
    connection: AsyncConnection,
    chains: Sequence[Chain],
    filters: Filters,
    *,
    may_see: MaySee,
    limit: int,
    after: str | None = None,
    oldest_first: bool = False,
    with_body: bool = False,
) -> Page:
    """Entries of these chains by time, and within one instant by chain and number."""
    query = _query({chain.name for chain in chains}, filters)
    order = (audit_entry.c.at, audit_entry.c.chain, audit_entry.c.seq)
    if after is not None:
        place = _place(after)
        query = query.where(tuple_(*order) > place if oldest_first else tuple_(*order) < place)
    ordered = [column.asc() if oldest_first else column.desc() for column in order]
    rows = (await connection.execute(query.order_by(*ordered).limit(limit + 1))).all()
    shown, more = rows[:limit], len(rows) > limit
    view = await _view(connection, chains, shown, may_see)
    items = [view.entry(row) for row in shown]
    if with_body:
        for item, row in zip(items, shown, strict=True):
            item["body"] = row.body
    return Page(items, _cursor(shown[-1]) if more else None)


def _query(chains: Collection[str], filters: Filters) -> Select[Any]:
    columns = audit_entry.c
    where: list[ColumnElement[bool]] = [columns.chain.in_(chains)]
    if filters.actor is not None:
        where.append(or_(columns.actor_name == filters.actor, columns.actor_id == filters.actor))
    for column, wanted in (
        (columns.action, filters.action),
        (columns.channel, filters.channel),
        (columns.revision, filters.revision),
    ):
        if wanted is not None:
            where.append(column == wanted)
    if filters.since is not None:
        where.append(columns.at >= filters.since)
    if filters.until is not None:
        where.append(columns.at < filters.until)
    return select(audit_entry).where(*where, *_about(filters))


def _about(filters: Filters) -> list[ColumnElement[bool]]:
    """A body names key and environment as members; in canonical text that is one string each."""
    wanted = [
        f'"{name}":{json.dumps(value, ensure_ascii=False)}'
        for name, value in (("environment", filters.environment), ("key", filters.key))
        if value is not None
    ]
    if len(wanted) == 2:  # both of the same item, where members stand in the order of their names
        wanted = [",".join(wanted)]
    return [audit_entry.c.body.contains(one, autoescape=True) for one in wanted]


def _place(after: str) -> tuple[datetime, str, int]:
    at, chain, seq = after.split("|")
    try:
        return datetime.fromisoformat(at), chain, int(seq)
    except ValueError:  # the thirtieth of February
        raise MalformedRequest("This cursor is none of ours.") from None


def _cursor(row: Row[Any]) -> str:
    return make_cursor(Listed.ENTRIES, f"{instant(row.at)}|{row.chain}|{row.seq}")


async def _view(
    connection: AsyncConnection, chains: Sequence[Chain], rows: Sequence[Row[Any]], may_see: MaySee
) -> "_View":
    places = [(row.chain, row.seq) for row in rows]
    known = {chain.name: chain for chain in chains}
    bodies = {place: json.loads(row.body) for place, row in zip(places, rows, strict=True)}
    return _View(
        known,
        bodies,
        await values_of(connection, places),
        await purged_of(connection, places),
        await _categories(connection, known, bodies),
        may_see,
    )


async def _categories(
    connection: AsyncConnection, chains: Mapping[str, Chain], bodies: Mapping[Place, Any]
) -> dict[tuple[str, str], str]:
    """The category that each key has today, also where the setting was deleted."""
    keys = {
        (chain, item["key"])
        for (chain, _), body in bodies.items()
        for item in body["subject"].get("items", ())
        if item.get("key")
    }
    found: dict[tuple[str, str], str] = {}
    for name, chain in chains.items():
        wanted = {key for of, key in keys if of == name}
        if not wanted or chain.application_id is None:
            continue
        query = select(setting.c.key, setting.c.category).where(
            setting.c.application_id == chain.application_id, setting.c.key.in_(wanted)
        )
        found |= {(name, row.key): row.category for row in await connection.execute(query)}
    return found


@dataclass(frozen=True, slots=True)
class _View:
    """What one page needs to know of its entries, and how it shows them."""

    chains: Mapping[str, Chain]
    bodies: Mapping[Place, Any]
    values: Mapping[Place, Mapping[str, str]]
    purged: Mapping[Place, Collection[str]]
    categories: Mapping[tuple[str, str], str]
    may_see: MaySee

    def entry(self, row: Row[Any]) -> dict[str, Any]:
        chain, place = self.chains[row.chain], (row.chain, row.seq)
        subject = dict(self.bodies[place]["subject"])
        items = subject.pop("items", [])
        reason, reason_state = self._reason(row, place)
        revision = None if row.revision is None else f"{chain.epoch}.{row.revision}"
        return {
            "seq": row.seq,
            "chain": row.chain,
            "application": chain.application,
            "at": instant(row.at),
            "action": row.action,
            "actor": row.actor_name,
            "actorId": row.actor_id,
            "channel": row.channel,
            "requestId": row.request_id,
            "address": row.address,
            "revision": revision,
            "reason": reason,
            "reasonState": reason_state,
            "subject": subject,
            "items": [self._item(place, number, item) for number, item in enumerate(items)],
            "hash": row.hash,
            "prevHash": row.prev_hash,
        }

    def _reason(self, row: Row[Any], place: Place) -> tuple[str | None, ValueState]:
        """What is said in an entry is there for good; a change's comment can be purged."""
        if row.reason is not None:
            return row.reason, ValueState.SHOWN
        return self._value(place, _COMMENT)

    def _item(self, place: Place, number: int, item: Mapping[str, Any]) -> dict[str, Any]:
        chain, environment = self.chains[place[0]], item.get("environment")
        category = self.categories.get((chain.name, item.get("key") or ""))
        shown = {
            name: self._value(place, f"{number}.{name}")
            if self.may_see(chain, environment, category)
            else (None, ValueState.HIDDEN)
            for name in ("old", "new")
        }
        said = dict(item)
        for name, (text, state) in shown.items():
            said |= {name: _decoded(text), f"{name}State": state}
        if "overridden" in item:
            said["overrideReason"], _ = self._value(place, f"{number}.override")
        return said

    def _value(self, place: Place, slot: str) -> tuple[str | None, ValueState]:
        if slot in self.values.get(place, ()):
            return self.values[place][slot], ValueState.SHOWN
        if slot in self.purged.get(place, ()):
            return None, ValueState.PURGED
        committed = self.bodies[place]["values"].get(slot)
        return None, ValueState.NONE if committed is None else ValueState.MISSING


def _decoded(text: str | None) -> Any:
    """JSON where it is JSON: around the server anything can be written."""
    if text is None:
        return None
    try:
        return parse_json(text.encode())
    except MalformedJson:
        return text
