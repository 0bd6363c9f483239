"""Tables of values and of answers kept for repeated requests."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from trimtab_server.infra.columns import UtcDateTime, metadata

configuration = Table(
    "configuration",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("setting_id", Uuid, ForeignKey("setting.id"), nullable=False),
    Column("environment", String(63), nullable=False),
    Column("value", Text),
    Column("version", BigInteger, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("updated_by", Text, nullable=False),
    UniqueConstraint("setting_id", "environment"),
)

idempotency_record = Table(
    "idempotency_record",
    metadata,
    Column("principal", Text, primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False, index=True),
)
