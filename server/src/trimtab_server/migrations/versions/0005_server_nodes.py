"""Server processes, so that all of them can be asked to read again."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A new table; every running process puts itself in."""
    op.create_table(
        "server_node",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("answered", sa.BigInteger(), nullable=False),
        sa.Column("heads", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_server_node"),
    )


def downgrade() -> None:
    """Nothing in it outlives a process."""
    op.drop_table("server_node")
