"""Who gets in, and what each may do: every operation that OpenAPI lists."""

import random
import string
from collections.abc import Callable

import pytest
from fastapi import FastAPI

from api_driver import CONFIG, OWN, SAMPLES, Api, Sample, Store, arguments, assert_problem, prepare

Token = Callable[[str], str]
HEALTH = {"/livez", "/readyz"}
GUARDED = [one for one in SAMPLES if one.path not in HEALTH]
LIMITED = [one for one in GUARDED if one.path not in OWN]
WRITES = [one for one in LIMITED if one.method != "GET"]
AUDIT = {f"/api/v1/audit{one}" for one in ("", "/verify", "/checkpoint")}
ADMINISTRATION = {"/metrics", "/api/v1/principals", "/api/v1/tokens", "/api/v1/grants", *AUDIT}


def test_samples__stand_for_every_operation(app: FastAPI) -> None:
    documented = {
        f"{method.upper()} {path}"
        for path, operations in app.openapi()["paths"].items()
        for method in operations
    }
    assert {one.name for one in SAMPLES} == documented


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: one.name)
async def test_sample__by_an_administrator__succeeds(api: Api, sample: Sample) -> None:
    await prepare(api)
    response = await api.call(sample.method, sample.path, **arguments(sample))
    assert response.status_code == sample.status, response.text


async def test_operation__without_a_live_token__is_401(api: Api, store: Store) -> None:
    await prepare(api)
    before = await store.dump()
    live = api.token or ""
    wrong = [
        None,
        "",
        "x",
        live[:-1],
        live + "0",
        live[:-7] + live[-7:].swapcase(),
        live.upper(),
        "tt_" + "0" * 12 + "_" + "0" * 49,
    ]
    for sample in GUARDED:
        for token in wrong:
            caller = api.as_(token)
            response = await caller.call(sample.method, sample.path, **arguments(sample))
            assert_problem(response, 401, "unauthenticated")
            assert response.headers["www-authenticate"].startswith("Bearer ")
            assert response.headers["cache-control"] == "private, no-store"
    assert await store.dump() == before


@pytest.mark.parametrize("scheme", ["Basic {}", "{}", "Token {}", "Bearer  {}", "Bearer\t{}"])
async def test_token__under_another_scheme__is_401(api: Api, scheme: str) -> None:
    headers = {"Authorization": scheme.format(api.token)}
    response = await api.as_(None).call("GET", CONFIG, headers=headers)
    assert_problem(response, 401)


async def test_token__given_twice_or_elsewhere__is_401(api: Api) -> None:
    two = [("Authorization", f"Bearer {api.token}")] * 2
    assert_problem(await api.client.get(CONFIG, headers=two), 401)
    for name in ("token", "access_token", "api_key"):
        response = await api.client.get(CONFIG, params={name: api.token})
        assert_problem(response, 401)
        response = await api.client.get(CONFIG, headers={"Cookie": f"{name}={api.token}"})
        assert_problem(response, 401)


async def test_operation__any_header_but_a_token__opens_nothing(api: Api) -> None:
    chance = random.Random(20261123)
    names = (
        "User-Agent X-Forwarded-For X-Real-IP X-Original-URL X-Rewrite-URL X-Method "
        "Forwarded Host X-User X-Admin X-Internal Trimtab-Channel Proxy-Authorization Cookie "
        "Origin Referer X-HTTP-Method-Override X-Api-Key X-Auth-Token Via X-Forwarded-User"
    ).split()
    values = ["127.0.0.1", "::1", "root", "admin", "true", "/livez", "GET", "trimtab-server", "*"]
    for _ in range(500):
        sample = chance.choice(GUARDED)
        headers = {name: chance.choice(values) for name in chance.sample(names, 3)}
        headers["".join(chance.choices(string.ascii_letters, k=6))] = chance.choice(values)
        response = await api.as_(None).call(sample.method, sample.path, headers=headers)
        assert response.status_code == 401, (sample.name, headers)


async def test_writes__by_a_viewer__are_403_and_store_nothing(
    api: Api, store: Store, token: Token
) -> None:
    await prepare(api)
    before = await store.dump()
    for sample in WRITES:
        caller = api.as_(token("viewer"))
        response = await caller.call(sample.method, sample.path, **arguments(sample))
        assert_problem(response, 403, "forbidden")
    assert await store.dump() == before


async def test_reads__by_a_viewer__succeed(api: Api, token: Token) -> None:
    await prepare(api)
    for sample in GUARDED:
        if sample.method == "GET":
            caller = api.as_(token("viewer"))
            response = await caller.call("GET", sample.path, **arguments(sample))
            expected = 403 if sample.path in ADMINISTRATION else sample.status
            assert response.status_code == expected, sample.name


