"""The audit trail only grows, and what is written around the server is noted"""

from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from alembic import op

from trimtab_server.infra.columns import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_APPEND_ONLY = ("audit_entry", "audit_purge")
_PRIMARY_KEYS = {
    "audit_chain": ("name",),
    "audit_entry": ("chain", "seq"),
    "audit_purge": ("chain", "seq", "slot"),
    "audit_value": ("chain", "seq", "slot"),
}
# What nobody but the server writes. It inserts into the last three without saying so, and raises
# an environment's `touched_revision` with every change, so these are not looked at.
_WATCHED = {
    "setting": (
        *("id", "application_id", "key", "folded_key", "category", "definition", "is_secret"),
        *("version", "deleted", "created_at", "updated_at", "updated_by"),
    ),
    "configuration": (
        *("id", "setting_id", "environment", "value", "version", "deleted"),
        *("created_at", "updated_at", "updated_by"),
    ),
    "source_policy": ("setting_id", "environment", "policy"),
    "environment": ("id", "application_id", "name", "parent", "created_revision", "created_at"),
    "change": (
        *("application_id", "revision", "actor_id", "actor", "channel", "comment", "at"),
        "request_id",
    ),
    "change_item": (
        *("application_id", "revision", "ordinal", "kind", "setting_id", "key", "environment"),
        *("old", "new", "version", "old_purged", "new_purged"),
    ),
}
_INSERTED_FREELY = frozenset({"environment", "change", "change_item"})


