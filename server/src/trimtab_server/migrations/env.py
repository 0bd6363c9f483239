"""Alembic's entry: runs on the connection that `trimtab_server.migrations.upgrade` hands over."""

from alembic import context

from trimtab_server.migrations.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
