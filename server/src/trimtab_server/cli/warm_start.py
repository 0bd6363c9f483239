"""Starting while the database is away: only where other servers may have kept what is read.

What a start asks of the database is asked as soon as it answers.
"""

import asyncio
from collections.abc import Callable

import structlog

from trimtab_server.http.store_outage import is_store_outage
from trimtab_server.infra.database import Database
from trimtab_server.migrations.version import is_current
from trimtab_server.settings import Settings

_log = structlog.get_logger(__name__)

NOT_CURRENT = "the database's schema is not current: run `trimtab-server database upgrade`"
_ANSWER_SECONDS, _PAUSE_SECONDS = 3.0, 1.0


def starts_without_database(settings: Settings) -> bool:
    """Whether to start all the same: there is somewhere to read from, and the database is away."""
    if not (settings.database_url and settings.redis_url and settings.redis_key):
        return False
    return asyncio.run(_is_away(settings.database_url))


async def has_current_schema(database: Database) -> bool:
    """Whether the database has exactly the schema that this version expects."""
    async with database.read() as connection:
        return await is_current(connection)


async def end_unless_current(database: Database, end: Callable[[], None]) -> None:
    """Wait until the database answers; if it is not one for this version, `end`."""
    while True:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                current = await has_current_schema(database)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next try may work
            _log.info("database-still-away", error=type(error).__name__)
            await asyncio.sleep(_PAUSE_SECONDS)
            continue
        if not current:
            end()
        return


async def _is_away(url: str) -> bool:
    database = Database(url, pool_size=1, answer_seconds=_ANSWER_SECONDS)
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            await has_current_schema(database)
    except Exception as error:  # noqa: BLE001 - what else is wrong is said by who asks next
        return is_store_outage(error)
    finally:
        await database.dispose()
    return False
