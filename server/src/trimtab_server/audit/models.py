"""Tables of the audit trail: chains of entries that are only ever appended, and their values."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Table,
    Text,
)

from trimtab_server.infra.columns import UtcDateTime, metadata

# One row per chain, locked while entries are appended: `application:<uuid>` and `system`.
audit_chain = Table(
    "audit_chain",
    metadata,
    Column("name", String(63), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("head", String(64), nullable=False),
)

# `body` is the text that was hashed; the columns before it repeat parts of it for queries.
audit_entry = Table(
    "audit_entry",
    metadata,
    Column("chain", String(63), ForeignKey("audit_chain.name"), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("action", String(63), nullable=False),
    Column("actor_id", String(63)),
    Column("actor_name", Text),
    Column("channel", String(31), nullable=False),
    Column("request_id", String(64)),
    Column("address", String(63)),
    Column("revision", BigInteger),
    Column("reason", Text),
    Column("body", Text, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_audit_entry_at", "at"),
)

# What the entries only commit to. A row may be purged; its entry and the chain stay provable.
audit_value = Table(
    "audit_value",
    metadata,
    Column("chain", String(63), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("slot", String(63), primary_key=True),
    Column("salt", String(32), nullable=False),
    Column("value", Text, nullable=False),
    ForeignKeyConstraint(["chain", "seq"], ["audit_entry.chain", "audit_entry.seq"]),
)
