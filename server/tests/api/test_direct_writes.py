"""A value written as usual is read without the framework, and answered as if it were with it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import fastapi.routing
import httpx2
import pytest

from api_driver import CONFIG, Api, serving

_JSON = "application/json"
A_TOKEN = f"tt_{'0' * 12}_{'0' * 49}"
_VOLATILE = frozenset({"id", "revision", "createdAt", "updatedAt", "requestId"})


@dataclass(frozen=True)
class Case:
    """One request to `PUT config/{key}`; `is_resolved` if the framework's route has to read
    it, `is_routed` if it may come that far."""

    name: str
    status: int
    is_resolved: bool = False
    token: str = "admin"
    query: str = "environment=dev"
    headers: dict[str, str] = field(default_factory=lambda: {"If-Match": "*"})
    body: str = '{"value":7}'
    key: str = ""
    is_routed: bool = True


CASES = [
    Case("a value", 200),
    Case("a value and why", 200, body='{"value":7,"comment":"because"}'),
    Case("an equal value", 200, query="environment=base", body='{"value":1}'),
    Case("application", 200, query="application=default&environment=dev"),
    Case("the token's environment", 200, token="bound", query=""),
    Case("channel", 200, headers={"If-Match": "*", "Trimtab-Channel": "cli"}),
    Case("where nothing is", 200, headers={"If-None-Match": "*"}),
    Case("where something is", 412, query="environment=base", headers={"If-None-Match": "*"}),
    Case("too late", 412, headers={"If-Match": '"0"'}),
    Case("out of range", 422, body='{"value":99}'),
    Case("of another type", 422, body='{"value":"7"}'),
    Case("no environment of that name", 422, query="environment=nowhere"),
    Case("no such application", 422, query="application=nobody&environment=dev"),
    Case("an override with a reason", 200, body='{"value":7,"secretOverride":{"reason":"x"}}'),
    Case("not allowed there", 403, is_resolved=True, token="dev", query="environment=base"),
    Case("not allowed", 403, is_resolved=True, token="viewer"),
    Case("no precondition", 428, is_resolved=True, headers={}),
    Case("no environment", 422, is_resolved=True, query=""),
    Case("an empty environment", 422, is_resolved=True, query="environment="),
    Case("a long environment", 422, is_resolved=True, query=f"environment={'e' * 64}"),
    Case("two environments", 422, is_resolved=True, query="environment=dev&environment=base"),
    Case("an unknown parameter", 422, is_resolved=True, query="environment=dev&dryRun=true"),
    Case("an unknown member", 422, is_resolved=True, body='{"value":7,"force":true}'),
    Case("a comment that is no text", 422, is_resolved=True, body='{"value":7,"comment":1}'),
    Case("no value", 422, is_resolved=True, body="{}"),
    Case("no body", 422, is_resolved=True, body=""),
    Case(
        "no such channel", 422, is_resolved=True, headers={"If-Match": "*", "Trimtab-Channel": "x"}
    ),
    Case("no such key", 404, key="OTHER"),
    Case("an escaped name", 200, is_resolved=True, query="environment=d%65v"),
    Case("a NUL", 422, is_routed=False, query="environment=dev%00"),
    Case("a token in the address", 422, is_routed=False, query=f"environment={A_TOKEN}"),
    Case("a key like a token", 422, is_routed=False, key=A_TOKEN),
    Case("a reserved word", 404, is_routed=False, key="BULK"),
    Case("a long body", 200, is_resolved=True, body='{"value":7' + " " * 20_000 + "}"),
    Case("a value twice", 422, is_routed=False, body='{"value":7,"value":8}'),
    Case("no JSON", 415, is_routed=False, headers={"If-Match": "*", "Content-Type": "text/plain"}),
    Case("weak tags", 412, headers={"If-Match": 'W/"0"'}),
    Case("tags that must not be there", 422, is_resolved=True, headers={"If-None-Match": '"0"'}),
    Case("no possible key", 422, is_resolved=True, key="9"),
]


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the requests that the framework resolved."""
    paths: list[str] = []
    resolve = fastapi.routing.solve_dependencies

    async def noted(**given: Any) -> Any:
        paths.append(given["request"].url.path)
        return await resolve(**given)

    monkeypatch.setattr(fastapi.routing, "solve_dependencies", noted)
    return paths


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
async def test_write__read_directly__is_answered_as_by_the_framework(
    api: Api, token: Callable[[str], str], resolved: list[str], case: Case
) -> None:
    for key in ("SPEED_1", "SPEED_2"):
        await api.create(key, "integer", 1, validationRules={"max": 9})
    who = api.as_(token(case.token))
    await who.call("GET", "/api/v1/whoami")  # from then on the token is known
    resolved.clear()
    direct = await _put(who, case, "SPEED_1")
    assert bool(resolved) is case.is_resolved
    usual = await _put(who, case, "SPEED_2", **{"Idempotency-Key": "of-the-framework"})
    assert resolved or not case.is_routed
    assert direct.status_code == usual.status_code == case.status, direct.text
    assert _said(direct, "SPEED_1") == _said(usual, "SPEED_2")
    assert _same(direct) == _same(usual)


async def _put(api: Api, case: Case, key: str, **more: str) -> httpx2.Response:
    headers = {"Content-Type": _JSON, **case.headers, **more}
    path = f"{CONFIG}/{case.key or key}?{case.query}"
    return await api.call("PUT", path, headers=headers, content=case.body)


def _said(response: httpx2.Response, key: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(response.text.replace(key, "SPEED"))
    return {name: value for name, value in said.items() if name not in _VOLATILE}


def _same(response: httpx2.Response) -> dict[str, str]:
    """The headers; of those that differ from one answer to the next only that they are there."""
    own = frozenset({"x-request-id", "etag", "trimtab-revision", "content-length"})
    return {name: "" if name in own else value for name, value in response.headers.items()}


async def test_write__refused_by_the_writing__counts_once(store_url: str) -> None:
    async with serving(store_url, rate_limits="write=1") as served:
        await served.api.call("GET", "/api/v1/whoami")
        case = Case("no such key", 404, key="OTHER")
        statuses = [(await _put(served.api, case, "")).status_code for _ in range(11)]
    assert statuses == [404] * 10 + [429]


async def test_write__its_request_id__stands_in_the_audit_trail(
    api: Api, token: Callable[[str], str], resolved: list[str]
) -> None:
    await api.create("SPEED_1", "integer", 1)
    await api.call("GET", "/api/v1/whoami")
    resolved.clear()
    for given in ({}, {"X-Request-Id": "mine-12345678"}):
        written = await _put(
            api, Case("", 200, body=f'{{"value":{len(given) + 2}}}'), "SPEED_1", **given
        )
        assert not resolved
        said = written.headers["x-request-id"]
        assert given.get("X-Request-Id", said) == said
        page = (await api.call("GET", "/api/v1/audit?application=default")).json()
        assert said in {entry["requestId"] for entry in page["items"]}
        resolved.clear()
