"""What a token of the issuer has to say about itself (RFC 7519, RFC 9068) before it counts."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from trimtab_server.access.login_failure import BadCredential, LoginFailure, TokenExpired
from trimtab_server.access.principal import Identity
from trimtab_server.kernel.secrets import scan_text

LEEWAY = timedelta(seconds=60)
_LARGEST_INSTANT = 253402300799 - 86_400  # the last day but one of the year 9999
_MOST_SUBJECT = 255
_MOST_GROUPS = 1000
# What some issuers write into `typ` of the claims; a refresh or logout token opens nothing.
_KINDS = frozenset({"bearer", "id", "jwt", "at+jwt"})
# A logout token (`events`) is no login, and one bound to a key (`cnf`) is none of a bearer's.
_UNFIT = ("events", "cnf")


def check_is_for_us(claims: Mapping[str, Any], *, issuer: str, audience: str) -> None:
    """Go on only with what calls itself a token of the issuer for us.

    Raises:
        BadCredential: it is of another issuer, or for somebody else.
    """
    if claims.get("iss") != issuer or audience not in _audiences(claims.get("aud")):
        raise BadCredential(LoginFailure.NOT_FOR_US)


def check_claims(
    claims: Mapping[str, Any], *, issuer: str, now: datetime
) -> tuple[Identity, datetime]:
    """Whom a token names that the issuer signed, and until when it counts, leeway included.

    Raises:
        BadCredential: it is of another kind, or not yet valid.
        TokenExpired: it was valid.
    """
    kind = claims.get("typ", "JWT")
    if any(name in claims for name in _UNFIT) or str(kind).lower() not in _KINDS:
        raise BadCredential(LoginFailure.UNFIT)
    subject = _subject(claims.get("sub"))
    expires_at = _instant(claims.get("exp")) + LEEWAY
    for name in ("iat", "nbf"):
        if (name == "iat" or name in claims) and _instant(claims.get(name)) > now + LEEWAY:
            raise BadCredential(LoginFailure.NOT_YET)
    if expires_at <= now:
        raise TokenExpired(subject)
    return Identity(issuer, subject), expires_at


def groups_of(claims: Mapping[str, Any], claim: str) -> frozenset[str]:
    """The groups that the claim of that name lists; a dot in the name goes into an object."""
    found: Any = claims.get(claim)
    if found is None:
        found = claims
        for name in claim.split("."):
            found = found.get(name) if isinstance(found, dict) else None
    listed = [found] if isinstance(found, str) else found
    if not isinstance(listed, list):
        return frozenset()
    return frozenset(one for one in listed[:_MOST_GROUPS] if isinstance(one, str))


def _audiences(found: object) -> Iterable[str]:
    if isinstance(found, str):
        return (found,)
    if isinstance(found, list) and all(isinstance(one, str) for one in found):
        return found
    return ()


def _subject(found: object) -> str:
    """Goes into names, lists and the trail: plain, bounded, and no credential."""
    if (
        not isinstance(found, str)
        or not 0 < len(found) <= _MOST_SUBJECT
        or not (found.isascii() and found.isprintable() and found == found.strip())
        or scan_text(found) is not None
    ):
        raise BadCredential(LoginFailure.UNFIT)
    return found


def _instant(found: object) -> datetime:
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        raise BadCredential(LoginFailure.UNFIT)
    if not 0 <= found <= _LARGEST_INSTANT:
        raise BadCredential(LoginFailure.UNFIT)
    return datetime.fromtimestamp(found, UTC)
