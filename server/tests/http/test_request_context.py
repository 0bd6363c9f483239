"""Every request has an id, every response the headers all share."""

import re
from collections.abc import Callable

import httpx2
import pytest
from fastapi import FastAPI, Request, Response

from trimtab_server.http.request_context import (
    RequestContextMiddleware,
    address_of,
    request_id_of,
)

Caller = Callable[[FastAPI], httpx2.AsyncClient]
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def app() -> FastAPI:
    made = FastAPI()

    @made.get("/context")
    async def context(request: Request, response: Response) -> dict[str, str | None]:
        response.headers["Cache-Control"] = "private, no-cache"
        return {"id": request_id_of(request.scope), "address": address_of(request.scope)}

    made.add_middleware(RequestContextMiddleware)
    return made


async def test_request_context__id_given__is_kept_and_returned(caller: Caller) -> None:
    async with caller(app()) as client:
        response = await client.get("/context", headers={"X-Request-Id": "deploy-42.a_B"})
    assert response.json() == {"id": "deploy-42.a_B", "address": "127.0.0.1"}
    assert response.headers["x-request-id"] == "deploy-42.a_B"


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "with space 1", "quote'quote", "new%0aline-1", "-leading-dash"]
)
async def test_request_context__id_not_well_formed__gets_a_new_one(
    caller: Caller, given: str
) -> None:
    async with caller(app()) as client:
        response = await client.get("/context", headers={"X-Request-Id": given})
    assert UUID.fullmatch(response.headers["x-request-id"])
    assert response.json()["id"] == response.headers["x-request-id"]


async def test_request_context__two_ids_given__gets_a_new_one(caller: Caller) -> None:
    headers = [("X-Request-Id", "one-12345"), ("X-Request-Id", "two-12345")]
    async with caller(app()) as client:
        response = await client.get("/context", headers=headers)
    assert UUID.fullmatch(response.headers["x-request-id"])


async def test_request_context__forwarded_header__is_not_the_address(caller: Caller) -> None:
    async with caller(app()) as client:
        response = await client.get("/context", headers={"X-Forwarded-For": "10.1.1.1"})
    assert response.json()["address"] == "127.0.0.1"


async def test_request_context__any_response__has_the_shared_headers(caller: Caller) -> None:
    async with caller(app()) as client:
        own, unknown = await client.get("/context"), await client.get("/nowhere")
    assert own.headers["cache-control"] == "private, no-cache"
    assert unknown.headers["cache-control"] == "private, no-store"
    for response in (own, unknown):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert response.headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in response.headers["content-security-policy"]
