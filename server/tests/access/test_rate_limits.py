"""Too many requests: who is told to wait, until when, and who is not."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from api_driver import CONFIG, Served, assert_problem, serving
from trimtab_server.access.permission import Role
from trimtab_server.access.principal import Grant
from trimtab_server.access.rate_limits import DEFAULTS, RateLimited, RateLimits, parse_rate_limits
from trimtab_server.access.route_class import RouteClass, route_class
from trimtab_server.access.share_rates import SharedRates
from trimtab_server.infra.redis_link import RedisAway, RedisLink
from trimtab_server.kernel.request_rate import Rate, RequestRates
from trimtab_server.settings import BadSettings

WHO = "/api/v1/whoami"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    async with serving(url, rate_limits="read=1,write=1,login=1,check=1,address=1000") as served:
        yield served


def test_rate__even_and_after_a_pause__allows_a_burst_and_then_its_rate() -> None:
    rates, rate = RequestRates(), Rate(2)
    assert sum(not rates.take("a", rate, 100.0) for _ in range(100)) == 20
    assert rates.take("a", rate, 100.0) == pytest.approx(0.5)
    assert rates.take("b", rate, 100.0) == 0.0
    allowed = sum(not rates.take("a", rate, 100.0 + step / 10) for step in range(101))
    assert allowed == 20  # ten seconds at two a second
    assert sum(not rates.take("a", rate, 200.0) for _ in range(100)) == 20


def test_rate__spent_elsewhere__counts_and_never_locks_out_for_long() -> None:
    rates, rate = RequestRates(), Rate(2)
    rates.spend("a", rate, 100.0, 10_000)
    assert 0 < rates.take("a", rate, 100.0) <= 0.5
    assert rates.take("a", rate, 101.0) == 0.0


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("GET /api/v1/snapshot", RouteClass.DELIVERY),
        ("HEAD /api/v1/config/RETRIES", RouteClass.DELIVERY),
        ("GET /api/v1/config/categories", RouteClass.READ),
        ("GET /api/v1/config", RouteClass.READ),
        ("GET /nowhere", RouteClass.READ),
        ("PUT /api/v1/config/RETRIES", RouteClass.WRITE),
        ("POST /api/v1/snapshot/", RouteClass.WRITE),
        ("POST /api/v1/audit/verify", RouteClass.CHECK),
        ("GET /api/v1/audit/verify", RouteClass.CHECK),
    ],
)
def test_route_class__of_a_request__is_told_from_its_line(line: str, kind: RouteClass) -> None:
    assert route_class(*line.split(" ")) is kind


@pytest.mark.parametrize(
    "text", ["on", "read", "read=", "read=-1", "reads=1", "read=1.5", "read=²"]
)
def test_settings__that_are_no_limits__do_not_start(text: str) -> None:
    with pytest.raises(BadSettings, match="TRIMTAB_RATE_LIMITS"):
        parse_rate_limits(text)


def test_settings__that_name_some__leave_the_others() -> None:
    assert parse_rate_limits("") == DEFAULTS
    assert parse_rate_limits("write=5,login=0") == {**DEFAULTS, "write": 5, "login": 0}
    assert parse_rate_limits("off") == {}


async def test_token__too_many_of_one_kind__is_429_and_others_are_not(served: Served) -> None:
    statuses = [(await served.api.get(WHO)).status_code for _ in range(12)]
    assert statuses[:10] == [200] * 10
    assert statuses[-1] == 429
    refused = await served.api.get(WHO)
    assert_problem(refused, 429, "rate-limited")
    assert 1 <= int(refused.headers["Retry-After"]) <= 2
    assert (await served.api.get(f"{CONFIG}/NONE", environment="dev")).status_code == 404
    assert (await served.api.post("/api/v1/principals", {"name": "ci"})).status_code == 201
    ada = await served.as_("ada", Grant(Role.VIEWER))
    assert (await ada.get(WHO)).status_code == 200


async def test_reads__answered_in_front_of_the_framework__are_counted_all_the_same(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    async with serving(url, rate_limits="delivery=1") as served:
        read = [await served.api.get("/api/v1/snapshot", environment="dev") for _ in range(12)]
        assert [one.status_code for one in read[:10]] == [200] * 10
        assert_problem(read[-1], 429, "rate-limited")
        assert (await served.api.get(CONFIG, environment="dev")).status_code == 200


async def test_address__with_many_invalid_tokens__waits_and_who_is_known_goes_on(
    served: Served,
) -> None:
    revoked = await served.store.issue("gone", Grant(Role.VIEWER))
    newcomer = await served.as_("new", Grant(Role.VIEWER))
    gone = served.api.as_(revoked)
    assert (await served.api.get(f"{CONFIG}/NONE", environment="dev")).status_code == 404
    async with served.store.database.write() as connection:
        await connection.exec_driver_sql(
            "UPDATE token SET revoked_at = expires_at WHERE name='gone'"
        )
    statuses = [(await gone.get(WHO)).status_code for _ in range(12)]
    assert statuses[:10] == [401] * 10
    assert statuses[-1] == 429
    assert (await newcomer.get(WHO)).status_code == 429  # nobody knows it yet
    assert (await served.api.get(f"{CONFIG}/NONE", environment="dev")).status_code == 404
    assert (await served.api.as_("tt_nobody").get(WHO)).status_code == 401  # costs nothing


async def test_address__with_too_many_requests__is_429_before_anything_is_looked_at(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    async with serving(url, rate_limits="address=1") as served:
        statuses = [(await served.api.as_("tt_nobody").get(WHO)).status_code for _ in range(11)]
        assert (statuses[0], statuses[-1]) == (401, 429)
        assert (await served.api.get("/livez")).status_code == 200


def test_defaults__for_a_fleet__stop_nobody() -> None:
    """A thousand processes that start at once with one token, and then poll each minute."""
    limits, now = RateLimits(monotonic=lambda: 0.0), 0
    who: Any = type("Who", (), {"token": type("Token", (), {"id": "fleet"})})
    for _ in range(1000):
        for path in ("/api/v1/snapshot", "/api/v1/stream", f"{CONFIG}/KEY"):
            limits.check_address("192.0.2.1")
            limits.check_request(who, "GET", path)
            now += 1


class Process:
    """One server's limits, of five a second."""

    def __init__(self, link: RedisLink) -> None:
        self.limits = RateLimits(dict.fromkeys(DEFAULTS, 5.0), monotonic=lambda: 0.0)
        self.shared = SharedRates(self.limits, link)

    def allowed(self, tries: int) -> int:
        """How many of so many requests of one address were."""
        count = 0
        for _ in range(tries):
            try:
                self.limits.check_address("192.0.2.1")
            except RateLimited:
                break
            count += 1
        return count


async def test_shared__two_servers_with_one_redis__allow_together_what_one_may(
    valkey_server: str,
) -> None:
    link = RedisLink(valkey_server, budget_seconds=2)
    one, two = Process(link), Process(link)
    for process in (one, two, one, two):
        assert process.allowed(10) == 10
        await process.shared.exchange()
    await link.ask(lambda redis: redis.flushall())
    assert one.allowed(100) + two.allowed(100) < 50  # instead of 60: each knows of the other's 20
    keys = await link.ask(lambda redis: redis.keys("*"))
    assert not any(b"192.0.2.1" in key for key in keys)
    await link.close()


async def test_shared__redis_away__is_each_for_itself() -> None:
    link = RedisLink("redis://127.0.0.1:1/0")
    one = Process(link)
    assert one.allowed(10) == 10
    with pytest.raises(RedisAway):
        await one.shared.exchange()
    assert one.allowed(100) == 40
    await link.close()
