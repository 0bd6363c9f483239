"""What the server answers about principals, tokens and grants, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scope:
    """A role and where it holds; None stands for any."""

    role: str
    application: str | None = None
    environment: str | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that a principal holds."""

    id: str
    principal: str
    role: str
    application: str | None = None
    environment: str | None = None
    category: str | None = None
    created_at: str | None = None
    raw: Json = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody, or some program; `disabled_at` None: it may come in."""

    id: str
    name: str
    kind: str
    created_at: str | None = None
    disabled_at: str | None = None
    grants: tuple[Scope, ...] = ()
    raw: Json = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """A token; `token`, the credential itself, is there only when it has just been made."""

    id: str
    name: str
    principal: str
    expires_at: str
    application: str | None = None
    environment: str | None = None
    last4: str | None = None
    state: str | None = None
    created_at: str | None = None
    revoked_at: str | None = None
    last_used_at: str | None = None
    token: str | None = field(default=None, repr=False)
    raw: Json = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class OwnToken:
    """The token that a request carried."""

    id: str
    name: str
    expires_at: str
    application: str | None = None
    environment: str | None = None


@dataclass(frozen=True, slots=True)
class WhoAmI:
    """Whose token it is, and what it may do."""

    id: str
    name: str
    kind: str
    token: OwnToken
    grants: tuple[Scope, ...] = ()
    protected_environments: tuple[str, ...] = ()
    raw: Json = field(default_factory=dict, repr=False)
