"""The arguments and options that commands share."""

from typing import Annotated, TypeAlias

import typer

Key: TypeAlias = Annotated[str, typer.Argument(metavar="KEY", help="The key of a setting.")]
Environment: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--environment",
        "-e",
        metavar="NAME",
        help="The environment, such as base, dev or prod (else TRIMTAB_ENVIRONMENT).",
    ),
]
Application: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--application",
        "-a",
        metavar="NAME",
        help="The application (else TRIMTAB_APPLICATION, else `default`).",
    ),
]
Comment: TypeAlias = Annotated[
    str | None,
    typer.Option("--comment", "-m", metavar="TEXT", help="Why; kept in the history."),
]
OverrideSecretCheck: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--override-secret-check",
        metavar="REASON",
        help="Write what is only guessed to be a credential, and say why it is none. The reason "
        "is kept in the audit trail; needs the permission secret:override. A known credential "
        "is refused all the same.",
    ),
]
Yes: TypeAlias = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
AsJson: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print JSON, as the server answered it.")
]
