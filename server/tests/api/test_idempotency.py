"""`Idempotency-Key`: the same request is carried out once."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import select, update

from api_driver import (
    CONFIG,
    SAMPLES,
    Api,
    Sample,
    Store,
    arguments,
    assert_problem,
    prepare,
    running_app,
)
from trimtab_server.app import create_app
from trimtab_server.catalog.models import application
from trimtab_server.config.models import idempotency_record
from trimtab_server.settings import Settings

CHANGES = [
    one
    for one in SAMPLES
    if one.method != "GET" and one.path.startswith(CONFIG)
    if not one.path.endswith(("/validate", "/reload"))
]
KEY = {"Idempotency-Key": "3f7c1a52"}


async def send(api: Api, sample: Sample, key: str = "3f7c1a52", **changed: Any) -> httpx2.Response:
    given = arguments(sample) | changed
    given["headers"] = {"If-Match": "*", "Idempotency-Key": key}
    return await api.call(sample.method, sample.path, **given)


def answer(response: httpx2.Response) -> tuple[object, ...]:
    kept = ("etag", "location", "trimtab-revision", "content-type")
    return response.status_code, response.content, [response.headers.get(one) for one in kept]


@pytest.mark.parametrize("sample", CHANGES, ids=lambda one: one.name)
async def test_change__sent_again_later__gets_the_same_answer_and_is_not_repeated(
    api: Api, store: Store, sample: Sample
) -> None:
    await prepare(api)
    first = await send(api, sample)
    assert first.status_code == sample.status, first.text
    await api.create("UNRELATED", "boolean", True)
    if sample.path.endswith("/RETRIES") and sample.method == "PUT":
        await api.put("RETRIES", 9, "dev")
    before = await store.dump()
    assert answer(await send(api, sample)) == answer(first)
    assert await store.dump() == before


@pytest.mark.parametrize("sample", CHANGES, ids=lambda one: one.name)
async def test_key__used_for_another_request__is_422(
    api: Api, store: Store, sample: Sample
) -> None:
    await prepare(api)
    await send(api, sample)
    before = await store.dump()
    others: list[dict[str, Any]] = [{"params": sample.query | {"application": "default"}}]
    if sample.method == "DELETE":
        others = [{"params": sample.query | {"cascade": "true"}}]
    elif sample.body is not None:
        others.append({"json": sample.body | {"comment": "another"}})
    if not sample.query:
        others = others[1:]  # the body names the application
    for other in others:
        response = await send(api, sample, **other)
        assert_problem(response, 422, "idempotency-key-reused")
    assert await store.dump() == before


async def test_key__of_two_principals__names_two_requests(api: Api, token: Any) -> None:
    await prepare(api)
    sample = next(one for one in CHANGES if one.method == "PUT")
    await send(api, sample)
    second = await send(api.as_(token("dev")), sample, json={"value": 6})
    assert second.status_code == 200
    assert await api.value("RETRIES", "dev") == 6


async def test_key__after_its_refusal__may_be_used_for_the_mended_request(api: Api) -> None:
    await prepare(api)
    sample = next(one for one in CHANGES if one.method == "PUT")
    assert_problem(await send(api, sample, json={"value": 99}), 422, rule="max")
    assert (await send(api, sample, json={"value": 9})).status_code == 200


async def test_key__after_a_dry_run__is_unused(api: Api) -> None:
    await prepare(api)
    sample = next(one for one in CHANGES if one.path.endswith("/bulk"))
    dry = (sample.body or {}) | {"dryRun": True}
    assert (await send(api, sample, json=dry)).json()["dryRun"] is True
    assert (await send(api, sample)).json()["changed"] is True


async def test_key__23_hours_old__counts_and_25_hours_old__does_not(api: Api, store: Store) -> None:
    await prepare(api)
    sample = next(one for one in CHANGES if one.method == "PUT")
    first = await send(api, sample)
    await api.put("RETRIES", 9, "dev")
    await age(store, timedelta(hours=23, minutes=59))
    assert answer(await send(api, sample)) == answer(first)
    assert await api.value("RETRIES", "dev") == 9
    await age(store, timedelta(minutes=2))
    assert (await send(api, sample)).json()["changed"] is True
    assert await api.value("RETRIES", "dev") == 5


async def age(store: Store, by: timedelta) -> None:
    async with store.database.write() as connection:
        rows = (await connection.execute(select(idempotency_record))).all()
        for row in rows:
            statement = update(idempotency_record).where(idempotency_record.c.key == row.key)
            await connection.execute(statement.values(created_at=row.created_at - by))


async def test_key__after_a_restart__still_gives_the_same_answer(api: Api, store: Store) -> None:
    await prepare(api)
    sample = next(one for one in CHANGES if one.method == "PUT")
    first = await send(api, sample)
    url = store.database.engine.url.render_as_string(hide_password=False)
    settings = Settings(database_url=url.replace("+aiosqlite", "").replace("+asyncpg", ""))
    async with running_app(create_app(settings)) as restarted:
        transport = httpx2.ASGITransport(restarted)
        async with httpx2.AsyncClient(transport=transport, base_url="http://other") as client:
            assert answer(await send(Api(client, api.token), sample)) == answer(first)


async def test_key__while_its_request_is_carried_out__is_409(api: Api, store: Store) -> None:
    await prepare(api)
    sample = next(one for one in CHANGES if one.method == "PUT")
    async with store.database.write() as connection:  # whoever writes now must wait for us
        await connection.execute(select(application).with_for_update())
        twins = [asyncio.create_task(send(api, sample)) for _ in range(2)]
        done, waiting = await asyncio.wait(twins, return_when=asyncio.FIRST_COMPLETED)
        refused = done.pop().result()
        assert_problem(refused, 409, "idempotency-key-in-flight")
        assert refused.headers["retry-after"] == "1"
    assert (await waiting.pop()).status_code == 200


async def test_key__sent_ten_times_at_once__makes_one_revision(api: Api, store: Store) -> None:
    await prepare(api)
    head = await api.revision()
    body = {"items": [{"key": "RETRIES", "environment": "dev", "value": 8}]}
    responses = await asyncio.gather(
        *(api.call("POST", f"{CONFIG}/bulk", json=body, headers=KEY) for _ in range(10))
    )
    assert {one.status_code for one in responses} <= {200, 409}
    assert any(one.status_code == 200 for one in responses)
    assert await api.revision() == head + 1
    assert len((await store.dump())["idempotency_record"]) == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "two words", "tab\tbed", "naïve"])
async def test_key__malformed__is_422(api: Api, store: Store, key: str) -> None:
    await prepare(api)
    before = await store.dump()
    sample = next(one for one in CHANGES if one.method == "PUT")
    given = arguments(sample)
    given["headers"] = {b"If-Match": b"*", b"Idempotency-Key": key.encode("latin-1")}
    headers = {b"Authorization": f"Bearer {api.token}".encode(), **given.pop("headers")}
    response = await api.client.request(sample.method, sample.path, headers=headers, **given)
    assert_problem(response, 422, "malformed-request")
    assert await store.dump() == before


async def test_key__of_255_characters__is_taken(api: Api) -> None:
    await prepare(api)
    sample = next(one for one in CHANGES if one.method == "PUT")
    assert (await send(api, sample, key="k" * 255)).status_code == 200
