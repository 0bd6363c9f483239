"""Every run after the first: nothing is written, file and store are compared."""

from pathlib import Path

from trimtab.cli.connect import Store
from trimtab.cli.incoming.edits import compare, without_refused
from trimtab.cli.incoming.env import read_env
from trimtab.cli.lookup import root_of
from trimtab.cli.output import print_table, say
from trimtab.cli.up.env_source import EnvSource
from trimtab.cli.up.report import command_prefix
from trimtab.cli.values import shown

_COLUMNS = ("KEY", "FILE", "STORE")


def say_differences(store: Store, source: EnvSource, data_dir: Path) -> None:
    """Where the file and the root environment differ, and what would take the file's side.

    Raises CannotImport or EnvFileRefused.
    """
    file = read_env(source.path, skip_broken=True)
    root = root_of(store)
    edits = compare(store, file, environment=root, policy="store")
    edits, _refused = without_refused(store, edits)
    if not edits.items and not edits.reasons:
        say(f"{source.path} and the store say the same ({len(file.settings)} keys); nothing to do.")
        return
    stored = {one.key: one.value for one in store.admin.entities(root)}
    say(f"{source.path} and the store differ; nothing was written:")
    print_table(
        _COLUMNS,
        [
            (str(item["key"]), shown(item.get("value")), _stored(str(item["key"]), stored))
            for item in edits.items
        ],
    )
    for reason in edits.reasons.values():
        say(reason)
    prefix = command_prefix(store.profile, data_dir)
    say(f"To take over what the file says: {prefix} import {source.path} --environment {root}")


def _stored(key: str, stored: dict[str, object]) -> str:
    return shown(stored[key]) if key in stored else "(no such setting)"
