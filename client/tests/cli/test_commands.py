"""Reading and writing single settings, against a real server."""

from pathlib import Path

import httpx2
import pytest

from .conftest import Cli, Server

pytestmark = pytest.mark.timeout(60)


def test_get__a_setting__prints_the_value_alone(cli: Cli, setting: str) -> None:
    assert cli("get", setting).out == "3\n"
    entity = cli("get", setting, "-e", "dev", "--json").json
    assert (entity["value"], entity["origin"], entity["environment"]) == (3, "base", "dev")


def test_get__without_a_value__is_an_error_and_prints_none(cli: Cli) -> None:
    cli("define", "EMPTY", "--type", "string", "--yes")
    found = cli("get", "EMPTY")
    assert (found.code, found.out) == (1, "")
    assert "EMPTY has no value in base, and no default." in found.err
    assert cli("get", "EMPTY", "--json").json["value"] is None


@pytest.mark.parametrize("command", [["get"], ["explain"], ["history"], ["unset", "-e", "dev"]])
def test_any__unknown_setting__says_how_to_make_it(refusing_cli: Cli, command: list[str]) -> None:
    found = refusing_cli(command[0], "NO_SUCH", *command[1:])
    assert found.code == 1
    assert "NO_SUCH" in found.err
    assert "trimtab list" in found.err


def test_set__value__shows_old_and_new_and_writes(cli: Cli, setting: str) -> None:
    done = cli("set", setting, "4", "-e", "dev", "--yes", "-m", "more patience")
    assert done.code == 0
    assert "RETRIES in dev: 3 (inherited from base) -> 4" in done.out
    assert cli("get", setting, "-e", "dev").out == "4\n"
    assert cli("get", setting).out == "3\n"
    assert "more patience" in cli("history", setting, "-e", "dev").out


def test_set__same_value__asks_and_writes_nothing(cli: Cli, setting: str) -> None:
    done = cli("set", setting, "3", "-e", "base")
    assert done.code == 0
    assert "is 3 already" in done.out
    assert cli("set", setting, "3", "-e", "base", "--json").json["changed"] is False


def test_set__nobody_to_ask__refuses_with_2(refusing_cli: Cli) -> None:
    done = refusing_cli("set", "RETRIES", "4", "-e", "dev")
    assert done.code == 2
    assert "--yes" in done.err
    assert refusing_cli("get", "RETRIES", "-e", "dev").out == "3\n"


def test_set__environment_unnamed__refuses_with_2(refusing_cli: Cli) -> None:
    done = refusing_cli("set", "RETRIES", "4", "--yes")
    assert done.code == 2
    assert "--environment" in done.err