async def test_operation__without_any_grant__is_403(api: Api, token: Token) -> None:
    await prepare(api)
    for sample in LIMITED:
        caller = api.as_(token("nobody"))
        response = await caller.call(sample.method, sample.path, **arguments(sample))
        assert_problem(response, 403, "forbidden")


async def test_operation__in_an_environment_outside_the_grant__is_403_even_if_nothing_would_change(
    api: Api, store: Store, token: Token
) -> None:
    await prepare(api)
    before = await store.dump()
    prod, star = {"environment": "prod"}, {"If-Match": "*"}
    items = [{"key": "RETRIES", "environment": place, "value": 3} for place in ("dev", "prod")]
    refused = [
        ("GET", CONFIG, prod, None),
        ("GET", f"{CONFIG}/RETRIES", prod, None),
        ("GET", f"{CONFIG}/explain/RETRIES", prod, None),
        ("GET", f"{CONFIG}/history/RETRIES", prod, None),
        ("GET", f"{CONFIG}/history/RETRIES", {}, None),  # all environments
        ("GET", "/api/v1/snapshot", prod, None),
        ("GET", "/api/v1/export", prod, None),
        ("GET", f"{CONFIG}/diff", {"source": "dev", "target": "prod"}, None),
        ("GET", f"{CONFIG}/diff", {"source": "prod", "target": "dev"}, None),
        ("GET", f"{CONFIG}/RETRIES", {"environment": "prod", "revision": "2"}, None),
        ("PUT", f"{CONFIG}/RETRIES", prod, {"value": 1}),
        ("DELETE", f"{CONFIG}/RETRIES", prod, None),
        ("PUT", f"{CONFIG}/RETRIES/policy", prod, {"sourcePolicy": None}),
        ("PATCH", f"{CONFIG}/RETRIES/definition", {"environment": "dev"}, {}),
        ("POST", CONFIG, {}, {"key": "NEW", "type": "string", "environment": "dev"}),
        ("POST", f"{CONFIG}/bulk", {}, {"items": items}),
        ("POST", f"{CONFIG}/bulk", {}, {"items": items, "dryRun": True}),
        ("POST", f"{CONFIG}/validate", {}, {"items": items}),
        ("POST", f"{CONFIG}/promote", {}, {"source": "dev", "target": "prod"}),
        ("POST", f"{CONFIG}/promote", {}, {"source": "prod", "target": "dev"}),
        ("POST", f"{CONFIG}/rollback", {}, {"environment": "prod", "revision": 3}),
        ("POST", f"{CONFIG}/rollback", {}, {"environment": "prod", "revision": 3, "dryRun": True}),
        ("POST", f"{CONFIG}/rollback", {}, {"environment": "prod", "key": "RETRIES", "version": 1}),
        ("POST", f"{CONFIG}/rollback", {}, {"change": 2}),
        ("POST", "/api/v1/environments", {}, {"name": "qa", "parent": "dev"}),
        ("POST", "/api/v1/applications", {}, {"name": "other"}),
        ("POST", f"{CONFIG}/reload", {}, None),
    ]
    caller = api.as_(token("dev"))
    for method, path, query, body in refused:
        options = {} if body is None else {"json": body}
        response = await caller.call(method, path, params=query, headers=star, **options)
        assert_problem(response, 403, "forbidden")
    assert await store.dump() == before
    assert (await caller.put("RETRIES", 3, "dev")).status_code == 200
    assert (await caller.get(f"{CONFIG}/history/RETRIES", environment="dev")).status_code == 200
    assert (await caller.post(f"{CONFIG}/rollback", {"change": 4})).status_code == 200


async def test_token_bound_to_an_environment__names_none__means_its_own(
    api: Api, token: Token
) -> None:
    await prepare(api)
    bound = api.as_(token("bound"))
    assert (await bound.put("RETRIES", 9, None)).status_code == 200
    assert await api.value("RETRIES", "dev") == 9
    assert await api.value("RETRIES", "base") == 1
    assert (await bound.get(f"{CONFIG}/RETRIES")).json()["environment"] == "dev"
    assert_problem(await bound.put("RETRIES", 9, "prod"), 403)
    assert_problem(await bound.get(f"{CONFIG}/RETRIES", environment="base"), 403)


async def test_change__by_any_token__has_its_principal_as_actor(api: Api, token: Token) -> None:
    await prepare(api)
    await api.as_(token("dev")).put("RETRIES", 3, "dev")
    entity = await api.entity("RETRIES", "dev")
    assert entity["updatedBy"] == "dev-only"
    history = (await api.get(f"{CONFIG}/history/RETRIES")).json()["items"]
    assert [one["actor"] for one in history] == ["dev-only", "root", "root", "root"]
