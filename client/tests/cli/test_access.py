"""Principals, grants and tokens by command, against a real server."""

import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from .conftest import Cli, Outcome, Server

pytestmark = pytest.mark.timeout(60)
As = Callable[..., Outcome]


@pytest.fixture
def ci(cli: Cli) -> str:
    """A principal that only this test knows."""
    name = f"ci-{uuid4().hex[:8]}"
    assert cli("principal", "create", name).code == 0
    return name


@pytest.fixture
def as_token(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> As:
    """Run a command line with another token."""

    def call(token: str, *arguments: str) -> Outcome:
        with monkeypatch.context() as patched:
            patched.setenv("TRIMTAB_TOKEN", token)
            return cli(*arguments)

    return call


def token_in(text: str) -> str:
    found = re.search(r"tt_\w{12}_\w{49}", text)
    assert found is not None, text
    return found[0]


def test_token__of_a_program__writes_one_category_of_one_environment(
    cli: Cli, ci: str, as_token: As
) -> None:
    for key, category in (("LIMIT", "limits"), ("VOICE", "voice")):
        made = cli("define", key, "--type", "integer", "--category", category, "--yes")
        assert made.code == 0, made.all
        assert cli("set", key, "1", "-e", "base", "--yes").code == 0
    given = cli("grant", "add", ci, "editor", "-e", "staging", "-c", "limits")
    assert given.out == f"{ci} is editor in environment staging, category limits.\n"
    token = token_in(cli("token", "create", ci, "--name", "pipeline").out)

    assert as_token(token, "set", "LIMIT", "2", "-e", "staging", "--yes").code == 0
    back = as_token(token, "unset", "LIMIT", "-e", "staging", "--yes")
    assert back.code == 0, back.all
    assert "LIMIT in staging: 2 -> inherited" in back.out
    assert as_token(token, "set", "LIMIT", "2", "-e", "staging", "--yes").code == 0
    elsewhere = as_token(token, "set", "LIMIT", "2", "-e", "dev", "--yes")
    assert elsewhere.code == 1
    assert "in environment dev, which no grant gives." in elsewhere.err
    unseen = as_token(token, "set", "VOICE", "2", "-e", "staging", "--yes")
    assert unseen.code == 1
    assert "There is no setting VOICE here, or the token may not see it" in unseen.err
    assert cli("get", "LIMIT", "-e", "staging").out == "2\n"


def test_whoami__says_who_until_when_and_what_for(cli: Cli, ci: str, as_token: As) -> None:
    cli("grant", "add", ci, "editor", "--category", "limits")
    token = token_in(cli("token", "create", ci, "-e", "dev", "--expires-days", "7").out)
    said = as_token(token, "whoami").out
    assert said.startswith(f"{ci} (service), by the token ")
    assert "The token reaches only environment dev." in said
    assert "It expires on " in said
    assert re.search(r"editor +any +any +limits", said)
    assert "In prod, an editor writes only under a grant that names the environment." in said
    raw = as_token(token, "whoami", "--json").json
    assert (raw["name"], raw["token"]["environment"]) == (ci, "dev")
    assert "No grant lets it do anything." not in said


def test_whoami__without_a_grant__says_so(cli: Cli, ci: str, as_token: As) -> None:
    token = token_in(cli("token", "create", ci).out)
    assert "No grant lets it do anything." in as_token(token, "whoami").out


def test_token_create__json__has_the_token_and_list_never(cli: Cli, ci: str) -> None:
    made = cli("token", "create", ci, "--name", "one", "--json").json
    assert token_in(made["token"]) == made["token"]
    listed = cli("token", "list", ci)
    assert made["id"] in listed.out
    assert "live" in listed.out
    assert made["token"] not in listed.all
    raw = cli("token", "list", ci, "--json")
    assert [one["id"] for one in raw.json["items"]] == [made["id"]]
    assert made["token"] not in raw.all


def test_token_revoke__asks_and_ends_it(cli: Cli, ci: str) -> None:
    made = cli("token", "create", ci, "--json").json
    asked = cli("token", "revoke", made["id"])
    assert (asked.code, "--yes" in asked.err) == (2, True)
    assert made["id"] in cli("token", "list", ci).out
    done = cli("token", "revoke", made["id"], "--yes")
    assert done.out == f"The token {made['id']} of {ci} has ended.\n"
    assert made["id"] not in cli("token", "list", ci).out
    assert "revoked" in cli("token", "list", ci, "--all").out


def test_token_rotate__one_or_itself__shows_a_new_one(cli: Cli, ci: str, as_token: As) -> None:
    made = cli("token", "create", ci, "-e", "dev", "--json").json
    new = cli("token", "rotate", made["id"], "--overlap-hours", "1", "--json").json
    assert (new["environment"], new["principal"]) == ("dev", ci)
    assert as_token(made["token"], "whoami").code == 0
    own = as_token(new["token"], "token", "rotate", "self")
    assert as_token(token_in(own.out), "whoami").code == 0
    at_once = cli("token", "rotate", made["id"], "--overlap-hours", "0")
    assert (at_once.code, "--yes" in at_once.err) == (2, True)
    longer = as_token(new["token"], "token", "rotate", "self", "--expires-days", "365")
    assert longer.code == 2
    assert "--expires-days" in longer.err


def test_grant_remove__shows_what_it_gives_and_takes_it(cli: Cli, ci: str) -> None:
    given = cli("grant", "add", ci, "viewer", "-e", "dev", "--json").json
    assert cli("grant", "add", ci, "viewer", "-e", "dev", "--json").json == given
    assert re.search(rf"{given['id']} +{ci} +viewer +any +dev +any", cli("grant", "list", ci).out)
    assert cli("grant", "remove", given["id"]).code == 2
    done = cli("grant", "remove", given["id"], "--yes")
    assert done.out == f"{ci} is no longer viewer in environment dev.\n"
    assert cli("grant", "list", ci, "--json").json == {"items": []}


def test_principal_disable__asks_and_lists_it_so(cli: Cli, ci: str) -> None:
    assert cli("token", "create", ci).code == 0
    assert cli("principal", "disable", ci).code == 2
    assert "is disabled" in cli("principal", "disable", ci, "--yes").out
    assert re.search(rf"{ci} +service +.*disabled on", cli("principal", "list").out)
    assert " disabled" in cli("token", "list", ci, "--all").out
    again = cli("token", "create", ci)
    assert (again.code, again.err) == (1, "There is no such principal, or it is disabled.\n")


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["token", "create", "no-such"], 1, "There is no such principal, or it is disabled."),
        (["token", "revoke", "0" * 12, "--yes"], 2, "There is no token 000000000000"),
        (["token", "rotate", "0" * 12], 1, "There is no such token."),
        (["grant", "add", "no-such", "viewer"], 1, "There is no such principal"),
        (["grant", "add", "test", "owner"], 2, "'owner' is not one of"),
        (["grant", "remove", "no-such", "--yes"], 2, "There is no grant no-such"),
        (["principal", "disable", "no-such", "--yes"], 2, "There is no principal no-such"),
        (["principal", "create", "test"], 1, "There is a principal test already"),
        (["token", "create", "test", "--expires-days", "366"], 2, "less than or equal to 365"),
    ],
)
def test_mistake__of_any_kind__is_one_plain_sentence(
    refusing_cli: Cli, arguments: list[str], code: int, sentence: str
) -> None:
    done = refusing_cli(*arguments)
    assert done.code == code, done.all
    assert sentence in done.err
    assert "Traceback" not in done.all


