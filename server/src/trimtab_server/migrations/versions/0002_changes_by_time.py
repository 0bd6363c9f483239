"""Find changes by their time, and settings by their category."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Indexes only: no row is touched."""
    op.create_index("ix_change_at", "change", ["application_id", "at"])
    op.create_index("ix_setting_category", "setting", ["application_id", "category"])


def downgrade() -> None:
    """The rows stay."""
    op.drop_index("ix_setting_category", "setting")
    op.drop_index("ix_change_at", "change")
