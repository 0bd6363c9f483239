"""Every refusal is a problem document (RFC 9457), and none of them repeats what was sent."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

BuildApp = Callable[..., FastAPI]
Caller = Callable[[FastAPI], httpx2.AsyncClient]
MEMBERS = {"type", "title", "status", "detail", "code", "requestId", "errors"}


def problem_of(response: httpx2.Response) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert set(problem) == MEMBERS
    assert problem["type"] == f"urn:trimtab:problem:{problem['code']}"
    assert problem["status"] == response.status_code
    assert problem["requestId"] == response.headers["x-request-id"]
    assert problem["title"]
    assert problem["detail"]
    return problem


async def test_problem__own_error__carries_facts_headers_and_first_paragraph(
    small_app: BuildApp, caller: Caller
) -> None:
    async with caller(small_app()) as client:
        response = await client.get("/refused")
    problem = problem_of(response)
    assert response.status_code == 409
    assert response.headers["etag"] == '"1"'
    assert problem["detail"] == "Refused by the rules of this house."
    assert problem["errors"] == [
        {
            "pointer": "/a~1b",
            "key": "KEY",
            "rule": "min",
            "message": "KEY must be at least 1 (min).",
        }
    ]


async def test_problem__unknown_address__is_not_found(small_app: BuildApp, caller: Caller) -> None:
    async with caller(small_app()) as client:
        for path in ("/nowhere", "/missing", "/things/a/b", "/things/"):
            problem = problem_of(await client.get(path))
            assert (problem["status"], problem["code"]) == (404, "not-found")


async def test_problem__wrong_method__allow_names_those_of_all_routes(
    small_app: BuildApp, caller: Caller
) -> None:
    async with caller(small_app()) as client:
        response = await client.delete("/things/a")
    assert problem_of(response)["code"] == "method-not-allowed"
    assert response.headers["allow"] == "GET, HEAD, PUT"


async def test_problem__framework_exception__keeps_status_and_headers_not_words(
    small_app: BuildApp, caller: Caller, canary: str
) -> None:
    async with caller(small_app()) as client:
        response = await client.get("/framework")
    assert problem_of(response)["code"] == "unsupported-media-type"
    assert response.headers["accept"] == "application/json"
    assert canary not in response.text


@pytest.mark.parametrize(
    ("body", "pointer", "rule"),
    [
        ({}, "/number", "missing"),
        ({"number": "canary-4711-never-shown"}, "/number", "int-parsing"),
        ({"number": 1, "canary 4711": 1}, "/(unnamed)", "extra-forbidden"),
        ({"number": 1, "AKIA" + "Z7QX4N2LWT5PRV3K": 1}, "/(unnamed)", "extra-forbidden"),
        ({"number": 1, "surplus": "canary-4711-never-shown"}, "/surplus", "extra-forbidden"),
        ({"number": 1, "names": ["canary-4711-never-shown x"]}, "/names", "value-error"),
        ({"number": 1, "inner": {"a/b~c": "canary-4711"}}, "/inner/(unnamed)", "int-parsing"),
        ({"number": 1, "inner": {"ab": "canary-4711"}}, "/inner/ab", "int-parsing"),
        ("canary-4711-never-shown", "", "model-attributes-type"),
    ],
)
async def test_problem__malformed_body__points_without_quoting(
    small_app: BuildApp, caller: Caller, body: object, pointer: str, rule: str
) -> None:
    async with caller(small_app()) as client:
        response = await client.put("/things/a", json=body)
    problem = problem_of(response)
    assert (problem["status"], problem["code"]) == (422, "malformed-request")
    (error,) = problem["errors"]
    assert (error["pointer"], error["key"], error["rule"]) == (pointer, None, rule)
    assert error["message"]
    assert "canary" not in response.text


async def test_problem__malformed_parameter__is_named_without_quoting(
    small_app: BuildApp, caller: Caller
) -> None:
    async with caller(small_app()) as client:
        response = await client.get("/things/a", params={"limit": "canary-4711"})
    (error,) = problem_of(response)["errors"]
    assert error["pointer"] == ""
    assert error["message"].startswith("query parameter `limit`: ")
    assert "canary" not in response.text


async def test_problem__not_json__is_malformed_without_quoting(
    small_app: BuildApp, caller: Caller
) -> None:
    async with caller(small_app()) as client:
        response = await client.put(
            "/things/a",
            content=b'{"number": canary-4711}',
            headers={"content-type": "application/json"},
        )
    assert problem_of(response)["code"] == "malformed-request"
    assert "canary" not in response.text
