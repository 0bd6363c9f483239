"""The only writer of values: judges changes under the application's lock and commits them.

Waiting changes of one application ride together in one transaction, because a transaction per
change is bound by the disk. Each keeps its own revision, history and audit entry, and one that is
refused leaves no trace in its neighbours.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.audit.record import ChainHead
from trimtab_server.audit.server_writes import server_writes
from trimtab_server.catalog.advance_revision import Advance, announcement, log_after
from trimtab_server.catalog.environments import EnvironmentTree
from trimtab_server.config.authorise import seen_by
from trimtab_server.config.begin_change import begin_change
from trimtab_server.config.committed import Committed, OnCommit
from trimtab_server.config.edits import AnyEdit, PreparedChange
from trimtab_server.config.entity import show
from trimtab_server.config.idempotency import drop_old_outcomes, find_outcome, outcomes_rows
from trimtab_server.config.outcome import Outcome, item_json
from trimtab_server.config.plan import Planned, plan
from trimtab_server.config.queries import load_settings, settings_rows
from trimtab_server.config.state import SettingState, State
from trimtab_server.errors import TrimtabError
from trimtab_server.infra.database import Database
from trimtab_server.infra.rows import Rows
from trimtab_server.infra.write_rows import write_rows
from trimtab_server.kernel.keys import fold_key


async def commit_changes(
    database: Database, application: str, changes: Sequence[PreparedChange]
) -> list[Outcome | TrimtabError]:
    """Commit consecutive changes of one application in one transaction.

    Returns one answer per change, in order: its outcome, or why it was refused. When this returns,
    everything is durable; when it raises, nothing was stored.
    """
    async with database.write() as connection:
        answers, _ = await _write(connection, application, changes)
    return answers


async def commit_and_tell(
    database: Database, application: str, changes: Sequence[PreparedChange], tell: OnCommit
) -> list[Outcome | TrimtabError]:
    """The same, and this process is told what was committed, so that it need not read it again."""
    async with database.write(tells=False) as connection:
        answers, committed = await _write(connection, application, changes)
    if committed is not None:
        await tell(committed)
    return answers


async def _write(
    connection: AsyncConnection, application: str, changes: Sequence[PreparedChange]
) -> tuple[list[Outcome | TrimtabError], Committed | None]:
    keys = {edit.key for change in changes for edit in _ready(change)}
    begun = await begin_change(connection, application, keys)
    writer = _Writer(
        connection,
        state=begun.state,
        chain=begun.chain,
        now=begun.now,
        revision=begun.state.application.revision,
        loaded={fold_key(key) for key in keys},
    )
    answers = [await writer.answer(change) for change in changes]
    await writer.flush()
    return answers, writer.committed()


def _ready(change: PreparedChange) -> tuple[AnyEdit, ...]:
    return change.edits if isinstance(change.edits, tuple) else ()


@dataclass(slots=True)
class _Writer:
    """The state of one transaction: what is planned, and what has been written of it."""

    connection: AsyncConnection
    state: State
    chain: ChainHead
    now: datetime
    revision: int
    loaded: set[str]
    advances: list[Advance] = field(default_factory=list)
    outcomes: list[tuple[PreparedChange, Outcome]] = field(default_factory=list)
    before: dict[str, SettingState | None] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    touched: dict[str, int] = field(default_factory=dict)

    async def answer(self, change: PreparedChange) -> Outcome | TrimtabError:
        """Plan one change on top of those before it."""
        try:
            kept = await find_outcome(self.connection, change, self.outcomes, self.now)
            return kept or await self._apply(change)
        except TrimtabError as refusal:
            return refusal

    async def _apply(self, change: PreparedChange) -> Outcome:
        edits = await self._edits(change)
        seen = seen_by(change.principal, self.state, edits)
        planned = plan(
            seen, edits, by=change.author.name, at=self.now, comment=change.comment
        ).within(self.state)
        if planned.items:
            self._advance(change, planned)
        outcome = outcome_of(planned, self.revision, change)
        self.outcomes.append((change, outcome))
        return outcome

    async def _edits(self, change: PreparedChange) -> tuple[AnyEdit, ...]:
        if isinstance(change.edits, tuple):
            return change.edits
        await self.flush()  # it reads the tables, so they must hold all that came before
        edits = await change.edits(self.connection, self.state.application, change.principal)
        missing = {edit.key for edit in edits if fold_key(edit.key) not in self.loaded}
        if missing:
            found = await load_settings(self.connection, self.state.application.id, missing)
            self.loaded |= {fold_key(key) for key in missing}
            self.state = State(
                self.state.application,
                self.state.environments,
                {**self.state.settings, **found},
            )
        return edits

    def _advance(self, change: PreparedChange, planned: Planned) -> None:
        self.revision += 1
        for item in planned.items:
            folded = fold_key(item.key or "")
            self.before.setdefault(folded, self.state.settings.get(folded))
            self.changed.add(folded)
        self.state = planned.state
        touched = planned.touched()
        self.touched |= dict.fromkeys(touched, self.revision)
        self.advances.append(
            Advance(
                revision=self.revision,
                author=change.author,
                comment=change.comment,
                at=self.now,
                items=planned.items,
                touched=frozenset(touched),
            )
        )

    async def flush(self) -> None:
        """Write what has been planned so far; the transaction stays open."""
        head = self.state.application
        pairs = [(old, self.state.settings[folded]) for folded, old in self.before.items()]
        self.chain, log = log_after(head, self.chain, self.advances)
        answers = outcomes_rows(self.outcomes, self.now)
        if answers.rows:
            await drop_old_outcomes(self.connection, self.now)
        rows = [*settings_rows(head.id, pairs), *log, answers]
        said = announcement(head, self.advances) if self.advances else None
        await self._write(rows, said)
        self.before, self.advances, self.outcomes = {}, [], []

    async def _write(self, rows: Sequence[Rows], announcing: str | None) -> None:
        if not any(one.rows for one in rows):
            return
        async with server_writes(self.connection, is_said=True):
            await write_rows(self.connection, rows, announcing=announcing)

    def committed(self) -> Committed | None:
        """What this process has to know of it; None where nothing was changed."""
        head = self.state.application
        if self.revision == head.revision:
            return None
        environments = EnvironmentTree(
            replace(one, touched_revision=self.touched.get(name, one.touched_revision))
            for name, one in self.state.environments.items()
        )
        after = replace(head, revision=self.revision, changed_at=self.now)
        settings = {folded: self.state.settings[folded] for folded in self.changed}
        return Committed(head.revision, State(after, environments, settings))


def outcome_of(planned: Planned, revision: int, change: PreparedChange) -> Outcome:
    """What the caller is told of a change that left the head at `revision`."""
    state = planned.state
    shown = tuple(
        show(state, setting, environment)
        for key, environment in change.show
        if (setting := state.find(key)) is not None
    )
    return Outcome(
        epoch=state.application.epoch,
        revision=revision,
        changed=bool(planned.items),
        items=tuple(item_json(item) for item in planned.items),
        shown=shown,
        touched=tuple(sorted(planned.touched())),
    )
