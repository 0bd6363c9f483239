"""Refusals and failed logins are on record, and nobody fills the record with them."""

import json
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from api_driver import Api, Served
from trimtab_server.access.permission import Role
from trimtab_server.access.principal import Grant
from trimtab_server.access.refusals import Refusals, Source
from trimtab_server.access.token_format import mint
from trimtab_server.audit.fact import Actor, AuditAction, AuditFact, fact_by
from trimtab_server.audit.models import audit_entry
from trimtab_server.infra.database import Database


async def entries(database: Database, action: AuditAction) -> list[dict[str, Any]]:
    statement = (
        select(audit_entry.c.body)
        .where(audit_entry.c.action == action.value)
        .order_by(audit_entry.c.seq)
    )
    async with database.read() as connection:
        return [json.loads(body) for body in await connection.scalars(statement)]


def refusal(actor: Actor) -> AuditFact:
    subject = {"method": "PUT", "route": "/api/v1/config/{key}"}
    return fact_by(actor, AuditAction.ACCESS_REFUSED, subject, reason="forbidden")


def failure(address: str) -> Source:
    return Source(AuditAction.LOGIN_FAILED, "unknown", address)


async def test_refused__somebody_known__has_an_entry_before_they_are_told(
    database: Database, operator: Actor
) -> None:
    await Refusals(database).refused(refusal(operator))
    (entry,) = await entries(database, AuditAction.ACCESS_REFUSED)
    assert (entry["actorName"], entry["requestId"]) == ("operator", "request-1")
    assert entry["subject"] == {"method": "PUT", "route": "/api/v1/config/{key}"}


async def test_refused__very_often__is_counted_in_one_entry(
    database: Database, operator: Actor
) -> None:
    refusals = Refusals(database, most_each=3)
    for _ in range(50):
        await refusals.refused(refusal(operator))
    await refusals.drain()
    found = await entries(database, AuditAction.ACCESS_REFUSED)
    assert len(found) == 4
    assert found[-1]["subject"]["count"] == 47
    (source,) = found[-1]["subject"]["sources"]
    assert source == {"reason": "forbidden", "address": None, "who": "operator-1", "count": 47}


async def test_refused__next_minute__has_entries_of_its_own_again(
    database: Database, operator: Actor, clock: Any
) -> None:
    refusals = Refusals(database, most_each=1, monotonic=clock.monotonic)
    await refusals.refused(refusal(operator))
    clock.seconds += 61
    await refusals.refused(refusal(operator))
    assert len(await entries(database, AuditAction.ACCESS_REFUSED)) == 2


async def test_failed_logins__a_flood_from_everywhere__is_one_entry_of_bounded_size(
    database: Database,
) -> None:
    refusals = Refusals(database)
    for number in range(10_000):
        refusals.count(failure(f"10.0.{number // 250}.{number % 250}"))
    await refusals.drain()
    (entry,) = await entries(database, AuditAction.LOGIN_FAILED)
    assert entry["subject"]["count"] == 10_000
    assert sum(one["count"] for one in entry["subject"]["sources"]) == 10_000
    assert len(entry["subject"]["sources"]) <= 101
    assert len(json.dumps(entry)) < 20_000


async def test_refusals__store_away__refuse_all_the_same_and_say_so(operator: Actor) -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/nothing")
    refusals = Refusals(away)
    with capture_logs() as logs:
        await refusals.refused(refusal(operator))
        refusals.count(failure("::1"))
        await refusals.drain()
    assert {line["event"] for line in logs} == {"refusals-not-written"}
    await away.dispose()


@pytest.fixture
async def viewer(served: Served) -> Api:
    return await served.as_("onlooker", Grant(Role.VIEWER))


async def test_app__403__is_on_record_with_what_was_missing_where(
    served: Served, viewer: Api
) -> None:
    answer = await viewer.call(
        "PUT",
        "/api/v1/config/RETRIES",
        params={"environment": "dev"},
        headers={"If-Match": "*", "Trimtab-Channel": "cli", "X-Request-Id": "request-77"},
        json={"value": 1},
    )
    assert answer.status_code == 403
    (entry,) = await entries(served.store.database, AuditAction.ACCESS_REFUSED)
    assert (entry["actorName"], entry["channel"]) == ("onlooker", "cli")
    assert (entry["requestId"], entry["address"]) == ("request-77", "192.0.2.7")
    assert entry["reason"] == "forbidden"
    assert entry["subject"] == {
        "method": "PUT",
        "route": "/api/v1/config/{key}",
        "permission": "config:write",
        "application": None,
        "environment": "dev",
        "category": None,
    }


async def test_app__403_of_a_name_that_is_a_credential__is_on_record_without_it(
    served: Served, viewer: Api
) -> None:
    said = "ghp_" + "a1B2" * 9
    answer = await viewer.call(
        "PUT",
        "/api/v1/config/RETRIES",
        params={"environment": said},
        headers={"If-Match": "*"},
        json={"value": said},
    )
    assert answer.status_code == 403
    (entry,) = await entries(served.store.database, AuditAction.ACCESS_REFUSED)
    assert said not in json.dumps(entry)
    assert entry["subject"]["environment"] is None


async def test_app__failed_logins__are_counted_by_reason_and_hold_no_credential(
    served: Served,
) -> None:
    unknown, mistyped = mint().text, f"{mint().text[:-1]}!"
    ended = await served.store.issue("gone", Grant(Role.VIEWER))
    public_id = ended.split("_")[1]
    async with served.store.database.write() as connection:
        await connection.exec_driver_sql(
            f"UPDATE token SET revoked_at = created_at WHERE public_id = '{public_id}'"
        )
    for token in (None, unknown, unknown, mistyped, ended):
        assert (await served.api.as_(token).get("/api/v1/config")).status_code == 401
    await served.door.drain()
    (entry,) = await entries(served.store.database, AuditAction.LOGIN_FAILED)
    counted = {one["reason"]: one["count"] for one in entry["subject"]["sources"]}
    assert counted == {"missing": 1, "unknown": 2, "malformed": 1, "revoked": 1}
    whose = {one["reason"]: one["who"] for one in entry["subject"]["sources"]}
    assert whose == {"missing": None, "unknown": None, "malformed": None, "revoked": public_id}
    said = json.dumps(entry)
    for token in (unknown, mistyped, ended):
        assert token.split("_")[2][:20] not in said
    assert entry["subject"]["sources"][0]["address"] == "192.0.2.7"
