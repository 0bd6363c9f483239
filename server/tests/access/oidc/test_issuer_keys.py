"""When the issuer is asked for its keys, and what happens while it does not answer."""

import asyncio
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from api_driver import Served
from issuer_driver import KEY_ID, LoopbackIssuer, compact
from trimtab_server.access.identity import IssuerUnavailable
from trimtab_server.access.login_failure import BadCredential
from trimtab_server.access.oidc.fetch_keys import BadIssuer, fetch_keys
from trimtab_server.access.oidc.issuer_keys import (
    FRESH_SECONDS,
    OUTAGE_SECONDS,
    UNKNOWN_KEY_SECONDS,
    IssuerKeys,
)
from trimtab_server.access.oidc.public_key import PublicKey, usable_keys

ALGORITHMS = frozenset({"RS256", "ES256"})


def key_named(key_id: str) -> PublicKey:
    public = {**ECKey.generate_key("P-256").as_dict(private=False), "kid": key_id}
    return usable_keys([public], ALGORITHMS)[0]


class Answers:
    """What the issuer answers, and how often it was asked."""

    def __init__(self, *key_ids: str) -> None:
        self.keys = tuple(key_named(one) for one in key_ids)
        self.asked = 0
        self.is_away = False
        self.answered = asyncio.Event()

    async def __call__(self) -> tuple[PublicKey, ...]:
        self.asked += 1
        await asyncio.sleep(0)
        if self.asked > 1:
            asyncio.get_running_loop().call_soon(self.answered.set)
        if self.is_away:
            raise OSError
        return self.keys


@pytest.fixture
def answers() -> Answers:
    return Answers("one")


@pytest.fixture
def keys(answers: Answers, clock: Any) -> IssuerKeys:
    return IssuerKeys(answers, monotonic=clock.monotonic)


async def test_find__many_at_once__ask_once(keys: IssuerKeys, answers: Answers) -> None:
    await asyncio.gather(*(keys.find("one", "ES256") for _ in range(50)))
    assert answers.asked == 1


async def test_find__thousands_of_unknown_ids__ask_once_in_a_while(
    keys: IssuerKeys, answers: Answers, clock: Any
) -> None:
    await keys.find("one", "ES256")
    for minute in range(3):
        for number in range(1000):
            with pytest.raises(BadCredential):
                await keys.find(f"guess-{number}", "ES256")
        assert answers.asked <= 2 + minute
        clock.seconds += UNKNOWN_KEY_SECONDS


async def test_find__new_key_of_the_issuer__is_taken_without_a_restart(
    keys: IssuerKeys, answers: Answers, clock: Any
) -> None:
    await keys.find("one", "ES256")
    answers.keys = (key_named("two"),)
    clock.seconds += UNKNOWN_KEY_SECONDS
    assert (await keys.find("two", "ES256")).key_id == "two"
    with pytest.raises(BadCredential):
        await keys.find("one", "ES256")


async def test_find__key_taken_back__is_out_when_it_is_asked_for_again(
    keys: IssuerKeys, answers: Answers, clock: Any
) -> None:
    await keys.find("one", "ES256")
    answers.keys = (key_named("two"),)
    clock.seconds += FRESH_SECONDS
    await keys.find("one", "ES256")  # asks in the background
    async with asyncio.timeout(5):
        await answers.answered.wait()
    with pytest.raises(BadCredential):
        await keys.find("one", "ES256")


async def test_find__issuer_away__known_keys_go_on_for_an_hour_and_others_are_503(
    keys: IssuerKeys, answers: Answers, clock: Any
) -> None:
    await keys.find("one", "ES256")
    answers.is_away = True
    clock.seconds += OUTAGE_SECONDS - 1
    assert (await keys.find("one", "ES256")).key_id == "one"
    with pytest.raises(IssuerUnavailable):
        await keys.find("two", "ES256")
    clock.seconds += 10
    with pytest.raises(IssuerUnavailable):
        await keys.find("one", "ES256")
    answers.is_away = False
    clock.seconds += 10
    assert (await keys.find("one", "ES256")).key_id == "one"


async def test_find__two_keys_and_no_id__is_nobodys(clock: Any) -> None:
    keys = IssuerKeys(Answers("one", "two"), monotonic=clock.monotonic)
    with pytest.raises(BadCredential):
        await keys.find(None, "ES256")


def test_usable_keys__what_is_no_public_signing_key__is_passed_over() -> None:
    good = RSAKey.generate_key(2048).as_dict(private=False)
    found = [
        {**good, "kid": "good"},
        {**good, "use": "enc"},
        {**good, "alg": "RS512"},
        {**good, "key_ops": ["encrypt"]},
        {**good, "kid": 1},
        {**good, "n": "AQAB"},
        {**good, "n": 5},
        {**good, "kty": "oct", "k": "c2VjcmV0"},
        OctKey.generate_key(256).as_dict(private=True),
        {**good, "key_ops": 5},
        {**good, "alg": ["RS256"]},
        {**good, "n": good["n"][:170]},  # a modulus of 1,020 bits
        {"kty": "EC", "crv": "P-256"},
        {"kty": ["RSA"]},
        "text",
        None,
    ]
    assert [one.key_id for one in usable_keys(found, ALGORITHMS)] == ["good"]


async def test_server__while_the_issuer_is_away__503s_whom_it_cannot_check(
    served: Served, issuer: LoopbackIssuer
) -> None:
    issuer.is_away = True
    reply = await served.api.as_(issuer.token()).get("/api/v1/whoami")
    assert (reply.status_code, reply.json()["code"]) == (503, "issuer-unavailable")
    assert int(reply.headers["Retry-After"]) > 0
    assert (await served.api.get("/api/v1/whoami")).status_code == 200  # our own go on


LIES: list[dict[str, object]] = [
    {"issuer": "https://evil.example"},
    {"jwks_uri": "http://evil.example/keys"},
    {"jwks_uri": "file:///etc/passwd"},
    {"jwks_uri": 5},
    {"jwks_uri": None},
]


async def test_discovery__that_points_elsewhere__is_not_followed(issuer: LoopbackIssuer) -> None:
    told = issuer.discovery
    for lie in LIES:
        issuer.discovery = told | lie
        with pytest.raises(BadIssuer):
            await fetch_keys(issuer.url, ALGORITHMS)
    assert issuer.asked == 0


async def test_server__shown_its_own_public_key_as_a_shared_one__stays_shut(
    served: Served, issuer: LoopbackIssuer
) -> None:
    issuer.served = [{"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0", "kid": KEY_ID}]
    secret = OctKey.import_key("secret-secret-secret-secret")
    token = compact({"alg": "HS256", "kid": KEY_ID}, issuer.claims(), secret)
    assert (await served.api.as_(token).get("/api/v1/whoami")).status_code == 401
