"""A value written as usual is read without the framework, and answered as if it were with it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import fastapi.routing
import httpx2
import pytest

from api_driver import CONFIG, Api

_JSON = "application/json"
_VOLATILE = frozenset({"id", "revision", "createdAt", "updatedAt", "requestId"})


@dataclass(frozen=True)
class Case:
    """One request to `PUT config/{key}`; `is_usual` if the framework need not resolve it."""

    name: str
    status: int
    is_usual: bool = True
    token: str = "admin"
    query: str = "environment=dev"
    headers: dict[str, str] = field(default_factory=lambda: {"If-Match": "*"})
    body: str = '{"value":7}'
    key: str = ""


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
    Case("not allowed there", 403, is_usual=False, token="dev", query="environment=base"),
    Case("not allowed", 403, is_usual=False, token="viewer"),
    Case("no precondition", 428, is_usual=False, headers={}),
    Case("no environment", 422, is_usual=False, query=""),
    Case("an empty environment", 422, is_usual=False, query="environment="),
    Case("a long environment", 422, is_usual=False, query=f"environment={'e' * 64}"),
    Case("two environments", 422, is_usual=False, query="environment=dev&environment=base"),
    Case("an unknown parameter", 422, is_usual=False, query="environment=dev&dryRun=true"),
    Case("an unknown member", 422, is_usual=False, body='{"value":7,"force":true}'),
    Case("a comment that is no text", 422, is_usual=False, body='{"value":7,"comment":1}'),
    Case("no value", 422, is_usual=False, body="{}"),
    Case("no body", 422, is_usual=False, body=""),
    Case("no such channel", 422, is_usual=False, headers={"If-Match": "*", "Trimtab-Channel": "x"}),
    Case("no such key", 404, key="OTHER"),
    Case("no possible key", 422, is_usual=False, key="9"),
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
    resolved.clear()
    who = api.as_(token(case.token))
    direct = await _put(who, case, "SPEED_1")
    assert bool(resolved) is not case.is_usual
    usual = await _put(who, case, "SPEED_2", **{"Idempotency-Key": "of-the-framework"})
    assert resolved
    assert direct.status_code == usual.status_code == case.status, direct.text
    assert _said(direct, "SPEED_1") == _said(usual, "SPEED_2")
    assert direct.headers.keys() == usual.headers.keys()


async def _put(api: Api, case: Case, key: str, **more: str) -> httpx2.Response:
    headers = {"Content-Type": _JSON, **case.headers, **more}
    path = f"{CONFIG}/{case.key or key}?{case.query}"
    return await api.call("PUT", path, headers=headers, content=case.body)


def _said(response: httpx2.Response, key: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(response.text.replace(key, "SPEED"))
    return {name: value for name, value in said.items() if name not in _VOLATILE}