def test_set__environment_by_variable__is_enough(
    cli: Cli, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIMTAB_ENVIRONMENT", "staging")
    assert cli("set", setting, "1", "--yes").code == 0
    assert cli("get", setting).out == "1\n"


@pytest.mark.parametrize("text", ["3abc", "1.0", "1_000", "0x10", "", " 3", "true", "NaN", "1e2"])
def test_set__text_that_is_no_integer__names_key_and_type(refusing_cli: Cli, text: str) -> None:
    done = refusing_cli("set", "RETRIES", text, "-e", "dev", "--yes")
    assert done.code == 1
    assert done.err.startswith("RETRIES must ")
    assert "integer" in done.err
    assert len(done.err.splitlines()) == 1


def test_set__value_outside_the_rules__names_the_rule_before_anything_is_shown(
    refusing_cli: Cli,
) -> None:
    done = refusing_cli("set", "RETRIES", "77", "-e", "dev", "--yes")
    assert (done.code, done.out) == (1, "")
    assert "RETRIES" in done.err
    assert "5" in done.err
    assert "77" not in done.err


def test_set__negative_number__is_a_value(cli: Cli) -> None:
    cli("define", "OFFSET", "--type", "number", "--min", "-10", "--yes")
    assert cli("set", "OFFSET", "-1.5", "-e", "dev", "--yes").code == 0
    assert cli("get", "OFFSET", "-e", "dev").out == "-1.5\n"


def test_set__credential__is_refused_and_never_repeated(cli: Cli) -> None:
    cli("define", "GREETING", "--type", "string", "--yes")
    token = "ghp_" + "0123456789" * 3 + "012345"
    done = cli("set", "GREETING", token, "-e", "dev", "--yes")
    assert done.code == 1
    assert "credential" in done.err
    assert token not in done.all


@pytest.mark.parametrize(
    ("kind", "text", "printed"),
    [("boolean", "false", "false"), ("number", "3", "3.0"), ("string", "", ""),
     ("json", '{"b": [1, 2], "a": "é"}', '{"a":"é","b":[1,2]}')],
)  # fmt: skip
def test_set__then_get__gives_the_typed_value_back(
    cli: Cli, kind: str, text: str, printed: str
) -> None:
    cli("define", "ANY", "--type", kind, "--yes")
    assert cli("set", "ANY", text, "-e", "base", "--yes").code == 0
    assert cli("get", "ANY").out == f"{printed}\n"


def test_set__reserved_or_malformed_key__is_refused(refusing_cli: Cli) -> None:
    for key in ("schema", "1ST", "a/b", ".."):
        done = refusing_cli("set", key, "1", "-e", "dev", "--yes")
        assert done.code == 1
        assert key in done.err


def test_set__shadow_policy__says_that_it_has_no_effect(
    cli: Cli, setting: str, server: Server, application: str
) -> None:
    reply = httpx2.put(
        f"{server.url}/api/v1/config/{setting}/policy?environment=dev&application={application}",
        json={"sourcePolicy": "shadow"},
        headers={"Authorization": f"Bearer {server.token}", "If-Match": "*"},
        trust_env=False,
    )
    assert reply.status_code == 200
    done = cli("set", setting, "2", "-e", "dev", "--yes")
    assert done.code == 0
    assert "shadow" in done.err


def test_unset__own_value__inherits_again(cli: Cli, setting: str) -> None:
    cli("set", setting, "4", "-e", "dev", "--yes")
    done = cli("unset", setting, "-e", "dev", "--yes")
    assert done.code == 0
    assert "RETRIES in dev: 4 -> 3 (inherited from base)" in done.out
    again = cli("unset", setting, "-e", "dev", "--yes")
    assert again.code == 1
    assert "no value of its own" in again.err


def test_unset__in_the_root__removes_the_setting_unless_there_are_overrides(
    cli: Cli, setting: str
) -> None:
    cli("set", setting, "4", "-e", "dev", "--yes")
    refused = cli("unset", setting, "-e", "base", "--yes")
    assert refused.code == 1
    assert "dev" in refused.err
    done = cli("unset", setting, "-e", "base", "--cascade", "--yes")
    assert done.code == 0
    assert "removes the setting RETRIES itself" in done.out
    assert cli("get", setting).code == 1


def test_list__shows_values_types_and_origins(cli: Cli, setting: str) -> None:
    cli("set", setting, "4", "-e", "dev", "--yes")
    cli("define", "OTHER", "--type", "boolean", "--category", "flags", "--default", "true", "--yes")
    lines = cli("list", "-e", "dev").out.splitlines()
    assert [line.split() for line in lines] == [
        ["KEY", "VALUE", "TYPE", "FROM", "CATEGORY"],
        ["OTHER", "true", "boolean", "default", "flags"],
        ["RETRIES", "4", "integer", "dev", "general"],
    ]
    assert [one["key"] for one in cli("list", "--json", "--prefix", "RET").json["items"]] == [
        setting
    ]
    assert cli("list", "--category", "nothing").out == "There are no such settings.\n"


def test_explain__names_winner_and_losers(cli: Cli, setting: str) -> None:
    cli("set", setting, "4", "-e", "dev", "--yes")
    said = cli("explain", setting, "-e", "dev").out
    assert "RETRIES in dev is 4" in said
    assert "overridden in dev" in said
    assert cli("explain", setting, "--json").json["winner"] == "store"


def test_define__new_and_changed__keeps_the_other_rules(cli: Cli, setting: str) -> None:
    done = cli("define", setting, "--max", "9", "--description", "How often", "--yes")
    assert done.code == 0, done.all
    entity = cli("get", setting, "--json").json
    assert entity["validationRules"] == {"min": 0, "max": 9}
    assert entity["description"] == "How often"
    assert cli("define", setting, "--no-rule", "max", "--yes").code == 0
    assert cli("get", setting, "--json").json["validationRules"] == {"min": 0}
    assert cli("define", setting, "--no-rule", "max", "--yes").out.startswith("Nothing to write")


def test_define__against_a_stored_value__names_environment_and_rule(cli: Cli, setting: str) -> None:
    cli("set", setting, "5", "-e", "staging", "--yes")
    done = cli("define", setting, "--max", "4", "--yes")
    assert done.code == 1
    assert "staging" in done.err
    assert "RETRIES" in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--type", "enum"], ["--type", "enum", "--choice", "a", "--default", "b"],
        ["--type", "number", "--min", "3", "--max", "1"], ["--type", "string", "--pattern", "("],
        ["--type", "boolean", "--min", "1"], ["--type", "number", "--min", "much"],
        ["--type", "string", "--format", "phone"], ["--type", "json", "--schema", "missing.json"],
    ],
)  # fmt: skip
def test_define__that_cannot_be__is_refused_in_a_sentence(
    refusing_cli: Cli, arguments: list[str]
) -> None:
    done = refusing_cli("define", "THING", *arguments, "--yes")
    assert done.code == 1
    assert done.err.strip()
    assert "Traceback" not in done.err
    assert refusing_cli("get", "THING").code == 1


