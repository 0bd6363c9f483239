"""A new epoch: the same revisions now stand for something else, so every reader begins anew."""

from uuid import UUID

from sqlalchemy import update

from trimtab_server.audit.chain import chain_of
from trimtab_server.audit.fact import AuditAction, AuditFact
from trimtab_server.audit.record import record
from trimtab_server.catalog.models import application
from trimtab_server.infra.announcements import announce
from trimtab_server.infra.database import Database, database_now


async def begin_epoch(
    database: Database, application_id: UUID, *, of: int, above: int, reason: str
) -> int | None:
    """An epoch later than both, for an application that is still in epoch `of`; else None.

    Of several who find out the same, one does it. This process is not told: it is its own reading
    that asks for the epoch, and goes on after it.
    """
    async with database.write(tells=False) as connection:
        now = await database_now(connection)
        epoch = max(int(now.timestamp()), of + 1, above + 1)
        mine = (application.c.id == application_id, application.c.epoch == of)
        done = await connection.execute(update(application).where(*mine).values(epoch=epoch))
        if done.rowcount != 1:
            return None
        fact = _fact({"epoch": epoch, "before": of}, reason)
        await record(connection, chain_of(application_id), [fact], now)
        await announce(connection, f"{application_id}:{epoch}:0")
    return epoch


def _fact(subject: dict[str, object], reason: str) -> AuditFact:
    return AuditFact(
        action=AuditAction.EPOCH_BEGUN,
        actor_id="server",
        actor_name="server",
        channel="server",
        request_id=None,
        address=None,
        revision=None,
        reason=reason,
        subject=subject,
        values={},
    )
