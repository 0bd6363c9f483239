"""Proofs of tokens by way of a real Valkey: what is not ours, of this token and new is a miss."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Protocol

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from trimtab_server.access.authenticate import OUTAGE_GRACE_SECONDS, Authenticator, BadCredential
from trimtab_server.access.issue_token import IssuedToken
from trimtab_server.access.permission import Role
from trimtab_server.access.principal import Grant
from trimtab_server.access.revoke_token import revoke_token
from trimtab_server.access.shared_proofs import SharedProofs
from trimtab_server.access.token_format import mint, parse
from trimtab_server.audit.fact import Actor
from trimtab_server.errors import StoreUnavailable
from trimtab_server.infra.database import Database
from trimtab_server.infra.redis_link import RedisLink

from .test_authenticate import AT, bearer

KEY = "k" * 32
Issue = Callable[..., Awaitable[IssuedToken]]


class Clock(Protocol):
    seconds: float

    def monotonic(self) -> float: ...
    def now(self) -> Any: ...


@pytest_asyncio.fixture
async def redis(valkey_server: str) -> AsyncIterator["Redis"]:
    async with Redis.from_url(valkey_server, protocol=2) as client:
        await client.flushdb()
        yield client


class Servers:
    """Two that share a Redis; the database answers only the first."""

    def __init__(self, url: str, database: Database, clock: Clock) -> None:
        self.gone = Database("postgresql://postgres@127.0.0.1:1/none")
        self.links = [RedisLink(url) for _ in range(3)]
        keys = (KEY, KEY, "x" * 32)
        self.one, self.two, self.foreign = (
            SharedProofs(link, key, clock=clock.monotonic, find_seconds=10, tell_seconds=10)
            for link, key in zip(self.links, keys, strict=True)
        )

        def server(database: Database, shared: SharedProofs, protects: str) -> Authenticator:
            return Authenticator(
                database,
                protected=frozenset({protects}),
                monotonic=clock.monotonic,
                now=clock.now,
                shared=shared,
            )

        self.up = server(database, self.one, "prod")
        self.away = server(self.gone, self.two, "live")
        self.new = lambda: server(self.gone, self.two, "live")


@asynccontextmanager
async def serving(url: str, database: Database, clock: Clock) -> AsyncIterator[Servers]:
    servers = Servers(url, database, clock)
    yield servers
    for link in servers.links:
        await link.close()
    await servers.gone.dispose()


@pytest_asyncio.fixture
async def servers(
    valkey_server: str, redis: "Redis", database: Database, clock: Clock
) -> AsyncIterator[Servers]:
    async with serving(valkey_server, database, clock) as both:
        yield both


async def test_find__proven_elsewhere__is_let_in_as_the_same_until_the_grace_ends(
    servers: Servers, issue: Issue, clock: Clock
) -> None:
    issued = await issue()
    with pytest.raises(StoreUnavailable):
        await servers.away(bearer(issued))
    there = await servers.up(bearer(issued))
    await servers.one.tell()
    clock.seconds += OUTAGE_GRACE_SECONDS - 1
    here = await servers.away(bearer(issued))
    assert (here.id, here.name, here.token, here.grants) == (
        there.id,
        there.name,
        there.token,
        there.grants,
    )
    assert here.protected == {"live"}  # this server's own rule
    with pytest.raises(StoreUnavailable):
        await servers.away([f"Bearer {mint().text}"])
    clock.seconds += 1
    for server in (servers.away, servers.new()):
        with pytest.raises(StoreUnavailable):
            await server(bearer(issued))


async def test_find__altered_foreign_or_of_another_token__is_a_miss(
    servers: Servers, issue: Issue, redis: "Redis"
) -> None:
    issued, other = await issue(), mint()
    await servers.up(bearer(issued))
    await servers.one.tell()
    names = [name async for name in redis.scan_iter(match="trimtab:proof:*")]
    (name,) = names
    genuine = await redis.get(name)
    digest, others = (parse(one.text).digest for one in (issued, other))  # type: ignore[union-attr]
    for text in (issued.text, issued.text[16:40], digest):
        assert text.encode() not in genuine + b"".join(names)
    for poison in (genuine[:-1], genuine[:32] + b"{}", b"", b"\x00" * 500, genuine[32:]):
        await redis.set(name, poison)
        assert await servers.two.find(digest) is None
    await redis.delete(name)
    await redis.rpush(name, "another kind")
    assert await servers.two.find(digest) is None
    assert not servers.links[1].breaker.is_open
    await redis.delete(name)
    await redis.set(f"trimtab:proof:{servers.two._seal.name(others)}", genuine)
    assert await servers.two.find(others) is None
    principal = await servers.up(bearer(issued))
    servers.foreign.proven(digest, principal)
    await servers.foreign.tell()
    assert await servers.two.find(digest) is None
    await redis.set(name, genuine)
    assert await servers.two.find(digest) is not None


async def test_refused__revoked_and_shown_again__is_taken_out_and_stays_out_here(
    servers: Servers,
    issue: Issue,
    redis: "Redis",
    database: Database,
    operator: Actor,
    clock: Clock,
) -> None:
    issued = await issue()
    await servers.up(bearer(issued))
    await servers.one.tell()
    (name,) = [name async for name in redis.scan_iter(match="trimtab:proof:*")]
    genuine = await redis.get(name)
    async with database.write() as connection:
        await revoke_token(connection, operator, public_id=issued.public_id, at=AT)
    clock.seconds += 2
    with pytest.raises(BadCredential):
        await servers.up(bearer(issued))
    await servers.one.tell()
    assert await redis.get(name) is None
    with pytest.raises(StoreUnavailable):
        await servers.away(bearer(issued))
    await redis.set(name, genuine)  # somebody on Redis' network puts it back
    digest = parse(issued.text).digest  # type: ignore[union-attr]
    assert await servers.one.find(digest) is None


async def test_proven__grants_that_changed_or_a_redis_that_was_emptied__is_told_again(
    servers: Servers, issue: Issue, redis: "Redis"
) -> None:
    issued = await issue()
    principal = await servers.up(bearer(issued))
    digest = parse(issued.text).digest  # type: ignore[union-attr]
    await servers.one.tell()
    await servers.one.tell()
    await redis.flushdb()
    await servers.one.tell()
    servers.one.proven(digest, principal)
    await servers.one.tell()
    assert await servers.two.find(digest) is not None
    less = type(principal)(
        **{name: getattr(principal, name) for name in principal.__dataclass_fields__}
        | {"grants": (Grant(Role.VIEWER, "default", None, "voice"),)}
    )
    servers.one.proven(digest, less)
    await servers.one.tell()
    found = await servers.two.find(digest)
    assert found is not None
    assert found[0].grants == less.grants
