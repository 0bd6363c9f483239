"""`If-Match`, `If-None-Match`, 412, 428 and 304."""

from typing import Any

import httpx2
import pytest
import pytest_asyncio

from api_driver import Api, Store, assert_problem

CONFIG = "/api/v1/config"


async def write(api: Api, method: str, path: str, headers: dict[str, str]) -> httpx2.Response:
    bodies: dict[str, Any] = {
        "/policy": {"sourcePolicy": "shadow"},
        "/definition": {"description": "x"},
    }
    body = {} if method == "DELETE" else {"json": bodies.get(path, {"value": 9})}
    return await api.call(
        method,
        f"{CONFIG}/RETRIES{path}",
        params={"environment": "dev"},
        headers=headers,
        **body,
    )


WRITES = [("PUT", ""), ("PATCH", "/definition"), ("PUT", "/policy"), ("DELETE", "")]


@pytest_asyncio.fixture(loop_scope="session")
async def etag(api: Api) -> str:
    """The tag of RETRIES in dev, which has a value of its own there."""
    await api.create("RETRIES", "integer", 1)
    response = await api.put("RETRIES", 2, "dev")
    tag: str = response.headers["etag"]
    return tag


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.usefixtures("etag")
async def test_write__without_precondition__is_428(
    api: Api, store: Store, method: str, path: str
) -> None:
    before = await store.dump()
    response = await write(api, method, path, {})
    assert_problem(response, 428, "precondition-required")
    assert "If-Match" in response.json()["detail"]
    assert await store.dump() == before


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.usefixtures("etag")
async def test_write__tag_in_if_match__is_carried_out(api: Api, method: str, path: str) -> None:
    forms = ("{}", " {} ", '"other", {}', '"other",{} , W/"weak"', ',, {} ,"a,b"', "*", " * ")
    for form in forms:
        await api.put("RETRIES", 2, "dev")
        tag = (await api.get(f"{CONFIG}/RETRIES", environment="dev")).headers["etag"]
        response = await write(api, method, path, {"If-Match": form.format(tag)})
        assert response.status_code == 200, (form, response.text)


@pytest.mark.parametrize(("method", "path"), WRITES)
async def test_write__other_or_weak_or_broken_tag__is_412_with_the_current_tag(
    api: Api, store: Store, etag: str, method: str, path: str
) -> None:
    before = await store.dump()
    forms = ('"0123456789abcdef01234567"', "W/@", "w/@", "", ",", '"', "x@", "@x", "@@", "*, @")
    for form in forms:
        response = await write(api, method, path, {"If-Match": form.replace("@", etag)})
        assert_problem(response, 412, "version-moved", key="RETRIES", rule="if-match")
        assert response.headers["etag"] == etag
    assert await store.dump() == before


async def test_put__stale_tag__names_the_one_to_use_next(api: Api, etag: str) -> None:
    assert (await api.put("RETRIES", 3, "dev", if_match=etag)).status_code == 200
    refused = await api.put("RETRIES", 4, "dev", if_match=etag)
    assert_problem(refused, 412)
    again = await api.put("RETRIES", 4, "dev", if_match=refused.headers["etag"])
    assert again.status_code == 200
    assert await api.value("RETRIES", "dev") == 4


async def test_put__tag_of_another_environment__is_412(api: Api, etag: str) -> None:
    assert_problem(await api.put("RETRIES", 3, "prod", if_match=etag), 412)


async def test_put__inherited_value_changed_above__is_412(api: Api) -> None:
    await api.create("RETRIES", "integer", 1)
    seen = (await api.get(f"{CONFIG}/RETRIES", environment="dev")).headers["etag"]
    await api.put("RETRIES", 2, "base")
    assert_problem(await api.put("RETRIES", 3, "dev", if_match=seen), 412)


async def test_put__if_none_match_star__writes_only_where_there_is_no_override(api: Api) -> None:
    await api.create("RETRIES", "integer", 1)
    first = await write(api, "PUT", "", {"If-None-Match": "*"})
    assert first.status_code == 200
    second = await write(api, "PUT", "", {"If-None-Match": "*"})
    assert_problem(second, 412, key="RETRIES", rule="if-none-match")
    assert second.headers["etag"] == first.headers["etag"]


