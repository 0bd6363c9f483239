"""`trimtab migrate` as somebody types it: what it says, how it ends, and what bad input gets."""

import json
import os
import stat
from pathlib import Path

import pytest
import yaml
from dotenv import dotenv_values

from .conftest import Cli, Server

pytestmark = pytest.mark.timeout(60)

TOKEN = "ghp_" + "a1B2" * 9
ENV = f"""\
# How often to try again (0-5)
RETRY_LIMIT=3
ENABLE_CACHE=true
# The model to talk to
CHAT_MODEL=gpt-4
OPENAI_API_KEY={TOKEN}
DB_HOST=localhost
"""
CODE = """\
import os

RETRIES = int(os.environ.get("RETRY_LIMIT", "2"))
NAME = os.environ[f"MODEL_{RETRIES}"]
"""


@pytest.fixture
def project(tmp_path: Path, cli: Cli) -> Path:
    """The current folder with an env file and code."""
    assert cli
    (tmp_path / ".env").write_text(ENV)
    (tmp_path / "app.py").write_text(CODE)
    return tmp_path


@pytest.fixture
def applied(project: Path, cli: Cli) -> Path:
    """The same, planned and applied."""
    assert cli("migrate", "plan", ".", "-o", "plan.yaml").code == 0
    done = cli("migrate", "apply", "plan.yaml", "--yes")
    assert done.code == 0, done.all
    return project


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_scan__of_a_project__groups_keys_and_shows_no_value(cli: Cli, project: Path) -> None:
    done = cli("migrate", "scan", str(project))
    assert done.code == 0
    assert "Set and read (1):" in done.out
    assert "Set, and read by no code that was found (4):" in done.out
    assert "RETRY_LIMIT  .env:2  app.py:3  os.environ.get as int, default 2" in done.out
    assert "Names that only the running program knows (1):" in done.out
    assert "app.py:4" in done.out
    assert TOKEN not in done.all
    assert "gpt-4" not in done.all


def test_scan__as_json__says_where_and_what(cli: Cli, project: Path) -> None:
    (project / "broken.py").write_text("import os\nos.environ['A'\n")
    (project / ".env.bad").write_text("this is no assignment\n")
    done = cli("migrate", "scan", ".", "--json")
    found = done.json
    keys = {one["key"]: one for one in found["keys"]}
    assert keys["RETRY_LIMIT"]["set"] == [".env:2"]
    assert keys["RETRY_LIMIT"]["read"][0]["cast"] == "int"
    assert found["unresolved"][0]["line"] == 4
    assert found["unparsed"][0]["path"] == "broken.py"
    assert found["unread"][0]["path"] == ".env.bad"
    assert TOKEN not in done.all
    assert "broken.py" in done.err


def test_scan__without_a_terminal__draws_no_bar(cli: Cli, project: Path) -> None:
    assert project
    done = cli("migrate", "scan")
    assert "\x1b" not in done.all
    assert "Reading" not in done.all


