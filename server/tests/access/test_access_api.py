"""Principals, tokens and grants over HTTP: what each act does, who may not, what is on record."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from api_driver import CONFIG, Api, Served, assert_problem, serving
from trimtab_server.access import permission
from trimtab_server.access.permission import Permission, Role
from trimtab_server.access.principal import Grant

V1 = "/api/v1"


async def made(api: Api, path: str, body: dict[str, Any], status: int = 201) -> dict[str, Any]:
    answer = await api.post(f"{V1}/{path}", body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def listed(api: Api, path: str, **query: str) -> list[dict[str, Any]]:
    answer = await api.get(f"{V1}/{path}", **query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def delete(api: Api, path: str) -> httpx2.Response:
    return await api.call("DELETE", f"{V1}/{path}")


async def test_from_nothing_to_a_program__that_may_write_one_category_of_one_environment(
    served: Served,
) -> None:
    root = served.api
    await root.create("LIMIT", "integer", 1, category="limits")
    await root.create("VOICE", "string", "low", category="voice")
    await made(root, "principals", {"name": "ci"})
    scope = {"environment": "staging", "category": "limits"}
    await made(root, "grants", {"principal": "ci", "role": "editor", **scope})
    token = await made(root, "tokens", {"principal": "ci", "name": "pipeline"})
    ci = root.as_(token["token"])
    assert (await ci.put("LIMIT", 2, "staging")).status_code == 200
    assert_problem(await ci.put("LIMIT", 2, "dev"), 403)
    assert_problem(await ci.put("VOICE", "high", "staging"), 404, "not-found", key="VOICE")
    assert [one["key"] for one in await listed(ci, "config", environment="staging")] == ["LIMIT"]
    who = (await ci.get(f"{V1}/whoami")).json()
    assert (who["name"], who["kind"], who["token"]["name"]) == ("ci", "service", "pipeline")
    assert who["grants"] == [{"role": "editor", "application": None, **scope}]
    assert who["protectedEnvironments"] == ["prod"]


async def test_token__made__is_shown_once_and_expires_in_90_days(served: Served) -> None:
    await made(served.api, "principals", {"name": "ci"})
    before = datetime.now(UTC)
    token = await made(served.api, "tokens", {"principal": "ci"})
    expires = datetime.fromisoformat(token["expiresAt"])
    assert timedelta(days=90) <= expires - before <= timedelta(days=90, minutes=1)
    (shown,) = await listed(served.api, "tokens", principal="ci")
    assert shown == {name: value for name, value in token.items() if name != "token"}
    assert shown["last4"] == token["token"][-4:]
    assert shown["id"] == token["token"].split("_")[1]
    secret = token["token"].split("_")[2]
    assert secret not in json.dumps(await served.store.dump())
    assert secret not in json.dumps(await served.trail())


@pytest.mark.parametrize("days", [0, 366, None, "90", 1.5, True])
async def test_token__that_would_never_or_not_soon_expire__is_refused(
    served: Served, days: object
) -> None:
    body = {"principal": "root", "expiresInDays": days}
    assert_problem(await served.api.post(f"{V1}/tokens", body), 422, "malformed-request")


async def test_token__bound__reaches_nothing_else(served: Served) -> None:
    await served.api.create("LIMIT", "integer", 1, category="limits")
    bound = {"environment": "dev", "application": "default"}
    token = await made(served.api, "tokens", {"principal": "root", **bound})
    narrow = served.api.as_(token["token"])
    assert (await narrow.put("LIMIT", 2, None)).status_code == 200
    assert await served.api.value("LIMIT", "dev") == 2
    assert_problem(await narrow.put("LIMIT", 2, "staging"), 403)
    assert_problem(await narrow.post(CONFIG, {"key": "N", "type": "string"}), 403)
    assert_problem(await narrow.get(f"{V1}/tokens"), 403)


async def test_token__last_used__is_told(served: Served) -> None:
    token = await made(served.api, "tokens", {"principal": "root", "name": "second"})
    assert token["lastUsedAt"] is None
    await served.api.as_(token["token"]).get(f"{V1}/whoami")
    await served.door.drain()
    shown = {one["name"]: one for one in await listed(served.api, "tokens")}
    assert shown["second"]["lastUsedAt"] is not None


async def test_rotation__with_overlap__both_work_and_the_old_one_ends_when_it_is_over(
    served: Served,
) -> None:
    old = await made(served.api, "tokens", {"principal": "root", "environment": "dev"})
    body = {"overlapHours": 2, "expiresInDays": 7}
    new = await made(served.api, f"tokens/{old['id']}/rotate", body)
    assert (new["environment"], new["principal"]) == ("dev", "root")
    for token in (old, new):
        answer = await served.api.as_(token["token"]).get(f"{V1}/whoami")
        assert answer.status_code == 200
    ends = {one["id"]: one["expiresAt"] for one in await listed(served.api, "tokens")}
    soon = datetime.fromisoformat(ends[old["id"]]) - datetime.now(UTC)
    assert timedelta(hours=1, minutes=59) < soon <= timedelta(hours=2)
    lasts = datetime.fromisoformat(ends[new["id"]]) - datetime.now(UTC)
    assert timedelta(days=6) < lasts <= timedelta(days=7)


async def test_rotation__without_overlap__ends_the_old_one(served: Served) -> None:
    old = await made(served.api, "tokens", {"principal": "root"})
    await served.api.as_(old["token"]).get(f"{V1}/whoami")
    new = await made(served.api, f"tokens/{old['id']}/rotate", {"overlapHours": 0})
    served.forget()
    assert_problem(await served.api.as_(old["token"]).get(f"{V1}/whoami"), 401)
    assert (await served.api.as_(new["token"]).get(f"{V1}/whoami")).status_code == 200
    again = await served.api.post(f"{V1}/tokens/{old['id']}/rotate", {})
    assert_problem(again, 409, "conflict")


async def test_own_token__rotated_by_itself__lives_no_longer_than_it_was_given(
    served: Served,
) -> None:
    await made(served.api, "principals", {"name": "ci"})
    body = {"principal": "ci", "expiresInDays": 10, "environment": "dev"}
    old = await made(served.api, "tokens", body)
    new = await made(served.api.as_(old["token"]), "tokens/self/rotate", {"overlapHours": 1})
    assert new["environment"] == "dev"
    given = datetime.fromisoformat(new["expiresAt"]) - datetime.fromisoformat(new["createdAt"])
    assert given == timedelta(days=10)
    asked = await served.api.as_(old["token"]).post(
        f"{V1}/tokens/self/rotate", {"expiresInDays": 365}
    )
    assert_problem(asked, 422, "malformed-request")


async def test_token__revoked__is_out_and_again_changes_nothing(served: Served) -> None:
    token = await made(served.api, "tokens", {"principal": "root"})
    assert (await served.api.as_(token["token"]).get(f"{V1}/whoami")).status_code == 200
    await served.door.drain()
    first = await delete(served.api, f"tokens/{token['id']}")
    assert first.status_code == 200
    assert first.json()["revokedAt"] is not None
    served.forget()
    assert_problem(await served.api.as_(token["token"]).get(f"{V1}/whoami"), 401)
    entries = len(await served.trail())
    assert (await delete(served.api, f"tokens/{token['id']}")).json() == first.json()
    assert len(await served.trail()) == entries
    assert_problem(await delete(served.api, "tokens/000000000000"), 404)
    assert_problem(await delete(served.api, f"tokens/{token['token']}"), 422)


async def test_own_token__of_anybody__can_be_ended(served: Served) -> None:
    nobody = await served.as_("nobody")
    assert (await delete(nobody, "tokens/self")).status_code == 200
    served.forget()
    assert_problem(await nobody.get(f"{V1}/whoami"), 401)


@pytest.mark.parametrize("place", ["query", "escaped", "path", "another"])
async def test_token__in_the_address__is_refused_and_not_repeated(
    served: Served, place: str
) -> None:
    token = (await made(served.api, "tokens", {"principal": "root"}))["token"]
    address = {
        "query": f"{CONFIG}?token={token}",
        "escaped": f"{CONFIG}?prefix={token.replace('_', '%5F')}",
        "path": f"{CONFIG}/{token}?environment=dev",
        "another": f"{V1}/tokens/{token}",
    }[place]
    answer = await served.api.call("GET", address)
    document = assert_problem(answer, 422, "malformed-request")
    assert "revoke it" in document["detail"]
    assert token not in answer.text


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("principals", {"name": "ghp_" + "a1B2" * 9}),
        ("tokens", {"principal": "root", "name": "ghp_" + "a1B2" * 9}),
        ("principals", {"name": "line\nbreak"}),
        ("principals", {"name": " blank "}),
        ("principals", {"name": "x" * 256}),
        ("principals", {"name": "x", "kind": "robot"}),
        ("principals", {"name": "x", "grants": [{"role": "owner"}]}),
        ("grants", {"principal": "root", "role": "viewer", "environment": "Prod"}),
        ("grants", {"principal": "root", "role": "viewer", "scope": "x"}),
        ("tokens", {"principal": "root", "environment": ""}),
    ],
)
async def test_names__that_are_none__are_refused_and_not_repeated(
    served: Served, path: str, body: dict[str, Any]
) -> None:
    answer = await served.api.post(f"{V1}/{path}", body)
    assert_problem(answer, 422, "malformed-request")
    assert "a1B2" not in answer.text


async def test_principal__made_twice__is_a_conflict_and_disabled_for_good(served: Served) -> None:
    body = {"name": "ada", "kind": "person", "grants": [{"role": "viewer"}]}
    ada = await made(served.api, "principals", body)
    assert ada["grants"][0]["role"] == "viewer"
    token = await made(served.api, "tokens", {"principal": "ada"})
    assert_problem(await served.api.post(f"{V1}/principals", body), 409, "conflict")
    gone = await delete(served.api, f"principals/{ada['id']}")
    assert gone.json()["disabledAt"] is not None
    assert (await delete(served.api, f"principals/{ada['id']}")).json() == gone.json()
    served.forget()
    assert_problem(await served.api.as_(token["token"]).get(f"{V1}/whoami"), 401)
    assert_problem(await served.api.post(f"{V1}/principals", body), 409, "conflict")
    for path, more in (("tokens", {}), ("grants", {"role": "viewer"})):
        answer = await served.api.post(f"{V1}/{path}", {"principal": "ada", **more})
        assert_problem(answer, 404, "not-found")


async def test_grant__given_again__changes_nothing_and_taken_is_gone(served: Served) -> None:
    await made(served.api, "principals", {"name": "ada"})
    body = {"principal": "ada", "role": "viewer", "environment": "dev"}
    grant = await made(served.api, "grants", body)
    assert await made(served.api, "grants", body, status=200) == grant
    assert await listed(served.api, "grants", principal="ada") == [grant]
    assert (await delete(served.api, f"grants/{grant['id']}")).json() == grant
    assert await listed(served.api, "grants", principal="ada") == []
    assert_problem(await delete(served.api, f"grants/{grant['id']}"), 404)


async def test_grants__by_an_admin_of_one_environment__stay_within_it(served: Served) -> None:
    await made(served.api, "principals", {"name": "ada"})
    wide = await made(served.api, "grants", {"principal": "ada", "role": "viewer"})
    dev = await served.as_("dev-admin", Grant(Role.ADMIN, environment="dev"))
    body = {"principal": "ada", "role": "admin", "environment": "dev"}
    given = await made(dev, "grants", body)
    for wider in ({"role": "viewer"}, {"role": "viewer", "environment": "prod"}):
        assert_problem(await dev.post(f"{V1}/grants", {"principal": "ada", **wider}), 403)
    assert {one["environment"] for one in await listed(dev, "grants")} == {"dev"}
    assert_problem(await delete(dev, f"grants/{wide['id']}"), 404)
    assert (await delete(dev, f"grants/{given['id']}")).status_code == 200
    assert_problem(await dev.post(f"{V1}/principals", {"name": "bob"}), 403)
    assert_problem(await dev.post(f"{V1}/tokens", {"principal": "ada"}), 403)


async def test_grants__by_a_role_that_may_give_but_holds_less__are_no_more_than_it_holds(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No role of today is like that; the rule must hold for the next one."""
    more = permission.ROLE_PERMISSIONS[Role.EDITOR] | {Permission.GRANT_WRITE}
    monkeypatch.setitem(permission.ROLE_PERMISSIONS, Role.EDITOR, more)
    editor = await served.as_("lead", Grant(Role.EDITOR, environment="dev"))
    scope = {"principal": "root", "environment": "dev"}
    await made(editor, "grants", {"role": "editor", **scope})
    for role in ("admin", "auditor"):
        answer = await editor.post(f"{V1}/grants", {"role": role, **scope})
        document = assert_problem(answer, 403, "forbidden")
        assert document["detail"] == "Nobody can give more than they hold."


