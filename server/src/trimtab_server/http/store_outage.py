"""Is it the database that is away, or is it us?"""

import socket
import sqlite3

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# SQLSTATE: 08 no connection, 53 out of connections or disk, 57P0x shutting down or starting.
_AWAY_CLASSES = ("08", "53", "57P0")
_AWAY_SQLITE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
    }
)


def is_store_outage(error: BaseException) -> bool:
    """True when the same request may succeed once the database answers again."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or _says_away(error.orig)
    return _says_away(error) or isinstance(
        error, (ConnectionError, TimeoutError, PoolTimeout, socket.gaierror)
    )


def outage_code(error: BaseException) -> str | None:
    """The database's own code for what is wrong, such as `SQLITE_FULL` or `53100`: it holds no
    value, as its words might. None where it did not even say that."""
    said = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(said, "sqlite_errorname", None) or getattr(said, "sqlstate", None)
    return code if isinstance(code, str) else None


def _says_away(error: BaseException | None) -> bool:
    if isinstance(error, sqlite3.Error):
        # The low byte is the error, the rest says which kind of it.
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in _AWAY_SQLITE
    state = getattr(error, "sqlstate", None)
    return isinstance(state, str) and state.startswith(_AWAY_CLASSES)
