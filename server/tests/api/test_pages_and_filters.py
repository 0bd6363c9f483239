"""Lists: whole, stable, in one order on every database, narrowed only by what was asked."""

import base64
from typing import Any

import pytest

from api_driver import CONFIG, Api, assert_problem

# Code points decide: a locale would sort these otherwise, and LIKE would fold case or expand `_`.
KEYS = ["A", "A-B", "A.B", "AB", "A_B", "AC1", "B", "Z9", "_A", "a1", "aD", "ab-c", "c", "zz"]
PAGES = [1, 2, 3, 5, 13, 14, 15, 1000]


async def fill(api: Api) -> None:
    items: list[dict[str, Any]] = [
        {
            "key": key,
            "environment": "base",
            "type": "integer",
            "value": index,
            "category": "odd" if index % 2 else "even",
        }
        for index, key in enumerate(KEYS)
    ]
    items.append(
        {
            "key": "KEPT_AWAY",
            "environment": "base",
            "type": "string",
            "isSecret": True,
            "value": "env://KEPT_AWAY",
            "category": "secret_things",
        }
    )
    response = await api.post(f"{CONFIG}/bulk", {"items": items})
    assert response.status_code == 200, response.text


async def pages(api: Api, path: str, **params: Any) -> list[list[dict[str, Any]]]:
    found: list[list[dict[str, Any]]] = []
    cursor: str | None = None
    while True:
        page = (await api.get(path, cursor=cursor, **params)).json()
        found.append(page["items"])
        cursor = page["nextCursor"]
        if cursor is None:
            return found
        assert len(found) < 100


async def test_list__at_every_page_size__is_complete_and_in_order(api: Api) -> None:
    await fill(api)
    for limit in PAGES:
        found = await pages(api, CONFIG, limit=limit, environment="dev", isSecret="false")
        assert [one["key"] for page in found for one in page] == sorted(KEYS)
        assert all(len(page) == limit for page in found[:-1])
        assert len(found[-1]) in range(1, limit + 1)


async def test_list__written_to_while_it_is_read__repeats_nothing_and_misses_no_old_key(
    api: Api,
) -> None:
    await fill(api)
    seen: list[str] = []
    cursor = None
    for step in range(100):
        page = (await api.get(CONFIG, limit=2, cursor=cursor)).json()
        seen += [one["key"] for one in page["items"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break
        await api.create(f"AA_NEW_{step}", "boolean", True)  # before and after where we are
        await api.create(f"new_{step}", "boolean", True)
    assert len(seen) == len(set(seen))
    assert set(KEYS) <= set(seen)
    assert seen == sorted(seen)


NARROWED: list[tuple[dict[str, str], list[str]]] = [
    ({"prefix": "A"}, ["A", "A-B", "A.B", "AB", "AC1", "A_B"]),
    ({"prefix": "A_"}, ["A_B"]),
    ({"prefix": "a"}, ["a1", "aD", "ab-c"]),
    ({"prefix": "%"}, []),
    ({"prefix": "Z9"}, ["Z9"]),
    ({"prefix": "\x7f"}, []),
    ({"prefix": "\U0010ffff"}, []),
    ({"category": "odd"}, sorted(KEYS[1::2])),
    ({"category": "ODD"}, []),
    ({"category": "none_such"}, []),
    ({"category": "odd", "prefix": "A"}, ["A-B", "AB", "AC1"]),
    ({"isSecret": "true"}, ["KEPT_AWAY"]),
    ({"isSecret": "true", "category": "odd"}, []),
]


async def test_list__narrowed__holds_exactly_what_fits(api: Api) -> None:
    await fill(api)
    for filters, keys in NARROWED:
        found = await pages(api, CONFIG, limit=2, **filters)
        assert [one["key"] for page in found for one in page] == keys, filters


async def test_list__of_an_environment__marks_what_is_inherited(api: Api) -> None:
    await api.create("OWN", "integer", 1)
    await api.create("INHERITED", "integer", 1)
    await api.create("DEFAULTED", "integer", default=7)
    await api.create("EMPTY", "integer")
    await api.put("OWN", 2, "dev")
    listed = (await api.get(CONFIG, environment="dev")).json()["items"]
    assert [(one["key"], one["value"], one["origin"]) for one in listed] == [
        ("DEFAULTED", 7, "default"),
        ("EMPTY", None, None),
        ("INHERITED", 1, "base"),
        ("OWN", 2, "dev"),
    ]
    for one in listed:
        assert one == await api.entity(one["key"], "dev")


async def test_history__at_every_page_size__is_complete_and_newest_first(api: Api) -> None:
    await api.create("RETRIES", "integer", 0)
    for value in range(1, 8):
        await api.put("RETRIES", value, "dev" if value % 2 else "base")
    whole = (await api.get(f"{CONFIG}/history/RETRIES")).json()["items"]
    assert len(whole) == 9  # the definition and eight values
    assert [one["newValue"] for one in whole if one["kind"] == "value"] == [*range(7, -1, -1)]
    for limit in (1, 2, 4, 8, 9, 10):
        found = await pages(api, f"{CONFIG}/history/RETRIES", limit=limit)
        assert [one for page in found for one in page] == whole
    dev = (await api.get(f"{CONFIG}/history/RETRIES", environment="dev", limit=2)).json()
    assert [one["newValue"] for one in dev["items"]] == [7, 5]


def encoded(position: bytes) -> str:
    return base64.urlsafe_b64encode(position).decode()


FOREIGN = [
    *("", "x", "===", "aGVsbG8", "%00", "\N{FOX FACE}", "a" * 513),
    *map(encoded, (b"keys:", b"keys:A\x00", b"keys:A B", b"other:A", b"keys:\xff")),
    *map(encoded, (b"versions:1", b"versions:1.-1", b"versions:99999999999999999.0")),
]


@pytest.mark.parametrize("path", [CONFIG, f"{CONFIG}/history/RETRIES"])
async def test_cursor__that_is_none_of_ours__is_422(api: Api, path: str) -> None:
    await api.create("RETRIES", "integer", 0)
    for cursor in FOREIGN:
        assert_problem(await api.get(path, cursor=cursor), 422, "malformed-request")


async def test_cursor__of_the_other_list__is_422(api: Api) -> None:
    await api.create("RETRIES", "integer", 0)
    await api.create("RETRIES_2", "integer", 0)
    keys = (await api.get(CONFIG, limit=1)).json()["nextCursor"]
    versions = (await api.get(f"{CONFIG}/history/RETRIES", limit=1)).json()["nextCursor"]
    assert_problem(await api.get(CONFIG, cursor=versions), 422)
    assert_problem(await api.get(f"{CONFIG}/history/RETRIES", cursor=keys), 422)


async def test_categories__are_counted_without_the_deleted(api: Api) -> None:
    await fill(api)
    star = {"If-Match": "*"}
    await api.call("DELETE", f"{CONFIG}/A", params={"environment": "base"}, headers=star)
    items = (await api.get(f"{CONFIG}/categories")).json()["items"]
    assert items == [
        {"category": "even", "count": 6},
        {"category": "odd", "count": 7},
        {"category": "secret_things", "count": 1},
    ]
