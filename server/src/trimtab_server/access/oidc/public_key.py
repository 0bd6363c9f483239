"""One key of the issuer, for the algorithms that it is meant for and no others."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

_LEAST_RSA_BITS = 2048
_BY_CURVE = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "Ed25519": "EdDSA"}
_RSA = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
ALGORITHMS = _RSA | frozenset(_BY_CURVE.values())
"""What may be configured: no `none`, and nothing with a shared secret."""

_MOST_KEYS = 100


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key as a library takes it, its id, and what it may have signed."""

    key_id: str | None
    algorithms: frozenset[str]
    key: RSAKey | ECKey | OKPKey = field(repr=False)


def usable_keys(found: Iterable[object], algorithms: frozenset[str]) -> tuple[PublicKey, ...]:
    """The signing keys of a JWK set (RFC 7517); what cannot be used is passed over, as it says."""
    return tuple(_usable(list(found)[:_MOST_KEYS], algorithms))


def _usable(found: Iterable[object], algorithms: frozenset[str]) -> Iterator[PublicKey]:
    for one in found:
        if not isinstance(one, dict) or one.get("use", "sig") != "sig":
            continue
        if one.get("key_ops") is not None and "verify" not in _texts(one["key_ops"]):
            continue
        usable = _meant_for(one) & algorithms
        key_id = one.get("kid")
        if not usable or not (key_id is None or isinstance(key_id, str)):
            continue
        try:
            key = _imported(one)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        if key is not None:
            yield PublicKey(key_id, usable, key)


def _meant_for(one: Mapping[str, Any]) -> frozenset[str]:
    """What a key of this kind can sign, narrowed to the algorithm that it names."""
    match one.get("kty"):
        case "RSA":
            fit = _RSA
        case "EC" | "OKP":
            fit = frozenset(filter(None, [_BY_CURVE.get(str(one.get("crv")))]))
        case _:
            fit = frozenset()
    return fit if one.get("alg") is None else fit & frozenset(_texts([one["alg"]]))


def _texts(found: object) -> list[str]:
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _imported(one: Mapping[str, Any]) -> RSAKey | ECKey | OKPKey | None:
    kind = str(one["kty"])
    members = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}[kind]
    public = {"kty": kind, **{name: one[name] for name in members}}
    if kind == "RSA":
        return RSAKey.import_key(public) if _bits(str(one["n"])) >= _LEAST_RSA_BITS else None
    return ECKey.import_key(public) if kind == "EC" else OKPKey.import_key(public)


def _bits(modulus: str) -> int:
    """Counted before anything is imported: a library may only warn of a key that is too short."""
    decoded = base64.urlsafe_b64decode(modulus + "=" * (-len(modulus) % 4))
    return int.from_bytes(decoded, "big").bit_length()
