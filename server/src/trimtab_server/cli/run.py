"""Running one asynchronous command against the database, and saying what went wrong in a line."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import NoReturn, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from trimtab_server.errors import TrimtabError
from trimtab_server.http.store_outage import outage_code
from trimtab_server.infra.database import Database
from trimtab_server.settings import BadSettings, Settings, load_settings

Answer = TypeVar("Answer")


def settings_or_exit(**overrides: object) -> Settings:
    """The settings, or one sentence and exit code 2."""
    try:
        return load_settings(**overrides)
    except BadSettings as error:
        fail(f"cannot start: {error}", code=2)


def with_database(work: Callable[[Database], Awaitable[Answer]]) -> Answer:
    """Open the configured database, do the work, close it."""
    settings = settings_or_exit()
    try:
        return asyncio.run(_work(settings, work))
    except TrimtabError as error:
        fail(error.detail)
    except (SQLAlchemyError, OSError, ValueError) as error:
        fail(_no_answer(settings, error))
    except RuntimeError as error:
        fail(str(error))


def _no_answer(settings: Settings, error: Exception) -> str:
    code = outage_code(error) or type(error).__name__
    if settings.database_url:
        return f"the database does not answer ({code}): check TRIMTAB_DATABASE_URL"
    return (
        f"the embedded database in {settings.data_dir} cannot be used ({code}): is the disk full, "
        "or the file damaged? Make room, or put a backup of trimtab.sqlite3 in its place"
    )


def fail(sentence: str, code: int = 1) -> NoReturn:
    """Say it on standard error and leave."""
    print(f"trimtab-server: {sentence}", file=sys.stderr)
    raise SystemExit(code)


async def _work(settings: Settings, work: Callable[[Database], Awaitable[Answer]]) -> Answer:
    make_data_dir(settings)
    database = Database(settings.effective_database_url)
    try:
        return await work(database)
    finally:
        await database.dispose()


def make_data_dir(settings: Settings) -> None:
    """The embedded database's folder, for its owner only."""
    if not settings.database_url:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
