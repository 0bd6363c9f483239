"""What is answered in front of the framework is what the framework's routes would answer."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import event

from api_driver import CONFIG, Api, Store, prepare
from trimtab_server.access.permission import Role
from trimtab_server.access.principal import Grant
from trimtab_server.app import Server

SNAPSHOT = "/api/v1/snapshot"
KEY = f"{CONFIG}/RETRIES"
OWN = {"x-request-id", "date", "trimtab-age-ms"}
REQUESTS: list[tuple[str, str, dict[str, str]]] = [
    ("GET", path, headers)
    for path in (
        SNAPSHOT,
        f"{SNAPSHOT}?environment=dev",
        f"{SNAPSHOT}?application=default&environment=prod",
        f"{SNAPSHOT}?environment=dev&minRevision=1.1",
        f"{SNAPSHOT}?environment=dev&minRevision=x",
        f"{SNAPSHOT}?environment=nowhere",
        f"{SNAPSHOT}?environment=dev&environment=base",
        f"{SNAPSHOT}?environment=",
        f"{SNAPSHOT}?colour=red",
        f"{SNAPSHOT}/",
        KEY,
        f"{KEY}?environment=dev",
        f"{KEY}?environment=dev&strong=true",
        f"{KEY}?environment=dev&revision=1",
        f"{CONFIG}/RETRIE%53?environment=dev",
        f"{CONFIG}/retries",
        f"{CONFIG}/NONE",
        f"{CONFIG}/RETRIES%00",
        f"{CONFIG}/tt_000000000000_{'0' * 49}",
        f"{CONFIG}/categories",
    )
    for headers in (
        {},
        {"If-None-Match": "*"},
        {"If-None-Match": '"other", W/"x"'},
        {"X-Request-Id": "mine-12345678"},
        {"X-Request-Id": "not mine"},
    )
]


@pytest.mark.parametrize("who", ["admin", "viewer", "dev", "bound", "nobody", "filtered"])
async def test_direct__every_request__is_answered_as_by_the_route(
    api: Api, app: FastAPI, store: Store, token: Callable[[str], str], who: str
) -> None:
    await prepare(api)
    await api.create("HIDDEN", "string", "x", category="hidden")
    reader = Grant(Role.VIEWER, category="general")
    caller = api.as_(await store.issue("filtered", reader) if who == "filtered" else token(who))
    await caller.get("/api/v1/whoami")  # proven from here on
    for method, path, headers in [*REQUESTS, *(("HEAD", *one[1:]) for one in REQUESTS)]:
        direct = await caller.call(method, path, headers=headers)
        again = await caller.call(method, path, headers=headers)  # as it was kept
        routed = await _routed(caller, app, method, path, headers)
        for one in (direct, again):
            assert one.status_code == routed.status_code, (method, path, headers)
            if one.status_code < 400:
                assert one.content == routed.content
            assert _said(one.headers) == _said(routed.headers), (method, path, headers)


async def _routed(
    api: Api, app: FastAPI, method: str, path: str, headers: dict[str, str]
) -> httpx2.Response:
    assert isinstance(app, Server)
    direct, app.direct_reads = app.direct_reads, None
    try:
        return await api.call(method, path, headers=headers)
    finally:
        app.direct_reads = direct


def _said(headers: httpx2.Headers) -> dict[str, str]:
    said = {name: value for name, value in headers.items() if name not in OWN}
    if headers.get("content-type") == "application/problem+json":
        del said["content-length"]  # it holds the request's own id
    return said


async def test_direct__ordinary_reads__ask_no_database(api: Api, app: FastAPI) -> None:
    await prepare(api)
    tag = (await api.get(SNAPSHOT, environment="dev")).headers["etag"]
    asked: list[str] = []
    engine = app.state.database.engine.sync_engine

    def listener(*arguments: Any) -> None:
        asked.append(arguments[2])

    event.listen(engine, "before_cursor_execute", listener)
    try:
        for _ in range(50):
            assert (await api.get(SNAPSHOT, environment="dev")).status_code == 200
            assert (await api.get(KEY, environment="dev")).status_code == 200
            assert (await api.get(f"{CONFIG}/NONE", environment="dev")).status_code == 404
            known = await api.call(
                "GET", f"{SNAPSHOT}?environment=dev", headers={"If-None-Match": tag}
            )
            assert known.status_code == 304
    finally:
        event.remove(engine, "before_cursor_execute", listener)
    reads = [one for one in asked if "FROM token" not in one]  # it is proven every 2 s
    assert not any("setting" in one or "configuration" in one for one in reads)


async def test_direct__kept_answer__ends_with_the_next_change_and_with_the_grant(
    api: Api, app: FastAPI, store: Store
) -> None:
    await prepare(api)
    caller = api.as_(await store.issue("leaver", Grant(Role.VIEWER)))
    before = await caller.get(KEY, environment="dev")
    for value in (5, 6, 7):
        assert (await api.put("RETRIES", value, "dev")).status_code == 200
        after = await caller.get(KEY, environment="dev")
        assert after.headers["etag"] != before.headers["etag"]
        assert after.json()["value"] == value
        snapshot = (await caller.get(SNAPSHOT, environment="dev")).json()
        assert snapshot["items"]["RETRIES"]["value"] == value
    me = (await caller.get("/api/v1/whoami")).json()
    await api.call("DELETE", f"/api/v1/principals/{me['id']}")
    app.state.door.authenticate.forget()
    assert (await caller.get(KEY, environment="dev")).status_code == 401


async def test_direct__a_request_with_its_own_id__is_kept_once_and_gets_its_id_back(
    api: Api, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(app, Server)
    await prepare(api)
    await api.get(KEY, environment="dev")
    direct = app.direct_reads
    assert direct is not None
    kept, answered = len(direct._kept), []

    async def counted(scope: Any, send: Any) -> bool:
        answered.append(await direct(scope, send))
        return answered[-1]

    monkeypatch.setattr(app, "direct_reads", counted)
    mine = ["mine-12345678", "mine-87654321", "4bf92f3577b34da6a3ce929d0e0e4736"]
    said: list[str] = []
    for given in [*mine, "no", "not mine"]:
        headers = {"X-Request-Id": given}
        reply = await api.call("GET", f"{KEY}?environment=dev", headers=headers)
        assert reply.status_code == 200
        said.append(reply.headers["x-request-id"])
    assert answered == [True] * 5
    assert said[:3] == mine
    assert len({*said, "no", "not mine"}) == 7  # what is not well-formed gets a new one
    assert len(direct._kept) <= kept + 1