def test_define__without_a_type__asks_for_it(refusing_cli: Cli) -> None:
    done = refusing_cli("define", "THING", "--yes")
    assert done.code == 2
    assert "--type" in done.err


def test_define__as_json__prints_nothing_else(cli: Cli) -> None:
    made = cli(
        "define", "THING", "--type", "enum", "--choice", "a", "--choice", "b", "--yes", "--json"
    )
    assert made.json["validationRules"] == {"enum": ["a", "b"]}
    assert cli("define", "THING", "--choice", "c", "--yes", "--json").json["changed"] is True


def test_define__secret__takes_only_a_reference(cli: Cli) -> None:
    assert cli("define", "API_TOKEN", "--type", "string", "--yes").code == 1
    assert cli("define", "API_TOKEN", "--type", "string", "--secret", "--yes").code == 0
    refused = cli("set", "API_TOKEN", "plain-text-of-it", "-e", "base", "--yes")
    assert refused.code == 1
    assert "plain-text-of-it" not in refused.all
    assert cli("set", "API_TOKEN", "env://API_TOKEN", "-e", "base", "--yes").code == 0


def test_history__definition_and_values__newest_first(cli: Cli, setting: str) -> None:
    cli("define", setting, "--max", "4", "--yes")
    rows = cli("history", setting).out.splitlines()[1:]
    assert len(rows) == 3
    assert "definition" in rows[0]
    assert len(cli("history", setting, "--limit", "1", "--json").json["items"]) == 1


def test_promote__copies_what_differs_once(cli: Cli, setting: str) -> None:
    cli("set", setting, "4", "-e", "dev", "--yes")
    refused = cli("promote", "dev", "prod")
    assert refused.code == 2
    done = cli("promote", "dev", "prod", "--yes", "-m", "release")
    assert done.code == 0
    assert "RETRIES" in done.out
    assert cli("get", setting, "-e", "prod").out == "4\n"
    assert cli("promote", "dev", "prod", "--yes").out.startswith("Nothing to write")
    assert cli("promote", "dev", "prod", "NO_SUCH", "--yes").code == 1
    assert cli("promote", "dev", "nowhere", "--yes").code == 1


def test_diff__exit_code__tells_a_difference(cli: Cli, setting: str) -> None:
    assert cli("diff", "base", "dev", "--exit-code").code == 0
    cli("set", setting, "4", "-e", "dev", "--yes")
    assert cli("diff", "base", "dev").code == 0
    found = cli("diff", "base", "dev", "--exit-code")
    assert found.code == 3
    assert found.out.splitlines()[1].split() == ["RETRIES", "changed", "3", "4"]
    assert cli("diff", "base", "dev", "--json").json["items"][0]["targetValue"] == 4


