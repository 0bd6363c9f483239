"""Tables of the audit trail: chains of entries that are only ever appended, and their values.

Triggers of the schema hold what is said here, on both databases (decision 0020).
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
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

# Which values were taken away, and by which entry of the same chain. The database lets go of a row
# of `audit_value` only where there is one here.
audit_purge = Table(
    "audit_purge",
    metadata,
    Column("chain", String(63), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("slot", String(63), primary_key=True),
    Column("purged_by", BigInteger, nullable=False),
    ForeignKeyConstraint(["chain", "seq"], ["audit_entry.chain", "audit_entry.seq"]),
    ForeignKeyConstraint(["chain", "purged_by"], ["audit_entry.chain", "audit_entry.seq"]),
)

# What triggers noted of rows that somebody else than the server wrote, until a chain has taken it
# in. `before` and `after` are whole rows as JSON text.
out_of_band = Table(
    "out_of_band",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("table_name", String(63), nullable=False),
    Column("operation", String(15), nullable=False),
    Column("before", Text),
    Column("after", Text),
    Column("database_user", Text),
)
