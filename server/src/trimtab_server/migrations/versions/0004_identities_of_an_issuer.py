"""Principals whom an OpenID issuer vouches for."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New columns, null for every principal there is."""
    op.add_column("principal", sa.Column("issuer", sa.String(length=255), nullable=True))
    op.add_column("principal", sa.Column("subject", sa.String(length=255), nullable=True))
    op.create_index("ix_principal_issuer_subject", "principal", ["issuer", "subject"], unique=True)


def downgrade() -> None:
    """The principals stay, and keep the grants that were given to them; who they are is lost."""
    op.drop_index("ix_principal_issuer_subject", "principal")
    op.drop_column("principal", "subject")
    op.drop_column("principal", "issuer")
