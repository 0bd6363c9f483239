"""Files on their way into the store: env files, and what `export` writes."""

import json
from pathlib import Path

import pytest

from .conftest import Cli

pytestmark = pytest.mark.timeout(60)

ENV = """\
# How often to try again (0-5)
RETRY_LIMIT=3
ENABLE_CACHE=true
# The model to talk to
CHAT_MODEL=gpt-4
OPENAI_API_KEY=replace-me-please
DB_HOST=localhost
"""

# Nine lists of nine lists of nine lists ...: a few lines that are a thousand million values.
BOMB = b"A: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%b]\n" % (number + 1, number + 33, b",".join([b"*%c" % (number + 32)] * 9))
    for number in range(65, 74)
)


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    path = tmp_path / "app.env"
    path.write_text(ENV)
    return path


def test_import__env_file__writes_only_what_belongs_in_the_database(
    cli: Cli, env_file: Path
) -> None:
    done = cli("import", env_file, "-e", "base", "--yes")
    assert done.code == 0, done.all
    assert "OPENAI_API_KEY" in done.out
    assert "DB_HOST" in done.out
    assert [one["key"] for one in cli("list", "--json").json["items"]] == [
        "CHAT_MODEL", "ENABLE_CACHE", "RETRY_LIMIT",
    ]  # fmt: skip
    entity = cli("get", "RETRY_LIMIT", "--json").json
    assert (entity["value"], entity["type"], entity["sourcePolicy"]) == (3, "integer", "store")
    assert "replace-me-please" not in done.all


def test_import__again__writes_nothing(cli: Cli, env_file: Path) -> None:
    cli("import", env_file, "-e", "base", "--yes")
    revision = cli("diff", "base", "base", "--json").json["source"]["revision"]
    done = cli("import", env_file, "-e", "base")
    assert done.code == 0
    assert "Nothing to write" in done.out
    assert cli("diff", "base", "base", "--json").json["source"]["revision"] == revision
    assert cli("import", env_file, "-e", "dev", "--check").code == 0


def test_import__changed_file__is_one_change_after_a_question(cli: Cli, env_file: Path) -> None:
    cli("import", env_file, "-e", "base", "--yes")
    env_file.write_text(ENV.replace("LIMIT=3", "LIMIT=5").replace("gpt-4", "gpt-5"))
    assert cli("import", env_file, "-e", "base", "--check").code == 3
    assert cli("import", env_file, "-e", "base").code == 2
    assert cli("get", "RETRY_LIMIT").out == "3\n"
    done = cli("import", env_file, "-e", "base", "--yes", "--json").json
    assert {item["key"] for item in done["items"]} == {"RETRY_LIMIT", "CHAT_MODEL"}
    assert cli("get", "RETRY_LIMIT").out == "5\n"


def test_import__value_of_another_type__names_the_key_and_writes_nothing(
    cli: Cli, env_file: Path
) -> None:
    cli("import", env_file, "-e", "base", "--yes")
    env_file.write_text(ENV.replace("LIMIT=3", "LIMIT=many").replace("gpt-4", "gpt-5"))
    done = cli("import", env_file, "-e", "base", "--yes")
    assert done.code == 1
    assert "RETRY_LIMIT" in done.err
    assert "integer" in done.err
    assert cli("get", "CHAT_MODEL").out == "gpt-4\n"


def test_import__value_against_the_rules__names_the_key_and_writes_nothing(
    cli: Cli, env_file: Path
) -> None:
    cli("import", env_file, "-e", "base", "--yes")
    cli("define", "RETRY_LIMIT", "--max", "5", "--yes")
    env_file.write_text(ENV.replace("LIMIT=3", "LIMIT=77").replace("gpt-4", "gpt-5"))
    done = cli("import", env_file, "-e", "base", "--yes")
    assert done.code == 1
    assert "RETRY_LIMIT" in done.err
    assert cli("get", "CHAT_MODEL").out == "gpt-4\n"


def test_import__broken_lines__are_named_and_nothing_is_written(cli: Cli, env_file: Path) -> None:
    env_file.write_text(f"{ENV}this is no assignment\n=nothing\n")
    done = cli("import", env_file, "-e", "base", "--yes")
    assert done.code == 1
    assert "app.env:8:" in done.err
    assert "app.env:9:" in done.err
    assert cli("list").out == "There are no such settings.\n"
    done = cli("import", env_file, "-e", "base", "--yes", "--skip-broken")
    assert done.code == 0
    assert "app.env:8: skipped" in done.out


def test_import__comments_with_other_signs__are_left_out_and_said(cli: Cli, env_file: Path) -> None:
    env_file.write_text(f"// old notes\n{ENV}")
    done = cli("import", env_file, "-e", "base", "--yes")
    assert done.code == 0, done.all
    assert "app.env:1: skipped" in done.out


