"""`trimtab token`: credentials, each shown once."""

from pathlib import Path
from typing import Annotated

import typer

from trimtab.admin import Token
from trimtab.cli.ask import ask
from trimtab.cli.connect import Store, connect
from trimtab.cli.exits import UsageMistake
from trimtab.cli.options import AsJson, Yes
from trimtab.cli.output import print_json, print_table, say
from trimtab.cli.scopes import OnlyApplication, OnlyEnvironment, minute
from trimtab.cli.token_file import token_file

token = typer.Typer(
    help="Credentials: every token expires, and is shown once.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

Whose = Annotated[
    str | None, typer.Argument(metavar="PRINCIPAL", help="Only this one's; else all.")
]
Owner = Annotated[str, typer.Argument(metavar="PRINCIPAL", help="Whose it will be.")]
Name = Annotated[
    str | None, typer.Option("--name", metavar="TEXT", help="What it is for (else its owner).")
]
Days = Annotated[
    int | None,
    typer.Option("--expires-days", min=1, max=365, help="How long it lives (else 90 days)."),
]
Ended = Annotated[bool, typer.Option("--all", help="Also those that have ended.")]
OneOrOwn = Annotated[
    str,
    typer.Argument(metavar="ID", help="Its id, as `trimtab token list` shows it; or `self`."),
]
Overlap = Annotated[
    int | None,
    typer.Option(
        "--overlap-hours", min=0, max=720, help="How long the old one goes on (else 24 hours)."
    ),
]
To = Annotated[
    Path | None,
    typer.Option(
        "--to",
        metavar="FILE",
        dir_okay=False,
        help="Write the token into this new file, readable by you alone, instead of showing it.",
    ),
]
NewDays = Annotated[
    int | None,
    typer.Option(
        "--expires-days", min=1, max=365, help="How long the new one lives (else as the old one)."
    ),
]


@token.command("list")
def list_tokens(principal: Whose = None, ended: Ended = False, as_json: AsJson = False) -> None:
    """List the tokens: whose, until when, and when they were last used."""
    with connect() as store:
        found = sorted(
            store.admin.tokens(principal),
            key=lambda one: (one.principal, one.name, one.created_at or ""),
        )
    shown = [one for one in found if ended or one.state == "live"]
    if as_json:
        print_json({"items": [one.raw for one in shown]})
        return
    rows = [
        (
            one.id,
            one.principal,
            one.name,
            one.environment or "any",
            minute(one.expires_at),
            minute(one.last_used_at),
            one.state or "-",
        )
        for one in shown
    ]
    columns = ("ID", "PRINCIPAL", "NAME", "ENVIRONMENT", "EXPIRES (UTC)", "LAST USED", "STATE")
    print_table(columns, rows)


@token.command("create")
def create(
    principal: Owner,
    name: Name = None,
    expires_days: Days = None,
    application: OnlyApplication = None,
    environment: OnlyEnvironment = None,
    to: To = None,
    as_json: AsJson = False,
) -> None:
    """Make a token of a principal and show it, this once.

    It may do what its owner may. Bound to an environment or application it reaches nothing else.
    """
    with connect() as store, token_file(to) as place:
        made = store.admin.create_token(
            principal,
            name=name,
            expires_in_days=expires_days,
            application=application,
            environment=environment,
        )
        place.write(made.token or "")
    _show(made, to, as_json=as_json)


@token.command("rotate")
def rotate(
    token_id: OneOrOwn,
    overlap_hours: Overlap = None,
    expires_days: NewDays = None,
    to: To = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Make a new token in place of one and show it; both work until the overlap is over."""
    if token_id == "self" and expires_days is not None:  # noqa: S105 - the word for the one in use
        raise UsageMistake(
            "A token that rotates itself lives as long as it was given: leave --expires-days out."
        )
    if overlap_hours == 0:
        ask(f"Let the token {token_id} end at once?", yes=yes)
    with connect() as store, token_file(to) as place:
        made = store.admin.rotate_token(
            token_id, overlap_hours=overlap_hours, expires_in_days=expires_days
        )
        place.write(made.token or "")
    _show(made, to, as_json=as_json)


@token.command("revoke")
def revoke(token_id: OneOrOwn, yes: Yes = False, as_json: AsJson = False) -> None:
    """End a token, after showing whose it is; within seconds no server takes it any more."""
    with connect() as store:
        ask(f"End the token {_described(store, token_id)}?", yes=yes)
        gone = store.admin.revoke_token(token_id)
    if as_json:
        print_json(gone.raw)
    else:
        say(f"The token {gone.id} of {gone.principal} has ended.")


def _described(store: Store, token_id: str) -> str:
    """The token in words; raises UsageMistake where there is none of that id."""
    if token_id == "self":  # noqa: S105 - the word for the one in use
        who = store.admin.whoami()
        return f"{who.token.id} ({who.token.name}) of {who.name}, the one in use"
    for one in store.admin.tokens():
        if one.id == token_id:
            used = f", last used {minute(one.last_used_at)}" if one.last_used_at else ", never used"
            return f"{one.id} ({one.name}) of {one.principal}{used}"
    raise UsageMistake(f"There is no token {token_id}: `trimtab token list --all` shows all.")


def _show(made: Token, to: Path | None, *, as_json: bool) -> None:
    if as_json:
        print_json({name: it for name, it in made.raw.items() if to is None or name != "token"})
        return
    where = f" in environment {made.environment}" if made.environment else ""
    about = f"The token {made.id} of {made.principal}{where}, until {minute(made.expires_at)} UTC"
    if to is not None:
        say(f"{about}, is in {to}.")
        return
    say(f"{about}:")
    say(f"  {made.token}")
    say("It is shown this once: keep it where its program finds it, as TRIMTAB_TOKEN.")