def test_token_revoke__the_last_one_of_the_last_administrator__is_refused(
    own_server: Server, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIMTAB_URL", own_server.url)
    monkeypatch.setenv("TRIMTAB_TOKEN", own_server.token)
    done = cli("token", "revoke", "self", "--yes")
    assert done.code == 1, done.all
    assert "This would leave nobody" in done.err


def test_refused__by_lack_of_rights__is_one_plain_sentence(cli: Cli, ci: str, as_token: As) -> None:
    token = token_in(cli("token", "create", ci).out)
    done = as_token(token, "grant", "add", ci, "admin")
    assert (done.code, done.err) == (
        1,
        "This needs the permission grant:write, which no grant gives.\n",
    )


def test_token_create__to_a_file__is_there_for_its_owner_and_nowhere_else(
    cli: Cli, ci: str, as_token: As, tmp_path: Path
) -> None:
    file = tmp_path / "ci.token"
    done = cli("token", "create", ci, "--to", file)
    assert done.out.endswith("is in " + str(file) + ".\n")
    token = file.read_text().strip()
    assert token_in(token) == token
    assert token not in done.all
    assert file.stat().st_mode & 0o777 == 0o600
    assert as_token(token, "whoami").code == 0
    again = cli("token", "create", ci, "--to", file)
    assert (again.code, "is there already" in again.err) == (1, True)
    assert file.read_text().strip() == token
    raw = cli("token", "create", ci, "--to", tmp_path / "other", "--json")
    assert "token" not in raw.json


def test_token_create__refused__leaves_no_file(cli: Cli, tmp_path: Path) -> None:
    assert cli("token", "create", "no-such", "--to", tmp_path / "none").code == 1
    assert not (tmp_path / "none").exists()
