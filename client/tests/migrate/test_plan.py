"""From files and code to a plan: environments, types, defaults, doubts, and what stays."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from trimtab.migrate.dialect import Dialect
from trimtab.migrate.inventory import Role, role_of, take_inventory
from trimtab.migrate.plan import (
    BadOverrides,
    Plan,
    PlannedKey,
    Target,
    make_plan,
    read_overrides,
    to_json,
)

Planned = Callable[..., dict[str, PlannedKey]]

PROVIDER_TOKEN = "ghp_" + "a1B2" * 9  # the form of a token, made here


@pytest.fixture
def planned(tmp_path: Path) -> Planned:
    """Write files into an empty project and plan it."""

    def make(files: Mapping[str, str], **chosen: str) -> dict[str, PlannedKey]:
        return {one.key: one for one in plan_of(tmp_path, files, chosen).keys}

    return make


def plan_of(folder: Path, files: Mapping[str, str], chosen: Mapping[str, str] = {}) -> Plan:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    inventory = take_inventory(folder, chosen=chosen)
    return make_plan(inventory, application="default", overrides=read_overrides(folder))


@pytest.mark.parametrize(
    ("name", "role"),
    [
        (".env", Role("base")),
        ("app.env", Role("base")),
        (".env.staging", Role("staging")),
        (".env.stage", Role("staging")),
        ("staging.env", Role("staging")),
        (".env.production", Role("prod")),
        (".env.prod", Role("prod")),
        (".env.development", Role("dev")),
        (".env.dev", Role("dev")),
        (".env.local", Role("dev", is_local=True)),
        (".env.development.local", Role("dev", is_local=True)),
        (".env.production.local", Role("prod", is_local=True)),
        (".env.test", Role("test")),
        (".env.qa-2", Role("qa-2")),
        (".env.example", Role(None)),
        (".env.staging.example", Role(None)),
        (".env.sample", Role(None)),
        (".env.template", Role(None)),
        (".env.dist", Role(None)),
        ("env.example", Role(None)),
        (".env.example.complete", Role(None)),
        ("docker-compose.yml", Role("base")),
        ("compose.override.yaml", Role("dev")),
        ("docker-compose.prod.yml", Role("prod")),
        ("docker-compose.db.yml", Role("base")),
        ("deploy/prod/.env", Role("base")),
    ],
)
def test_role__of_a_file__is_told_by_its_name(name: str, role: Role) -> None:
    assert role_of(name) == role


def test_plan__other_environments__have_values_only_where_they_differ(planned: Planned) -> None:
    keys = planned(
        {
            ".env": "RETRY_LIMIT=3\nENABLE_CACHE=true\nGREETING=hello there\n",
            ".env.staging": "RETRY_LIMIT=5\nENABLE_CACHE=True\n",
            ".env.prod": "GREETING=good day to you\nSTAGES_MAX=2\n",
        }
    )
    assert keys["RETRY_LIMIT"].values == {"base": 3, "staging": 5}
    assert keys["ENABLE_CACHE"].values == {"base": True}
    assert keys["GREETING"].values == {"base": "hello there", "prod": "good day to you"}
    assert keys["STAGES_MAX"].values == {"prod": 2}


def test_plan__file_named_by_option__speaks_for_that_environment(planned: Planned) -> None:
    keys = planned(
        {".env": "RETRY_LIMIT=3\n", "deploy/live.env": "RETRY_LIMIT=9\n"},
        **{"deploy/live.env": "prod"},
    )
    assert keys["RETRY_LIMIT"].values == {"base": 3, "prod": 9}


def test_plan__example_beside_an_env_file__gives_the_default(planned: Planned) -> None:
    keys = planned(
        {
            ".env": "RETRY_LIMIT=3\n",
            ".env.example": "# How often to try again (0-9)\nRETRY_LIMIT=5\nBATCH_SIZE=100\n",
        }
    )
    assert (keys["RETRY_LIMIT"].values, keys["RETRY_LIMIT"].default) == ({"base": 3}, 5)
    assert keys["RETRY_LIMIT"].validation_rules == {"min": 0, "max": 9}
    assert (keys["BATCH_SIZE"].values, keys["BATCH_SIZE"].default) == ({}, 100)


def test_plan__example_alone__gives_base_its_values(planned: Planned) -> None:
    keys = planned({".env.example": "RETRY_LIMIT=5\n", ".env.test": "RETRY_LIMIT=1\n"})
    assert keys["RETRY_LIMIT"].values == {"base": 5, "test": 1}


def test_plan__commented_out_line__is_a_default_and_no_value(planned: Planned) -> None:
    keys = planned({".env": "# Seconds to wait\n# REPLY_TIMEOUT_SECONDS=30\n"})
    one = keys["REPLY_TIMEOUT_SECONDS"]
    assert (one.target, one.values, one.default) == (Target.DATABASE, {}, 30)


def test_plan__default_in_code__comes_before_the_documented_one(planned: Planned) -> None:
    keys = planned(
        {
            ".env.example": "RETRY_LIMIT=5\n",
            ".env": "OTHER_LIMIT=1\n",
            "app.py": 'import os\nLIMIT = int(os.getenv("RETRY_LIMIT", "4"))\n',
        }
    )
    assert keys["RETRY_LIMIT"].default == 4
    assert "app.py:2 reads it with os.getenv as int, default 4" in keys["RETRY_LIMIT"].evidence
    assert keys["RETRY_LIMIT"].sources == (".env.example:1", "app.py:2")


def test_plan__defaults_in_code_that_disagree__are_doubtful(planned: Planned) -> None:
    keys = planned(
        {
            ".env": "RETRY_LIMIT=1\n",
            "a.py": 'import os\nLIMIT = int(os.getenv("RETRY_LIMIT", "4"))\n',
            "b.py": 'import os\nLIMIT = int(os.getenv("RETRY_LIMIT", "5"))\n',
        }
    )
    assert "a.py:2, b.py:2" in keys["RETRY_LIMIT"].doubts[0]


def test_plan__key_that_only_code_knows__is_planned_without_a_value(planned: Planned) -> None:
    keys = planned({"app.py": 'import os\nLIMIT = int(os.getenv("RETRY_LIMIT", "4"))\n'})
    one = keys["RETRY_LIMIT"]
    assert (one.target, one.values, one.default, one.sources) == (
        Target.DATABASE, {}, 4, ("app.py:2",),
    )  # fmt: skip


def test_plan__bounds_in_code__become_rules(planned: Planned) -> None:
    keys = planned(
        {
            ".env": "TOP_P_MAX=0.5\n",
            "app.py": (
                "from pydantic import Field\nfrom pydantic_settings import BaseSettings\n"
                "class Settings(BaseSettings):\n    top_p_max: float = Field(0.4, gt=0, le=1)\n"
            ),
        }
    )
    assert keys["TOP_P_MAX"].validation_rules == {"exclusiveMin": 0, "max": 1}


@pytest.mark.parametrize(
    ("base", "staging", "store_type", "values"),
    [
        ("3", "2.5", "number", {"base": 3.0, "staging": 2.5}),
        ("3", "many", "string", {"base": "3", "staging": "many"}),
        ("true", "auto", "string", {"base": "true", "staging": "auto"}),
        ("3", "3", "integer", {"base": 3}),
        ("3", "", "integer", {"base": 3}),
        ("3", "null", "integer", {"base": 3}),
    ],
)
def test_plan__values_of_two_types__get_the_type_that_both_have(
    planned: Planned, base: str, staging: str, store_type: str, values: dict[str, object]
) -> None:
    one = planned({".env": f"RETRY_LIMIT={base}\n", ".env.staging": f"RETRY_LIMIT={staging}\n"})[
        "RETRY_LIMIT"
    ]
    assert (one.store_type.value, one.values) == (store_type, values)
    assert bool(one.doubts) == (base != staging)


def test_plan__rule_that_another_environment_breaks__is_left_out_and_said(
    planned: Planned,
) -> None:
    files = {
        ".env": "# How often to try again (0-5)\nRETRY_LIMIT=3\n",
        ".env.staging": "RETRY_LIMIT=50\n",
    }
    one = planned(files)["RETRY_LIMIT"]
    assert one.validation_rules == {"min": 0}
    assert "its value in staging breaks the rule max (must be at most 5)" in one.doubts


def test_plan__secret_in_one_environment_only__stays_everywhere(planned: Planned) -> None:
    keys = planned({".env": "GREETING=hello there\n", ".env.prod": f"GREETING={PROVIDER_TOKEN}\n"})
    one = keys["GREETING"]
    assert (one.target, one.key_class.value, one.values) == (Target.ENVIRONMENT, "secret", {})
    assert PROVIDER_TOKEN not in str(to_json_of(one))


def test_plan__value_made_of_a_secret__stays(planned: Planned) -> None:
    keys = planned(
        {
            ".env": (
                "DB_PASSWORD=quite-Secret-77\nGREETING=hello ${DB_PASSWORD}\n"
                "BANNER_TEXT=about ${GREETING}\n"
            )
        }
    )
    for key in ("GREETING", "BANNER_TEXT"):
        assert keys[key].key_class.value == "secret"
        assert "quite-Secret-77" not in str(to_json_of(keys[key]))


def test_plan__variable_of_the_same_file__is_filled_in(planned: Planned) -> None:
    keys = planned({".env": 'APP_TITLE=Voices\nGREETING="welcome to ${APP_TITLE} today"\n'})
    assert keys["GREETING"].values == {"base": "welcome to Voices today"}


def test_plan__variable_that_no_file_sets__keeps_the_key_in_the_environment(
    planned: Planned,
) -> None:
    one = planned({".env": "GREETING=hello ${USER_TITLE} there\n"})["GREETING"]
    assert one.target is Target.ENVIRONMENT
    assert "its value in .env:1 is made of USER_TITLE, which no file sets" in one.doubts


def test_plan__two_folders_that_disagree__are_doubtful_and_the_nearer_counts(
    planned: Planned,
) -> None:
    keys = planned({".env": "RETRY_LIMIT=3\n", "web/.env": "RETRY_LIMIT=8\n"})
    one = keys["RETRY_LIMIT"]
    assert one.values == {"base": 3}
    assert one.doubts == (".env:1 counts, but web/.env:1 says otherwise",)


def test_plan__local_file__varies_its_neighbour_without_doubt(planned: Planned) -> None:
    keys = planned({".env.dev": "RETRY_LIMIT=3\n", ".env.dev.local": "RETRY_LIMIT=8\n"})
    assert keys["RETRY_LIMIT"].values == {"dev": 8}
    assert not keys["RETRY_LIMIT"].doubts


def test_plan__value_that_libraries_read_differently__is_doubtful(planned: Planned) -> None:
    one = planned({".env": "GREETING=hello#there\n"})["GREETING"]
    assert any("# in the unquoted value" in doubt for doubt in one.doubts)


def test_plan__name_that_the_store_reserves__stays_and_says_why(planned: Planned) -> None:
    one = planned({".env": "SEARCH=true\n"})["SEARCH"]
    assert (one.target, one.values) == (Target.ENVIRONMENT, {})
    assert any("no setting can have it" in doubt for doubt in one.doubts)


def test_plan__names_that_differ_in_case__only_one_can_move(planned: Planned) -> None:
    keys = planned({".env": "RETRY_LIMIT=3\nretry_limit=4\n"})
    assert [one.key for one in keys.values() if one.moves] == ["RETRY_LIMIT"]


def test_plan__secret_quoted_in_a_comment__is_hidden(planned: Planned) -> None:
    keys = planned(
        {
            ".env": (
                "SMTP_PASSWORD=quite-Secret-77\n"
                "# was once quite-Secret-77 by mistake\nRETRY_LIMIT=3\n"
                f"# was once {PROVIDER_TOKEN} by mistake\nBATCH_LIMIT=3\n"
            )
        }
    )
    assert keys["RETRY_LIMIT"].description == "was once (hidden) by mistake"
    assert PROVIDER_TOKEN not in keys["BATCH_LIMIT"].description


def test_plan__line_whose_name_is_a_credential__is_named_by_its_place(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {".env": f"RETRY_LIMIT=3\n{PROVIDER_TOKEN}=1\n"})
    assert [one.key for one in plan.keys] == ["RETRY_LIMIT"]
    assert plan.unread == (".env:2: its name looks like a credential itself",)


def test_plan__compose_file__gives_values_that_an_env_file_replaces(planned: Planned) -> None:
    compose = "services:\n  app:\n    environment:\n      RETRY_LIMIT: 2\n      BATCH_SIZE: 10\n"
    keys = planned({"compose.yaml": compose, ".env": "RETRY_LIMIT=3\n"})
    assert keys["BATCH_SIZE"].values == {"base": 10}
    assert keys["RETRY_LIMIT"].values == {"base": 3}


def test_plan__field_with_several_names__is_planned_once(planned: Planned) -> None:
    code = (
        "from pydantic import AliasChoices, Field\nfrom pydantic_settings import BaseSettings\n"
        "class Settings(BaseSettings):\n"
        "    batch: int = Field(5, validation_alias=AliasChoices('BATCH_SIZE', 'BATCH_COUNT'))\n"
    )
    keys = planned({".env": "BATCH_COUNT=7\n", "app.py": code})
    assert [one.key for one in keys.values() if one.moves] == ["BATCH_COUNT"]
    assert "the code also reads it as BATCH_SIZE" in keys["BATCH_COUNT"].evidence


def test_plan__made_twice__is_the_same(tmp_path: Path) -> None:
    files = {".env": "A_LIMIT=1\nB_KEY=x\n", ".env.prod": "A_LIMIT=2\n", "app.py": "import os\n"}
    assert plan_of(tmp_path, files) == plan_of(tmp_path, files)


def test_plan__of_another_dialect__reads_by_its_rules(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("GREETING=hello#there\n")
    inventory = take_inventory(tmp_path, dialect=Dialect.NODE_DOTENV)
    plan = make_plan(inventory, application="default")
    assert plan.keys[0].values == {"base": "hello"}


def test_overrides__in_the_project__win_over_every_rule(planned: Planned) -> None:
    files = {
        ".env": "RETRY_LIMIT=3\nREDIS_POOL_HINT=8\n",
        "trimtab.toml": (
            '[migrate.keys.RETRY_LIMIT]\nclass = "infrastructure"\n'
            '[migrate.keys.REDIS_POOL_HINT]\nclass = "dynamic"\ntype = "integer"\n'
            'category = "performance"\nrules = { min = 1, max = 64 }\n'
        ),
    }
    keys = planned(files)
    assert keys["RETRY_LIMIT"].target is Target.ENVIRONMENT
    one = keys["REDIS_POOL_HINT"]
    assert (one.values, one.category, one.confidence) == ({"base": 8}, "performance", 1.0)
    assert one.validation_rules == {"min": 1, "max": 64}
    assert any("trimtab.toml says class dynamic" in text for text in one.evidence)


def test_overrides__of_a_credential__do_not_move_it(planned: Planned) -> None:
    files = {
        ".env": f"GREETING={PROVIDER_TOKEN}\n",
        "trimtab.toml": '[migrate.keys.GREETING]\nclass = "dynamic"\n',
    }
    one = planned(files)["GREETING"]
    assert (one.target, one.values) == (Target.ENVIRONMENT, {})
    assert any("looks like a credential" in doubt for doubt in one.doubts)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[migrate", "is not valid TOML"),
        ("migrate = 3", "must be tables"),
        ("[migrate.keys]\nA = 3", "migrate.keys.A must be a table"),
        ('[migrate.keys.A]\nclass = "secrett"', "migrate.keys.A.class must be one of secret"),
        ('[migrate.keys.A]\ntype = "int"', "migrate.keys.A.type must be one of string"),
        ("[migrate.keys.A]\nkind = 3", "migrate.keys.A.kind is unknown"),
        ("[migrate.keys.A]\ncategory = 3", "migrate.keys.A.category must be text"),
        ("[migrate.keys.A]\nrules = 3", "migrate.keys.A.rules must be a table"),
        (
            '[migrate.keys.A]\ntype = "string"\nrules = { min = 3 }',
            "migrate.keys.A.rules.min is no rule for the type string",
        ),
    ],
)
def test_overrides__that_make_no_sense__are_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "trimtab.toml").write_text(text)
    with pytest.raises(BadOverrides, match=r"trimtab\.toml") as refused:
        read_overrides(tmp_path)
    assert said in str(refused.value)


def to_json_of(one: PlannedKey) -> object:
    plan = Plan("a", ".", "python-dotenv", None, {}, (), (one,))
    return to_json(plan)