def test_import__commented_out_key__becomes_a_setting_without_a_value(
    cli: Cli, env_file: Path
) -> None:
    env_file.write_text("# Seconds to wait\n# REPLY_TIMEOUT_SECONDS=30\n")
    assert cli("import", env_file, "-e", "base", "--yes").code == 0
    entity = cli("get", "REPLY_TIMEOUT_SECONDS", "--json").json
    assert (entity["type"], entity["value"], entity["origin"]) == ("integer", None, None)
    assert "Nothing to write" in cli("import", env_file, "-e", "base").out


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("gone.env", None, "gone.env"),
        ("folder.env", "a folder", "folder"),
        ("binary.env", b"\xff\xfe\x00", "text"),
        ("latin.env", "NAME=é\n".encode("latin-1"), "UTF-8"),
        ("a.json", b"{", "a.json:1"),
        ("a.json", b'{"A": 1, "A": 2}', "A stands there twice"),
        ("a.json", b'{"A": NaN}', "NaN"),
        ("a.json", b"[1]", "no map"),
        ("a.json", b"[" * 100_000, "a.json"),
        ("a.json", b"\xff", "UTF-8"),
        ("a.json", b'{"settings": [{"key": "A"}], "environment": "dev"}', "type"),
        ("a.json", "a folder", "folder"),
        ("a.yaml", b"A: [1", "a.yaml:1"),
        ("a.yaml", b"A: 1\nA: 2\n", "A stands there twice"),
        ("a.yaml", b"1: 2\n", "1 is no key"),
        ("a.yaml", b"A: !!python/object:os.system x\n", "a.yaml:1"),
        ("a.yaml", b"A: &a [*a]\n", "a.yaml"),
        ("a.yaml", BOMB, "aliases"),
        ("a.yaml", b"A: " + b"[" * 100_000, "nested too deeply"),
        ("a.json", b'{"UNKNOWN_KEY": 1}', "UNKNOWN_KEY"),
    ],
)
def test_import__file_that_cannot_be_taken__is_one_clear_sentence(
    refusing_cli: Cli, tmp_path: Path, name: str, content: bytes | str | None, said: str
) -> None:
    path = tmp_path / name
    if isinstance(content, str):
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    done = refusing_cli("import", path, "-e", "dev", "--yes")
    assert done.code == 1
    assert said in done.err
    assert "Traceback" not in done.err
    assert "should not happen" not in done.err


VALUES = {
    "A_TEXT": ("string", "2026-11-23"),
    "A_WORD": ("string", "yes"),
    "A_NOTE": ("string", " two\nlines: # 'é' "),
    "A_NUMBER": ("number", 3.0),
    "A_COUNT": ("integer", -3),
    "A_SWITCH": ("boolean", False),
    "A_TREE": ("json", {"b": [1, None, "x"], "a": 1.5}),
}


def test_import__what_export_wrote__changes_nothing_where_it_came_from(
    cli: Cli, tmp_path: Path
) -> None:
    settings = [{"key": key, "type": kind, "value": it} for key, (kind, it) in VALUES.items()]
    content = {"environment": "base", "settings": settings}
    (tmp_path / "first.json").write_text(json.dumps(content))
    assert cli("import", "first.json", "--yes").code == 0
    for kind in ("json", "yaml"):
        for more in ([], ["--meta"]):
            assert cli("export", "-f", kind, "-o", f"again.{kind}", "--yes", *more).code == 0
            done = cli("import", f"again.{kind}", "-e", "base", "--check")
            assert done.code == 0, done.all
            assert "Nothing to write" in done.out
    assert cli("import", "again.json", "-e", "dev", "--check").code == 0
    assert cli("export", "-f", "json").json == {key: it for key, (_, it) in VALUES.items()}


def test_import__with_definitions__makes_the_settings_elsewhere(cli: Cli, setting: str) -> None:
    cli("define", "LEVEL", "--type", "enum", "--choice", "low", "--choice", "high", "--yes")
    cli("set", "LEVEL", "low", "-e", "base", "--yes")
    cli("export", "-e", "base", "--format", "json", "--meta", "-o", "all.json")
    assert cli("unset", setting, "-e", "base", "--yes").code == 0
    assert cli("unset", "LEVEL", "-e", "base", "--yes").code == 0
    done = cli("import", "all.json", "--yes")  # the file names its environment
    assert done.code == 0, done.all
    entity = cli("get", setting, "--json").json
    assert (entity["value"], entity["validationRules"]) == (3, {"min": 0, "max": 5})
    assert cli("get", "LEVEL", "--json").json["validationRules"] == {"enum": ["low", "high"]}
    cli("define", setting, "--max", "9", "--yes")
    assert cli("import", "all.json", "--yes").code == 0
    assert cli("get", setting, "--json").json["validationRules"]["max"] == 5


def test_import__without_an_environment__asks_for_it(refusing_cli: Cli, env_file: Path) -> None:
    done = refusing_cli("import", env_file, "--yes")
    assert done.code == 2
    assert "--environment" in done.err


def test_import__more_than_a_change_holds__says_so(cli: Cli, tmp_path: Path) -> None:
    settings = [{"key": f"K{n}", "type": "integer", "value": n} for n in range(1_001)]
    path = tmp_path / "many.json"
    path.write_text(json.dumps({"environment": "dev", "settings": settings}))
    done = cli("import", path, "--yes")
    assert done.code == 1
    assert "1,001" in done.err
    settings.pop()
    path.write_text(json.dumps({"environment": "dev", "settings": settings}))
    assert cli("import", path, "--yes", "--json").code == 0


def test_validate__file__says_what_an_import_would(cli: Cli, setting: str, tmp_path: Path) -> None:
    path = tmp_path / "values.json"
    path.write_text(json.dumps({setting: 4}))
    assert cli("validate", "--file", path, "-e", "dev").code == 0
    path.write_text(json.dumps({setting: 77}))
    done = cli("validate", "--file", path, "-e", "dev")
    assert done.code == 1
    assert setting in done.err


def test_import__texts_that_only_look_like_numbers__stay_as_they_are_written(
    cli: Cli, tmp_path: Path
) -> None:
    path = tmp_path / "guess.env"
    path.write_text("API_VERSION=1.10\nSAMPLE_RATE=.5\nAREA_CODE=01234\nTEMPERATURE=0.70\n")
    done = cli("import", path, "-e", "base", "--yes")
    assert done.code == 0, done.all
    assert [cli("get", key).out for key in ("API_VERSION", "SAMPLE_RATE", "AREA_CODE")] == [
        "1.10\n",
        ".5\n",
        "01234\n",
    ]
    assert cli("get", "TEMPERATURE").out == "0.7\n"
