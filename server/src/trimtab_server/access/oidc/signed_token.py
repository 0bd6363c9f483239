"""The form of a signed token (RFC 7515, RFC 7519), and whether a key of the issuer made it.

Everything that a header may say to choose its own key or rules is refused rather than ignored
(RFC 8725): the algorithms are configured, the keys are the issuer's, and no extension is known.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError

from trimtab_server.access.login_failure import BadCredential, LoginFailure
from trimtab_server.kernel.strict_json import MalformedJson, parse_json

from .public_key import PublicKey

_KNOWN_HEADERS = frozenset({"alg", "kid", "typ", "x5t", "x5t#S256"})
_TYPES = frozenset({"jwt", "at+jwt", "application/jwt", "application/at+jwt"})
_MOST_KID = 256


@dataclass(frozen=True, slots=True)
class SignedToken:
    """A token whose form is good; nothing that it says is proven yet."""

    text: str
    algorithm: str
    key_id: str | None
    claims: Mapping[str, Any]


def read_token(text: str, algorithms: frozenset[str]) -> SignedToken:
    """The parts of a token in compact form.

    Raises:
        BadCredential: it is not in the one form that we take.
    """
    parts = [_decoded(part) for part in text.split(".")]
    if len(parts) != 3:
        raise BadCredential(LoginFailure.MALFORMED)
    header, claims = _object(parts[0]), _object(parts[1])
    algorithm, key_id, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
    if (
        not header.keys() <= _KNOWN_HEADERS  # crit, jku, jwk, x5u, x5c, cty, zip, b64 among others
        or not isinstance(algorithm, str)
        or algorithm not in algorithms
        or not isinstance(kind, str)
        or kind.lower() not in _TYPES
    ):
        raise BadCredential(LoginFailure.UNFIT)
    if key_id is not None and not (isinstance(key_id, str) and 0 < len(key_id) <= _MOST_KID):
        raise BadCredential(LoginFailure.UNFIT)
    return SignedToken(text, algorithm, key_id, claims)


def check_signature(token: SignedToken, key: PublicKey) -> None:
    """Go on only if the key signed the token, by the algorithm that the token names.

    Raises:
        BadCredential: it did not.
    """
    try:
        jws.deserialize_compact(token.text, key.key, algorithms=[token.algorithm])
    except (JoseError, ValueError):
        raise BadCredential(LoginFailure.FORGED) from None


def _decoded(part: str) -> bytes:
    """Base64url without padding and in its one spelling: no other text passes for this token."""
    try:
        decoded = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        raise BadCredential(LoginFailure.MALFORMED) from None
    if base64.urlsafe_b64encode(decoded).rstrip(b"=") != part.encode("ascii"):
        raise BadCredential(LoginFailure.MALFORMED)
    return decoded


def _object(data: bytes) -> Mapping[str, Any]:
    try:
        parsed = parse_json(data)
    except MalformedJson:
        raise BadCredential(LoginFailure.MALFORMED) from None
    if not isinstance(parsed, dict):
        raise BadCredential(LoginFailure.MALFORMED)
    return parsed
