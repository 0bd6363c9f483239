"""Is the process alive, and can it do its work."""

import asyncio

from fastapi import APIRouter, Request
from sqlalchemy import text
from starlette.responses import JSONResponse, Response

from trimtab_server.http.public import public
from trimtab_server.http.wire import WireModel, json_reply
from trimtab_server.infra.database import Database

PATHS = frozenset({"/livez", "/readyz"})
router = APIRouter(tags=["health"], dependencies=[public()])
READY_WITHIN_SECONDS = 2.0


class Alive(WireModel):
    """The process answers."""

    status: str


class Ready(WireModel):
    """What the process can do; `reads`, `writes` and `database` are `ok` or `unavailable`."""

    status: str
    reads: str
    writes: str
    database: str


@router.get("/livez", response_model=Alive)
async def livez() -> Response:
    """200 as long as the process answers at all, whatever else is down."""
    return json_reply({"status": "alive"})


@router.get(
    "/readyz",
    response_model=Ready,
    responses={503: {"model": Ready, "description": "Neither reads nor writes can be served."}},
)
async def readyz(request: Request) -> Response:
    """200 when programs can be served; `status` is `read-only` while the database is away."""
    if await _answers(request.state.database):
        return json_reply(_ready("ready", reads=True, writes=True))
    if request.state.serves_reads():
        return json_reply(_ready("read-only", reads=True, writes=False))
    body = _ready("not ready", reads=False, writes=False)
    return JSONResponse(body, 503, {"Retry-After": "2"})


def _ready(status: str, *, reads: bool, writes: bool) -> dict[str, str]:
    words = {True: "ok", False: "unavailable"}
    said = {"reads": words[reads], "writes": words[writes], "database": words[writes]}
    return {"status": status, **said}


async def _answers(database: Database) -> bool:
    try:
        async with asyncio.timeout(READY_WITHIN_SECONDS), database.read() as connection:
            await connection.execute(text("SELECT 1"))
    except Exception:  # noqa: BLE001 - whatever it is, the answer is no
        return False
    return True
