"""`trimtab get`: one value."""

import sys

from trimtab.cli.connect import connect
from trimtab.cli.lookup import entity
from trimtab.cli.options import Application, AsJson, Environment, Key
from trimtab.cli.output import is_terminal, print_json, visible
from trimtab.errors import TrimtabError
from trimtab.value_types import as_text


def get(
    key: Key,
    environment: Environment = None,
    application: Application = None,
    as_json: AsJson = False,
) -> None:
    """Print the value of a setting, and nothing else.

    With --json the whole entity: type, rules, origin, version. Without a value the exit code is 1.
    """
    with connect(application, environment) as store:
        found = entity(store, key, store.environment)
    if as_json:
        print_json(found.raw)
        return
    if found.origin is None:
        raise NoValue(f"{found.key} has no value in {found.environment}, and no default.")
    text = as_text(found.value)
    sys.stdout.write(f"{visible(text) if is_terminal() else text}\n")


class NoValue(TrimtabError):
    """The setting has no value."""

    code = "no-value"