def test_plan__without_a_server__says_so(
    cli: Cli, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert project
    for name in ("TRIMTAB_URL", "TRIMTAB_TOKEN", "TRIMTAB_APPLICATION"):
        monkeypatch.delenv(name)
    done = cli("migrate", "plan", ".")
    assert done.code == 0, done.all
    assert "No store was compared" in done.out
    assert yaml.safe_load(done.out)["store"] is None
    done = cli("migrate", "plan", ".", "--json")
    assert done.json["store"] is None
    assert TOKEN not in done.all


def test_plan__with_an_unreachable_server__is_made_and_says_so(
    cli: Cli, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert project
    monkeypatch.setenv("TRIMTAB_URL", "http://127.0.0.1:9")
    done = cli("migrate", "plan", ".", "--json")
    assert done.code == 0
    assert "The comparison with the store is missing" in done.err
    assert done.json["store"] is None


def test_plan__with_a_server__marks_what_the_store_has(cli: Cli, applied: Path) -> None:
    def marks() -> dict[str, str]:
        return {one["key"]: one["store"] for one in cli("migrate", "plan", "--json").json["keys"]}

    assert marks() == {
        "RETRY_LIMIT": "equal", "ENABLE_CACHE": "equal", "CHAT_MODEL": "equal",
        "OPENAI_API_KEY": "absent", "DB_HOST": "absent",
    }  # fmt: skip
    edit(applied / ".env", "RETRY_LIMIT=3", "RETRY_LIMIT=4")
    assert marks()["RETRY_LIMIT"] == "different"


def test_plan__with_a_server__marks_what_it_would_refuse(cli: Cli, project: Path) -> None:
    cli("define", "DB_HOST", "--type", "string", "--yes")
    edit(project / ".env", "CHAT_MODEL=gpt-4", f"CHAT_MODEL={'long words ' * 7_000}")
    keys = {one["key"]: one for one in cli("migrate", "plan", "--json").json["keys"]}
    assert keys["CHAT_MODEL"]["doubts"][0].startswith("the store would refuse it: CHAT_MODEL")
    assert keys["DB_HOST"]["store"] == "different"
    assert "though it stays in the environment" in keys["DB_HOST"]["doubts"][0]


def test_plan__into_a_file__summarises_and_asks_before_it_overwrites(
    cli: Cli, project: Path
) -> None:
    done = cli("migrate", "plan", ".", "-o", "plan.yaml")
    assert done.code == 0
    assert "To the database (3):" in done.out
    assert "Stay: secrets (1): OPENAI_API_KEY" in done.out
    text = (project / "plan.yaml").read_text()
    assert TOKEN not in text + done.all
    assert cli("migrate", "plan", ".", "-o", "plan.yaml").code == 0  # the same again
    (project / "plan.yaml").write_text("mine\n")
    assert cli("migrate", "plan", ".", "-o", "plan.yaml").code == 2
    assert (project / "plan.yaml").read_text() == "mine\n"
    assert cli("migrate", "plan", ".", "-o", "plan.yaml", "--yes").code == 0
    assert (project / "plan.yaml").read_text() == text
    assert cli("migrate", "plan", ".", "-o", "plan.json").code == 0
    assert json.loads((project / "plan.json").read_text())["keys"]


def test_plan__elsewhere__still_finds_the_project(cli: Cli, project: Path) -> None:
    (project / "plans").mkdir()
    assert cli("migrate", "plan", ".", "-o", "plans/plan.yaml").code == 0
    assert yaml.safe_load((project / "plans" / "plan.yaml").read_text())["root"] == ".."
    assert cli("migrate", "apply", "plans/plan.yaml", "--yes").code == 0
    assert cli("migrate", "verify", "plans/plan.yaml").code == 0


def test_apply__a_plan__is_one_change_under_shadow_with_a_record(cli: Cli, applied: Path) -> None:
    entity = cli("get", "RETRY_LIMIT", "-e", "prod", "--json").json
    assert (entity["value"], entity["type"], entity["sourcePolicy"]) == (3, "integer", "shadow")
    assert entity["validationRules"] == {"min": 0, "max": 5}
    revisions = {
        one["revision"]
        for key in ("RETRY_LIMIT", "ENABLE_CACHE", "CHAT_MODEL")
        for one in cli("history", key, "--json").json["items"]
    }
    assert len(revisions) == 1
    (record,) = (applied / ".trimtab" / "migrations").iterdir()
    assert revisions.pop() in record.name
    if os.name == "posix":
        assert stat.S_IMODE(record.stat().st_mode) == 0o600
    assert TOKEN not in record.read_text()
    assert (applied / ".env").read_text() == ENV


def test_apply__again__writes_nothing(cli: Cli, applied: Path) -> None:
    assert applied
    head = cli("diff", "base", "base", "--json").json["source"]["revision"]
    done = cli("migrate", "apply", "plan.yaml")  # nobody has to be asked
    assert (done.code, done.out) == (0, "Nothing to write: the store says what plan.yaml says.\n")
    assert cli("migrate", "apply", "--json").json == {"changed": False, "items": []}
    assert cli("diff", "base", "base", "--json").json["source"]["revision"] == head


def test_apply__without_a_terminal__asks_for_yes(cli: Cli, project: Path) -> None:
    assert project
    cli("migrate", "plan", ".", "-o", "plan.yaml")
    assert cli("migrate", "apply").code == 2
    assert cli("migrate", "apply", "--check").code == 3
    assert cli("list", "--json").json["items"] == []


def test_apply__plan_made_earlier__says_at_which_revision(cli: Cli, project: Path) -> None:
    assert project
    cli("migrate", "plan", ".", "-o", "plan.yaml")
    cli("define", "OTHER", "--type", "string", "--yes")
    done = cli("migrate", "apply", "--yes")
    assert done.code == 0
    assert "was made at revision" in done.err


def test_apply__edited_plan__writes_what_the_person_wrote(cli: Cli, project: Path) -> None:
    cli("migrate", "plan", ".", "-o", "plan.yaml")
    edit(project / "plan.yaml", "values: {base: 3}", "values: {base: 4, dev: 5}")
    assert cli("migrate", "apply", "--yes", "--policy", "store").code == 0
    assert cli("get", "RETRY_LIMIT", "-e", "dev").out == "5\n"
    assert cli("get", "RETRY_LIMIT", "-e", "prod").out == "4\n"
    assert cli("get", "RETRY_LIMIT", "-e", "dev", "--json").json["sourcePolicy"] == "store"


def test_apply__plan_edited_into_nonsense__names_lines_and_writes_nothing(
    cli: Cli, project: Path
) -> None:
    cli("migrate", "plan", ".", "-o", "plan.yaml")
    edit(project / "plan.yaml", "values: {base: 3}", "values: {base: 30}")
    edit(project / "plan.yaml", "class: flag", "class: flagg")
    lines = (project / "plan.yaml").read_text().splitlines()
    done = cli("migrate", "apply", "--yes")
    assert done.code == 1
    for text, said in (("values: {base: 30}", "rule max"), ("class: flagg", "must be one of")):
        line = next(number for number, one in enumerate(lines, 1) if one.strip() == text)
        found = [one for one in done.err.splitlines() if one.startswith(f"  plan.yaml:{line}: ")]
        assert said in found[0]
    assert cli("list", "--json").json["items"] == []


def test_apply__plan_for_another_application__is_refused(cli: Cli, project: Path) -> None:
    assert project
    cli("migrate", "plan", ".", "-o", "plan.yaml", "--offline", "--application", "shop")
    for step in ("apply", "verify", "status"):
        done = cli("migrate", step)
        assert (done.code, "for the application shop" in done.err) == (1, True), done.all
    assert cli("list", "--json").json["items"] == []


def test_apply__what_the_server_refuses__is_said_and_writes_nothing(
    cli: Cli, project: Path
) -> None:
    cli("migrate", "plan", ".", "-o", "plan.yaml")
    edit(
        project / "plan.yaml",
        "validationRules: {min: 0, max: 5}",
        "validationRules: {min: 4, max: 3}",
    )
    edit(project / "plan.yaml", "values: {base: 3}", "values: {}")
    edit(project / "plan.yaml", "default: 2", "default: null")
    done = cli("migrate", "apply", "--yes")
    assert (done.code, "RETRY_LIMIT" in done.err) == (1, True), done.all
    assert cli("list", "--json").json["items"] == []
    assert not list((project / ".trimtab" / "migrations").glob("*"))


def test_apply__environment_that_the_store_lacks__says_how_to_make_it(
    cli: Cli, project: Path
) -> None:
    (project / ".env.live2").write_text("RETRY_LIMIT=5\n")
    cli("migrate", "plan", ".", "-o", "plan.yaml")
    done = cli("migrate", "apply", "--yes")
    assert (done.code, "trimtab environments --add live2" in done.err) == (1, True), done.all
    assert cli("environments", "--add", "live2").code == 0
    assert cli("migrate", "apply", "--yes").code == 0
    assert cli("get", "RETRY_LIMIT", "-e", "live2").out == "5\n"


def test_verify__difference__is_named_with_line_values_and_the_way_out(
    cli: Cli, applied: Path
) -> None:
    assert cli("migrate", "verify").code == 0
    edit(applied / ".env", "RETRY_LIMIT=3", "RETRY_LIMIT=5")
    edit(applied / ".env", "ENABLE_CACHE=true", "ENABLE_CACHE=True")
    done = cli("migrate", "verify")
    assert done.code == 3
    assert "RETRY_LIMIT in base (.env:2): the environment counts (policy shadow)" in done.out
    assert "environment 5, store 3" in done.out
    assert "trimtab set RETRY_LIMIT 5 --environment base" in done.out
    assert "Different: 1 of 3 comparisons (base)." in done.out
    done = cli("migrate", "verify", "-e", "dev")  # its programs read the same file
    assert (done.code, "RETRY_LIMIT in dev (.env:2)" in done.out) == (3, True), done.all
    assert TOKEN not in done.all


def test_verify__of_the_process__compares_its_own_variables(
    cli: Cli, applied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert applied
    for key, value in (("RETRY_LIMIT", "3"), ("ENABLE_CACHE", "true"), ("CHAT_MODEL", "gpt-4")):
        monkeypatch.setenv(key, value)
    done = cli("migrate", "verify", "--process", "prod")
    assert (done.code, "3 comparisons (prod)" in done.out) == (0, True), done.all
    monkeypatch.setenv("RETRY_LIMIT", "4")
    done = cli("migrate", "verify", "--process", "prod", "--json")
    assert done.code == 3
    (one,) = done.json["differences"]
    assert (one["where"], one["environmentValue"]) == ("this process", 4)
    assert cli("migrate", "verify", "--process", "moon").code == 2


def test_verify__env_file_gone__counts_its_keys_as_not_set(cli: Cli, applied: Path) -> None:
    (applied / ".env").unlink()
    done = cli("migrate", "verify")
    assert done.code == 3
    assert ".env: does not exist; its keys count as not set." in done.err


def test_cutover__of_one_environment__goes_there_alone(cli: Cli, applied: Path) -> None:
    assert applied
    done = cli("migrate", "cutover", "RETRY_LIMIT", "--to", "store", "-e", "dev", "--yes")
    assert done.code == 0, done.all
    rows = {one["key"]: one for one in cli("migrate", "status", "--json").json["keys"]}
    assert rows["RETRY_LIMIT"]["policies"] == {
        "base": "shadow", "dev": "store", "prod": "shadow", "staging": "shadow",
    }  # fmt: skip
    assert rows["RETRY_LIMIT"]["left"] == ["cut over in base, prod, staging"]
    again = cli("migrate", "cutover", "RETRY_LIMIT", "--to", "store", "-e", "dev")
    assert (again.code, "so already" in again.out) == (0, True)


def test_cutover__with_a_difference__is_refused_unless_forced(cli: Cli, applied: Path) -> None:
    edit(applied / ".env", "RETRY_LIMIT=3", "RETRY_LIMIT=5")
    done = cli("migrate", "cutover", "RETRY_LIMIT", "--to", "store", "--yes")
    assert (done.code, "RETRY_LIMIT in base (.env:2)" in done.err) == (1, True), done.all
    done = cli("migrate", "cutover", "RETRY_LIMIT", "--to", "store", "-e", "dev", "--yes")
    assert (done.code, "RETRY_LIMIT in dev (.env:2)" in done.err) == (1, True), done.all
    assert cli("migrate", "cutover", "CHAT_MODEL", "--to", "store", "--yes").code == 0
    assert cli("migrate", "cutover", "RETRY_LIMIT", "--to", "store", "--yes", "--force").code == 0
    assert cli("migrate", "cutover", "RETRY_LIMIT", "--to", "shadow", "--yes").code == 0


def test_cutover__asked_wrongly__says_what_would_be_right(cli: Cli, applied: Path) -> None:
    assert applied
    assert cli("migrate", "cutover", "--to", "store").code == 2
    assert cli("migrate", "cutover", "RETRY_LIMIT", "--to", "moon").code == 2
    assert cli("migrate", "cutover", "RETRY_LIMIT", "--all", "--to", "store").code == 2
    assert cli("migrate", "cutover", "RETRY_LIMIT", "--to", "store").code == 2  # nobody to ask
    done = cli("migrate", "cutover", "OPENAI_API_KEY", "--to", "store", "--yes")
    assert (done.code, "stays in the environment" in done.err) == (1, True)


def test_migration__to_its_end__leaves_nothing(cli: Cli, applied: Path) -> None:
    assert cli("migrate", "status", "--fail-if-left").code == 3
    done = cli("migrate", "cutover", "--all", "--to", "store", "--edit-env", "--yes")
    assert done.code == 0, done.all
    assert dotenv_values(applied / ".env") == {"OPENAI_API_KEY": TOKEN, "DB_HOST": "localhost"}
    done = cli("migrate", "status")
    assert "read through Trimtab: app.py:3" in done.out
    assert "Done: 2 of 3 keys." in done.out
    edit(applied / "app.py", 'os.environ.get("RETRY_LIMIT", "2")', "settings.retry_limit")
    assert cli("migrate", "status", "--fail-if-left").code == 0
    assert cli("migrate", "verify").code == 0
    assert "Nothing to write" in cli("migrate", "apply").out


def test_rollback__of_the_latest__restores_store_and_values(cli: Cli, applied: Path) -> None:
    assert cli("migrate", "rollback").code == 2  # nobody to ask
    done = cli("migrate", "rollback", "--yes")
    assert done.code == 0, done.all
    assert ".env.restored is a copy of .env" in done.out
    assert (applied / ".env.restored").read_text() == ENV
    assert stat.S_IMODE((applied / ".env.restored").stat().st_mode) == 0o600
    assert cli("list", "--json").json["items"] == []
    done = cli("migrate", "rollback", "--yes")
    assert (done.code, "There is no migration to undo" in done.err) == (2, True)
    assert cli("migrate", "apply", "--yes").code == 0  # and forth again
    assert cli("get", "RETRY_LIMIT").out == "3\n"


def test_rollback__file_in_the_way__is_asked_about(cli: Cli, applied: Path) -> None:
    (applied / "back").write_text("mine")
    (applied / "plan.yaml").unlink()  # it needs the record alone
    assert cli("migrate", "rollback", "--output", "back").code == 2
    assert (applied / "back").read_text() == "mine"
    assert cli("get", "RETRY_LIMIT").out == "3\n"
    assert cli("migrate", "rollback", "--output", "back", "--yes").code == 0
    assert (applied / "back").read_text() == ENV


def test_rollback__after_newer_changes__is_refused_unless_forced(cli: Cli, applied: Path) -> None:
    cli("set", "RETRY_LIMIT", "4", "-e", "base", "--yes")
    done = cli("migrate", "rollback", "--yes")
    assert (done.code, "RETRY_LIMIT in base was changed again since" in done.err) == (1, True)
    assert not (applied / ".env.restored").exists()
    done = cli("migrate", "rollback", "--yes", "--force")
    assert done.code == 0, done.all
    assert dotenv_values(applied / ".env.restored") == dotenv_values(applied / ".env")


def test_rollback__over_an_override_made_since__is_refused(cli: Cli, applied: Path) -> None:
    cli("set", "RETRY_LIMIT", "5", "-e", "prod", "--yes")
    done = cli("migrate", "rollback", "--yes", "--force")
    assert (done.code, "RETRY_LIMIT still has overrides in prod" in done.err) == (1, True)
    assert not (applied / ".env.restored").exists()


def test_rollback__secret_gone_from_the_file__is_refused_unless_forced(
    cli: Cli, applied: Path
) -> None:
    edit(applied / ".env", f"OPENAI_API_KEY={TOKEN}\n", "")
    done = cli("migrate", "rollback", "--yes")
    assert (done.code, "never recorded (.env: OPENAI_API_KEY)" in done.err) == (1, True), done.all
    assert cli("get", "RETRY_LIMIT").out == "3\n"
    assert cli("migrate", "rollback", "--yes", "--force").code == 0


def test_rollback__of_a_second_migration__undoes_that_alone(cli: Cli, applied: Path) -> None:
    edit(applied / ".env", "RETRY_LIMIT=3", "RETRY_LIMIT=4")
    cli("migrate", "plan", ".", "-o", "plan.yaml", "--yes")
    assert cli("migrate", "apply", "--yes").code == 0
    assert cli("get", "RETRY_LIMIT").out == "4\n"
    assert cli("migrate", "rollback", "--yes", "--no-env").code == 0
    assert cli("get", "RETRY_LIMIT").out == "3\n"
    assert not (applied / ".env.restored").exists()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (".env", b"A=\xff\n", "is not UTF-8 text (line 1)"),
        (".env", b"A=1\nB=\0\n", "is not text"),
        (".env", b"A=1\n" * (13 * 2**20), "is larger than"),
        (".env", b"A=" + b"x" * 2**20, "has a line of more than"),
        ("compose.yaml", b"\xff\xfe\x00", "is not text"),
        ("compose.yaml", b"a:\n " + b"[" * 60_000 + b"]" * 60_000, "is nested too deeply"),
    ],
)
def test_plan__env_file_that_cannot_be_read__is_named_and_no_plan_made(
    cli: Cli, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / ".env.dev").write_text("RETRY_LIMIT=3\n")
    done = cli("migrate", "plan", ".", "-o", "plan.yaml")
    assert (done.code, f"{name}:" in done.err, said in done.err) == (1, True, True), done.all
    assert not (tmp_path / "plan.yaml").exists()
    scanned = cli("migrate", "scan", ".")
    assert (scanned.code, f"{name}:" in scanned.err, said in scanned.err) == (1, True, True)
    assert "RETRY_LIMIT" in scanned.out
    assert cli("migrate", "plan", ".", "-o", "plan.yaml", "--skip-broken").code == 0
    unread = yaml.safe_load((tmp_path / "plan.yaml").read_text())["unread"]
    assert any(one.startswith(name) and said in one for one in unread)


def test_plan__what_it_could_not_follow__stands_in_it(cli: Cli, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.env").write_text(f"GREETING={TOKEN}\n")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / ".env").symlink_to(outside / "secret.env")
    (inside / "linked").symlink_to(outside)
    (inside / "broken.py").write_text("import os\nos.environ[\n")
    (inside / "compose.yaml").write_text("include: [compose.yaml, ../outside/x.yaml, far.yaml]\n")
    (inside / "a.env").write_text("RETRY_LIMIT=3\nno assignment\n")
    (inside / "docker-compose.yml").write_text("services: [\n")
    done = cli("migrate", "plan", str(inside))
    assert done.code == 0, done.all
    unread = "\n".join(yaml.safe_load(done.out)["unread"])
    for said in (
        ".env: is a link and was not followed",
        "linked: is a link out of the tree",
        "broken.py: ",
        "a.env:2: ",
        "docker-compose.yml:2: is not valid YAML",
        "../outside/x.yaml leads out of the project",
        "far.yaml: does not exist",
    ):
        assert said in unread
    assert TOKEN not in done.all


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["scan", "gone"], 2, "gone is not a folder"),
        (["scan", "app.py"], 2, "app.py is not a folder"),
        (["plan", ".", "--env", "x"], 2, "--env takes FILE=NAME"),
        (["plan", ".", "--env", "gone=dev"], 2, "There is no gone"),
        (["plan", ".", "--env", ".env=Not A Name"], 2, "--env takes FILE=NAME"),
        (["plan", ".", "--skip", "gone"], 2, "There is no gone"),
        (["plan", ".", "--dialect", "perl"], 2, "perl"),
        (["apply", "gone.yaml"], 2, "There is no plan gone.yaml"),
        (["apply"], 2, "There is no plan plan.yaml"),
        (["apply", "app.py"], 1, "is no migration plan"),
        (["verify", "app.py"], 1, "is no migration plan"),
        (["rollback"], 2, "There is no migration to undo"),
        (["rollback", "17.3"], 2, "no record of a migration 17.3"),
        ([], 2, ""),
    ],
)
def test_migrate__asked_wrongly__is_one_clear_sentence(
    cli: Cli, project: Path, arguments: list[str], code: int, said: str
) -> None:
    assert project
    done = cli("migrate", *arguments)
    assert (done.code, said in done.err) == (code, True), done.all
    assert "Traceback" not in done.all
    assert "should not happen" not in done.all


