"""Tokens that the issuer did not make, or not for us, or not for now: none lets anybody in."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey, RSAKey

from api_driver import Served
from issuer_driver import AUDIENCE, LoopbackIssuer, compact, encoded

LEAST = 60


def with_shared_secret(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    """Signed by HMAC with whatever is at hand, as by somebody who holds only the public key."""
    signed = f"{encoded(json.dumps(header).encode())}.{encoded(json.dumps(claims).encode())}"
    name = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}.get(header["alg"], "sha256")
    return f"{signed}.{encoded(hmac.new(secret, signed.encode(), name).digest())}"


def by_algorithm(issuer: LoopbackIssuer) -> Iterator[tuple[str, str]]:
    claims = issuer.claims(groups=["ops"])
    body = encoded(json.dumps(claims).encode())
    good = issuer.token(groups=["ops"])
    for name in ("none", "None", "NONE", "nOnE", ""):
        head = encoded(json.dumps(issuer.header(alg=name)).encode())
        yield f"alg {name!r} without a signature", f"{head}.{body}."
        yield f"alg {name!r} with a signature", f"{head}.{body}.{good.split('.')[2]}"
    pem = issuer.key.as_pem(private=False)
    document = json.dumps(issuer.served[0]).encode()
    for name in ("HS256", "HS384", "HS512"):
        yield (
            f"{name} with the public key",
            with_shared_secret(issuer.header(alg=name), claims, pem),
        )
        yield (
            f"{name} with the key's document",
            with_shared_secret(issuer.header(alg=name), claims, document),
        )
    yield "RS256 that is an HMAC", with_shared_secret(issuer.header(), claims, pem)
    yield "HS256 with nothing", with_shared_secret(issuer.header(alg="HS256"), claims, b"")
    yield "RS512, not configured", compact(issuer.header(alg="RS512"), claims, issuer.key)
    yield "PS256, not configured", compact(issuer.header(alg="PS256"), claims, issuer.key)
    for wrong in ([], {}, 1, None, True):
        head = encoded(json.dumps(issuer.header(alg=wrong)).encode())
        yield f"alg {wrong!r}", f"{head}.{body}.{good.split('.')[2]}"
    head = encoded(json.dumps({"kid": "first"}).encode())
    yield "no alg", f"{head}.{body}.{good.split('.')[2]}"


def by_key(issuer: LoopbackIssuer) -> Iterator[tuple[str, str]]:
    claims = issuer.claims(groups=["ops"])
    own, curve = RSAKey.generate_key(2048), ECKey.generate_key("P-256")
    yield "another key", compact(issuer.header(), claims, own)
    yield (
        "another key of the curve",
        compact(issuer.header(alg="ES256", kid="curve"), claims, curve),
    )
    for kid in (
        "",
        "../../etc/passwd",
        "/dev/null",
        "' OR 1=1 --",
        "first\u0000",
        "FIRST",
        "x" * 300,
    ):
        yield f"kid {kid[:20]!r}", compact(issuer.header(kid=kid), claims, own)
    for kid in (1, [], {"first": 1}, True):
        head = encoded(json.dumps(issuer.header(kid=kid)).encode())
        yield (
            f"kid {kid!r}",
            ".".join((head, *compact(issuer.header(), claims, own).split(".")[1:])),
        )
    yield "kid of the other key", compact(issuer.header(kid="curve"), claims, issuer.key)
    public = own.as_dict(private=False)
    for name, value in (
        ("jwk", public),
        ("jku", "https://evil.example/keys"),
        ("x5u", "https://evil.example/chain"),
        ("x5c", ["MIIB"]),
    ):
        yield f"{name} in the header", compact(issuer.header(**{name: value}), claims, own)
        yield (
            f"{name} beside a good signature",
            compact(issuer.header(**{name: value}), claims, issuer.key),
        )
    yield "no kid, another key", compact({"alg": "RS256"}, claims, own)
    signed = issuer.token(groups=["ops"]).split(".")
    yield "a signature of zeroes", f"{signed[0]}.{signed[1]}.{encoded(bytes(256))}"
    yield (
        "an ES256 signature of zeroes",
        ".".join(
            (
                encoded(json.dumps(issuer.header(alg="ES256", kid="curve")).encode()),
                signed[1],
                encoded(bytes(64)),
            )
        ),
    )


def by_header(issuer: LoopbackIssuer) -> Iterator[tuple[str, str]]:
    claims = issuer.claims(groups=["ops"])
    for crit in (["exp"], ["b64"], [], ["unknown"], "exp", None):
        yield f"crit {crit!r}", compact_any(issuer, claims, crit=crit)
    yield "b64 false", compact_any(issuer, claims, crit=["b64"], b64=False)
    yield "cty of a nested token", compact_any(issuer, claims, cty="JWT")
    yield "zip", compact_any(issuer, claims, zip="DEF")
    for typ in ("dpop+jwt", "logout+jwt", "secevent+jwt", "JOSE+JSON", "", 1):
        yield f"typ {typ!r}", compact_any(issuer, claims, typ=typ)


def compact_any(issuer: LoopbackIssuer, claims: dict[str, Any], **more: Any) -> str:
    """Signed by the issuer's key, whatever a library would say of that header."""
    head = encoded(json.dumps(issuer.header(**more)).encode())
    return signed_by(issuer, head, encoded(json.dumps(claims).encode()))


