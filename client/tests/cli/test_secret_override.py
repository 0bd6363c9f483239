"""Overruling a guess from the command line: with a reason, on record; never a known form."""

import random
import string

from .conftest import Cli

DRAW = random.Random(6)
GUESS = "".join(DRAW.choices(string.ascii_letters + string.digits, k=40))
KNOWN = "AKIA" + "".join(DRAW.choices("ABCDEFGHIJKLMNOP", k=16))
OVERRIDE = ("--override-secret-check", "a public voice id")


def test_set__guess__names_the_option_and_is_written_with_it(cli: Cli) -> None:
    assert cli("define", "VOICE", "--type", "string", "--yes").code == 0
    refused = cli("set", "VOICE", GUESS, "-e", "dev", "--yes")
    assert refused.code == 1
    assert "--override-secret-check REASON" in refused.err
    assert GUESS not in refused.all
    assert cli("set", "VOICE", GUESS, "-e", "dev", "--yes", *OVERRIDE).code == 0
    assert cli("get", "VOICE", "-e", "dev").out == f"{GUESS}\n"
    assert "a public voice id" in cli("audit", "list", "--json").out


def test_set__known_form__is_refused_with_the_option_too(cli: Cli) -> None:
    assert cli("define", "VOICE", "--type", "string", "--yes").code == 0
    refused = cli("set", "VOICE", KNOWN, "-e", "dev", "--yes", *OVERRIDE)
    assert refused.code == 1
    assert "--override-secret-check" not in refused.err
    assert KNOWN not in refused.all


def test_define__doubtful_name__is_made_with_the_option(cli: Cli) -> None:
    words = ("define", "AUTH_TOKEN", "--type", "enum", "--choice", "none", "--choice", "jwt")
    assert "--override-secret-check" in cli(*words, "--yes").err
    assert cli(*words, "--yes", *OVERRIDE).code == 0
    assert cli("define", "AUTH_TOKEN", "--choice", "oidc", "--yes").code == 0
    assert cli("define", "DB_PASSWORD", "--type", "integer", "--yes", *OVERRIDE).code == 1
