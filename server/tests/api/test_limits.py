"""Every limit, exactly: what is just allowed works, one more is refused in words."""

import json
from typing import Any

import pytest

from api_driver import CONFIG, Api, Store, assert_problem

KIB = 1024
JSON = {"Content-Type": "application/json"}
STAR = JSON | {"If-Match": "*"}


def padded(document: dict[str, Any], size: int) -> bytes:
    """The document as exactly `size` bytes of JSON: white space belongs to a body."""
    text = json.dumps(document).encode()
    return text + b" " * (size - len(text))


@pytest.mark.parametrize(
    ("method", "path", "document"),
    [
        ("PUT", "/RETRIES?environment=dev", {"value": 5}),
        ("PATCH", "/RETRIES/definition", {"description": "x"}),
        ("POST", "", {"key": "NEW", "type": "string", "environment": "dev"}),
        ("POST", "/promote", {"source": "dev", "target": "prod"}),
        ("POST", "/rollback", {"environment": "dev", "revision": 2}),
    ],
)
async def test_body__of_256_kib__is_taken_and_one_byte_more_is_413(
    api: Api, store: Store, method: str, path: str, document: dict[str, Any]
) -> None:
    await api.create("RETRIES", "integer", 1)
    before = await store.dump()
    refused = await api.call(
        method, CONFIG + path, content=padded(document, 256 * KIB + 1), headers=STAR
    )
    assert_problem(refused, 413, "body-too-large")
    assert str(256 * KIB) in refused.json()["detail"]
    assert await store.dump() == before
    taken = await api.call(method, CONFIG + path, content=padded(document, 256 * KIB), headers=STAR)
    assert taken.status_code in {200, 201}, taken.text


@pytest.mark.parametrize("path", ["/bulk", "/validate"])
async def test_body__of_4_mib_in_bulk__is_taken_and_one_byte_more_is_413(
    api: Api, store: Store, path: str
) -> None:
    await api.create("RETRIES", "integer", 1)
    before = await store.dump()
    document = {"items": [{"key": "RETRIES", "environment": "dev", "value": 5}]}
    size = 4 * KIB * KIB
    refused = await api.call(
        "POST", CONFIG + path, content=padded(document, size + 1), headers=JSON
    )
    assert_problem(refused, 413, "body-too-large")
    assert await store.dump() == before
    taken = await api.call("POST", CONFIG + path, content=padded(document, size), headers=JSON)
    assert taken.status_code == 200