def signed_by(issuer: LoopbackIssuer, head: str, body: str) -> str:
    private = issuer.key.private_key
    assert private is not None
    return f"{head}.{body}.{encoded(private.sign(f'{head}.{body}'.encode(), PKCS1v15(), SHA256()))}"


def by_claims(issuer: LoopbackIssuer) -> Iterator[tuple[str, str]]:
    now = int(time.time())
    wrong: list[dict[str, Any]] = [
        {"iss": None},
        {"iss": "https://evil.example"},
        {"iss": issuer.url + "/"},
        {"iss": issuer.url.upper()},
        {"iss": [issuer.url]},
        {"aud": None},
        {"aud": "other"},
        {"aud": []},
        {"aud": ["other", "another"]},
        {"aud": [["trimtab"]]},
        {"aud": {"trimtab": 1}},
        {"aud": AUDIENCE.upper()},
        {"aud": "trimtab other"},
        {"exp": None},
        {"exp": now - 61},
        {"exp": 0},
        {"exp": -1},
        {"exp": str(now + 600)},
        {"exp": True},
        {"exp": 10**400},
        {"exp": 10**15},
        {"exp": [now + 600]},
        {"nbf": now + 120},
        {"nbf": "tomorrow"},
        {"nbf": None, "iat": now + 120},
        {"iat": None},
        {"iat": "now"},
        {"sub": None},
        {"sub": ""},
        {"sub": 1},
        {"sub": "a\nb"},
        {"sub": "x" * 256},
        {"sub": " u-1"},
        {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}},
        {"typ": "Refresh"},
        {"typ": "Logout"},
        {"cnf": {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}},
    ]
    for one in wrong:
        yield f"claims {str(one)[:60]}", issuer.token(**{"groups": ["ops"], **one})


def by_form(issuer: LoopbackIssuer) -> Iterator[tuple[str, str]]:
    good = issuer.token(groups=["ops"])
    head, body, signature = good.split(".")
    for place in (1, len(head), len(head) + 1, len(good) // 2, len(good) - 1):
        yield f"cut at {place}", good[:place]
    yield "two parts", f"{head}.{body}"
    yield "four parts", f"{good}.{signature}"
    yield "five parts, as if encrypted", f"{head}.{body}.{signature}.{body}.{signature}"
    yield "twice", good + good
    yield "padded", f"{head}=.{body}.{signature}"
    yield "standard base64", f"{head}.{body}.{signature[:-4]}+/+/"
    yield "white space", f"{head}. {body}.{signature}"
    yield "last bits set", f"{head}.{body}.{last_bits_set(signature)}"
    yield "signature of another token", f"{head}.{body}.{issuer.token('u-2').split('.')[2]}"
    yield "body of another token", f"{head}.{issuer.token('u-2').split('.')[1]}.{signature}"
    twice = json.dumps(issuer.claims())[:-1] + ', "sub": "u-2"}'
    yield "a claim twice", signed_by(issuer, head, encoded(twice.encode()))
    header_twice = '{"alg": "RS256", "alg": "none", "kid": "first"}'
    yield "a header twice", signed_by(issuer, encoded(header_twice.encode()), body)
    for text in ("[]", "null", "1", '"a"', "", "{", "\xff", '{"exp": NaN}', "[" * 2000):
        yield f"body {text[:10]!r}", signed_by(issuer, head, encoded(text.encode("latin-1")))
        yield f"header {text[:10]!r}", f"{encoded(text.encode('latin-1'))}.{body}.{signature}"
    yield "nested", signed_by(issuer, head, encoded(good.encode()))
    yield "too large", issuer.token(groups=["x" * 9000])
    serialization = {"payload": body, "protected": head, "signature": signature}
    yield "as JSON", json.dumps(serialization)
    yield "as JSON in base64", base64.b64encode(json.dumps(serialization).encode()).decode()
    yield "our own form", "tt_" + hashlib.sha256(good.encode()).hexdigest()


def last_bits_set(part: str) -> str:
    """Another spelling of the same bytes, where the last character holds spare bits."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return part[:-1] + alphabet[alphabet.index(part[-1]) ^ 1]


FORGERS = (by_algorithm, by_key, by_header, by_claims, by_form)


@pytest.mark.parametrize("forge", FORGERS)
async def test_case_11_forged_tokens__none_is_taken_and_none_is_an_error_of_the_server(
    served: Served, issuer: LoopbackIssuer, forge: Any
) -> None:
    """CVE-2024-37568, CVE-2025-59420, CVE-2026-32597 and their like."""
    assert (await served.api.as_(issuer.token()).get("/api/v1/whoami")).status_code == 200
    wrong = []
    for what, token in forge(issuer):
        served.forget()
        reply = await served.api.as_(token).get("/api/v1/whoami")
        if reply.status_code != 401 or "WWW-Authenticate" not in reply.headers:
            wrong.append((what, reply.status_code))
    assert not wrong
    assert issuer.asked <= 2  # none of them made us ask again and again


def test_case_11_forged_tokens__are_as_many_as_promised(issuer: LoopbackIssuer) -> None:
    forged = [token for forge in FORGERS for _, token in forge(issuer)]
    assert len(set(forged)) >= LEAST
