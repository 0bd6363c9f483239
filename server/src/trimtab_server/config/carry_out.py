"""One change, written or only judged: the caller of a dry run is told the same."""

from dataclasses import dataclass

from trimtab_server.config.as_of import load_state_as_of
from trimtab_server.config.edits import AnyEdit, Compose, PreparedChange
from trimtab_server.config.judge import judge
from trimtab_server.config.outcome import Outcome
from trimtab_server.config.read import existing_application
from trimtab_server.config.state import State
from trimtab_server.config.write_request import Writing
from trimtab_server.infra.database import Database


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request wants done to an application."""

    application: str
    edits: tuple[AnyEdit, ...] | Compose
    comment: str | None
    dry_run: bool


async def carry_out(database: Database, writing: Writing, wish: Wish) -> Outcome:
    """Commit the wish as one change, or judge it and write nothing."""
    if not wish.dry_run:
        return await writing.commit(wish.application, wish.edits, comment=wish.comment)
    async with database.read() as connection:
        return (await judge(connection, _change(writing, wish))).outcome


async def state_after(database: Database, writing: Writing, wish: Wish, outcome: Outcome) -> State:
    """All settings as they are after the change, or as they would be after a dry run."""
    async with database.read() as connection:
        if wish.dry_run:
            return (await judge(connection, _change(writing, wish), everything=True)).state
        head = await existing_application(connection, wish.application)
        return await load_state_as_of(connection, head, outcome.revision)


def _change(writing: Writing, wish: Wish) -> PreparedChange:
    return writing.prepare(wish.application, wish.edits, comment=wish.comment)
