"""Moving keys to the store: policies by environment, and what stands against it."""

from pathlib import Path

import pytest

from migration_driver.samples import moving, plan_of, staying, store_of
from trimtab.migrate.apply import CannotApply
from trimtab.migrate.comment_out import comment_out, commented_out
from trimtab.migrate.cutover import cut_over, keys_of
from trimtab.migrate.dialect import Dialect
from trimtab.migrate.env_file import parse_env_text
from trimtab.migrate.verify import Difference, Kind, Verification

STATE = store_of({"RETRIES": {}, "LIMIT": {}}, {"base": {"RETRIES": 3, "LIMIT": 4}})
NOTHING = Verification((), 0, (), ())


def differing(key: str, environment: str) -> Verification:
    one = Difference(key, environment, Kind.DIFFERENT, ".env:2", "it differs", "edit it")
    return Verification((environment,), 1, (one,), ())


def test_cut_over__everywhere__sets_the_root_and_clears_the_others() -> None:
    items = cut_over(["RETRIES"], "store", STATE, NOTHING).items
    assert items == [
        {"op": "policy", "key": "RETRIES", "environment": name, "sourcePolicy": policy}
        for name, policy in {**dict.fromkeys(STATE.parents), "base": "store"}.items()
    ]


def test_cut_over__of_some_environments__touches_no_other() -> None:
    items = cut_over(["RETRIES", "LIMIT"], "shadow", STATE, NOTHING, ["dev"]).items
    assert [(one["key"], one["environment"], one["sourcePolicy"]) for one in items] == [
        ("RETRIES", "dev", "shadow"), ("LIMIT", "dev", "shadow"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("to", "environments", "where", "stands"),
    [
        ("store", [], "dev", True),
        ("store", ["dev"], "dev", True),
        ("store", ["staging"], "qa", True),
        ("store", ["dev"], "prod", False),
        ("shadow", [], "dev", False),
    ],
)
def test_cut_over__with_a_difference__counts_it_where_the_policy_reaches(
    to: str, environments: list[str], where: str, stands: bool
) -> None:
    found = cut_over(["RETRIES"], to, STATE, differing("RETRIES", where), environments)
    assert bool(found.against) == stands
    assert not cut_over(["LIMIT"], to, STATE, differing("RETRIES", where), environments).against


def test_cut_over__of_what_is_not_there__names_it() -> None:
    with pytest.raises(CannotApply, match="no setting GONE yet"):
        cut_over(["GONE"], "store", STATE, NOTHING)
    with pytest.raises(CannotApply, match="no environment live; there are base"):
        cut_over(["RETRIES"], "store", STATE, NOTHING, ["live"])


def test_keys__of_a_command__must_be_keys_that_move() -> None:
    plan = plan_of(moving("RETRIES"), moving("LIMIT"), staying("API_KEY"))
    assert keys_of(plan, ["LIMIT", "LIMIT"], every=False) == ["LIMIT"]
    assert keys_of(plan, [], every=True) == ["RETRIES", "LIMIT"]
    with pytest.raises(CannotApply) as refused:
        keys_of(plan, ["API_KEY", "GONE"], every=False)
    assert refused.value.reasons == (
        "API_KEY stays in the environment (class secret), so it cannot be cut over.",
        "The plan has no key GONE.",
    )


TEXT = (
    "# head\r\nRETRIES=3 # beside\r\nexport LIMIT='4'\r\n"
    'GREETING="two\r\nlines"\r\nAPI_KEY=x\r\nRETRIES=5\r\n'
)


def test_comment_out__some_keys__leaves_the_others_and_loses_no_text() -> None:
    text = commented_out(TEXT, {"RETRIES", "GREETING"}, Dialect.PYTHON_DOTENV)
    assert parse_env_text(text).values() == {"LIMIT": "4", "API_KEY": "x"}
    assert parse_env_text(text).broken == ()
    for line in TEXT.splitlines():
        assert line in text
    assert text.count("\r\n") == text.count("\n")


def test_comment_out__a_file__keeps_its_mode_and_says_what_it_did(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes(TEXT.encode())
    path.chmod(0o640)
    found = comment_out(path, {"RETRIES", "OTHER"}, Dialect.PYTHON_DOTENV)
    assert found == ["RETRIES"]
    assert path.stat().st_mode & 0o777 == 0o640
    assert [one.name for one in tmp_path.iterdir()] == [".env"]
    before = path.stat().st_mtime_ns
    assert comment_out(path, {"RETRIES"}, Dialect.PYTHON_DOTENV) == []
    assert path.stat().st_mtime_ns == before
