"""Streams while PostgreSQL is killed and started again."""

import asyncio
import time

import httpx2

from api_driver import CONFIG, Store, serving_process
from faults.stores import stoppable_postgres
from stream_reader import StreamConnection
from trimtab_server.infra.database import Database

from .test_stream import client_of, create, put, snapshot, taken, told

PROVEN_AGAIN_SECONDS = 4  # longer than any server goes without asking about a token


async def prepare(url: str) -> str:
    store = Store(Database(url))
    await store.prepare()
    token = await store.issue_admin("operator")
    await store.database.dispose()
    return token


def test_streams__while_the_database_is_away__go_on_open_resume_and_lose_nothing() -> None:
    with stoppable_postgres() as postgres:
        token = asyncio.run(prepare(postgres.url))
        with (
            serving_process({"TRIMTAB_DATABASE_URL": postgres.url}) as process,
            client_of(process.url, token) as admin,
            StreamConnection(process.port, token) as stream,
        ):
            opened = taken(stream)
            create(admin, "WORD", "before")
            told(stream)
            postgres.stop()
            until = time.monotonic() + PROVEN_AGAIN_SECONDS
            while time.monotonic() < until:
                with StreamConnection(process.port, token, last_event_id=opened.id) as resumed:
                    assert told(resumed).data["items"]["WORD"]["value"] == "before"
                time.sleep(0.1)  # as readers come: not all at once
            postgres.start()
            changed = written(admin)
            assert told(stream).id == changed
            assert snapshot(process, token)["revision"] == changed


def written(admin: httpx2.Client) -> str:
    """The revision of the first change that is stored again."""
    for _ in range(100):
        path = f"{CONFIG}/WORD?environment=dev"
        if admin.put(path, json={"value": "after"}).status_code != 503:
            break
        time.sleep(0.1)
    return put(admin, "WORD", "after")
