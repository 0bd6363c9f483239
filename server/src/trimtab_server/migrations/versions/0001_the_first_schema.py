"""The first schema"""

import sqlalchemy as sa
from alembic import op

from trimtab_server.infra.columns import UtcDateTime

KEY = sa.String(255).with_variant(sa.String(255, collation="C"), "postgresql")

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_application"),
        sa.UniqueConstraint("name", name="uq_application_name"),
    )
    op.create_table(
        "audit_chain",
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_audit_chain"),
    )
    op.create_table(
        "change_item",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("setting_id", sa.Uuid(), nullable=True),
        sa.Column("key", KEY, nullable=True),
        sa.Column("environment", sa.String(length=63), nullable=True),
        sa.Column("old", sa.Text(), nullable=True),
        sa.Column("new", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("application_id", "revision", "ordinal", name="pk_change_item"),
    )
    op.create_index("ix_change_item_setting", "change_item", ["setting_id", "revision"])
    op.create_table(
        "idempotency_record",
        sa.Column("principal", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("principal", "key", name="pk_idempotency_record"),
    )
    op.create_index("ix_idempotency_record_created_at", "idempotency_record", ["created_at"])
    op.create_table(
        "principal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=15), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("disabled_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('person', 'service')", name="ck_principal_kind"),
        sa.PrimaryKeyConstraint("id", name="pk_principal"),
        sa.UniqueConstraint("name", name="uq_principal_name"),
    )
    op.create_table(
        "access_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=31), nullable=False),
        sa.Column("application", sa.String(length=63), nullable=True),
        sa.Column("environment", sa.String(length=63), nullable=True),
        sa.Column("category", sa.String(length=63), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["principal.id"], name="fk_access_grant_principal_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_access_grant"),
    )
    op.create_index("ix_access_grant_principal_id", "access_grant", ["principal_id"])
    op.create_table(
        "audit_entry",
        sa.Column("chain", sa.String(length=63), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("action", sa.String(length=63), nullable=False),
        sa.Column("actor_id", sa.String(length=63), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=True),
        sa.Column("channel", sa.String(length=31), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("address", sa.String(length=63), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["chain"], ["audit_chain.name"], name="fk_audit_entry_chain"),
        sa.PrimaryKeyConstraint("chain", "seq", name="pk_audit_entry"),
    )
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"])
    op.create_table(
        "change",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name="fk_change_application_id"
        ),
        sa.PrimaryKeyConstraint("application_id", "revision", name="pk_change"),
    )
    op.create_table(
        "environment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("parent", sa.String(length=63), nullable=True),
        sa.Column("touched_revision", sa.BigInteger(), nullable=False),
        sa.Column("created_revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name="fk_environment_application_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_environment"),
        sa.UniqueConstraint("application_id", "name", name="uq_environment_application_id_name"),
    )
    op.create_table(
        "setting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("folded_key", KEY, nullable=False),
        sa.Column("category", sa.String(length=63), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("is_secret", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name="fk_setting_application_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_setting"),
        sa.UniqueConstraint(
            "application_id", "folded_key", name="uq_setting_application_id_folded_key"
        ),
    )
    op.create_table(
        "token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("last4", sa.String(length=4), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.Column("application", sa.String(length=63), nullable=True),
        sa.Column("environment", sa.String(length=63), nullable=True),
        sa.ForeignKeyConstraint(["principal_id"], ["principal.id"], name="fk_token_principal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_token"),
        sa.UniqueConstraint("public_id", name="uq_token_public_id"),
    )
    op.create_index("ix_token_principal_id", "token", ["principal_id"])
    op.create_table(
        "audit_value",
        sa.Column("chain", sa.String(length=63), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("slot", sa.String(length=63), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chain", "seq"],
            ["audit_entry.chain", "audit_entry.seq"],
            name="fk_audit_value_chain_seq",
        ),
        sa.PrimaryKeyConstraint("chain", "seq", "slot", name="pk_audit_value"),
    )
    op.create_table(
        "configuration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("setting_id", sa.Uuid(), nullable=False),
        sa.Column("environment", sa.String(length=63), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["setting_id"], ["setting.id"], name="fk_configuration_setting_id"),
        sa.PrimaryKeyConstraint("id", name="pk_configuration"),
        sa.UniqueConstraint(
            "setting_id", "environment", name="uq_configuration_setting_id_environment"
        ),
    )
    op.create_table(
        "source_policy",
        sa.Column("setting_id", sa.Uuid(), nullable=False),
        sa.Column("environment", sa.String(length=63), nullable=False),
        sa.Column("policy", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["setting_id"], ["setting.id"], name="fk_source_policy_setting_id"),
        sa.PrimaryKeyConstraint("setting_id", "environment", name="pk_source_policy"),
    )


def downgrade() -> None:
    """Everything is in these tables: they go only while nobody has written to them."""
    held = op.get_bind().execute(sa.text("SELECT count(*) FROM setting")).scalar_one()
    if held:
        raise RuntimeError(
            f"this would delete {held} settings with their history and audit trail: "
            "export what you need and drop the database yourself"
        )
    op.drop_table("source_policy")
    op.drop_table("configuration")
    op.drop_table("audit_value")
    op.drop_table("token")
    op.drop_table("setting")
    op.drop_table("environment")
    op.drop_table("change")
    op.drop_table("audit_entry")
    op.drop_table("access_grant")
    op.drop_table("principal")
    op.drop_table("idempotency_record")
    op.drop_table("change_item")
    op.drop_table("audit_chain")
    op.drop_table("application")
