"""Values that were purged: the past knows that there was one, and nothing can bring it back."""

from collections.abc import Sequence

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.catalog.items import ItemKind
from trimtab_server.catalog.models import change_item
from trimtab_server.catalog.queries import Application
from trimtab_server.config.errors import ChangeRefused
from trimtab_server.kernel.violation import Violation

PlaceName = tuple[str, str]


async def purged_as_of(
    connection: AsyncConnection, head: Application, revision: int
) -> list[PlaceName]:
    """Keys and environments whose own value as of that revision was purged since."""
    later = change_item.alias()
    overtaken = exists().where(
        later.c.setting_id == change_item.c.setting_id,
        later.c.kind == change_item.c.kind,
        later.c.environment == change_item.c.environment,
        later.c.revision <= revision,
        or_(
            later.c.revision > change_item.c.revision,
            and_(
                later.c.revision == change_item.c.revision,
                later.c.ordinal > change_item.c.ordinal,
            ),
        ),
    )
    query = select(change_item.c.key, change_item.c.environment).where(
        change_item.c.application_id == head.id,
        change_item.c.kind == ItemKind.VALUE.value,
        change_item.c.new_purged,
        change_item.c.revision <= revision,
        ~overtaken,
    )
    return [(key, environment) for key, environment in await connection.execute(query)]


def refuse_purged(pointer: str, places: Sequence[PlaceName]) -> None:
    """Raises ChangeRefused if there is any: an absence must not be taken for what was there."""
    if not places:
        return
    raise ChangeRefused(
        [
            Violation(
                pointer,
                key,
                "purged",
                f"What {key} was{f' in {environment}' if environment else ''} has been purged and "
                "cannot come back: set a value instead.",
                status=409,
            )
            for key, environment in sorted(places)
        ]
    )
