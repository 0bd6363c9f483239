"""Tables of who may do what: principals, their tokens and their grants."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Uuid

from trimtab_server.infra.columns import UtcDateTime, metadata

# `issuer` and `subject` together are who somebody is whom an OpenID issuer vouches for; both are
# null for those whom an administrator made.
principal = Table(
    "principal",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", String(255), nullable=False, unique=True),
    Column("kind", String(15), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
    Column("issuer", String(255)),
    Column("subject", String(255)),
    CheckConstraint("kind IN ('person', 'service')", name="kind"),
    Index("ix_principal_issuer_subject", "issuer", "subject", unique=True),
)

# `environment` and `application` bind a token: reads and writes that name none mean these.
token = Table(
    "token",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("public_id", String(16), nullable=False, unique=True),
    Column("principal_id", Uuid, ForeignKey("principal.id"), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("last4", String(4), nullable=False),
    Column("name", String(255), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Column("last_used_at", UtcDateTime),
    Column("application", String(63)),
    Column("environment", String(63)),
    Index("ix_token_principal_id", "principal_id"),
)

# A null column means "any": a role without scope holds everywhere. Applications, environments and
# categories stand here by name: names are unique, never change, and are what a request says.
access_grant = Table(
    "access_grant",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("principal_id", Uuid, ForeignKey("principal.id"), nullable=False),
    Column("role", String(31), nullable=False),
    Column("application", String(63)),
    Column("environment", String(63)),
    Column("category", String(63)),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_access_grant_principal_id", "principal_id"),
)
