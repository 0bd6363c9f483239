"""What is stored, as replies say it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from trimtab_server.http.cursor import Listed, make_cursor
from trimtab_server.http.instants import instant

from .issue_token import IssuedToken
from .principal import Identity
from .queries import StoredGrant, StoredPrincipal, StoredToken


def principal_json(found: StoredPrincipal) -> dict[str, Any]:
    """A principal with its grants."""
    return {
        "id": str(found.id),
        "name": found.name,
        "kind": found.kind.value,
        "createdAt": instant(found.created_at),
        "disabledAt": None if found.disabled_at is None else instant(found.disabled_at),
        "grants": [grant.scope_json() for grant in found.grants],
        "identity": identity_json(found.identity),
    }


def identity_json(identity: Identity | None) -> dict[str, str] | None:
    """Who somebody is at the issuer."""
    return None if identity is None else asdict(identity)


def token_json(found: StoredToken) -> dict[str, Any]:
    """A token without itself."""
    info = found.info
    return {
        "id": info.public_id,
        "name": info.name,
        "principal": found.owner.name,
        "application": info.application,
        "environment": info.environment,
        "last4": found.last4,
        "state": found.state(datetime.now(UTC)).value,
        "createdAt": instant(found.created_at),
        "expiresAt": instant(info.expires_at),
        "revokedAt": None if found.revoked_at is None else instant(found.revoked_at),
        "lastUsedAt": None if found.last_used_at is None else instant(found.last_used_at),
    }


def new_token_json(found: StoredToken, issued: IssuedToken) -> dict[str, Any]:
    """A new token with itself, this once."""
    return {**token_json(found), "token": issued.text}


def grant_json(found: StoredGrant) -> dict[str, Any]:
    """A grant and whose it is."""
    return {
        "id": str(found.id),
        "principal": found.principal,
        "role": found.role,
        "application": found.application,
        "environment": found.environment,
        "category": found.category,
        "createdAt": instant(found.created_at),
    }


def page_json(
    listed: Listed, ids: Sequence[UUID], items: Sequence[dict[str, Any]], limit: int
) -> dict[str, Any]:
    """At most `limit` of the items; `ids` are those of all rows that were found, one too many."""
    more = len(ids) > limit
    return {
        "items": list(items[:limit]),
        "nextCursor": make_cursor(listed, str(ids[limit - 1])) if more else None,
    }
