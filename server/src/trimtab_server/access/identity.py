"""Somebody whom an issuer knows: who they are is said by issuer and subject together."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from trimtab_server.errors import TrimtabError

from .principal import Grant, Identity

MAX_JWT_BYTES = 8 * 1024
_JWT = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){2}", re.ASCII)


class IssuerUnavailable(TrimtabError):
    """The issuer of this token does not answer, so its key cannot be checked. Try again shortly."""

    code = "issuer-unavailable"
    status = 503
    title = "The issuer of the token does not answer."

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "5"})


@dataclass(frozen=True, slots=True)
class PresentedJwt:
    """A signed token that somebody showed us, not yet looked into; `digest` stands for it."""

    text: str = field(repr=False)
    digest: str


@dataclass(frozen=True, slots=True)
class ProvenIdentity:
    """What a valid token of the issuer says: who it is, what their groups give, until when."""

    identity: Identity
    grants: tuple[Grant, ...]
    expires_at: datetime


class IdentityProof(Protocol):
    """Whoever can tell which tokens an issuer made."""

    async def prove(self, text: str, now: datetime) -> ProvenIdentity:
        """Whom the token names, which must be valid in every respect.

        Raises:
            BadCredential: it is not.
            IssuerUnavailable: its key is not known and cannot be asked for.
        """
        ...


def parse_jwt(text: str) -> PresentedJwt | None:
    """The token, if it is at least three parts of base64url and of a bounded size."""
    if len(text) > MAX_JWT_BYTES or not _JWT.fullmatch(text):
        return None
    return PresentedJwt(text, hashlib.sha256(text.encode("ascii")).hexdigest())
