"""`trimtab audit`: what happened, and whether that is all of it."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from trimtab.admin.audit import Audit, AuditEntry, AuditItem, Verification
from trimtab.cli.changes import edited_parts
from trimtab.cli.connect import Store, connect
from trimtab.cli.exits import ExitCode, UsageMistake
from trimtab.cli.options import Application, AsJson
from trimtab.cli.output import complain, print_json, print_table, say, working
from trimtab.cli.revisions import given_number
from trimtab.cli.values import shown

audit = typer.Typer(help="What happened, and whether that is all of it.", no_args_is_help=True)

Actor = Annotated[str | None, typer.Option("--actor", metavar="NAME", help="Who did it.")]
Action = Annotated[str | None, typer.Option("--action", metavar="NAME", help="What was done.")]
OfKey = Annotated[str | None, typer.Option("--key", "-k", metavar="KEY", help="About this key.")]
OfEnvironment = Annotated[
    str | None, typer.Option("--environment", "-e", metavar="NAME", help="About this environment.")
]
Channel = Annotated[
    str | None, typer.Option("--channel", metavar="NAME", help="The way it came in: api, cli, ...")
]
Since = Annotated[
    str | None, typer.Option("--since", metavar="TIME", help="Not before then (RFC 3339).")
]
Until = Annotated[str | None, typer.Option("--until", metavar="TIME", help="Before then.")]
Revision = Annotated[
    str | None, typer.Option("--revision", metavar="REVISION", help="The change of this revision.")
]
System = Annotated[
    bool, typer.Option("--system", help="Only the system's chain: tokens, grants, refusals.")
]
Limit = Annotated[
    int,
    typer.Option("--limit", "-n", min=1, metavar="NUMBER", help="At most so many, newest first."),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Append to FILE instead of the screen."),
]
Anchor = Annotated[
    Path | None,
    typer.Option("--anchor", metavar="FILE", help="Checkpoints that the chains must still hold."),
]
PublicKey = Annotated[
    str | None,
    typer.Option("--public-key", metavar="KEY", help="Whose signature counts; else the server's."),
]
_GONE = {"hidden", "purged", "missing"}
_MOST_CHECKPOINTS = 100  # what one request takes: the newest
_COLUMNS = ("WHEN", "WHO", "WHAT", "ABOUT", "OLD", "NEW", "WHY")


@audit.command("list")
def list_entries(
    application: Application = None,
    actor: Actor = None,
    action: Action = None,
    key: OfKey = None,
    environment: OfEnvironment = None,
    channel: Channel = None,
    since: Since = None,
    until: Until = None,
    revision: Revision = None,
    system: System = False,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """Show who did what, when, and why; the newest first."""
    with connect(application) as store, _trail(store) as trail:
        filters = {
            "actor": actor,
            "action": action,
            "key": key,
            "environment": environment,
            "channel": channel,
            "since": since,
            "until": until,
            "revision": given_number(store, revision),
            "chain": "system" if system else None,
        }
        found = list(trail.entries(filters, limit=limit))
    if as_json:
        print_json({"items": [one.raw for one in found]})
    elif found:
        print_table(_COLUMNS, [row for one in found for row in _rows(one)])
    else:
        say("Nothing of that has happened.")


@audit.command("verify")
def verify(
    application: Application = None,
    anchor: Anchor = None,
    public_key: PublicKey = None,
    as_json: AsJson = False,
) -> None:
    """Read every chain from end to end; exit code 3 if something is not as it was written."""
    checkpoints = None if anchor is None else _read(anchor)
    if public_key is not None and checkpoints is None:
        raise UsageMistake("--public-key is for checkpoints: name them with --anchor FILE.")
    with (
        connect(application) as store,
        _trail(store) as trail,
        working("Reading the chains"),
    ):
        if checkpoints is None:
            found = trail.verify()
        else:
            found = trail.verify_against(checkpoints, public_key)
    if as_json:
        print_json(found.raw)
    else:
        _say(found)
    if not found.valid:
        raise typer.Exit(ExitCode.DIFFERENT)


@audit.command("export")
def export(
    application: Application = None,
    since: Since = None,
    until: Until = None,
    output: Output = None,
) -> None:
    """Write every entry as a line of JSON, the oldest first, with the text that was hashed."""
    filters = {"since": since, "until": until, "order": "oldest", "proof": True}
    with connect(application) as store, _trail(store) as trail, _target(output) as target:
        for one in trail.entries(filters):
            _write_line(target, one.raw)


@audit.command("checkpoint")
def checkpoint(output: Output = None) -> None:
    """Have the server sign the heads of all chains: one line of JSON to keep elsewhere."""
    with connect() as store, _trail(store) as trail:
        signed = trail.checkpoint()
    with _target(output) as target:
        _write_line(target, signed)


def _trail(store: Store) -> Audit:
    return Audit(store.profile, channel="cli")


@contextmanager
def _target(output: Path | None) -> Iterator[IO[str]]:
    """Standard output, or the end of a file that only its owner can read."""
    if output is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    with os.fdopen(os.open(output, flags, 0o600), "a", encoding="utf-8") as file:
        yield file
    complain(f"Written to {output}.")


def _write_line(target: IO[str], raw: Mapping[str, Any]) -> None:
    target.write(f"{json.dumps(raw, ensure_ascii=False, separators=(',', ':'))}\n")


def _read(anchor: Path) -> list[Mapping[str, Any]]:
    try:
        lines = anchor.read_text("utf-8").splitlines()
        found = [json.loads(line) for line in lines if line.strip()]
    except OSError as error:
        raise UsageMistake(f"{anchor} cannot be read ({error.strerror}).") from None
    except ValueError:
        found = []
    if not found or not all(isinstance(one, dict) for one in found):
        raise UsageMistake(f"{anchor} holds no checkpoints, one a line.")
    return found[-_MOST_CHECKPOINTS:]


def _say(found: Verification) -> None:
    for chain in found.chains:
        around = f", {chain.out_of_band} written around the server" if chain.out_of_band else ""
        state = "whole" if chain.valid else "BROKEN"
        say(f"{chain.application or chain.chain}: {chain.entries} entries{around}: {state}")
        for problem in chain.problems:
            say(f"  entry {problem.get('seq')}: {problem.get('kind')}")
    for one in found.checkpoints:
        trusted = "holds" if one.get("trusted") else "is signed by another key"
        say(f"checkpoint of {one.get('at')} (key {one.get('signedBy')}) {trusted}")


def _rows(entry: AuditEntry) -> Iterator[tuple[str, ...]]:
    """One for each thing that the entry is about; what all have in common stands once."""
    first = (
        entry.at.partition(".")[0].rstrip("Z").replace("T", " "),
        f"{entry.actor or '-'} ({entry.channel})",
        f"{entry.action} {entry.revision}" if entry.revision else entry.action,
    )
    why = f"({entry.reason_state})" if entry.reason_state in _GONE else entry.reason or ""
    if not entry.items:
        yield (*first, _subject(entry), "", "", why)
    for number, item in enumerate(entry.items):
        place = " ".join(filter(None, (item.key, item.environment)))
        about = place if item.kind == "value" else f"{place} ({item.kind})".strip()
        old, new = _edited(item)
        yield (*(first if number == 0 else ("", "", "")), about, old, new, why)
        why = ""


def _subject(entry: AuditEntry) -> str:
    """What else the action names: the plain members, and of a list how long it is."""
    said = [
        str(value)
        for value in entry.subject.values()
        if isinstance(value, (str, int)) and not isinstance(value, bool)
    ]
    said += [
        str(one["key"])
        for one in entry.subject.get("refused", ())
        if isinstance(one, dict) and one.get("key")
    ]
    return " ".join(said)


def _edited(item: AuditItem) -> tuple[str, str]:
    if item.kind == "definition" and {item.old_state, item.new_state} <= {"none", "shown"}:
        return edited_parts(item.old, item.new)
    return _value(item.old, item.old_state), _value(item.new, item.new_state)


def _value(value: Any, state: str) -> str:
    if state in _GONE:
        return f"({state})"
    return "-" if state == "none" else shown(value)
