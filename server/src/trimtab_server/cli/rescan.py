"""`trimtab-server rescan`: today's rules over everything that is stored."""

import json
from typing import Annotated

import typer

from trimtab_server.cli.run import fail, with_database
from trimtab_server.infra.database import Database
from trimtab_server.trail.fold_out_of_band import fold_out_of_band
from trimtab_server.trail.kingfisher import is_installed, load_kingfisher
from trimtab_server.trail.rescan import Found, rescan

FOUND = 3


def rescan_store(
    kingfisher: Annotated[
        bool | None,
        typer.Option(
            "--kingfisher/--no-kingfisher",
            help="Ask kingfisher, too; by default where the extra `scan` is installed.",
        ),
    ] = None,
    certain: Annotated[bool, typer.Option("--certain", help="Leave guesses out.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Look for credentials in values, history, comments, kept answers and audit values.

    Says key, place and rule, never the value. Exit code 3: something was found.
    """
    if kingfisher and not is_installed():
        fail('kingfisher is not installed: pip install "trimtab-server[scan]"', code=2)
    second = is_installed() if kingfisher is None else kingfisher

    async def work(database: Database) -> list[Found]:
        await fold_out_of_band(database)
        detect = load_kingfisher() if second else None
        async with database.read() as connection:
            return await rescan(connection, detect)

    found = [one for one in with_database(work) if not (certain and one.doubtful)]
    if as_json:
        print(json.dumps({"kingfisher": second, "items": [one.to_json() for one in found]}))
    else:
        _say(found, second)
    if found:
        raise SystemExit(FOUND)


def _say(found: list[Found], second: bool) -> None:
    for one in found:
        place = one.application or "the system"
        subject = one.key or "(not named)"
        where = " ".join(
            part
            for part in (
                one.environment and f"in {one.environment}",
                one.revision is not None and f"at {one.revision}",
            )
            if part
        )
        doubtful = " (a guess)" if one.doubtful else ""
        print(f"{place}: {subject} {one.where.value} {where}: {one.rule}{doubtful}")
    asked = "our rules and kingfisher's" if second else "our rules"
    print(f"{len(found)} found by {asked}." if found else f"Nothing found by {asked}.")
