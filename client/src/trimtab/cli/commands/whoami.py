"""`trimtab whoami`: whose token is in use, and what it may do."""

from trimtab.cli.connect import connect
from trimtab.cli.options import AsJson
from trimtab.cli.output import print_json, print_table, say
from trimtab.cli.scopes import SCOPE_COLUMNS, minute, scope_cells


def whoami(as_json: AsJson = False) -> None:
    """Say whose token is in use, until when, and what it may do where."""
    with connect() as store:
        who = store.admin.whoami()
    if as_json:
        print_json(who.raw)
        return
    identity = who.raw.get("identity")
    if identity is None:
        say(f"{who.name} ({who.kind}), by the token {who.token.id} ({who.token.name}).")
    else:
        say(f"{who.name} ({who.kind}), by a token of {identity['issuer']}.")
    bound = [
        f"{kind} {name}"
        for kind, name in (
            ("application", who.token.application),
            ("environment", who.token.environment),
        )
        if name
    ]
    if bound:
        say(f"The token reaches only {' and '.join(bound)}.")
    say(f"It expires on {minute(who.token.expires_at)} UTC.")
    if not who.grants:
        say("No grant lets it do anything.")
        return
    rows = [
        scope_cells(one.role, one.application, one.environment, one.category) for one in who.grants
    ]
    say()
    print_table(SCOPE_COLUMNS, rows)
    if who.protected_environments and any(one.role == "editor" for one in who.grants):
        names = ", ".join(who.protected_environments)
        say()
        say(f"In {names}, an editor writes only under a grant that names the environment.")
