"""Decisions about single keys: where they go, as what, and for which stated reason."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab.migrate.classify import classify, override
from trimtab.migrate.decision import Decision
from trimtab.migrate.env_file import parse_env_text
from trimtab.migrate.evidence import InferredType, KeyClass, Witness
from trimtab.migrate.secrets import scan_value

SEED = Path(__file__).parents[4] / "shared" / "seed-keys.json"
EXAMPLE = Path(__file__).parents[3] / "examples" / "assistant" / ".env.example"


def decisions(text: str) -> dict[str, Decision]:
    return {item.key: item for item in classify(parse_env_text(text).assignments)}


def decide(line: str) -> Decision:
    (decision,) = decisions(line).values()
    return decision


@pytest.mark.parametrize(
    ("line", "key_class"),
    [
        ("SMTP_PASSWORD=", "secret"),
        ("PAYMENTS_SIGNING_KEY=null", "secret"),
        ("MAIN_DB_URL=postgres://app@db/app", "secret"),
        ("REPORTS=https://user:pass@reports.test/", "secret"),
        ("ALERTS=https://hooks.slack.com/services/T0/B0/x", "secret"),
        ("HTPASSWD_LINE=ops:$apr1$abc$def", "secret"),
        ("TEAM_CHAT=-----BEGIN PRIVATE KEY-----", "secret"),
        ("# used to sign cookies, generate it with openssl rand -hex 32\nSOMETHING=", "secret"),
        ("APP_ENV=production", "bootstrap"),
        ("PORT=8080", "bootstrap"),
        ("WEB_WORKERS=4", "bootstrap"),
        ("RUN_MIGRATIONS_ON_START=true", "bootstrap"),
        ("LISTEN=0.0.0.0:8080", "bootstrap"),
        ("CONFIG_IN_DATABASE=true", "bootstrap"),
        ("SEARCH_URL=http://search:7700", "infrastructure"),
        ("UPLOAD_BUCKET=files", "infrastructure"),
        ("CACHE_DRIVER=redis", "infrastructure"),
        ("SMTP_USE_TLS=true", "infrastructure"),
        ("SESSION_COOKIE_SECURE=true", "infrastructure"),
        ("DB_POOL_SIZE=10", "infrastructure"),
        ("PROJECT_LOG_DIR=/var/log", "infrastructure"),
        ("ENABLE_SIGNUP=true", "flag"),
        ("DEBUG=0", "flag"),
        ("BETA_BANNER=enabled", "flag"),
        ("CHAT_MODEL=small", "dynamic"),
        ("REQUEST_TIMEOUT_MS=5000", "dynamic"),
        ("MAX_TOKENS=4096", "dynamic"),
        ("PASSWORD_MIN_LENGTH=12", "dynamic"),
        ("ACCESS_TOKEN_EXPIRES_IN=15m", "dynamic"),
        ("TERMS_URL=https://example.com/terms", "dynamic"),
        ("MAIL_FROM=shop@example.com", "dynamic"),
        ("CLEANUP_CRON=0 3 * * *", "dynamic"),
    ],
)
def test_class__of_a_single_line(line: str, key_class: str) -> None:
    decision = decide(line)

    assert decision.key_class == key_class, decision.evidence


@pytest.mark.parametrize(
    ("line", "kind", "store_type", "rules"),
    [
        ("SITE=https://example.com", "url", "string", {"format": "uri"}),
        ("CALLBACK_URL=/oauth/callback", "url", "string", {}),
        ("REPLY_TO=a@example.com", "email", "string", {"format": "email"}),
        ('MAIL_FROM="Shop <a@example.com>"', "string", "string", {}),
        ("WAIT=30s", "duration", "string", {"format": "duration"}),
        ("WAIT_SECONDS=30", "duration", "integer", {}),
        ("WAIT_SECONDS=0.5", "duration", "number", {}),
        ("LEVELS=a,b,c", "list", "string", {}),
        ('LEVELS=["a","b"]', "list", "json", {}),
        ('MAPPING={"a": 1}', "json", "json", {}),
        ("UPLOAD_DIR=/srv/files", "path", "string", {}),
        ("RATIO=0.5", "number", "number", {}),
        ("ROUNDS=12", "integer", "integer", {}),
        ("SHOW_PRICES=yes", "boolean", "boolean", {}),
        ("SHOW_PRICES=0", "boolean", "boolean", {}),
        ("CLEANUP_CRON=0 3 * * *", "string", "string", {"format": "cron"}),
        ("SHOP_TIMEZONE=Europe/Berlin", "string", "string", {"format": "timezone"}),
        ("BODY_LIMIT=512KiB", "string", "string", {"format": "bytes"}),
        ("# one of red, green\nCOLOUR=red", "enum", "enum", {"enum": ["red", "green"]}),
        ("# between 1 and 9\nTRIES=3", "integer", "integer", {"min": 1, "max": 9}),
        ("# a positive number\nTRIES=3", "integer", "integer", {"min": 1}),
        ("# must not be empty\nGREETING=Hello", "string", "string", {"minLength": 1}),
        ("# at least 2 s\nWAIT_MS=3000", "duration", "integer", {"min": 2000}),
    ],
)
def test_type__and_the_rules_of_the_store(
    line: str, kind: str, store_type: str, rules: dict[str, object]
) -> None:
    decision = decide(line)

    assert (decision.type, decision.store_type) == (kind, store_type), decision.evidence
    assert decision.validation_rules == rules


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("SHOW_PRICES=True", True),
        ("SHOW_PRICES=off", False),
        ("TRIES=3", 3),
        ("RATIO=3", 3),
        ("RATIO=0.50", 0.5),
        ('LEVELS=["a"]', ["a"]),
        ("LEVELS=a,b", "a,b"),
        ("GREETING=", ""),
        ("TRIES=", None),
        ("WAIT=30s", "30s"),
    ],
)
def test_store_value__is_typed(line: str, value: object) -> None:
    assert decide(line).store_value == value


def test_store_value__unusual_boolean__is_taken_and_said() -> None:
    decision = decide("SHOW_PRICES=yes")

    assert decision.store_value is True
    assert any("spelled yes" in item.text for item in decision.evidence)


def test_rules__that_the_value_breaks__are_left_out_and_said() -> None:
    decision = decide("# between 5 and 9\nTRIES=30")

    assert decision.validation_rules == {"min": 5}
    assert any("breaks the rule max" in item.text for item in decision.evidence)


def test_description__is_the_comment_with_the_unit() -> None:
    assert decide("# How long\n# to wait.\nWAIT_MS=5").description == (
        "How long to wait. (in milliseconds)"
    )


def test_description__holding_a_credential__is_dropped() -> None:
    token = "ghp_" + "a1B2c3D4e5" * 4
    assert decide(f"# old value was {token}\nGREETING=Hello").description == ""


def test_default__of_an_empty_key__is_the_one_its_comment_names() -> None:
    assert decide("# Items a page. Defaults to 25.\nPAGE_SIZE=").default == "25"


def test_neighbours__id_beside_its_secret__is_a_secret() -> None:
    both = decisions("ACME_CLIENT_ID=abc\nACME_CLIENT_SECRET=\n")

    assert both["ACME_CLIENT_ID"].key_class is KeyClass.SECRET
    assert any(item.source is Witness.NEIGHBOUR for item in both["ACME_CLIENT_ID"].evidence)


def test_prefix__shared_by_the_file__is_no_part_of_a_name() -> None:
    keys = decisions("".join(f"WOMBAT_{name}=\n" for name in ("PORT", "HOST", "ENV", "TITLE")))

    assert [keys[f"WOMBAT_{name}"].key_class for name in ("PORT", "HOST", "ENV", "TITLE")] == [
        "bootstrap",
        "bootstrap",
        "bootstrap",
        "dynamic",
    ]


def test_variables__in_a_value__are_filled_in_from_the_file() -> None:
    keys = decisions('SHOP_NAME=Acme\nMAIL_FROM_NAME="${SHOP_NAME} mail"\n')

    assert keys["MAIL_FROM_NAME"].store_value == "Acme mail"


def test_variables__that_are_credentials__make_a_credential() -> None:
    keys = decisions("PG_PASSWORD=x\nGREETING=hello-${PG_PASSWORD}\n")

    assert keys["GREETING"].key_class is KeyClass.SECRET


def test_variables__from_outside_the_file__keep_a_key_where_it_is() -> None:
    decision = decide("GREETING=hello ${SOMEONE}")

    assert (decision.target, decision.store_value) == ("environment", None)
    assert "SOMEONE" in decision.why


def test_variables__that_double_line_by_line__stay_small() -> None:
    lines = ["A0=xxxxxxxxxx", *(f"A{at + 1}=${{A{at}}}${{A{at}}}" for at in range(40))]

    longest = max(len(item.value or "") for item in decisions("\n".join(lines)).values())

    assert longest < 1_000_000


def test_classify__thousands_of_keys__are_all_decided() -> None:
    text = "".join(f"THING_{at}_URL=http://x/{at}\n" for at in range(5_000))

    assert len(decisions(text)) == 5_000


def test_switches__written_as_bits_all_over_the_file__are_booleans() -> None:
    keys = decisions("SPAM_CHECK=1\nVIRUS_CHECK=0\nGREYLISTING=1\nPORT=25\n")

    assert {key: item.type for key, item in keys.items()} == {
        "SPAM_CHECK": "boolean",
        "VIRUS_CHECK": "boolean",
        "GREYLISTING": "boolean",
        "PORT": "integer",
    }


def test_commented_out__is_planned_like_any_other() -> None:
    decision = decide("# Items a page\n# PAGE_SIZE=25\n")

    assert (decision.target, decision.store_value) == ("database", 25)
    assert decision.sources[0].commented_out


def test_key_on_several_lines__gives_one_decision_with_the_active_value() -> None:
    decision = decide("# PAGE_SIZE=25\nPAGE_SIZE=50\n")

    assert decision.store_value == 50
    assert [item.line for item in decision.sources] == [1, 2]


def test_why__is_one_sentence_with_the_strongest_reason() -> None:
    assert decide("SEARCH_URL=http://x").why == "Its name ends in URL: the address of something."


def test_nothing_known__stays_in_the_environment() -> None:
    decision = decide("QUUX=")

    assert decision.target == "environment"
    assert decision.why == "Nothing speaks for moving it, so it stays in the environment."


def test_override__by_a_person__wins_and_is_recorded() -> None:
    decision = override(decide("QUUX="), KeyClass.DYNAMIC, "chosen by hand")

    assert (decision.target, decision.why) == ("database", "Chosen by hand.")
    assert decision.evidence[0].source is Witness.OVERRIDE


@dataclass(frozen=True)
class Read:
    key: str
    cast: str | None = None
    default: str | None = None
    enum: tuple[str, ...] | None = None
    min: float | None = None
    max: float | None = None
    declared_secret: bool = False
    path: str = "app/main.py"
    line: int = 7


@pytest.mark.parametrize(
    ("read", "kind", "rules"),
    [
        (Read("A_THING", cast="int", min=1, max=5), InferredType.INTEGER, {"min": 1, "max": 5}),
        (Read("A_THING", cast="bool"), InferredType.BOOLEAN, {}),
        (Read("A_THING", cast="url"), InferredType.URL, {}),
        (Read("A_THING", enum=("x", "y")), InferredType.ENUM, {"enum": ["x", "y"]}),
        (Read("A_THING", default="0.5"), InferredType.NUMBER, {}),
    ],
)
def test_code__says_type_and_rules(
    read: Read, kind: InferredType, rules: dict[str, object]
) -> None:
    (decision,) = classify(parse_env_text("A_THING=\n").assignments, references={"A_THING": [read]})

    assert decision.type is kind
    assert decision.validation_rules == rules
    assert any(
        item.source is Witness.CODE and "app/main.py:7" in item.text for item in decision.evidence
    )


def test_code__that_declares_a_secret__is_believed() -> None:
    read = Read("GREETING", declared_secret=True)
    (decision,) = classify(
        parse_env_text("GREETING=hello\n").assignments, references={"GREETING": [read]}
    )

    assert decision.key_class is KeyClass.SECRET


@given(
    key=st.from_regex(r"[A-Z][A-Z_]{0,20}(KEY|TOKEN|URL|NAME|MODEL|MODE)?", fullmatch=True),
    value=st.text(alphabet="abcXYZ0189-_./:@ $", max_size=40),
)
def test_database__never_gets_what_the_store_would_refuse(key: str, value: str) -> None:
    for decision in classify(parse_env_text(f"{key}='{value}'\n").assignments):
        if decision.target == "database":
            stored = decision.value if decision.store_value is None else decision.store_value
            assert scan_value(key, decision.store_type, stored) is None


@pytest.mark.skipif(not SEED.is_file(), reason="no list of seed keys beside the repository")
def test_seed_keys__in_the_example__go_where_their_owners_put_them() -> None:
    plan = decisions(EXAMPLE.read_text(encoding="utf-8"))
    wrong = []
    for key in json.loads(SEED.read_text(encoding="utf-8"))["keys"]:
        decision = plan[key["key"]]
        store_type = {"url": "string"}.get(key["type"], key["type"])
        moves = decision.target == "database"
        if (moves, decision.store_type) != (key["goesToDatabase"], store_type):
            wrong.append(key["key"])
        if moves and decision.validation_rules != key["validationRules"]:
            wrong.append(f"{key['key']}: {decision.validation_rules}")

    assert wrong == []
