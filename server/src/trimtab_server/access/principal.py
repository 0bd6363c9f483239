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


@dataclass(frozen=True, slots=True)
class Principal:
    """The actor of a request.

    `application` and `environment` are what the token is bound to: the ones meant where the
    request names none, and the only ones the token reaches. None means not bound.
    """

    id: UUID
    name: str
    kind: PrincipalKind
    token_id: UUID
    token_expires_at: datetime
    grants: tuple[Grant, ...]
    application: str | None = None
    environment: str | None = None
