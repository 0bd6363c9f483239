"""Which chains there are, and whose."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.audit.chain import NO_ENTRY, SYSTEM_CHAIN, chain_of
from trimtab_server.audit.models import audit_chain
from trimtab_server.catalog.models import application


@dataclass(frozen=True, slots=True)
class Chain:
    """One chain; `application` and its `revision` are None for the system's."""

    name: str
    seq: int
    head: str
    application: str | None = None
    application_id: UUID | None = None
    epoch: int = 0
    revision: int | None = None


async def load_chains(connection: AsyncConnection) -> list[Chain]:
    """Every chain that there is or has to be, by name: one of an application that is gone, too."""
    rows = (await connection.execute(select(audit_chain).order_by(audit_chain.c.name))).all()
    heads = {row.name: (row.seq, row.head) for row in rows}
    found: dict[str, Chain] = {}
    for row in await connection.execute(select(application)):
        name = chain_of(row.id)
        seq, head = heads.get(name, (0, NO_ENTRY))
        found[name] = Chain(name, seq, head, row.name, row.id, row.epoch, row.revision)
    for name in {*heads, SYSTEM_CHAIN} - set(found):
        found[name] = Chain(name, *heads.get(name, (0, NO_ENTRY)))
    return [found[name] for name in sorted(found)]
