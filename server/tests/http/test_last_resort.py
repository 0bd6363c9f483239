"""What nobody expected is answered, without detail, and logged, without values."""

import sqlite3
from collections.abc import Callable, MutableMapping
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from trimtab_server.http.last_resort import LastResortMiddleware, ResponseCut
from trimtab_server.http.store_outage import is_store_outage

BuildApp = Callable[..., FastAPI]
Caller = Callable[[FastAPI], httpx2.AsyncClient]


class Stated(Exception):
    """As the PostgreSQL driver reports: with an SQLSTATE."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__("driver")
        self.sqlstate = sqlstate


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("driver")
    error.sqlite_errorcode, error.sqlite_errorname = code, "SQLITE_BUSY"
    return error


async def test_last_resort__unexpected_exception__is_a_bare_500(
    small_app: BuildApp, caller: Caller, canary: str
) -> None:
    with capture_logs() as logs:
        async with caller(small_app(KeyError(canary))) as client:
            response = await client.get("/failing", params={"value": canary})
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.json()["code"] == "internal-error"
    assert response.json()["errors"] == []
    assert canary not in response.text
    (entry,) = logs
    assert entry["error"] == "builtins.KeyError"
    assert entry["request_id"] == response.headers["x-request-id"]
    assert canary not in repr(logs)


async def test_last_resort__database_away__is_a_503_with_retry_after(
    small_app: BuildApp, caller: Caller, canary: str
) -> None:
    away = OperationalError(canary, {"value": canary}, sqlite_error(sqlite3.SQLITE_BUSY))
    with capture_logs() as logs:
        async with caller(small_app(away)) as client:
            response = await client.get("/failing")
    assert response.status_code == 503
    assert response.json()["code"] == "store-unavailable"
    assert int(response.headers["retry-after"]) > 0
    assert canary not in response.text
    (entry,) = logs
    assert (entry["event"], entry["log_level"]) == ("store_unavailable", "warning")
    assert entry["code"] == "SQLITE_BUSY"
    assert "frames" not in entry


async def test_last_resort__response_begun__connection_is_cut_without_detail(canary: str) -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise KeyError(canary)

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.disconnect"}

    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    with capture_logs(), pytest.raises(ResponseCut) as raised:
        await LastResortMiddleware(app)(scope, receive, send)
    assert len(sent) == 1
    assert raised.value.__suppress_context__


@pytest.mark.parametrize(
    ("error", "is_outage"),
    [
        (ConnectionRefusedError(), True),
        (TimeoutError(), True),
        (PoolTimeout(), True),
        (Stated("57P03"), True),
        (Stated("53300"), True),
        (DBAPIError("s", {}, Stated("08006")), True),
        (DBAPIError("s", {}, Stated("57P01")), True),
        (DBAPIError("s", {}, Stated("whatever"), connection_invalidated=True), True),
        (OperationalError("s", {}, sqlite_error(sqlite3.SQLITE_CANTOPEN)), True),
        (OperationalError("s", {}, sqlite_error(sqlite3.SQLITE_BUSY | 1 << 8)), True),
        (OperationalError("s", {}, sqlite_error(sqlite3.SQLITE_ERROR)), False),
        (DBAPIError("s", {}, Stated("23505")), False),
        (DBAPIError("s", {}, Stated("57014")), False),
        (KeyError("x"), False),
        (FileNotFoundError(), False),
    ],
)
def test_is_store_outage__error__is_told_apart(error: Exception, is_outage: bool) -> None:
    assert is_store_outage(error) is is_outage
