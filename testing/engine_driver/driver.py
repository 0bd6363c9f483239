"""Applications of a test's own, changes to them, and everything that is stored, as plain data."""

import itertools
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from trimtab_server.access.author import Author, Channel
from trimtab_server.access.permission import Role
from trimtab_server.access.principal import Grant, Principal, PrincipalKind, TokenInfo
from trimtab_server.audit.models import audit_chain, audit_entry, audit_value
from trimtab_server.audit.verify_chain import StoredEntry, StoredValue, verify_chain
from trimtab_server.catalog.create_application import create_application
from trimtab_server.catalog.models import change, change_item
from trimtab_server.catalog.queries import load_environments
from trimtab_server.config.as_of import load_state_as_of
from trimtab_server.config.change import commit_changes
from trimtab_server.config.edits import AnyEdit, Compose, Idempotency, PreparedChange
from trimtab_server.config.judge import Judged, judge
from trimtab_server.config.outcome import Outcome
from trimtab_server.config.queries import load_settings
from trimtab_server.config.read import existing_application
from trimtab_server.config.resolve import resolve
from trimtab_server.config.state import State
from trimtab_server.errors import TrimtabError
from trimtab_server.infra.database import Database

AUTHOR = Author(id="tester", name="tester", channel=Channel.API, request_id="r", address="::1")
# Whose changes the engine takes: rights have tests of their own.
ANYBODY = Principal(
    id=uuid.UUID(int=1),
    name="tester",
    kind=PrincipalKind.PERSON,
    token=TokenInfo(uuid.UUID(int=2), "", "", datetime.max.replace(tzinfo=UTC)),
    grants=(Grant(Role.ADMIN),),
    protected=frozenset(),
)
_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class View:
    """What one environment resolves to: key to (canonical text, origin, policy)."""

    items: Mapping[str, tuple[str | None, str | None, str]]


class Driver:
    """One database; every application is new."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def new_application(self) -> str:
        """A new application's name; its environments are base, dev, staging and prod."""
        name = f"app{next(_numbers)}-{uuid.uuid4().hex[:8]}"
        async with self.database.write() as connection:
            await create_application(connection, AUTHOR, name)
        return name

    def prepared(
        self,
        application: str,
        edits: Sequence[AnyEdit] | Compose,
        *,
        idempotency: Idempotency | None = None,
        show: tuple[tuple[str, str], ...] = (),
    ) -> PreparedChange:
        """A change by the tester."""
        return PreparedChange(
            application=application,
            principal=ANYBODY,
            author=AUTHOR,
            edits=edits if callable(edits) else tuple(edits),
            comment="because",
            idempotency=idempotency,
            show=show,
        )

    async def commit(
        self, application: str, edits: Sequence[AnyEdit] | Compose
    ) -> Outcome | TrimtabError:
        """Commit one change and give its outcome or refusal."""
        answers = await commit_changes(
            self.database, application, [self.prepared(application, edits)]
        )
        return answers[0]

    async def must(self, application: str, edits: Sequence[AnyEdit] | Compose) -> Outcome:
        """Commit one change that has to succeed."""
        answer = await self.commit(application, edits)
        assert isinstance(answer, Outcome), answer
        return answer

    async def judge(
        self, application: str, edits: Sequence[AnyEdit] | Compose
    ) -> Judged | TrimtabError:
        """What the change would say."""
        try:
            async with self.database.read() as connection:
                return await judge(connection, self.prepared(application, edits))
        except TrimtabError as refusal:
            return refusal

    async def state(self, application: str, revision: int | None = None) -> State:
        """The present, or a past revision as the server folds it."""
        async with self.database.read() as connection:
            head = await existing_application(connection, application)
            if revision is not None:
                return await load_state_as_of(connection, head, revision)
            environments = await load_environments(connection, head.id)
            return State(head, environments, await load_settings(connection, head.id))

    async def views(self, application: str, revision: int | None = None) -> dict[str, View]:
        """What every environment resolves to, now or then."""
        state = await self.state(application, revision)
        return {name: view(state, name) for name in state.environments}

    async def log(self, application: str) -> list[dict[str, Any]]:
        """The items of all changes in order, without ids."""
        async with self.database.read() as connection:
            head = await existing_application(connection, application)
            query = (
                select(change_item)
                .where(change_item.c.application_id == head.id)
                .order_by(change_item.c.revision, change_item.c.ordinal)
            )
            rows = (await connection.execute(query)).mappings().all()
        hidden = {"application_id", "setting_id"}
        return [{name: row[name] for name in row if name not in hidden} for row in rows]

    async def revisions(self, application: str) -> list[int]:
        """The revisions of all changes in order."""
        async with self.database.read() as connection:
            head = await existing_application(connection, application)
            query = (
                select(change.c.revision)
                .where(change.c.application_id == head.id)
                .order_by(change.c.revision)
            )
            return list((await connection.execute(query)).scalars())

    async def audit(self, application: str) -> list[StoredEntry]:
        """The application's audit chain as it is stored."""
        async with self.database.read() as connection:
            head = await existing_application(connection, application)
            chain = f"application:{head.id}"
            values: dict[int, list[StoredValue]] = {}
            for row in await connection.execute(
                select(audit_value).where(audit_value.c.chain == chain)
            ):
                values.setdefault(row.seq, []).append(StoredValue(row.slot, row.salt, row.value))
            entries = await connection.execute(
                select(audit_entry).where(audit_entry.c.chain == chain).order_by(audit_entry.c.seq)
            )
            return [_entry(row, values) for row in entries]

    async def audit_is_whole(self, application: str) -> bool:
        """Whether the chain verifies and has one entry for each change."""
        entries = await self.audit(application)
        revisions = [entry.revision for entry in entries]
        chain = f"application:{(await self.state(application)).application.id}"
        async with self.database.read() as connection:
            query = select(audit_chain.c.seq, audit_chain.c.head).where(audit_chain.c.name == chain)
            row = (await connection.execute(query)).one()
        broken = list(verify_chain(chain, entries, head=(row.seq, row.head)))
        return not broken and revisions == await self.revisions(application)

    async def dump(self, application: str) -> tuple[object, ...]:
        """Everything that a refused change must leave as it was."""
        state = await self.state(application)
        return (
            state.application,
            dict(state.environments),
            dict(state.settings),
            await self.log(application),
            await self.audit(application),
        )


def view(state: State, environment: str) -> View:
    """What one environment resolves to in this state."""
    found = {}
    for setting in state.settings.values():
        if not setting.deleted:
            resolved = resolve(setting, state.environments, environment)
            found[setting.key] = (resolved.text, resolved.origin, resolved.policy.value)
    return View(found)


def _entry(row: Any, values: dict[int, list[StoredValue]]) -> StoredEntry:
    return StoredEntry(
        seq=row.seq,
        at=row.at,
        action=row.action,
        actor_id=row.actor_id,
        actor_name=row.actor_name,
        channel=row.channel,
        request_id=row.request_id,
        address=row.address,
        revision=row.revision,
        reason=row.reason,
        body=row.body,
        prev_hash=row.prev_hash,
        hash=row.hash,
        values=tuple(values.get(row.seq, ())),
    )
