"""One spelling for everything a request says; what no route reads is refused, not ignored."""

from collections.abc import Callable

import pytest

from api_driver import Api, Store, assert_problem

CONFIG = "/api/v1/config"
KEYED = ["{}", "history/{}", "explain/{}", "{}/definition", "{}/policy"]
METHODS = {"{}/definition": "PATCH", "{}/policy": "PUT"}


@pytest.mark.parametrize(
    "query",
    [
        "enviroment=dev",
        "environment=dev&Environment=dev",
        "environment=dev&_=1",
        "environment=dev&at",
        "=x",
    ],
)
async def test_query__unknown_parameter__is_refused(api: Api, query: str) -> None:
    assert_problem(await api.get(f"{CONFIG}?{query}"), 422, rule="extra-forbidden")


@pytest.mark.parametrize("query", ["environment=dev&environment=prod", "limit=1&limit=1"])
async def test_query__parameter_given_twice__is_refused(api: Api, query: str) -> None:
    assert_problem(await api.get(f"{CONFIG}?{query}"), 422, rule="repeated")


WHOLE = ["1_0", "0x10", "1e2", "10.0", "+5", "%205", "\u0663", "", "05", "-0x1"]


@pytest.mark.parametrize("text", WHOLE)
async def test_query__integer_in_another_spelling__is_refused(api: Api, text: str) -> None:
    sides = "source=dev&target=dev"
    for path in (f"{CONFIG}?limit={text}", f"{CONFIG}/diff?{sides}&sourceRevision={text}"):
        assert_problem(await api.get(path), 422, rule="int-parsing")


@pytest.mark.parametrize("text", ["1", "0", "on", "yes", "t", "True", "FALSE", "", "none"])
async def test_query__boolean_in_another_spelling__is_refused(api: Api, text: str) -> None:
    for path in (f"{CONFIG}?isSecret={text}", f"/api/v1/export?meta={text}"):
        assert_problem(await api.get(path), 422, rule="bool-parsing")


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23",
        "2026-11-23T08:00:00",
        "2026-11-23 08:00:00Z",
        "1795305600",
        "now",
        "",
        "2026-02-30T00:00:00Z",
        "0001-01-01T00:00:00%2B14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-11-23T08:00:00+02:00",  # an unescaped plus is a space
        "2026-11-23T08:00:00.1234567Z",
        "\u0662026-11-23T08:00:00Z",
    ],
)
async def test_query__instant_in_another_form__is_refused(api: Api, text: str) -> None:
    response = await api.get(f"{CONFIG}/ANY?at={text}")
    document = assert_problem(response, 422, rule="datetime-parsing")
    assert "2026-11-23T08:00:00Z" in document["errors"][0]["message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", f"{CONFIG}/RETRIES?environment=base"), ("POST", f"{CONFIG}/reload")],
)
async def test_body__where_none_is_taken__is_refused(
    api: Api, store: Store, method: str, path: str
) -> None:
    await api.create("RETRIES", "integer", 1)
    before = await store.dump()
    star = {"If-Match": "*"}
    response = await api.call(method, path, json={"cascade": True}, headers=star)
    assert_problem(response, 422, rule="extra-forbidden")
    assert await store.dump() == before
    large = await api.call(
        method, path, content=b'"' + b"x" * 300_000 + b'"', headers={"Content-Type": "text/plain"}
    )
    assert_problem(large, 413, "body-too-large")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", f"{CONFIG}/bulk", "POST"),
        ("PUT", f"{CONFIG}/rollback", "POST"),
        ("DELETE", f"{CONFIG}/categories", "GET, HEAD"),
        ("POST", f"{CONFIG}/RETRIES", "DELETE, GET, HEAD, PUT"),
        ("PATCH", CONFIG, "GET, HEAD, POST"),
        ("OPTIONS", "/livez", "GET, HEAD"),
        ("TRACE", f"{CONFIG}/diff", "GET, HEAD"),
        ("QUERY", "/api/v1/snapshot", "GET, HEAD"),
        ("HEAD", f"{CONFIG}/reload", "POST"),
    ],
)
async def test_method__not_taken__is_405_with_all_that_are(
    api: Api, method: str, path: str, allowed: str
) -> None:
    response = await api.call(method, path)
    assert response.status_code == 405
    assert response.headers["allow"] == allowed
    if method != "HEAD":
        assert_problem(response, 405, "method-not-allowed")


def full_width(text: str) -> str:
    """What NFKC, and only NFKC, makes the same text."""
    return "".join(chr(ord(letter) + 0xFEE0) for letter in text)


SPELLINGS = [
    "retries",
    "Retries",
    "RETRIES/",
    "/RETRIES",
    "RETRIES%2f",
    "%2fRETRIES",
    "x%2f..%2fRETRIES",
    "RETRIES%00",
    "RETRIES%20",
    "%20RETRIES",
    "RETRIES%0a",
    "RETRIES%ED%A0%80",
    "RETRIES%C3%8A",
    "RETRIES%EF%BC%B3",
    full_width("RETRIES"),
    "RETRIE\u017f",  # long s: upper() makes an S of it
    "RETR\u0131ES",
    "RETRIES;a=b",
    "RETRIES%3Fenvironment=dev",
    "RETRIES%252f",
]


@pytest.mark.parametrize("name", ["admin", "viewer"])
async def test_key__in_another_spelling__is_never_the_key(
    api: Api, store: Store, token: Callable[[str], str], name: str
) -> None:
    await api.create("RETRIES", "integer", 1)
    before = await store.dump()
    caller = api.as_(token(name))
    for spelling in SPELLINGS:
        for pattern in KEYED:
            method = METHODS.get(pattern, "GET")
            body = {"json": {}} if method != "GET" else {}
            response = await caller.call(
                method,
                f"{CONFIG}/{pattern.format(spelling)}?environment=base",
                headers={"If-Match": "*"},
                **body,
            )
            assert 400 <= response.status_code < 500, (spelling, pattern, response.text)
    assert await store.dump() == before


@pytest.mark.parametrize(
    "environment", ["DEV", "dev%20", full_width("dev"), "dev%00", "dev/", "../dev", ""]
)
async def test_environment__in_another_spelling__is_never_the_environment(
    api: Api, store: Store, token: Callable[[str], str], environment: str
) -> None:
    await api.create("RETRIES", "integer", 1)
    before = await store.dump()
    for caller in (api, api.as_(token("dev"))):
        for method, path in [("GET", "RETRIES"), ("PUT", "RETRIES"), ("GET", "history/RETRIES")]:
            body = {"json": {"value": 5}} if method == "PUT" else {}
            response = await caller.call(
                method,
                f"{CONFIG}/{path}?environment={environment}",
                headers={"If-Match": "*"},
                **body,
            )
            assert response.status_code in {403, 422}, (method, path, response.text)
    assert await store.dump() == before
