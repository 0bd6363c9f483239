"""`trimtab explain`: why a setting has the value it has."""

from trimtab.admin import Candidate
from trimtab.cli.connect import connect
from trimtab.cli.lookup import NoSuchSetting
from trimtab.cli.options import Application, AsJson, Environment, Key
from trimtab.cli.output import print_json, print_table, say
from trimtab.cli.values import shown
from trimtab.errors import NotFound

_COLUMNS = ("SOURCE", "VALUE", "RESULT", "WHY")


def explain(
    key: Key,
    environment: Environment = None,
    application: Application = None,
    as_json: AsJson = False,
) -> None:
    """Show every place the value could come from: which one wins, which lose, and why."""
    with connect(application, environment) as store:
        try:
            found = store.admin.explain(key, store.environment)
        except NotFound as error:
            raise NoSuchSetting(key, error.problem) from None
    if as_json:
        print_json(found.raw)
        return
    policy = f", source policy {found.source_policy}" if found.source_policy else ""
    say(f"{found.key} in {found.environment} is {shown(found.value)}{policy}.")
    print_table(_COLUMNS, [_row(one) for one in found.candidates])


def _row(one: Candidate) -> tuple[str, str, str, str]:
    source = one.source if one.environment is None else f"{one.source} ({one.environment})"
    who = f"; version {one.version}, by {one.updated_by}" if one.version else ""
    return (source, shown(one.value), "wins" if one.won else "-", f"{one.reason}{who}")
