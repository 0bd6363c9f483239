"""Who is let in, for how long, and what an outage changes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import urlsplit

import pytest
from sqlalchemy import event

from trimtab_server.access import token_format
from trimtab_server.access.authenticate import (
    FRESH_SECONDS,
    OUTAGE_GRACE_SECONDS,
    RENEW_SECONDS,
    Authenticator,
    BadCredential,
    LoginFailure,
    TokenExpired,
)
from trimtab_server.access.issue_token import IssuedToken
from trimtab_server.access.models import principal
from trimtab_server.access.permission import Role
from trimtab_server.access.principal import Grant
from trimtab_server.access.revoke_token import revoke_token
from trimtab_server.access.token_format import mint
from trimtab_server.audit.fact import Actor
from trimtab_server.errors import StoreUnavailable, Unauthenticated
from trimtab_server.infra.columns import metadata
from trimtab_server.infra.database import Database

PROTECTED = frozenset({"prod"})
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
Issue = Callable[..., Awaitable[IssuedToken]]


class Clock(Protocol):
    seconds: float

    def monotonic(self) -> float: ...
    def now(self) -> datetime: ...


class Line:
    """A wire between us and a server that the test can cut."""

    def __init__(self, target: str) -> None:
        self._target = urlsplit(target)
        self._writers: list[asyncio.StreamWriter] = []
        self._copying: set[asyncio.Task[None]] = set()
        self.url = ""

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = self._target._replace(netloc=f"postgres@127.0.0.1:{port}").geturl()

    async def cut(self) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.gather(*self._copying, return_exceptions=True)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection(self._target.hostname, self._target.port)
        self._writers += [writer, there[1]]
        for source, sink in ((reader, there[1]), (there[0], writer)):
            task = asyncio.create_task(_copy(source, sink))
            self._copying.add(task)


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        sink.write(data)
        await sink.drain()
    sink.close()


@asynccontextmanager
async def line_to(target: str) -> AsyncIterator[Line]:
    line = Line(target)
    await line.open()
    yield line
    await line.cut()


def with_checksum(signed: str) -> str:
    return signed + token_format._checksum(signed)


@pytest.fixture
def authenticate(database: Database, clock: Clock) -> Authenticator:
    return Authenticator(database, protected=PROTECTED, monotonic=clock.monotonic, now=clock.now)


def bearer(issued: IssuedToken) -> list[str]:
    return [f"Bearer {issued.text}"]


class Counted:
    """How many statements a database was asked."""

    def __init__(self, database: Database) -> None:
        self.statements: list[str] = []
        event.listen(database.engine.sync_engine, "before_cursor_execute", self._note)

    def _note(self, *facts: object) -> None:
        self.statements.append(str(facts[2]))


async def test_authenticate__live_token__is_its_principal(
    authenticate: Authenticator, issue: Issue
) -> None:
    issued = await issue(Grant(Role.VIEWER, category="model"), name="ada", environment="dev")
    who = await authenticate(bearer(issued))
    assert (who.name, who.environment, who.application) == ("ada", "dev", None)
    assert who.grants == (Grant(Role.VIEWER, category="model"),)
    assert who.token.expires_at == issued.expires_at
    assert who.token.public_id == issued.public_id
    assert who.protected == PROTECTED
    assert (await authenticate([f"bearer {issued.text}"])) == who


async def test_authenticate__anything_else__has_one_outward_message(
    authenticate: Authenticator, issue: Issue
) -> None:
    issued, other = await issue(name="ada"), await issue(name="bob")
    unknown = mint().text
    forged = f"tt_{issued.public_id}_{other.text.split('_')[2]}"
    for value in (
        "Bearer",
        "Bearer ",
        "Bearer tt_",
        f"Basic {issued.text}",
        f"Bearer  {issued.text}",
        f"Bearer {issued.text},",
        f"Bearer {issued.text[:-1]}",
        f"Bearer {unknown}",
        f"Bearer {forged}",
        issued.text,
    ):
        with pytest.raises(BadCredential) as raised:
            await authenticate([value])
        assert raised.value.status == 401
        assert raised.value.detail == BadCredential(LoginFailure.UNKNOWN).detail
        assert raised.value.public_id is None
        assert raised.value.headers == BadCredential(LoginFailure.UNKNOWN).headers
        assert 'error="invalid_token"' in raised.value.headers["WWW-Authenticate"]


async def test_authenticate__right_id_with_another_secret__is_refused(
    authenticate: Authenticator, issue: Issue, database: Database
) -> None:
    issued = await issue()
    counted = Counted(database)
    for _ in range(20):
        stolen = mint()
        signed = f"tt_{issued.public_id}_{stolen.text.split('_')[2][:43]}"
        with pytest.raises(BadCredential):
            await authenticate([f"Bearer {with_checksum(signed)}"])
    assert any("token" in one for one in counted.statements)


async def test_authenticate__none_or_two_headers__is_refused(
    authenticate: Authenticator, issue: Issue
) -> None:
    issued = await issue()
    with pytest.raises(Unauthenticated) as raised:
        await authenticate([])
    assert raised.value.headers == {"WWW-Authenticate": 'Bearer realm="trimtab"'}
    with pytest.raises(BadCredential):
        await authenticate(bearer(issued) * 2)


async def test_authenticate__mistyped_token__costs_no_query(
    authenticate: Authenticator, issue: Issue, database: Database
) -> None:
    issued = await issue()
    counted = Counted(database)
    for place in range(len(issued.text)):
        typo = "x" if issued.text[place] != "x" else "y"
        text = issued.text[:place] + typo + issued.text[place + 1 :]
        with pytest.raises(BadCredential):
            await authenticate([f"Bearer {text}"])
    assert counted.statements == []


async def test_authenticate__again_within_moments__costs_no_query(
    authenticate: Authenticator, issue: Issue, database: Database, clock: Clock
) -> None:
    issued = await issue()
    await authenticate(bearer(issued))
    counted = Counted(database)
    clock.seconds += FRESH_SECONDS - 0.001
    await authenticate(bearer(issued))
    assert counted.statements == []
    clock.seconds += 0.001
    await authenticate(bearer(issued))
    assert counted.statements != []


async def test_authenticate__many_at_once__share_one_query(
    authenticate: Authenticator, issue: Issue, database: Database
) -> None:
    issued = await issue()
    counted = Counted(database)
    await authenticate(bearer(issued))
    alone = len(counted.statements)
    fresh = Authenticator(database, protected=PROTECTED)
    counted.statements.clear()
    with pytest.raises(TokenExpired):  # by the real clock it has
        await fresh(bearer(issued))
    counted.statements.clear()
    again = Authenticator(database, protected=PROTECTED, now=lambda: AT)
    await asyncio.gather(*(again(bearer(issued)) for _ in range(200)))
    assert len(counted.statements) == alone


async def test_authenticate__first_asker_hangs_up__others_are_answered(
    authenticate: Authenticator, issue: Issue
) -> None:
    issued = await issue()
    first = asyncio.create_task(authenticate(bearer(issued)))
    second = asyncio.create_task(authenticate(bearer(issued)))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).name == "ada"
    with pytest.raises(asyncio.CancelledError):
        await first


@pytest.mark.parametrize("remembered", [True, False])
async def test_authenticate__expired__says_so_at_that_instant(
    authenticate: Authenticator, issue: Issue, clock: Clock, remembered: bool
) -> None:
    issued = await issue(days=1 / 86400)
    clock.seconds += 0.999
    if remembered:
        await authenticate(bearer(issued))
    clock.seconds += 0.001
    with pytest.raises(TokenExpired) as raised:
        await authenticate(bearer(issued))
    assert raised.value.code == "token-expired"
    assert raised.value.status == 401


async def test_authenticate__revoked_elsewhere__holds_no_longer_than_the_memory(
    authenticate: Authenticator, issue: Issue, database: Database, clock: Clock, operator: Actor
) -> None:
    issued = await issue()
    await authenticate(bearer(issued))
    async with database.write() as connection:
        await revoke_token(connection, operator, public_id=issued.public_id, at=AT)
    clock.seconds += FRESH_SECONDS
    with pytest.raises(BadCredential):
        await authenticate(bearer(issued))


async def test_renew__a_token_in_use__is_proven_before_its_time_and_ends_when_it_is_revoked(
    authenticate: Authenticator, issue: Issue, database: Database, clock: Clock, operator: Actor
) -> None:
    issued = await issue()
    authenticate.renew(bearer(issued))  # nobody knows it: only who shows it is proven
    await authenticate(bearer(issued))
    counted = Counted(database)
    authenticate.renew(bearer(issued))  # it was proven just now
    await authenticate.drain()
    assert not counted.statements
    clock.seconds += FRESH_SECONDS - RENEW_SECONDS
    for _ in range(3):
        authenticate.renew(bearer(issued))
    await authenticate.drain()
    assert sum("FROM token" in one for one in counted.statements) == 1
    clock.seconds += RENEW_SECONDS + 0.1
    assert authenticate.known(bearer(issued)) is not None
    async with database.write() as connection:
        await revoke_token(connection, operator, public_id=issued.public_id, at=AT)
    clock.seconds += 1
    before = authenticate.generation
    authenticate.renew(bearer(issued))
    await authenticate.drain()
    assert authenticate.known(bearer(issued)) is None
    assert authenticate.generation > before  # what was answered on its strength ends, too


async def test_authenticate__principal_disabled__is_refused(
    authenticate: Authenticator, issue: Issue, database: Database
) -> None:
    issued = await issue()
    async with database.write() as connection:
        await connection.execute(principal.update().values(disabled_at=AT))
    with pytest.raises(BadCredential):
        await authenticate(bearer(issued))


async def test_authenticate__thousands_of_guesses__are_not_remembered(
    authenticate: Authenticator, issue: Issue
) -> None:
    await authenticate(bearer(await issue()))
    for _ in range(50):
        with pytest.raises(BadCredential):
            await authenticate([f"Bearer {mint().text}"])
    assert len(authenticate._proven) == 1
    assert authenticate._asking == {}


async def test_authenticate__store_never_answered__is_503_and_not_401() -> None:
    database = Database("postgresql://postgres@127.0.0.1:1/none")
    try:
        with pytest.raises(StoreUnavailable) as raised:
            await Authenticator(database, protected=PROTECTED)([f"Bearer {mint().text}"])
        assert raised.value.status == 503
        assert int(raised.value.headers["Retry-After"]) > 0
    finally:
        await database.dispose()


async def test_authenticate__outage__known_tokens_go_on_for_a_while(
    postgres_url: str, clock: Clock, issue_in: Issue
) -> None:
    async with line_to(postgres_url) as line:
        database = Database(line.url)
        async with database.write() as connection:
            await connection.run_sync(metadata.create_all)
        issued = await issue_in(database)
        authenticate = Authenticator(
            database, protected=PROTECTED, monotonic=clock.monotonic, now=clock.now
        )
        await authenticate(bearer(issued))
        await line.cut()

        clock.seconds += OUTAGE_GRACE_SECONDS - 1
        assert (await authenticate(bearer(issued))).name == "ada"
        with pytest.raises(StoreUnavailable):
            await authenticate([f"Bearer {mint().text}"])
        clock.seconds += 1
        with pytest.raises(StoreUnavailable):
            await authenticate(bearer(issued))
        await database.dispose()