def upgrade() -> None:
    """New tables, marks on history rows, and triggers; no row is touched."""
    op.create_table(
        "audit_purge",
        sa.Column("chain", sa.String(length=63), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("slot", sa.String(length=63), nullable=False),
        sa.Column("purged_by", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chain", "seq"],
            ["audit_entry.chain", "audit_entry.seq"],
            name="fk_audit_purge_chain_seq",
        ),
        sa.ForeignKeyConstraint(
            ["chain", "purged_by"],
            ["audit_entry.chain", "audit_entry.seq"],
            name="fk_audit_purge_chain_purged_by",
        ),
        sa.PrimaryKeyConstraint("chain", "seq", "slot", name="pk_audit_purge"),
    )
    op.create_table(
        "out_of_band",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("table_name", sa.String(length=63), nullable=False),
        sa.Column("operation", sa.String(length=15), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("database_user", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_out_of_band"),
    )
    for side in ("old_purged", "new_purged"):
        flag = sa.Boolean()
        op.add_column(
            "change_item", sa.Column(side, flag, server_default=sa.false(), nullable=False)
        )
    _execute(_postgresql() if _is_postgresql() else _sqlite())


def downgrade() -> None:
    """What was noted around the server and not read yet is lost, and what was purged is no
    longer marked."""
    _execute(_without_postgresql() if _is_postgresql() else _without_sqlite())
    op.drop_column("change_item", "new_purged")
    op.drop_column("change_item", "old_purged")
    op.drop_table("out_of_band")
    op.drop_table("audit_purge")


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _execute(statements: Iterable[str]) -> None:
    for statement in statements:
        op.execute(statement)


# --- PostgreSQL: one function for each promise, called by triggers on rows and on TRUNCATE -------

_FUNCTIONS = {
    "append_only": """
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';""",
    "chain_goes_on": """
        IF TG_OP = 'UPDATE' AND NEW.name = OLD.name AND NEW.seq > OLD.seq AND EXISTS (
            SELECT 1 FROM audit_entry
            WHERE chain = NEW.name AND seq = NEW.seq AND hash = NEW.head
        ) THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'audit_chain only goes on' USING ERRCODE = 'restrict_violation';""",
    "only_purged": """
        IF TG_OP = 'DELETE' AND EXISTS (
            SELECT 1 FROM audit_purge
            WHERE chain = OLD.chain AND seq = OLD.seq AND slot = OLD.slot
        ) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'audit_value loses only what is purged'
            USING ERRCODE = 'restrict_violation';""",
    "out_of_band": """
        INSERT INTO out_of_band (at, table_name, operation, before, after, database_user)
        VALUES (
            clock_timestamp(), TG_TABLE_NAME, lower(TG_OP),
            CASE WHEN TG_OP IN ('UPDATE', 'DELETE') THEN row_to_json(OLD)::text END,
            CASE WHEN TG_OP IN ('UPDATE', 'INSERT') THEN row_to_json(NEW)::text END,
            session_user
        );
        RETURN NULL;""",
}
# Whoever may write to a watched table need not be allowed to write to `out_of_band`.
_DEFINER = {"out_of_band": "SECURITY DEFINER SET search_path FROM CURRENT"}
_NOT_THE_SERVER = "current_setting('trimtab.writer', true) IS DISTINCT FROM 'server'"


def _postgresql() -> Iterator[str]:
    for name, body in _FUNCTIONS.items():
        yield (
            f"CREATE FUNCTION trimtab_{name}() RETURNS trigger LANGUAGE plpgsql "
            f"{_DEFINER.get(name, '')} AS $$\n    BEGIN{body}\n    END $$"
        )
    for table, name, event, condition in _postgresql_triggers():
        each = "STATEMENT" if event.endswith("TRUNCATE") else "ROW"
        function, _, _ = name.partition("__")
        yield (
            f"CREATE TRIGGER {name} {event} ON {table} FOR EACH {each} {condition} "
            f"EXECUTE FUNCTION trimtab_{function}()"
        )


def _postgresql_triggers() -> Iterator[tuple[str, str, str, str]]:
    """Table, trigger, event and condition."""
    guarded = [(table, "append_only") for table in _APPEND_ONLY]
    for table, function in [
        *guarded,
        ("audit_chain", "chain_goes_on"),
        ("audit_value", "only_purged"),
    ]:
        yield table, f"{function}__row", "BEFORE UPDATE OR DELETE", ""
        yield table, f"{function}__truncate", "BEFORE TRUNCATE", ""
    for table, columns in _WATCHED.items():
        inserts = "" if table in _INSERTED_FREELY else "INSERT OR "
        event = f"AFTER {inserts}DELETE OR UPDATE OF {_listed(columns)}"
        yield table, "out_of_band__row", event, f"WHEN ({_NOT_THE_SERVER})"
        yield table, "out_of_band__truncate", "AFTER TRUNCATE", ""


def _without_postgresql() -> Iterator[str]:
    for table, name, _, _ in _postgresql_triggers():
        yield f"DROP TRIGGER {name} ON {table}"
    for name in _FUNCTIONS:
        yield f"DROP FUNCTION trimtab_{name}()"


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


# --- SQLite: no functions, one trigger for each operation ----------------------------------------
# The server says who writes by a row 0 in `out_of_band`, which its own transaction takes back.
# REPLACE deletes a row without asking a DELETE trigger, so a row that is there cannot be inserted.

_UNMARKED = "NOT EXISTS (SELECT 1 FROM out_of_band WHERE id = 0)"
_GOES_ON = (
    "NEW.name = OLD.name AND NEW.seq > OLD.seq AND EXISTS (SELECT 1 FROM audit_entry "
    "WHERE chain = NEW.name AND seq = NEW.seq AND hash = NEW.head)"
)
_PURGED = (
    "EXISTS (SELECT 1 FROM audit_purge "
    "WHERE chain = OLD.chain AND seq = OLD.seq AND slot = OLD.slot)"
)
_OPERATIONS = {"insert": (False, True), "update": (True, True), "delete": (True, False)}


def _sqlite() -> Iterator[str]:
    for table, key in _PRIMARY_KEYS.items():
        there = " AND ".join(f"{column} = NEW.{column}" for column in key)
        exists = f"EXISTS (SELECT 1 FROM {table} WHERE {there})"  # noqa: S608 - names from above
        yield _refusal(table, "INSERT", exists)
        allowed = _GOES_ON if table == "audit_chain" else None
        yield _refusal(table, "UPDATE", f"NOT ({allowed})" if allowed else None)
        allowed = _PURGED if table == "audit_value" else None
        yield _refusal(table, "DELETE", f"NOT ({allowed})" if allowed else None)
    for table in _WATCHED:
        for operation in _watched_operations(table):
            yield _note(table, operation)


def _refusal(table: str, operation: str, condition: str | None) -> str:
    when = f"WHEN {condition} " if condition else ""
    return (
        f"CREATE TRIGGER {table}__{operation.lower()} BEFORE {operation} ON {table} {when}"
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


def _note(table: str, operation: str) -> str:
    columns = _WATCHED[table]
    event = f"UPDATE OF {_listed(columns)}" if operation == "update" else operation.upper()
    before, after = (
        _row(side, columns) if wanted else "NULL"
        for side, wanted in zip(("OLD", "NEW"), _OPERATIONS[operation], strict=True)
    )
    now = "strftime('%Y-%m-%d %H:%M:%f000', 'now')"
    noted = f"{now}, '{table}', '{operation}', {before}, {after}"
    into = "out_of_band (at, table_name, operation, before, after)"
    note = f"INSERT INTO {into} VALUES ({noted})"  # noqa: S608 - names from above
    when = f"AFTER {event} ON {table} WHEN {_UNMARKED}"
    return f"CREATE TRIGGER {table}__{operation} {when} BEGIN {note}; END"


def _row(side: str, columns: Iterable[str]) -> str:
    members = ", ".join(f"'{column}', {side}.\"{column}\"" for column in columns)
    return f"json_object({members})"


def _watched_operations(table: str) -> list[str]:
    return [one for one in _OPERATIONS if not (one == "insert" and table in _INSERTED_FREELY)]


def _without_sqlite() -> Iterator[str]:
    for table in _PRIMARY_KEYS:
        for operation in _OPERATIONS:
            yield f"DROP TRIGGER {table}__{operation}"
    for table in _WATCHED:
        for operation in _watched_operations(table):
            yield f"DROP TRIGGER {table}__{operation}"
