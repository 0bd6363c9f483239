"""An env file: which of its keys are for the database, as what."""

from pathlib import Path

from trimtab.cli.incoming.setting import CannotImport, Incoming, IncomingFile
from trimtab.migrate.decision import Decision
from trimtab.migrate.env_file import Broken, EnvFile
from trimtab.migrate.plan_env_file import plan_env_file

# Other comment signs: no dialect reads an assignment in such a line, so nothing is lost with it.
_COMMENT_LIKE = ("//", ";")


def read_env(path: Path, *, skip_broken: bool = False) -> IncomingFile:
    """Read and classify an env file; raises CannotImport naming every broken line."""
    plan = plan_env_file(path)
    ignored = tuple(one for one in plan.file.broken if _is_comment_like(plan.file, one))
    broken = tuple(one for one in plan.file.broken if one not in ignored)
    if broken and not skip_broken:
        raise CannotImport(
            f"{path} has lines that are no assignment, so nothing was taken over; "
            "correct them, or pass --skip-broken to leave them out:",
            [f"{path}:{one.line}: {one.reason}" for one in broken],
        )
    settings = tuple(_incoming(one) for one in plan.to_database)
    return IncomingFile(path, settings, plan.decisions, (*broken, *ignored))


def is_commented_out(decision: Decision) -> bool:
    """Whether the key stands in the file only as documentation, which sets nothing."""
    return all(source.commented_out for source in decision.sources)


def _incoming(decision: Decision) -> Incoming:
    sets_nothing = is_commented_out(decision)
    return Incoming(
        decision.key,
        text=None if sets_nothing else decision.value,
        value=None if sets_nothing else decision.store_value,
        type_of_value=decision.store_type,
        definition={
            "type": decision.store_type,
            "category": decision.category,
            "validationRules": dict(decision.validation_rules),
            "description": decision.description or None,
        },
    )


def _is_comment_like(file: EnvFile, broken: Broken) -> bool:
    lines = file.render().splitlines()
    return lines[broken.line - 1].lstrip().startswith(_COMMENT_LIKE)
