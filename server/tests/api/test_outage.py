"""The database goes away and comes back: nothing is made up, and nothing stays broken."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from urllib.parse import urlsplit

import httpx2
import pytest
import pytest_asyncio

from api_driver import CONFIG, SAMPLES, Api, Store, arguments, assert_problem, prepare, running_app
from trimtab_server.access.authenticate import FRESH_SECONDS, PATIENCE_SECONDS
from trimtab_server.app import create_app
from trimtab_server.infra.database import Database
from trimtab_server.settings import Settings

NOT_ASKED = {"/livez", "/readyz", "/metrics", "/api/v1/whoami", "/api/v1/audit/checkpoint"}

FROM_MEMORY = {
    ("GET", "/api/v1/snapshot"),
    ("GET", "/api/v1/stream"),
    ("GET", f"{CONFIG}/RETRIES"),
}


class Cable:
    """A TCP connection to the database that can be pulled and plugged in again."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self.port = 0

    def freeze(self) -> None:
        """Connections stay and can be made, and nothing comes through: a database that hangs."""
        self._flows.clear()

    def thaw(self) -> None:
        """What was held back goes through, and all else."""
        self._flows.set()

    async def plug_in(self) -> None:
        """Everything goes through from now on, on the same port as before."""
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def pull(self) -> None:
        """Every connection ends, and none can be made."""
        assert self._server is not None
        self._server.close()
        for line in list(self._lines):
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    async def _connect(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        far, to_far = await asyncio.open_connection("127.0.0.1", self._target)
        if self._server is None or not self._server.is_serving():  # pulled in the meantime
            to_far.transport.abort()
            to_near.transport.abort()
            return
        for reader, writer in ((near, to_far), (far, to_near)):
            line = asyncio.create_task(self._carry(reader, writer))
            self._lines.add(line)
            line.add_done_callback(self._lines.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError):
                while data := await reader.read(65_536):
                    await self._flows.wait()
                    writer.write(data)
                    await writer.drain()
        finally:
            writer.transport.abort()


@pytest_asyncio.fixture(loop_scope="session")
async def cable(postgres_url: str) -> AsyncIterator[Cable]:
    cable = Cable(urlsplit(postgres_url).port or 5432)
    await cable.plug_in()
    yield cable
    await cable.pull()


@pytest_asyncio.fixture(loop_scope="session")
async def distant(cable: Cable, postgres_url: str) -> AsyncIterator[Api]:
    """The API of a server whose database is at the other end of the cable."""
    parts = urlsplit(postgres_url)
    url = parts._replace(netloc=f"{parts.username}@127.0.0.1:{cable.port}").geturl()
    store = Store(Database(postgres_url))
    await store.prepare()
    token = await store.issue_admin("operator")
    await store.database.dispose()
    async with running_app(create_app(Settings(database_url=url, max_streams=0))) as running:
        transport = httpx2.ASGITransport(running)
        async with httpx2.AsyncClient(transport=transport, base_url="http://distant") as client:
            yield Api(client, token)


async def test_outage__every_operation__is_503_and_says_when_to_ask_again(
    distant: Api, cable: Cable
) -> None:
    await prepare(distant)
    await cable.pull()
    for sample in SAMPLES:
        if sample.path in NOT_ASKED or (sample.method, sample.path) in FROM_MEMORY:
            continue
        response = await distant.call(sample.method, sample.path, **arguments(sample))
        document = assert_problem(response, 503, "store-unavailable")
        assert int(response.headers["retry-after"]) > 0
        assert "nothing was changed" in document["detail"]
        assert "127.0.0.1" not in response.text
    counted = (await distant.get("/metrics")).text
    assert 'route="/api/v1/config/{key}",status="503"' in counted


async def test_outage__liveness_and_readiness__are_told_apart(distant: Api, cable: Cable) -> None:
    anonymous = distant.as_(None)
    ready = {"status": "ready", "reads": "ok", "writes": "ok", "database": "ok"}
    assert (await anonymous.get("/readyz")).json() == ready
    assert (await distant.get("/api/v1/snapshot")).status_code == 200
    await cable.pull()
    assert (await anonymous.get("/livez")).json() == {"status": "alive"}
    away = await anonymous.get("/readyz")  # programs are served: no balancer should take it out
    lost = {"status": "read-only", "reads": "ok", "writes": "unavailable"}
    assert (away.status_code, away.json()) == (200, lost | {"database": "unavailable"})
    await cable.plug_in()
    assert (await anonymous.get("/readyz")).json() == ready


async def test_outage__token_that_was_not_proven_lately__is_503_not_401(
    distant: Api, cable: Cable
) -> None:
    await cable.pull()
    assert_problem(await distant.get(CONFIG), 503, "store-unavailable")
    assert_problem(await distant.as_(None).get(CONFIG), 401)
    assert_problem(await distant.as_("tt_x").get(CONFIG), 401)  # never one of ours
    await cable.plug_in()
    assert (await distant.get(CONFIG)).status_code == 200


async def test_outage__reads_go_on_from_memory__and_after_it_all_is_right_at_once(
    distant: Api, cable: Cable
) -> None:
    await prepare(distant)
    assert (await distant.get("/api/v1/snapshot", environment="dev")).status_code == 200
    for value in (3, 4):
        await cable.pull()
        assert_problem(await distant.put("RETRIES", value, "dev"), 503)
        held = await distant.get("/api/v1/snapshot", environment="dev")
        assert held.json()["items"]["RETRIES"]["value"] == value - 1
        assert held.headers["trimtab-source"] == "snapshot"
        assert (await distant.value("RETRIES", "dev")) == value - 1
        assert_problem(await distant.get(f"{CONFIG}/NONE", environment="dev"), 404)
        strong = await distant.get(f"{CONFIG}/RETRIES", environment="dev", strong="true")
        assert_problem(strong, 503, "store-unavailable")
        await cable.plug_in()
        assert (await distant.put("RETRIES", value, "dev")).status_code == 200
        snapshot = (await distant.get("/api/v1/snapshot", environment="dev")).json()
        assert snapshot["items"]["RETRIES"]["value"] == value


async def test_outage__database_that_hangs__is_away_and_holds_no_reader_up(
    distant: Api, cable: Cable
) -> None:
    await prepare(distant)
    assert (await distant.value("RETRIES", "dev")) == 2
    cable.freeze()
    writing = asyncio.create_task(distant.put("RETRIES", 3, "dev"))
    loop = asyncio.get_running_loop()
    began, ages, slowest = loop.time(), [], 0.0
    while loop.time() - began < FRESH_SECONDS + 1.5:  # past what is taken without a proof
        asked = loop.time()
        answer = await distant.get("/api/v1/snapshot", environment="dev")
        slowest = max(slowest, loop.time() - asked)
        assert answer.json()["items"]["RETRIES"]["value"] == 2
        ages.append(int(answer.headers["trimtab-age-ms"]))
        await asyncio.sleep(0.02)  # a reader's own pace
    assert slowest < PATIENCE_SECONDS + 1
    assert ages == sorted(ages)
    assert ages[-1] > 2_000
    refused = await writing
    assert_problem(refused, 503, "store-unavailable")
    assert int(refused.headers["retry-after"]) > 0
    cable.thaw()
    async with asyncio.timeout(10):
        while (await distant.put("RETRIES", 4, "dev")).status_code != 200:
            pass
    assert (await distant.value("RETRIES", "dev")) == 4


@pytest.mark.parametrize("path", ["/nowhere/store.sqlite3", "/proc/store.sqlite3"])
async def test_outage__embedded_database_that_cannot_be_opened__is_503(path: str) -> None:
    app = create_app(Settings(database_url=f"sqlite:///{path}"))
    async with running_app(app) as running:
        transport = httpx2.ASGITransport(running)
        async with httpx2.AsyncClient(transport=transport, base_url="http://broken") as client:
            assert (await client.get("/livez")).status_code == 200
            assert (await client.get("/readyz")).status_code == 503
            token = "tt_000000000000_" + "0" * 43
            assert (await Api(client, token).get(CONFIG)).status_code == 401
