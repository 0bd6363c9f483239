"""Reads of the past, and reads that must be new enough."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import delete, update

from api_driver import CONFIG, Api, Store, assert_problem
from raw_rows import without_triggers
from trimtab_server.catalog.models import application, change, change_item, environment
from trimtab_server.config.models import configuration

SNAPSHOT = "/api/v1/snapshot"
WAITING = [
    CONFIG,
    f"{CONFIG}/RETRIES",
    f"{CONFIG}/explain/RETRIES",
    f"{CONFIG}/categories",
    f"{CONFIG}/schema",
    SNAPSHOT,
    "/api/v1/export",
]


async def head_of(api: Api) -> tuple[int, int]:
    response = await api.get(f"{CONFIG}/categories")
    epoch, _, revision = response.headers["trimtab-revision"].partition(".")
    return int(epoch), int(revision)


async def live_through(api: Api) -> list[dict[str, Any]]:
    """A life of one key; gives what dev answered after each step."""
    star = {"If-Match": "*"}
    steps: list[tuple[str, str, dict[str, Any], Any]] = [
        ("PUT", "", {"environment": "dev"}, {"value": 2}),
        ("PATCH", "/definition", {}, {"description": "How often.", "category": "limits"}),
        ("PUT", "/policy", {"environment": "dev"}, {"sourcePolicy": "shadow"}),
        ("DELETE", "", {"environment": "dev"}, None),
        ("PUT", "", {"environment": "dev"}, {"value": 3}),
        ("PATCH", "/definition", {}, {"type": "number", "default": 0.5}),
        ("DELETE", "", {"environment": "base", "cascade": "true"}, None),
    ]
    await api.create("RETRIES", "integer", 1)
    seen = [await api.entity("RETRIES", "dev")]
    for method, path, query, body in steps:
        options = {} if body is None else {"json": body}
        response = await api.call(
            method, f"{CONFIG}/RETRIES{path}", params=query, headers=star, **options
        )
        assert response.status_code == 200, response.text
        if query.get("cascade"):
            break
        seen.append(await api.entity("RETRIES", "dev"))
    await api.create("RETRIES", "string", "again", environment="dev")
    return seen


async def test_read__of_every_past_revision__is_what_was_answered_then(api: Api) -> None:
    seen = await live_through(api)
    for revision, then in enumerate(seen, start=2):
        assert await api.entity("RETRIES", "dev", revision=revision) == then
    gone = await api.get(f"{CONFIG}/RETRIES", environment="dev", revision=len(seen) + 2)
    assert_problem(gone, 404)
    _, head = await head_of(api)
    now = await api.get(f"{CONFIG}/RETRIES", environment="dev")
    past = await api.get(f"{CONFIG}/RETRIES", environment="dev", revision=head)
    assert past.json() == now.json()
    assert past.headers["etag"] == now.headers["etag"]


async def test_read__at_an_instant__is_the_revision_that_was_the_last_then(api: Api) -> None:
    seen = await live_through(api)
    history = (await api.get(f"{CONFIG}/history/RETRIES")).json()["items"]
    instants = {int(one["revision"].split(".")[1]): one["at"] for one in history}
    assert instants.pop(len(seen) + 3)  # the re-creation
    for revision, then in enumerate(seen, start=2):
        response = await api.get(f"{CONFIG}/RETRIES", environment="dev", at=instants[revision])
        assert response.json() == then
        assert response.headers["trimtab-revision"].endswith(f".{revision}")
    long_ago = await api.get(f"{CONFIG}/RETRIES", environment="dev", at="2001-01-01T00:00:00Z")
    assert_problem(long_ago, 422, "unknown-environment")


@pytest.mark.parametrize("path", [f"{CONFIG}/RETRIES", f"{CONFIG}/explain/RETRIES"])
async def test_read__of_a_revision_to_come__is_422(api: Api, path: str) -> None:
    await api.create("RETRIES", "integer", 1)
    _, head = await head_of(api)
    response = await api.get(path, revision=head + 1)
    assert_problem(response, 422, "unknown-revision")
    assert str(head) in response.json()["detail"]


async def test_read__with_two_moments__is_422(api: Api) -> None:
    await api.create("RETRIES", "integer", 1)
    for moments in (
        {"revision": 1, "at": "2026-01-01T00:00:00Z"},
        {"revision": 1, "strong": "true"},
        {"at": "2026-01-01T00:00:00Z", "strong": "true"},
    ):
        response = await api.get(f"{CONFIG}/RETRIES", **moments)
        assert_problem(response, 422, "malformed-request")


async def test_export_and_explain__of_the_past__answer_as_then(api: Api) -> None:
    await api.create("RETRIES", "integer", 1)
    _, then = await head_of(api)
    await api.put("RETRIES", 2, "base")
    exported = await api.get("/api/v1/export", format="json", revision=then)
    assert exported.json() == {"RETRIES": 1}
    assert exported.headers["trimtab-revision"].endswith(f".{then}")
    explained = (await api.get(f"{CONFIG}/explain/RETRIES", revision=then)).json()
    assert explained["value"] == 1
    assert explained["revision"].endswith(f".{then}")


@pytest.mark.parametrize("path", WAITING)
async def test_min_revision__reached__answers_at_once(api: Api, path: str) -> None:
    await api.create("RETRIES", "integer", 1)
    epoch, head = await head_of(api)
    for wanted in (f"{epoch}.{head}", f"{epoch}.0", f"{epoch - 1}.{head + 99}"):
        response = await api.get(path, minRevision=wanted)
        assert response.status_code == 200, response.text
        assert response.headers["trimtab-revision"] == f"{epoch}.{head}"


async def test_min_revision__not_reached_in_time__is_503_with_retry_after(api: Api) -> None:
    await api.create("RETRIES", "integer", 1)
    epoch, head = await head_of(api)
    wanted = [f"{epoch}.{head + 1}", f"{epoch + 1}.0"] * len(WAITING)
    responses = await asyncio.gather(
        *(api.get(path, minRevision=one) for path, one in zip(WAITING * 2, wanted, strict=True))
    )
    for response in responses:
        assert_problem(response, 503, "revision-not-available")
        assert response.headers["retry-after"] == "1"


@pytest.mark.parametrize("path", WAITING)
async def test_min_revision__reached_while_waiting__answers_with_it(api: Api, path: str) -> None:
    await api.create("RETRIES", "integer", 1)
    epoch, head = await head_of(api)
    waiting = asyncio.create_task(api.get(path, minRevision=f"{epoch}.{head + 1}"))
    await api.put("RETRIES", 2, "base")
    response = await waiting
    assert response.status_code == 200
    assert response.headers["trimtab-revision"] == f"{epoch}.{head + 1}"


@pytest.mark.parametrize("text", ["5", "a.b", "1.", ".1", "-1.2", "1.2.3", "٣.1", "1" * 16 + ".1"])
async def test_min_revision__malformed__is_422(api: Api, text: str) -> None:
    assert_problem(await api.get(CONFIG, minRevision=text), 422, "malformed-request")


async def test_strong_read__right_after_a_write_past_this_process__sees_it(
    api: Api, store: Store
) -> None:
    await api.create("RETRIES", "integer", 1)
    assert (await api.entity("RETRIES", "dev", strong="true"))["value"] == 1
    await api.put("RETRIES", 2, "base")
    assert (await api.entity("RETRIES", "dev", strong="true"))["value"] == 2


async def test_snapshot__of_a_database_that_was_set_back__is_of_a_new_epoch(
    api: Api, store: Store
) -> None:
    """A restored backup has a lower revision: its numbers will stand for something else now."""
    await api.create("RETRIES", "integer", 1)
    await api.put("RETRIES", 2, "base")
    before = await api.get(SNAPSHOT)
    epoch, revision = await head_of(api)
    async with store.database.write() as connection, without_triggers(connection):
        for table in (change_item, change):
            await connection.execute(delete(table).where(table.c.revision == revision))
        await connection.execute(update(configuration).values(value="1", version=1))
        await connection.execute(update(environment).values(touched_revision=revision - 1))
        await connection.execute(update(application).values(revision=revision - 1))
    assert (await api.post(f"{CONFIG}/reload", None)).status_code == 200
    after = await api.get(SNAPSHOT)
    assert after.json()["items"]["RETRIES"]["value"] == 1
    assert after.headers["etag"] != before.headers["etag"]
    assert (await head_of(api))[0] > epoch
    assert (await api.put("RETRIES", 5, "base")).status_code == 200
    assert (await api.get(SNAPSHOT)).json()["items"]["RETRIES"]["value"] == 5


async def test_value__written_around_the_server__is_served_after_a_reload_in_a_new_epoch(
    api: Api, store: Store
) -> None:
    await api.create("RETRIES", "integer", 1)
    before = await api.get(SNAPSHOT)
    async with store.database.write() as connection, without_triggers(connection):
        await connection.execute(update(configuration).values(value="7"))
    assert (await api.get(SNAPSHOT)).headers["etag"] == before.headers["etag"]
    await api.post(f"{CONFIG}/reload", None)
    after = await api.get(SNAPSHOT)
    assert after.json()["items"]["RETRIES"]["value"] == 7
    assert after.headers["etag"] != before.headers["etag"]
    epoch = (await head_of(api))[0]
    await api.post(f"{CONFIG}/reload", None)  # nothing new: nothing happens
    assert (await head_of(api))[0] == epoch