def test_rollback__version_revision_and_change__restore_as_shown(cli: Cli, setting: str) -> None:
    first = cli("set", setting, "4", "-e", "dev", "--yes", "--json").json
    second = cli("set", setting, "5", "-e", "dev", "--yes", "--json").json
    done = cli("rollback", setting, "--version", str(first["version"]), "-e", "dev", "--yes")
    assert done.code == 0, done.all
    assert cli("get", setting, "-e", "dev").out == "4\n"
    assert cli("rollback", "--revision", second["revision"], "-e", "dev", "--yes").code == 0
    assert cli("get", setting, "-e", "dev").out == "5\n"
    third = cli("set", setting, "0", "-e", "dev", "--yes", "--json").json
    assert cli("rollback", "--change", third["revision"], "--yes").code == 0
    assert cli("get", setting, "-e", "dev").out == "5\n"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 2), (["RETRIES"], 2), (["--version", "1"], 2), (["--revision", "x", "-e", "dev"], 2),
        (["--revision", "1", "--change", "1", "-e", "dev"], 2), (["--revision", "1"], 2),
        (["--revision", "1.1", "-e", "dev"], 2), (["--revision", "999", "-e", "dev"], 1),
        (["RETRIES", "--version", "99", "-e", "dev"], 1), (["--change", "999"], 1),
    ],
)  # fmt: skip
def test_rollback__that_means_nothing__is_refused(
    refusing_cli: Cli, arguments: list[str], code: int
) -> None:
    done = refusing_cli("rollback", *arguments, "--yes")
    assert done.code == code
    assert done.err.strip()
    assert "Traceback" not in done.err


def test_validate__says_what_a_write_would_say(refusing_cli: Cli) -> None:
    assert refusing_cli("validate", "RETRIES", "4", "-e", "dev").code == 0
    refused = refusing_cli("validate", "RETRIES", "77", "-e", "dev")
    assert refused.code == 1
    assert "RETRIES" in refused.err
    assert refusing_cli("validate", "RETRIES", "77", "-e", "dev", "--json").json["valid"] is False
    assert refusing_cli("validate", "-e", "dev").code == 2
    assert refusing_cli("get", "RETRIES", "-e", "dev").out == "3\n"


def test_environments_and_applications__are_listed_and_made(cli: Cli, application: str) -> None:
    assert cli("environments", "--add", "qa", "--parent", "dev").code == 0
    rows = [line.split() for line in cli("environments").out.splitlines()[1:]]
    assert ["base", "-"] in rows
    assert ["qa", "dev"] in rows
    assert cli("environments", "--add", "qb", "--parent", "nowhere").code == 1
    assert application in cli("applications").out


def test_schema_and_categories__describe_the_settings(refusing_cli: Cli) -> None:
    assert refusing_cli("schema").out.splitlines()[1].split()[:2] == ["RETRIES", "integer"]
    assert "min 0, max 5" in refusing_cli("schema").out
    assert "RETRIES" in refusing_cli("schema", "--json").json["settings"]
    assert refusing_cli("categories").out.splitlines()[1].split() == ["general", "1"]


def test_any__no_server__ends_with_4(refusing_cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIMTAB_URL", "http://127.0.0.1:1")
    done = refusing_cli("list")
    assert done.code == 4
    assert "trimtab up" in done.err


def test_any__wrong_token__says_what_to_do_and_never_shows_it(
    refusing_cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIMTAB_TOKEN", "tt_wrong_token")
    done = refusing_cli("list")
    assert done.code == 1
    assert "TRIMTAB_TOKEN" in done.err
    assert "tt_wrong" not in done.all


def test_any__unknown_environment_or_application__is_named(refusing_cli: Cli) -> None:
    for arguments in (["-e", "nowhere"], ["-a", "nothing-here"]):
        done = refusing_cli("get", "RETRIES", *arguments)
        assert done.code == 1
        assert arguments[1] in done.err


def test_export__env_file__is_what_get_says(cli: Cli, setting: str, tmp_path: Path) -> None:
    cli("set", setting, "4", "-e", "dev", "--yes")
    assert cli("export", "-e", "dev").out == "RETRIES=4\n"
    assert cli("export", "-e", "dev", "--format", "json").json == {"RETRIES": 4}
    assert cli("export", "-e", "dev", "-o", "out.env").code == 0
    assert (tmp_path / "out.env").read_text() == "RETRIES=4\n"
    assert cli("export", "-e", "dev", "-o", "out.env").code == 2
    assert cli("export", "-e", "dev", "-o", "out.env", "--yes").code == 0
    assert cli("export", "-o", "no/such/folder.env").code == 1
    assert cli("export", "--meta").code == 2
