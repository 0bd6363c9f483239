"""The door: a live token in the Authorization header, or 401, before a byte of the body is read."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request

from api_driver import Headers, ask_unread
from trimtab_server.access.authenticate import Authenticator
from trimtab_server.access.authentication import AuthenticationMiddleware, Door
from trimtab_server.access.issue_token import IssuedToken
from trimtab_server.access.permission import Role
from trimtab_server.access.principal import Grant
from trimtab_server.access.rate_limits import RateLimits
from trimtab_server.access.refusals import Refusals
from trimtab_server.access.token_use import TokenUse
from trimtab_server.http.last_resort import LastResortMiddleware
from trimtab_server.http.problems import install_problem_handlers
from trimtab_server.http.request_context import RequestContextMiddleware
from trimtab_server.infra.database import Database

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
Issue = Callable[..., Awaitable[IssuedToken]]


async def ask(
    app: FastAPI, method: str, path: str, headers: Headers, query: str = ""
) -> tuple[int, dict[str, str], dict[str, Any]]:
    reply = await ask_unread(app, method, path, headers, query)
    return reply.status, reply.headers, json.loads(reply.body) if reply.body else {}


def door(database: Database) -> Door:
    authenticator = Authenticator(database, protected=frozenset(), now=lambda: AT)
    return Door(authenticator, Refusals(database), TokenUse(database), RateLimits({}))


def build(database: Database) -> FastAPI:
    app = FastAPI()

    @app.get("/things")
    async def read(request: Request) -> dict[str, str]:
        return {"who": request.state.principal.name}

    @app.post("/things")
    @app.put("/things/{name}")
    async def write(request: Request) -> dict[str, str]:
        await request.body()
        return {}

    @app.get("/livez")
    async def livez(request: Request) -> dict[str, bool]:
        return {"known": hasattr(request.state, "principal")}

    install_problem_handlers(app)
    app.state.door = door(database)
    app.add_middleware(
        AuthenticationMiddleware, door=app.state.door, open_paths=frozenset({"/livez"})
    )
    app.add_middleware(LastResortMiddleware)
    app.add_middleware(RequestContextMiddleware)
    return app


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store.sqlite3'}"


@pytest.fixture
async def app(database: Database) -> AsyncIterator[FastAPI]:
    app = build(database)
    yield app
    await app.state.door.drain()


async def test_authentication__token_in_the_query__is_401(app: FastAPI, issue: Issue) -> None:
    issued = await issue(Grant(Role.ADMIN))
    for name in ("token", "access_token", "api_key", "authorization", "bearer"):
        status, _, _ = await ask(app, "GET", "/things", [], f"{name}={issued.text}")
        assert status == 401


async def test_authentication__no_credential__says_what_is_needed(app: FastAPI) -> None:
    status, reply, problem = await ask(app, "POST", "/things", [])
    assert status == 401
    assert reply["www-authenticate"] == 'Bearer realm="trimtab"'
    assert reply["x-request-id"] == problem["requestId"]
    assert "Bearer" in problem["detail"]


async def test_authentication__live_token__comes_in_with_its_principal(
    app: FastAPI, issue: Issue
) -> None:
    issued = await issue(name="ada")
    headers = [(b"authorization", f"Bearer {issued.text}".encode())]
    assert (await ask(app, "GET", "/things", headers))[2] == {"who": "ada"}


async def test_authentication__open_path__is_open_to_reading_only(app: FastAPI) -> None:
    status, _, body = await ask(app, "GET", "/livez", [])
    assert (status, body) == (200, {"known": False})
    assert (await ask(app, "HEAD", "/livez", []))[0] == 405  # open, but not served in this app
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get"):
        assert (await ask(app, method, "/livez", []))[0] == 401


@pytest.mark.parametrize(
    "path",
    [
        "/livez/",
        "//livez",
        "/livez/../things",
        "/LIVEZ",
        "/livez;a",
        "/livez%2f",
        "/.",
        "",
        "/a/livez",
    ],
)
async def test_authentication__nearly_an_open_path__is_401(app: FastAPI, path: str) -> None:
    assert (await ask(app, "GET", path, []))[0] == 401


async def test_authentication__database_away__is_503_for_whom_it_cannot_tell(
    issue: Issue,
) -> None:
    issued = await issue()
    away = Database("postgresql://postgres@127.0.0.1:1/none")
    headers = [(b"authorization", f"Bearer {issued.text}".encode())]
    status, reply, problem = await ask(build(away), "GET", "/things", headers)
    assert (status, problem["code"]) == (503, "store-unavailable")
    assert int(reply["retry-after"]) > 0
    assert "www-authenticate" not in reply
    assert (await ask(build(away), "GET", "/things", []))[0] == 401
    await away.dispose()


async def test_authentication__websocket__is_closed(database: Database) -> None:
    sent: list[MutableMapping[str, Any]] = []

    async def never(*_: object) -> None:
        raise AssertionError("let in")

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    middleware = AuthenticationMiddleware(never, door(database), ["/livez"])
    await middleware({"type": "websocket", "path": "/livez", "headers": []}, receive, send)
    assert sent == [{"type": "websocket.close", "code": 1008}]
