"""What a change would say, without writing anything."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.catalog.queries import load_environments
from trimtab_server.config.authorise import seen_by
from trimtab_server.config.change import outcome_of
from trimtab_server.config.edits import PreparedChange
from trimtab_server.config.outcome import Outcome
from trimtab_server.config.plan import plan
from trimtab_server.config.queries import load_settings
from trimtab_server.config.read import existing_application
from trimtab_server.config.state import State


@dataclass(frozen=True, slots=True)
class Judged:
    """The outcome that committing now would have, and the state that it would leave."""

    outcome: Outcome
    state: State


async def judge(
    connection: AsyncConnection, change: PreparedChange, *, everything: bool = False
) -> Judged:
    """Plan the change against what is stored; its revision is the head it was judged against.

    With `everything` the state holds all settings, else only those that are edited.

    Raises:
        ChangeRefused: exactly as committing would.
    """
    head = await existing_application(connection, change.application)
    edits = change.edits
    if not isinstance(edits, tuple):
        edits = await edits(connection, head, change.principal)
    keys = None if everything else {edit.key for edit in edits}
    state = State(
        head,
        await load_environments(connection, head.id),
        await load_settings(connection, head.id, keys),
    )
    seen = seen_by(change.principal, state, edits)
    planned = plan(
        seen, edits, by=change.author.name, at=head.changed_at, comment=change.comment
    ).within(state)
    return Judged(outcome_of(planned, head.revision, change), planned.state)
