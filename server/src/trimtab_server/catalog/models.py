"""Tables of applications, environments, settings, source policies and the log of changes."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
)

from trimtab_server.infra.columns import UtcDateTime, metadata

# Keys sort by code point everywhere: a cursor must mean the same under any server locale.
KeyColumn = String(255).with_variant(String(255, collation="C"), "postgresql")

application = Table(
    "application",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", String(63), nullable=False, unique=True),
    Column("epoch", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

environment = Table(
    "environment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("application_id", Uuid, ForeignKey("application.id"), nullable=False),
    Column("name", String(63), nullable=False),
    Column("parent", String(63)),
    Column("touched_revision", BigInteger, nullable=False),
    Column("created_revision", BigInteger, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("application_id", "name"),
)

setting = Table(
    "setting",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("application_id", Uuid, ForeignKey("application.id"), nullable=False),
    Column("key", KeyColumn, nullable=False),
    Column("folded_key", KeyColumn, nullable=False),
    Column("category", String(63), nullable=False),
    Column("definition", Text, nullable=False),
    Column("is_secret", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("updated_by", Text, nullable=False),
    # A deleted setting keeps its row, so that versions go on when the key comes back.
    UniqueConstraint("application_id", "folded_key"),
    Index("ix_setting_category", "application_id", "category"),
)

source_policy = Table(
    "source_policy",
    metadata,
    Column("setting_id", Uuid, ForeignKey("setting.id"), primary_key=True),
    Column("environment", String(63), primary_key=True),
    Column("policy", String(10), nullable=False),
)

change = Table(
    "change",
    metadata,
    Column("application_id", Uuid, ForeignKey("application.id"), primary_key=True),
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    Column("actor_id", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("comment", Text),
    Column("at", UtcDateTime, nullable=False),
    Column("request_id", Text),
    Index("ix_change_at", "application_id", "at"),
)

change_item = Table(
    "change_item",
    metadata,
    Column("application_id", Uuid, primary_key=True),
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("setting_id", Uuid),
    Column("key", KeyColumn),
    Column("environment", String(63)),
    Column("old", Text),
    Column("new", Text),
    Column("version", BigInteger, nullable=False),
    # A text that was purged is gone; without these marks it would read as "there was no value".
    Column("old_purged", Boolean, server_default=false(), nullable=False),
    Column("new_purged", Boolean, server_default=false(), nullable=False),
    Index("ix_change_item_setting", "setting_id", "revision"),
)