@pytest.mark.parametrize(
    ("kind", "filler", "overhead"),
    [
        ("string", "x", 2),  # the quotes
        ("string", "é", 2),  # two bytes each, and not six as an escape
        ("string", '"', 2),  # two bytes each, with its backslash
        ("json", "x", 4),  # the list around it
    ],
)
async def test_value__of_64_kib_of_canonical_json__is_taken_and_one_byte_more_is_413(
    api: Api, store: Store, kind: str, filler: str, overhead: int
) -> None:
    await api.create("TEXT", kind)
    each = len(json.dumps(filler, ensure_ascii=False).encode()) - 2
    room = 64 * KIB - overhead
    text = filler * (room // each) + "x" * (room % each)
    for extra, status in (("", 200), ("x", 413)):
        before = await store.dump()
        value = text + extra if kind == "string" else [text + extra]
        response = await api.put("TEXT", value, "dev")
        assert response.status_code == status, response.text
        if status == 413:
            assert_problem(response, 413, "value-too-large", key="TEXT", rule="maxBytes")
            assert str(64 * KIB) in response.json()["errors"][0]["message"]
            assert await store.dump() == before
        else:
            assert (await api.value("TEXT", "dev")) == value


async def test_value__too_large_beside_another_mistake__is_422_with_both(api: Api) -> None:
    await api.create("TEXT", "string")
    await api.create("RETRIES", "integer")
    items = [
        {"key": "TEXT", "environment": "dev", "value": "x" * 70_000},
        {"key": "RETRIES", "environment": "dev", "value": "x"},
    ]
    response = await api.post(f"{CONFIG}/bulk", {"items": items})
    assert_problem(response, 422, "validation-failed", key="TEXT", rule="maxBytes")
    assert_problem(response, 422, "validation-failed", key="RETRIES", rule="type")


async def test_json__32_levels_deep__is_taken_and_33_are_refused(api: Api, store: Store) -> None:
    await api.create("TREE", "json")
    for levels, status in ((31, 200), (32, 422)):  # the body's own object is one level more
        before = await store.dump()
        text = f'{{"value": {"[" * levels}{"]" * levels}}}'
        response = await api.call(
            "PUT", f"{CONFIG}/TREE?environment=dev", content=text.encode(), headers=STAR
        )
        assert response.status_code == status, response.text
        if status == 422:
            assert_problem(response, 422, "malformed-json", rule="depth")
            assert await store.dump() == before
    assert (await api.get("/api/v1/snapshot", environment="dev")).status_code == 200


@pytest.mark.parametrize("path", ["/bulk", "/validate"])
async def test_bulk__of_1000_items__is_taken_and_1001_are_refused(
    api: Api, store: Store, path: str
) -> None:
    items = [
        {"key": f"ITEM_{number}", "environment": "base", "type": "integer", "value": number}
        for number in range(1001)
    ]
    before = await store.dump()
    refused = await api.post(CONFIG + path, {"items": items})
    assert_problem(refused, 422, "malformed-request", pointer="/items", rule="too-long")
    assert "1000" in refused.json()["errors"][0]["message"]
    assert await store.dump() == before
    taken = await api.post(CONFIG + path, {"items": items[:1000]})
    assert taken.status_code == 200, taken.text
    if path == "/bulk":
        assert len(taken.json()["items"]) == 2000  # a definition and a value each
        assert len((await api.get(CONFIG, limit=1000)).json()["items"]) == 1000


async def test_promote__of_1001_keys__is_refused(api: Api) -> None:
    body = {"source": "dev", "target": "prod", "keys": ["A"] * 1001}
    response = await api.post(f"{CONFIG}/promote", body)
    assert_problem(response, 422, pointer="/keys", rule="too-long")


async def test_key__of_255_characters__works_everywhere_and_256_are_refused(api: Api) -> None:
    key = "k" * 255
    created = await api.create(key, "integer", 1)
    assert created["key"] == key
    assert await api.value(key, "dev") == 1
    assert (await api.put(key, 2, "dev")).status_code == 200
    for path in (f"/history/{key}", f"/explain/{key}"):
        assert (await api.get(CONFIG + path)).status_code == 200
    found = await api.get(CONFIG, prefix=key)
    assert [one["key"] for one in found.json()["items"]] == [key]
    body = {"key": key + "k", "type": "integer", "environment": "base"}
    assert_problem(await api.post(CONFIG, body), 422, pointer="/key")
    assert_problem(await api.get(f"{CONFIG}/{key}k"), 422)
    for path in (f"/history/{key}k", f"/explain/{key}k"):
        assert_problem(await api.get(CONFIG + path), 422)


async def test_name__of_63_characters__is_taken_and_64_are_refused(api: Api) -> None:
    for length, status in ((63, 201), (64, 422)):
        name = "e" * length
        environment = await api.post("/api/v1/environments", {"name": name, "parent": "base"})
        assert environment.status_code == status
        assert (await api.post("/api/v1/applications", {"name": name})).status_code == status
    await api.create("DEEP", "integer", 1, environment="e" * 63, category="c" * 63)
    body = {"key": "NEW", "type": "string", "environment": "base", "category": "c" * 64}
    assert_problem(await api.post(CONFIG, body), 422, pointer="/category")


@pytest.mark.parametrize("length", [2000, 2001])
async def test_comment_and_description__of_2000_characters__are_taken_not_more(
    api: Api, length: int
) -> None:
    text = "é" * length
    await api.create("RETRIES", "integer", 1)
    responses = [
        await api.post(
            CONFIG, {"key": "A", "type": "string", "environment": "base", "comment": text}
        ),
        await api.call(
            "PATCH", f"{CONFIG}/RETRIES/definition", json={"description": text}, headers=STAR
        ),
        await api.call(
            "PUT", f"{CONFIG}/RETRIES?environment=dev", json={"value": 2, "comment": text},
            headers=STAR,
        ),
        await api.call(
            "DELETE", f"{CONFIG}/RETRIES", params={"environment": "dev", "comment": text},
            headers={"If-Match": "*"},
        ),
        await api.post("/api/v1/environments", {"name": "qa", "parent": "dev", "comment": text}),
    ]  # fmt: skip
    if length > 2000:
        for response in responses[:3] + responses[4:]:
            assert_problem(response, 422)
    else:
        assert [one.status_code for one in responses] == [201, 200, 200, 200, 201]


async def test_integer__at_the_edge_of_what_json_holds__is_exact(api: Api) -> None:
    await api.create("BIG", "integer")
    for value in (2**53 - 1, -(2**53) + 1, 0):
        assert (await api.put("BIG", value, "dev")).status_code == 200
        assert await api.value("BIG", "dev") == value
    for value in (2**53, -(2**53), 10**30):
        assert_problem(await api.put("BIG", value, "dev"), 422, key="BIG")


async def test_number__with_the_value_of_an_integer__stays_a_float(api: Api) -> None:
    await api.create("RATIO", "number")
    for value, text in ((3, "3.0"), (0, "0.0"), (-0.0, "0.0"), (1e22, "1e+22"), (5e-324, "5e-324")):
        await api.put("RATIO", value, "dev")
        for path in (f"{CONFIG}/RATIO", "/api/v1/snapshot", "/api/v1/export?format=json"):
            response = (
                await api.call("GET", path, params={"environment": "dev"})
                if ("?" not in path)
                else await api.get(f"{path}&environment=dev")
            )
            assert f": {text}" in response.text or f":{text}" in response.text, (path, text)


async def test_text__of_every_kind__comes_back_as_it_went_in(api: Api) -> None:
    await api.create("TEXT", "string")
    texts = [
        "",
        " ",
        "\t\n",
        "\u2028",
        "e\u0301",
        "\ufeff",
        "\U0001f98a",
        "\x7f\x01",
        "\\u0000",
        "'",
    ]
    for text in texts:
        assert (await api.put("TEXT", text, "dev")).status_code == 200, repr(text)
        assert await api.value("TEXT", "dev") == text


async def test_body__of_50_000_commas_and_brackets__is_taken_and_one_more_is_refused(
    api: Api,
) -> None:
    await api.create("TREE", "json")
    item = {"key": "TREE", "environment": "dev", "value": [0]}
    text = json.dumps({"items": [item], "comment": ',"[' * 100_000})
    missing = 50_000 - sum(map(text.replace(r",\"[", "").count, ",[{"))
    for extra, code in ((0, None), (1, "malformed-json")):
        body = text.replace("[0]", f"[0{',0' * (missing + extra)}]").encode()
        response = await api.call("POST", f"{CONFIG}/validate", content=body, headers=JSON)
        if code is None:
            assert response.json()["errors"][0]["pointer"] == "/comment"  # it has been read
        else:
            assert_problem(response, 422, code, rule="separators")


@pytest.mark.parametrize("text", ['"' + '\\"' * 1_000_000, "\\" * 2_000_001, '",' * 1_000_000])
async def test_body__of_texts_without_end__costs_little(api: Api, text: str) -> None:
    body = ('{"comment": ' + text + "," * 50_001).encode()
    response = await api.call("POST", f"{CONFIG}/validate", content=body, headers=JSON)
    assert_problem(response, 422, "malformed-json")
    assert response.elapsed.total_seconds() < 2


async def test_members__of_an_item__are_told_of_until_there_are_too_many(api: Api) -> None:
    async def errors(members: int, items: int) -> tuple[str, list[Any]]:
        item = {f"f{number}": 0 for number in range(members)}
        response = await api.post(f"{CONFIG}/validate", {"items": [item] * items})
        assert response.status_code == 422
        return response.json()["detail"], response.json()["errors"]

    few = (await errors(3, 1))[1]
    assert {one["pointer"] for one in few} >= {"/items/0/f0", "/items/0/f1", "/items/0/f2"}
    _, many = await errors(50, 1)
    assert [(one["pointer"], one["rule"]) for one in many] == [("/items/0", "too-many-members")]
    detail, most = await errors(3, 1_000)
    assert len(most) == 1_000
    assert "4,000" in detail
