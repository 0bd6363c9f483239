"""`trimtab-server contract`: what clients are made from and tested with."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from trimtab_server.app import create_app
from trimtab_server.cli.run import settings_or_exit
from trimtab_server.http.problem_examples import EXAMPLES

_ABOUT = (
    "Every problem document that the server may send, with the headers that always come with it. "
    "`detail`, `requestId` and the messages in `errors` vary; everything else is fixed by `code`."
)


def contract(
    folder: Annotated[Path, typer.Argument(help="Where the files go.", file_okay=False)],
) -> None:
    """Write openapi.json and problem_cases.json; in the repository they stand in contract/."""
    folder.mkdir(parents=True, exist_ok=True)
    documents = {
        "openapi.json": create_app(settings_or_exit()).openapi(),
        "problem_cases.json": {"about": _ABOUT, "cases": _problem_cases()},
    }
    for name, document in documents.items():
        text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)
        (folder / name).write_text(f"{text}\n", encoding="utf-8")


def _problem_cases() -> list[dict[str, Any]]:
    return [
        {"status": one.status, "headers": dict(one.headers), "document": one.document()}
        for one in EXAMPLES.values()
    ]
