"""`trimtab migrate`: a project's variables out of env files and into the store, step by step."""

import typer

from .apply import apply
from .cutover import cutover
from .plan import plan
from .rollback import rollback
from .scan import scan
from .status import status
from .verify import verify

migrate = typer.Typer(
    help="Move environment variables into the store: scan, plan, apply, verify, cut over.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

migrate.command("scan")(scan)
migrate.command("plan")(plan)
migrate.command("apply")(apply)
migrate.command("verify")(verify)
migrate.command("status")(status)
migrate.command("cutover")(cutover)
migrate.command("rollback")(rollback)

__all__ = ["migrate"]
