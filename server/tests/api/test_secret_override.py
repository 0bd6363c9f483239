"""Overruling a guess: with a permission, for one key, with a reason; never a known form."""

import json
import random
import string
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from api_driver import Api, Store, assert_problem
from trimtab_server.access.permission import Role
from trimtab_server.access.principal import Grant
from trimtab_server.audit.models import audit_entry, audit_value

CONFIG = "/api/v1/config"
DRAW = random.Random(5)
GUESS = "".join(DRAW.choices(string.ascii_letters + string.digits, k=40))
ANOTHER = "".join(DRAW.choices(string.ascii_letters + string.digits, k=40))
KNOWN = "AKIA" + "".join(DRAW.choices("ABCDEFGHIJKLMNOP", k=16))
WHY = {"reason": "a public voice id of the provider"}


async def _put(api: Api, value: Any, environment: str = "dev", **more: Any) -> Any:
    return await api.call(
        "PUT",
        f"{CONFIG}/VOICE",
        params={"environment": environment},
        headers={"If-Match": "*"},
        json={"value": value, **more},
    )


@pytest_asyncio.fixture(loop_scope="session")
async def voice(api: Api) -> str:
    await api.create("VOICE", "string", "calm")
    return "VOICE"


async def test_put__guess_without_override__is_refused_and_says_the_way_out(
    api: Api, voice: str
) -> None:
    document = assert_problem(
        await _put(api, GUESS), 422, "secret-suspected", key=voice, rule="secret-value"
    )
    assert "secretOverride" in document["errors"][0]["message"]
    assert GUESS not in json.dumps(document)


async def test_put__guess_with_override__is_stored_and_told_in_the_trail(
    api: Api, store: Store, voice: str
) -> None:
    response = await _put(api, GUESS, secretOverride=WHY)
    assert response.status_code == 200, response.text
    assert await api.value(voice, "dev") == GUESS
    async with store.database.read() as connection:
        newest = select(audit_entry).order_by(audit_entry.c.seq.desc()).limit(1)
        entry = (await connection.execute(newest.where(audit_entry.c.chain != "system"))).one()
        values = await connection.execute(
            select(audit_value.c.slot, audit_value.c.value).where(
                audit_value.c.chain == entry.chain, audit_value.c.seq == entry.seq
            )
        )
        slots = dict(values.all())
    (item,) = json.loads(entry.body)["subject"]["items"]
    assert item["overridden"] == "random-string"
    assert slots["0.override"] == WHY["reason"]
    assert GUESS not in entry.body


@pytest.mark.parametrize(
    "value",
    [KNOWN, f"see {KNOWN}", "postgres://app:s3cretpw@db/app", {"a": [KNOWN]}],
)
async def test_put__known_form_with_override__is_refused_all_the_same(
    api: Api, store: Store, value: Any
) -> None:
    await api.create(
        "VOICE",
        "string" if isinstance(value, str) else "json",
        "x" if isinstance(value, str) else {},
    )
    before = await store.dump()
    response = await _put(api, value, secretOverride=WHY)
    document = assert_problem(response, 422, "secret-suspected", rule="secret-value")
    assert "secretOverride" not in document["detail"]
    assert await store.dump() == before


async def test_put__override_without_need__is_not_mentioned(
    api: Api, store: Store, voice: str
) -> None:
    assert (await _put(api, "warm", secretOverride=WHY)).status_code == 200
    async with store.database.read() as connection:
        bodies = (await connection.execute(select(audit_entry.c.body))).scalars()
        assert not [body for body in bodies if "overridden" in body]


async def test_put__override_without_the_permission__is_forbidden(
    api: Api, store: Store, voice: str
) -> None:
    token = await store.issue("elsewhere", Grant(Role.ADMIN, environment="staging"))
    assert_problem(await _put(api.as_(token), GUESS, secretOverride=WHY), 403, "forbidden")
    own = await _put(api.as_(token), GUESS, "staging", secretOverride=WHY)
    assert own.status_code == 200


