"""Who acts: what a verified credential says, fixed for the request."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from .permission import Role


class PrincipalKind(StrEnum):
    """Somebody, or something that runs by itself."""

    PERSON = "person"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role within a scope; None means any."""

    role: Role
    application: str | None = None
    environment: str | None = None
    category: str | None = None

    def scope_json(self) -> dict[str, str | None]:
        """Role and scope, as replies and the audit trail say them."""
        return {
            "role": self.role.value,
            "application": self.application,
            "environment": self.environment,
            "category": self.category,
        }


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at an issuer. An e-mail address or a name is no identity: both are given on
    to others (CVE-2023-3128)."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """What may be said of a token.

    `application` and `environment` are what it is bound to: the ones meant where a request names
    none, and the only ones it reaches. None means not bound.
    """

    id: UUID
    public_id: str
    name: str
    expires_at: datetime
    application: str | None = None
    environment: str | None = None

    @property
    def is_bound(self) -> bool:
        """Whether it reaches less than its principal may."""
        return self.application is not None or self.environment is not None


@dataclass(frozen=True, slots=True)
class Principal:
    """The actor of a request, under the rules of this server.

    `protected` names the environments in which some roles need a grant that names them; `identity`
    is set where an issuer's token let them in, and then `token` stands in no table.
    """

    id: UUID
    name: str
    kind: PrincipalKind
    token: TokenInfo
    grants: tuple[Grant, ...]
    protected: frozenset[str]
    identity: Identity | None = None

    @property
    def application(self) -> str | None:
        """The application that the token is bound to."""
        return self.token.application

    @property
    def environment(self) -> str | None:
        """The environment that the token is bound to."""
        return self.token.environment
