"""Which schema a database has, told without the library that moves it: it is large, and stays in
the memory of whoever imports it."""

from importlib.resources import files

from sqlalchemy import inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

_TABLE = "alembic_version"


def newest_version() -> str:
    """The last version of this package's history: its files begin with their numbers."""
    names = [one.name for one in files("trimtab_server.migrations.versions").iterdir()]
    return max(name.partition("_")[0] for name in names if name[:4].isdecimal())


async def is_current(connection: AsyncConnection) -> bool:
    """Whether the database has exactly the schema that this version expects."""
    if not await connection.run_sync(lambda sync: inspect(sync).has_table(_TABLE)):
        return False
    found = await connection.scalars(text(f"SELECT version_num FROM {_TABLE}"))  # noqa: S608 - a name of ours
    return found.all() == [newest_version()]
