"""`trimtab categories` and `trimtab schema`: what kinds of settings there are."""

from trimtab.cli.connect import connect
from trimtab.cli.options import Application, AsJson
from trimtab.cli.output import print_json, print_table, say
from trimtab.cli.values import shown, shown_rules


def categories(application: Application = None, as_json: AsJson = False) -> None:
    """List the categories with the number of their settings."""
    with connect(application) as store:
        found = store.admin.categories()
    if as_json:
        print_json(found)
    elif found["items"]:
        rows = [(str(one["category"]), str(one["count"])) for one in found["items"]]
        print_table(("CATEGORY", "SETTINGS"), rows)
    else:
        say("There are no settings yet.")


def schema(application: Application = None, as_json: AsJson = False) -> None:
    """Show every definition: type, rules, default. With --json also as JSON Schema."""
    with connect(application) as store:
        if as_json:
            print_json(store.admin.schema())
            return
        found = store.admin.definitions()
    if not found:
        say("There are no settings yet.")
        return
    rows = [
        (key, one.type, shown_rules(one.validation_rules), shown(one.default), one.category)
        for key, one in found.items()
    ]
    print_table(("KEY", "TYPE", "RULES", "DEFAULT", "CATEGORY"), rows)
