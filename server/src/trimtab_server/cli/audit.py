"""`trimtab-server audit`: the key, checkpoints and verification on the server's own machine."""

import json
from pathlib import Path
from typing import Annotated

import typer

from trimtab_server.cli.run import fail, settings_or_exit, with_database
from trimtab_server.errors import TrimtabError
from trimtab_server.infra.database import Database
from trimtab_server.trail.audit_key import NoAuditKey, create_key, load_key
from trimtab_server.trail.checkpoint import (
    BadCheckpoint,
    Checkpoint,
    fingerprint,
    key_text,
    read_checkpoints,
    read_public_key,
)
from trimtab_server.trail.fold_out_of_band import fold_out_of_band
from trimtab_server.trail.report import TrailReport, report
from trimtab_server.trail.sign_heads import append_checkpoint, sign_heads

NOT_WHOLE = 3

app = typer.Typer(help="The audit trail.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


@app.callback()
def audit() -> None:
    """The audit trail."""


@app.command("key")
def key(as_json: AsJson = False) -> None:
    """Make the key that signs checkpoints, if there is none; print its public half."""
    settings = settings_or_exit()
    path, made = settings.effective_audit_key_file, False
    try:
        try:
            own = load_key(path)
        except NoAuditKey:
            if settings.audit_key_file is None:
                settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            own, made = create_key(path), True
    except TrimtabError as error:
        fail(error.detail)
    public = own.public_key().public_bytes_raw()
    said = {
        "file": str(path),
        "made": made,
        "publicKey": key_text(public),
        "fingerprint": fingerprint(public),
    }
    if as_json:
        print(json.dumps(said))
    else:
        print(f"{path} {'made' if made else 'is there'}; its public key, to verify with:")
        print(f"  {said['publicKey']}\n  fingerprint {said['fingerprint']}")


@app.command("checkpoint")
def checkpoint(
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to append to, instead of standard output."),
    ] = None,
) -> None:
    """Sign the heads of all chains as they are now, as one line of JSON."""
    settings = settings_or_exit()

    async def work(database: Database) -> Checkpoint:
        return await sign_heads(database, load_key(settings.effective_audit_key_file))

    append_checkpoint(with_database(work), output)


@app.command("verify")
def verify(
    anchor: Annotated[
        Path | None,
        typer.Option("--anchor", help="Checkpoints to hold the chains against."),
    ] = None,
    public_key: Annotated[
        str | None,
        typer.Option("--public-key", help="Whose signature counts; else this server's own."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read every chain from end to end. Exit code 3: something is not as it was written."""
    checkpoints = [] if anchor is None else _read(anchor)
    trusted = _trusted(public_key) if checkpoints else None

    async def work(database: Database) -> TrailReport:
        await fold_out_of_band(database)
        async with database.read() as connection:
            return await report(connection, lambda _: True, checkpoints, trusted)

    found = with_database(work)
    if as_json:
        print(json.dumps(found.to_json()))
    else:
        _say(found)
    if not found.valid:
        raise SystemExit(NOT_WHOLE)


def _read(anchor: Path) -> list[Checkpoint]:
    try:
        return read_checkpoints(anchor.read_text("utf-8"))
    except BadCheckpoint:
        fail(f"{anchor} holds something else than checkpoints, one a line")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{anchor} cannot be read ({type(error).__name__})")


def _trusted(given: str | None) -> bytes:
    try:
        if given is not None:
            return read_public_key(given)
        own = load_key(settings_or_exit().effective_audit_key_file)
    except TrimtabError as error:
        fail(error.detail)
    return own.public_key().public_bytes_raw()


def _say(found: TrailReport) -> None:
    for chain in found.chains:
        whose = chain.chain.application or chain.chain.name
        around = f", {chain.out_of_band} of writing around the server" if chain.out_of_band else ""
        print(f"{whose}: {chain.entries} entries{around}: {'whole' if chain.valid else 'BROKEN'}")
        for problem in chain.problems:
            print(f"  entry {problem.seq}: {problem.kind}")
    for one, trusted in found.checkpoints:
        if not trusted:
            print(f"checkpoint of {one.at}: signed by another key ({fingerprint(one.public_key)})")