@pytest.mark.parametrize("override", [{}, {"reason": ""}, {"reason": "x" * 501}, "yes", True])
async def test_put__override_without_a_reason__is_malformed(
    api: Api, voice: str, override: Any
) -> None:
    assert_problem(await _put(api, GUESS, secretOverride=override), 422, "malformed-request")


async def test_put__credential_as_the_reason__is_refused(api: Api, voice: str) -> None:
    for reason in (KNOWN, GUESS):
        response = await _put(api, GUESS, secretOverride={"reason": reason})
        document = assert_problem(
            response, 422, "secret-suspected", pointer="/secretOverride/reason"
        )
        assert reason not in json.dumps(document)


async def test_promote__of_what_was_vouched_for__needs_no_second_word(api: Api, voice: str) -> None:
    assert (await _put(api, GUESS, secretOverride=WHY)).status_code == 200
    promoted = await api.post(f"{CONFIG}/promote", {"source": "dev", "target": "prod"})
    assert promoted.status_code == 200, promoted.text
    assert await api.value(voice, "prod") == GUESS
    assert_problem(await _put(api, ANOTHER), 422, "secret-suspected")


async def test_definition__vouched_for__can_be_edited_elsewhere_without_vouching_again(
    api: Api,
) -> None:
    body = {
        "key": "VOICE",
        "environment": "base",
        "type": "string",
        "description": f"id {GUESS}",
        "default": GUESS,
    }
    assert_problem(await api.post(CONFIG, body), 422, "secret-suspected")
    made = await api.post(CONFIG, {**body, "secretOverride": WHY})
    assert made.status_code == 201, made.text
    edited = await api.call(
        "PATCH",
        f"{CONFIG}/VOICE/definition",
        headers={"If-Match": "*"},
        json={"category": "voices"},
    )
    assert edited.status_code == 200, edited.text
    refused = await api.call(
        "PATCH",
        f"{CONFIG}/VOICE/definition",
        headers={"If-Match": "*"},
        json={"description": f"id {ANOTHER}"},
    )
    assert_problem(refused, 422, "secret-suspected", pointer="/description")


async def test_bulk__override_of_one_item__says_nothing_of_its_neighbour(api: Api) -> None:
    await api.create("VOICE", "string", "calm")
    await api.create("MODEL", "string", "small")
    items = [
        {"key": "VOICE", "environment": "dev", "value": GUESS, "secretOverride": WHY},
        {"key": "MODEL", "environment": "dev", "value": ANOTHER},
    ]
    response = await api.post(f"{CONFIG}/bulk", {"items": items})
    document = assert_problem(response, 422, "secret-suspected", key="MODEL")
    assert [one["key"] for one in document["errors"]] == ["MODEL"]
    verdict = await api.post(f"{CONFIG}/validate", {"items": items[:1]})
    assert verdict.json() == {"valid": True, "errors": []}


async def test_name__that_is_a_guess__can_be_vouched_for_and_a_certain_one_cannot(
    api: Api,
) -> None:
    for key, status in (("GOOGLE_CLIENT_ID", 201), ("OPENAI_API_KEY", 422)):
        body = {"key": key, "environment": "base", "type": "string"}
        assert_problem(await api.post(CONFIG, body), 422, "secret-suspected")
        response = await api.post(CONFIG, {**body, "secretOverride": WHY})
        assert response.status_code == status, response.text


async def test_reference__with_a_known_form_in_it__is_refused(api: Api) -> None:
    body = {"key": "SOME_TOKEN", "environment": "base", "type": "string", "isSecret": True}
    response = await api.post(CONFIG, {**body, "value": f"file:///{KNOWN}"})
    assert_problem(response, 422, "secret-suspected", rule="secret-value")
    assert (await api.post(CONFIG, {**body, "value": "env://SOME_TOKEN"})).status_code == 201