async def test_put__both_preconditions__both_must_hold(api: Api, etag: str) -> None:
    headers = {"If-Match": etag, "If-None-Match": "*"}
    assert_problem(await write(api, "PUT", "", headers), 412, rule="if-none-match")


async def test_put__if_none_match_with_a_tag__is_refused_not_ignored(
    api: Api, store: Store, etag: str
) -> None:
    before = await store.dump()
    for headers in ({"If-None-Match": '"x"'}, {"If-None-Match": '"x"', "If-Match": etag}):
        assert_problem(await write(api, "PUT", "", headers), 422, "malformed-request")
    assert await store.dump() == before


@pytest.mark.parametrize(("method", "path"), WRITES[1:])
@pytest.mark.usefixtures("etag")
async def test_write_other_than_put__only_if_none_match__is_428(
    api: Api, method: str, path: str
) -> None:
    assert_problem(await write(api, method, path, {"If-None-Match": "*"}), 428)


@pytest.mark.parametrize("change", ["value", "definition", "policy", "above"])
async def test_tag__after_any_change_of_the_answer__is_another(api: Api, change: str) -> None:
    await api.create("RETRIES", "integer", 1)
    before = (await api.get(f"{CONFIG}/RETRIES", environment="dev")).headers["etag"]
    star = {"If-Match": "*"}
    if change == "above":
        await api.put("RETRIES", 5, "base")
    else:
        path = "" if change == "value" else f"/{change}"
        await write(api, "PUT" if change != "definition" else "PATCH", path, star)
    after = await api.get(f"{CONFIG}/RETRIES", environment="dev")
    assert after.headers["etag"] != before
    assert not after.headers["etag"].startswith("W/")


async def test_write_reply__its_tag__is_the_one_a_read_gives(api: Api, etag: str) -> None:
    read = await api.get(f"{CONFIG}/RETRIES", environment="dev")
    assert read.headers["etag"] == etag


async def test_put__same_value_again__writes_nothing(api: Api, store: Store, etag: str) -> None:
    before = await store.dump()
    response = await api.put("RETRIES", 2, "dev", if_match=etag)
    assert response.json()["changed"] is False
    assert response.headers["etag"] == etag
    assert await store.dump() == before


@pytest.mark.parametrize("path", [f"{CONFIG}/RETRIES", "/api/v1/snapshot"])
async def test_read__if_none_match_holds__is_304_with_the_headers_of_a_200(
    api: Api, etag: str, path: str
) -> None:
    whole = await api.get(path, environment="dev")
    tag = whole.headers["etag"]
    for sent in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        response = await api.call(
            "GET", path, params={"environment": "dev"}, headers={"If-None-Match": sent}
        )
        assert response.status_code == 304
        assert response.content == b""
        for name in ("etag", "trimtab-revision", "trimtab-source", "cache-control", "vary"):
            assert response.headers[name] == whole.headers[name]
        assert "content-type" not in response.headers
    await api.put("RETRIES", 7, "base")  # not what dev serves, but the head moves
    after = await api.call(
        "GET", path, params={"environment": "dev"}, headers={"If-None-Match": tag}
    )
    assert after.headers["trimtab-revision"] != whole.headers["trimtab-revision"]
    await api.put("RETRIES", 8, "dev")
    changed = await api.call(
        "GET", path, params={"environment": "dev"}, headers={"If-None-Match": tag}
    )
    assert changed.status_code == 200
    assert etag != changed.headers["etag"]


async def test_bulk__one_item_moved_on__is_412_and_nothing_is_stored(
    api: Api, store: Store, etag: str
) -> None:
    await api.create("OTHER", "integer", 1)
    await api.put("RETRIES", 3, "dev")
    before = await store.dump()
    response = await api.post(
        f"{CONFIG}/bulk",
        {
            "items": [
                {"key": "OTHER", "environment": "dev", "value": 5},
                {"key": "RETRIES", "environment": "dev", "value": 5, "ifMatch": etag},
            ]
        },
    )
    assert_problem(response, 412, "version-moved", key="RETRIES", pointer="/items/1")
    current = (await api.get(f"{CONFIG}/RETRIES", environment="dev")).headers["etag"]
    assert response.headers["etag"] == current
    assert await store.dump() == before