@pytest.mark.parametrize("step", ["apply", "verify", "status"])
def test_step__without_a_server__ends_as_such(
    cli: Cli, project: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    assert project
    cli("migrate", "plan", ".", "-o", "plan.yaml", "--offline")
    monkeypatch.setenv("TRIMTAB_URL", "http://127.0.0.1:9")
    assert cli("migrate", step).code == 4


def test_overrides__of_the_project__are_honoured_on_the_next_run(cli: Cli, project: Path) -> None:
    (project / "trimtab.toml").write_text(
        '[migrate.keys.CHAT_MODEL]\nclass = "infrastructure"\n'
        "[migrate.keys.RETRY_LIMIT]\nrules = { min = 1, max = 9 }\n"
    )
    keys = {one["key"]: one for one in cli("migrate", "plan", "--json").json["keys"]}
    assert keys["CHAT_MODEL"]["target"] == "environment"
    assert keys["RETRY_LIMIT"]["validationRules"] == {"min": 1, "max": 9}
    (project / "trimtab.toml").write_text('[migrate.keys.CHAT_MODEL]\nclass = "infra"\n')
    done = cli("migrate", "plan")
    assert (done.code, "migrate.keys.CHAT_MODEL.class must be one of" in done.err) == (1, True)


def test_apply__profile_of_up__keeps_the_record_beside_it(
    cli: Cli, project: Path, server: Server, application: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = project / "elsewhere" / ".trimtab"
    data.mkdir(parents=True)
    profile = data / "profile.json"
    profile.write_text(
        json.dumps({"url": server.url, "token": server.token, "application": application})
    )
    profile.chmod(0o600)
    for name in ("TRIMTAB_URL", "TRIMTAB_TOKEN", "TRIMTAB_APPLICATION"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("TRIMTAB_DATA_DIR", str(data))
    assert cli("migrate", "plan", ".", "-o", "plan.yaml").code == 0
    assert yaml.safe_load((project / "plan.yaml").read_text())["application"] == application
    done = cli("migrate", "apply", "--yes", "--json")
    assert done.code == 0, done.all
    assert Path(done.json["record"]).parent == data / "migrations"
    assert server.token not in done.all
