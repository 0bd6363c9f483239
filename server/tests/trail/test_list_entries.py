"""Questions to the trail: filters, pages, and what a reader sees of values."""

import base64
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, text

from engine_driver import Driver
from raw_rows import without_triggers
from trimtab_server.audit.models import audit_purge, audit_value
from trimtab_server.catalog.definition import SourcePolicy
from trimtab_server.config.edits import CreateSetting, Place, RemoveValue, SetPolicy, SetValue
from trimtab_server.http.cursor import Listed, make_cursor
from trimtab_server.infra.database import Database
from trimtab_server.trail.chains import Chain, load_chains
from trimtab_server.trail.fold_out_of_band import fold_out_of_band
from trimtab_server.trail.list_entries import Filters, MaySee, Page, list_entries


def everything(_chain: Chain, _environment: str | None, _category: str | None) -> bool:
    return True


def only_dev(_chain: Chain, environment: str | None, category: str | None) -> bool:
    return environment == "dev" and category == "general"


async def _filled(database: Database) -> tuple[Driver, str]:
    driver = Driver(database)
    name = await driver.new_application()
    await driver.must(
        name,
        [
            CreateSetting(Place("RETRIES", "base"), {"type": "integer"}, 3),
            CreateSetting(Place("MODEL_NAME", "base"), {"type": "string"}, "gpt-4"),
        ],
    )
    await driver.must(name, [SetValue(Place("RETRIES", "dev"), 5)])
    await driver.must(name, [SetPolicy(Place("MODEL_NAME", "prod"), SourcePolicy.SHADOW)])
    await driver.must(name, [RemoveValue(Place("RETRIES", "dev"))])
    return driver, name


async def _listed(
    database: Database,
    filters: Filters = Filters(),  # noqa: B008 - frozen
    may_see: MaySee = everything,
    **options: Any,
) -> Page:
    async with database.read() as connection:
        chains = await load_chains(connection)
        return await list_entries(
            connection, chains, filters, may_see=may_see, **{"limit": 100, **options}
        )


async def test_list__no_filter__is_everything_newest_first(database: Database) -> None:
    await _filled(database)
    page = await _listed(database)
    assert [item["seq"] for item in page.items] == [5, 4, 3, 2, 1]
    assert page.next_cursor is None
    newest = page.items[0]
    assert newest["action"] == "change"
    assert (newest["actor"], newest["channel"], newest["address"]) == ("tester", "api", "::1")
    assert (newest["reason"], newest["reasonState"]) == ("because", "shown")
    assert newest["revision"].endswith(".5")
    assert newest["items"] == [
        {
            "kind": "value",
            "key": "RETRIES",
            "environment": "dev",
            "version": 2,
            "old": 5,
            "oldState": "shown",
            "new": None,
            "newState": "none",
        }
    ]


async def test_list__each_filter__keeps_what_it_says(database: Database) -> None:
    await _filled(database)
    middle = (await _listed(database)).items[2]["at"]

    async def seqs(**filters: Any) -> list[int]:
        return [item["seq"] for item in (await _listed(database, Filters(**filters))).items]

    assert await seqs(key="RETRIES") == [5, 3, 2]
    assert await seqs(key="MODEL_NAME") == [4, 2]
    assert await seqs(key="MODELXNAME") == []
    assert await seqs(environment="dev") == [5, 3, 1]
    assert await seqs(key="RETRIES", environment="dev") == [5, 3]
    assert await seqs(key="MODEL_NAME", environment="dev") == []
    assert await seqs(actor="tester") == [5, 4, 3, 2, 1]
    assert await seqs(actor="somebody") == []
    assert await seqs(action="out-of-band") == []
    assert await seqs(channel="api") == [5, 4, 3, 2, 1]
    assert await seqs(revision=3) == [3]
    at = datetime.fromisoformat(middle)
    assert await seqs(since=at) == [5, 4, 3]
    assert await seqs(until=at) == [2, 1]
    assert await seqs(since=at, until=at + timedelta(microseconds=1)) == [3]


async def test_list__page_by_page__is_the_same_in_both_directions(database: Database) -> None:
    driver, name = await _filled(database)
    for number in range(10):
        await driver.must(name, [SetValue(Place("RETRIES", "dev"), number)])
    await driver.new_application()
    whole = [(one["chain"], one["seq"]) for one in (await _listed(database)).items]
    assert len(whole) == 16
    for oldest_first in (False, True):
        found, cursor = [], None
        while True:
            page = await _listed(database, limit=3, after=cursor, oldest_first=oldest_first)
            found += [(one["chain"], one["seq"]) for one in page.items]
            if page.next_cursor is None:
                break
            cursor = _position(page.next_cursor)
        assert found == (whole[::-1] if oldest_first else whole)


async def test_list__reader_of_one_environment__sees_no_value_of_another(
    database: Database,
) -> None:
    await _filled(database)
    page = await _listed(database, may_see=only_dev)
    states = {
        (item["key"], item["environment"], item["kind"]): (item["newState"], item["new"])
        for entry in page.items
        for item in entry["items"]
        if entry["seq"] in (2, 3)
    }
    assert states == {
        ("RETRIES", None, "definition"): ("hidden", None),
        ("RETRIES", "base", "value"): ("hidden", None),
        ("MODEL_NAME", None, "definition"): ("hidden", None),
        ("MODEL_NAME", "base", "value"): ("hidden", None),
        ("RETRIES", "dev", "value"): ("shown", 5),
    }
    assert "gpt-4" not in repr(page)


async def test_list__value_purged_or_missing__is_marked_so(database: Database) -> None:
    await _filled(database)
    mine = (audit_value.c.seq == 3, audit_value.c.slot == "0.new")
    async with database.write() as connection:
        chain = (await connection.execute(select(audit_value.c.chain).where(*mine))).scalar_one()
        row = {"chain": chain, "seq": 3, "slot": "0.new", "purged_by": 4}
        await connection.execute(insert(audit_purge), [row])
        await connection.execute(delete(audit_value).where(*mine))
    async with database.write() as connection, without_triggers(connection):
        await connection.execute(
            delete(audit_value).where(audit_value.c.seq == 5, audit_value.c.slot == "comment")
        )
    entries = {one["seq"]: one for one in (await _listed(database)).items}
    item = entries[3]["items"][0]
    assert (item["new"], item["newState"], item["oldState"]) == (None, "purged", "none")
    assert (entries[5]["reason"], entries[5]["reasonState"]) == (None, "missing")


async def test_list__writing_around_the_server__is_shown_even_where_it_is_no_json(
    database: Database,
) -> None:
    await _filled(database)
    async with database.write() as connection:
        await connection.execute(
            text("UPDATE configuration SET value = 'NaN' WHERE environment = 'base'")
        )
    await fold_out_of_band(database)
    page = await _listed(database, Filters(action="out-of-band"))
    assert {item["new"] for entry in page.items for item in entry["items"]} == {"NaN"}
    assert page.items[0]["subject"]["table"] == "configuration"


def _position(cursor: str) -> str:
    decoded = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    assert make_cursor(Listed.ENTRIES, decoded.partition(":")[2]) == cursor
    return decoded.partition(":")[2]
