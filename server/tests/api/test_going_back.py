"""Undoing, restoring and promoting over HTTP, where one change does more than one thing."""

import asyncio
from typing import Any

import pytest

from api_driver import CONFIG, Api, Store, assert_problem

BULK, ROLLBACK = f"{CONFIG}/bulk", f"{CONFIG}/rollback"


async def state(api: Api) -> dict[str, Any]:
    """Everything that programs and people are told, but for versions and times."""
    told: dict[str, Any] = {}
    for environment in ("base", "dev", "prod"):
        for one in (await api.get(CONFIG, environment=environment)).json()["items"]:
            hidden = {"version", "createdAt", "updatedAt", "updatedBy", "id"}
            told[f"{environment}/{one['key']}"] = {
                name: value for name, value in one.items() if name not in hidden
            }
    return told


@pytest.mark.parametrize(
    "items",
    [
        # A new type rewrites every value; one of them is then set to something else.
        [
            {"op": "define", "key": "LIMIT", "type": "number"},
            {"key": "LIMIT", "environment": "dev", "value": 2.5},
        ],
        [
            {"op": "policy", "key": "LIMIT", "environment": "dev", "sourcePolicy": "shadow"},
            {"key": "LIMIT", "environment": "dev", "value": 7, "description": "How many."},
        ],
        [
            {"op": "create", "key": "NEW", "environment": "dev", "type": "string", "value": "x"},
            {"key": "NEW", "environment": "base", "value": "y"},
        ],
        [{"op": "delete", "key": "LIMIT", "environment": "base", "cascade": True}],
        [{"op": "delete", "key": "LIMIT", "environment": "dev"}],
    ],
)
async def test_undo__of_a_change_with_many_steps__is_as_if_it_never_was(
    api: Api, items: list[dict[str, Any]]
) -> None:
    await api.create("LIMIT", "integer", 1)
    await api.put("LIMIT", 2, "dev")
    before = await state(api)
    done = await api.post(BULK, {"items": items})
    assert done.status_code == 200, done.text
    after = await state(api)
    assert after != before
    revision = int(done.json()["revision"].split(".")[1])
    undone = await api.post(ROLLBACK, {"change": revision})
    assert undone.status_code == 200, undone.text
    assert await state(api) == before
    again = await api.post(ROLLBACK, {"change": revision + 1})
    assert again.status_code == 200, again.text
    assert await state(api) == after


async def test_rollback__as_a_dry_run__says_what_it_would_do_and_does_nothing(
    api: Api, store: Store
) -> None:
    await api.create("LIMIT", "integer", 1)
    await api.put("LIMIT", 2, "dev")
    await api.put("LIMIT", 3, "dev")
    before = await store.dump()
    for body in (
        {"environment": "dev", "key": "LIMIT", "version": 1},
        {"environment": "dev", "revision": 2},
        {"environment": "dev", "revision": 2, "exact": True},
        {"change": 4},
    ):
        dry = await api.post(ROLLBACK, body | {"dryRun": True})
        assert dry.status_code == 200, dry.text
        assert dry.json()["dryRun"] is True
        assert await store.dump() == before
        done = await api.post(ROLLBACK, body)
        told = dry.json()["items"]
        assert told == done.json()["items"]
        assert (await api.post(ROLLBACK, {"change": await api.revision()})).status_code == 200
        before = await store.dump()


async def test_promote__of_what_is_equal_already__changes_nothing(api: Api, store: Store) -> None:
    await api.create("LIMIT", "integer", 1)
    before = await store.dump()
    response = await api.post(f"{CONFIG}/promote", {"source": "dev", "target": "prod"})
    assert response.json()["changed"] is False
    assert response.json()["items"] == []
    assert await store.dump() == before


async def test_create__in_another_application__is_found_under_its_location(api: Api) -> None:
    assert (await api.post("/api/v1/applications", {"name": "assistant"})).status_code == 201
    body = {"key": "LIMIT", "type": "integer", "value": 4, "environment": "dev"}
    created = await api.post(CONFIG, body | {"application": "assistant"})
    assert created.status_code == 201
    found = await api.get(created.headers["location"])
    assert found.status_code == 200
    assert (found.json()["application"], found.json()["environment"]) == ("assistant", "dev")
    assert found.headers["etag"] == created.headers["etag"]
    assert_problem(await api.get(f"{CONFIG}/LIMIT"), 404)


async def test_names__asked_for_by_many_at_once__are_given_once(api: Api) -> None:
    for path, body in [
        ("/api/v1/applications", {"name": "assistant"}),
        ("/api/v1/environments", {"name": "qa", "parent": "dev"}),
        (CONFIG, {"key": "LIMIT", "type": "integer", "environment": "base"}),
    ]:
        responses = await asyncio.gather(*(api.post(path, body) for _ in range(8)))
        statuses = sorted(one.status_code for one in responses)
        assert statuses == [201] + [409] * 7
        for response in responses:
            if response.status_code == 409:
                assert_problem(response, 409, "conflict")


async def test_keys__that_differ_in_case_only__written_at_once__one_of_them_stays(
    api: Api,
) -> None:
    bodies = [
        {"key": key, "type": "integer", "environment": "base"}
        for key in ("LIMIT", "Limit", "limit", "lIMIT")
    ]
    responses = await asyncio.gather(*(api.post(CONFIG, body) for body in bodies))
    assert sorted(one.status_code for one in responses) == [201, 409, 409, 409]
    assert len((await api.get(CONFIG)).json()["items"]) == 1


async def test_bulk__new_type_and_the_values_that_fit_it__in_one_change(api: Api) -> None:
    await api.create("LIMIT", "string", "many")
    await api.put("LIMIT", "few", "dev")
    define = {"op": "define", "key": "LIMIT", "type": "integer"}
    values = [
        {"key": "LIMIT", "environment": "base", "value": 9},
        {"key": "LIMIT", "environment": "dev", "value": 2},
    ]
    for items in ([define], [define, values[0]], [*values, define]):
        response = await api.post(BULK, {"items": items})
        assert_problem(response, 422, key="LIMIT")
    done = await api.post(BULK, {"items": [define, *values]})
    assert done.status_code == 200, done.text
    assert (await api.value("LIMIT", "dev"), await api.value("LIMIT", "prod")) == (2, 9)
    together = {"key": "LIMIT", "environment": "dev", "type": "boolean", "value": True}
    response = await api.post(BULK, {"items": [together]})
    assert_problem(response, 422, key="LIMIT", pointer="/items/0/type")  # base still has a number
    values = [together, {"key": "LIMIT", "environment": "base", "value": False}]
    assert (await api.post(BULK, {"items": values})).status_code == 200
    undone = await api.post(ROLLBACK, {"change": await api.revision()})
    assert undone.status_code == 200, undone.text
    assert (await api.value("LIMIT", "dev"), await api.value("LIMIT", "prod")) == (2, 9)