async def own_ids(served: Served) -> dict[str, str]:
    who = (await served.api.get(f"{V1}/whoami")).json()
    (grant,) = await listed(served.api, "grants", principal="root")
    return {
        "tokens": who["token"]["id"],
        "principals": who["id"],
        "grants": grant["id"],
        "own": "self",
    }


@pytest.mark.parametrize("act", ["tokens", "principals", "grants", "own"])
async def test_last_admin__by_accident__is_not_lost(served: Served, act: str) -> None:
    one = (await own_ids(served))[act]
    path = f"{'tokens' if act == 'own' else act}/{one}"
    before, trail = await served.store.dump(), await served.trail()
    document = assert_problem(await delete(served.api, path), 409, "conflict")
    assert "nobody" in document["detail"]
    assert await served.store.dump() == before
    assert await served.trail() == trail
    for name, grant in (("lesser", Grant(Role.ADMIN, application="default")), ("tokenless", None)):
        await served.as_(name, *([grant] if grant else []))
    assert_problem(await delete(served.api, path), 409, "conflict")
    await served.as_("second", Grant(Role.ADMIN))
    assert (await delete(served.api, path)).status_code == 200


async def test_last_admin__two_who_remove_each_other_at_once__one_is_left(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        second = await served.as_("second", Grant(Role.ADMIN))
        ids = {one["name"]: one["id"] for one in await listed(served.api, "principals")}
        answers = await asyncio.gather(
            delete(served.api, f"principals/{ids['second']}"),
            delete(second, f"principals/{ids['root']}"),
        )
        assert sorted(one.status_code for one in answers) == [200, 409]


async def test_acts__all_of_them__are_on_record_with_their_author_and_no_token(
    served: Served,
) -> None:
    start = len(await served.trail())
    ada = await made(served.api, "principals", {"name": "ada", "grants": [{"role": "viewer"}]})
    grant = await made(
        served.api, "grants", {"principal": "ada", "role": "editor", "environment": "dev"}
    )
    token = await made(served.api, "tokens", {"principal": "ada"})
    new = await made(served.api, f"tokens/{token['id']}/rotate", {})
    await delete(served.api, f"tokens/{token['id']}")
    await delete(served.api, f"grants/{grant['id']}")
    await delete(served.api, f"principals/{ada['id']}")
    entries = (await served.trail())[start:]
    assert [one["action"] for one in entries] == [
        "principal-created",
        "grant-given",
        "grant-given",
        "token-issued",
        "token-issued",
        "token-rotated",
        "token-revoked",
        "grant-taken",
        "principal-disabled",
    ]
    assert {one["actorName"] for one in entries} == {"root"}
    assert all(one["requestId"] for one in entries)
    rotated = entries[5]["subject"]
    assert (rotated["token"], rotated["followedBy"]) == (token["id"], new["id"])
    for one in (token, new):
        assert one["token"].split("_")[2] not in json.dumps(entries)


async def test_lists__page_by_page__hold_everything_once(served: Served) -> None:
    names = {f"p{number}" for number in range(7)}
    for name in names:
        await made(served.api, "principals", {"name": name, "grants": [{"role": "viewer"}]})
        await made(served.api, "tokens", {"principal": name})
    for path, field in (("principals", "name"), ("tokens", "principal"), ("grants", "principal")):
        found: list[str] = []
        cursor = None
        while True:
            page = (await served.api.get(f"{V1}/{path}", limit="3", cursor=cursor)).json()
            found += [one[field] for one in page["items"]]
            cursor = page["nextCursor"]
            if cursor is None:
                break
        assert sorted(found) == sorted([*names, "root"])
    other = (await served.api.get(f"{V1}/tokens", limit="1")).json()["nextCursor"]
    assert_problem(await served.api.get(f"{V1}/grants", cursor=other), 422)
