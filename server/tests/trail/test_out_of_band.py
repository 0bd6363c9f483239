"""What is written around the server stands in the trail, as soon as anybody looks at it."""

import json
from typing import Any

from sqlalchemy import select, text

from engine_driver import Driver, clean_changes
from raw_rows import without_triggers
from trimtab_server.audit.models import audit_entry, audit_value, out_of_band
from trimtab_server.catalog.definition import SourcePolicy
from trimtab_server.config.edits import Place, SetPolicy
from trimtab_server.infra.database import Database
from trimtab_server.trail.chains import load_chains
from trimtab_server.trail.fold_out_of_band import fold_out_of_band
from trimtab_server.trail.verify import verify


async def _filled(database: Database) -> tuple[Driver, str]:
    driver = Driver(database)
    application = await driver.new_application()
    for edits in clean_changes:
        await driver.must(application, edits)
    await driver.must(application, [SetPolicy(Place("MODEL", "dev"), SourcePolicy.SHADOW)])
    return driver, application


async def _execute(database: Database, *statements: str) -> None:
    async with database.write() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def _noted(database: Database) -> int:
    async with database.read() as connection:
        return len((await connection.execute(select(out_of_band))).all())


async def _entries(database: Database) -> list[dict[str, Any]]:
    """What the chains say of writing around the server, with the values."""
    async with database.read() as connection:
        query = select(audit_entry).where(audit_entry.c.action == "out-of-band")
        rows = (await connection.execute(query.order_by(audit_entry.c.seq))).all()
        found = []
        for row in rows:
            values = await connection.execute(
                select(audit_value.c.slot, audit_value.c.value).where(
                    audit_value.c.chain == row.chain, audit_value.c.seq == row.seq
                )
            )
            body = json.loads(row.body)
            slots = dict(values.all())
            found.append({"chain": row.chain, "actor": row.actor_name, **body["subject"], **slots})
    return found


async def _is_whole(database: Database) -> bool:
    async with database.read() as connection:
        return all(one.valid for one in await verify(connection, await load_chains(connection)))


async def test_engine__all_its_writing__is_not_noted(database: Database) -> None:
    driver, application = await _filled(database)
    await driver.must(application, [SetPolicy(Place("MODEL", "dev"), None)])
    assert await _noted(database) == 0
    assert await fold_out_of_band(database) == 0
    assert await _is_whole(database)


async def test_update__of_a_value__is_in_the_trail_and_the_chain_verifies(
    database: Database,
) -> None:
    await _filled(database)
    await _execute(
        database,
        "UPDATE configuration SET value = '4' WHERE environment = 'dev' AND value = '5'",
    )
    assert await fold_out_of_band(database) == 1
    assert await _noted(database) == 0
    (entry,) = await _entries(database)
    assert entry["chain"].startswith("application:")
    assert entry["actor"] == "out-of-band"
    assert (entry["table"], entry["operation"]) == ("configuration", "update")
    assert entry["columns"] == ["value"]
    assert entry["databaseUser"] == (None if database.is_sqlite else "postgres")
    (item,) = entry["items"]
    assert (item["kind"], item["key"], item["environment"]) == ("value", "RETRIES", "dev")
    assert (entry["0.old"], entry["0.new"]) == ("5", "4")
    assert await _is_whole(database)


async def test_update__of_each_kind_of_row__is_noted_once(database: Database) -> None:
    await _filled(database)
    await _execute(
        database,
        "UPDATE setting SET category = 'other' WHERE key = 'MODEL'",
        "UPDATE source_policy SET policy = 'env'",
        "DELETE FROM source_policy",
        "UPDATE environment SET parent = 'dev' WHERE name = 'prod'",
        "UPDATE environment SET touched_revision = 0",
        "UPDATE change SET actor = 'Eve' WHERE revision = 2",
        "DELETE FROM change_item WHERE revision = 3",
        "DELETE FROM configuration WHERE environment = 'dev'",
        "INSERT INTO source_policy SELECT id, 'prod', 'env' FROM setting WHERE key = 'RATIO'",
    )
    assert await fold_out_of_band(database) == 8
    found = [(one["table"], one["operation"]) for one in await _entries(database)]
    assert found == [
        ("setting", "update"),
        ("source_policy", "update"),
        ("source_policy", "delete"),
        ("environment", "update"),
        ("change", "update"),
        ("change_item", "delete"),
        ("configuration", "delete"),
        ("source_policy", "insert"),
    ]
    keys = [item["key"] for one in await _entries(database) for item in one["items"]]
    assert keys == ["MODEL", "MODEL", "MODEL", None, None, "RETRIES", "RETRIES", "RATIO"]
    assert await _is_whole(database)


async def test_insert__with_a_credential_as_its_key__does_not_name_it(database: Database) -> None:
    await _filled(database)
    token = "ghp_" + "a1B2" * 9
    await _execute(database, f"UPDATE setting SET key = '{token}' WHERE key = 'MODEL'")
    await fold_out_of_band(database)
    (entry,) = await _entries(database)
    assert entry["items"][0]["key"] is None
    assert entry["columns"] == ["key"]


async def test_truncate__of_values__is_noted(database: Database) -> None:
    if database.is_sqlite:
        return  # it has no TRUNCATE: a DELETE without WHERE fires triggers on rows
    await _filled(database)
    await _execute(database, "TRUNCATE configuration")
    assert await fold_out_of_band(database) == 1
    (entry,) = await _entries(database)
    assert (entry["table"], entry["operation"]) == ("configuration", "truncate")
    assert await _is_whole(database)


async def test_fold__many_rows_at_once__takes_all_of_them(database: Database) -> None:
    await _filled(database)
    await _execute(
        database, *(f"UPDATE configuration SET version = {n} + version" for n in range(300))
    )
    assert await fold_out_of_band(database) == 1_200
    assert await _noted(database) == 0
    assert await _is_whole(database)


async def test_fold__transaction_rolled_back__notes_nothing(database: Database) -> None:
    await _filled(database)
    try:
        async with database.write() as connection:
            await connection.execute(text("UPDATE configuration SET value = '9'"))
            raise LookupError
    except LookupError:
        pass
    assert await _noted(database) == 0


async def test_fold__deleted_note__shows_only_without_triggers(database: Database) -> None:
    """A superuser can write without a trace: against that a checkpoint helps, and nothing else."""
    await _filled(database)
    async with database.write() as connection, without_triggers(connection):
        await connection.execute(text("UPDATE configuration SET value = '9'"))
    assert await fold_out_of_band(database) == 0
