"""The environment against the store: every kind of difference, with its line; secrets unseen."""

from pathlib import Path

import pytest

from migration_driver.samples import moving, plan_of, staying, store_of
from trimtab.migrate.dialect import Dialect
from trimtab.migrate.inventory import NamedFiles, read_named_files
from trimtab.migrate.plan import Plan
from trimtab.migrate.store_state import StoreState
from trimtab.migrate.verify import Difference, Kind, Verification, verify
from trimtab.value_types import ValueType

FILES = {"base": [".env"], "staging": [".env.staging"]}
SECRET = "quite-" + "Secret-77" * 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".env").write_text("# comment\nRETRIES=3\n")
    (tmp_path / ".env.staging").write_text("")
    return tmp_path


def read(folder: Path) -> NamedFiles:
    return read_named_files(folder, Dialect.PYTHON_DOTENV, FILES)


def checked(folder: Path, plan: Plan, state: StoreState, **environ: str) -> Verification:
    return verify(plan, read(folder), state, environ=environ)


def only(found: Verification) -> Difference:
    (one,) = found.differences
    return one


PLAN = plan_of(moving("RETRIES", base=3), environments=FILES)


def test_verify__equal_in_every_environment__finds_nothing(folder: Path) -> None:
    found = checked(folder, PLAN, store_of({"RETRIES": {}}, {"base": {"RETRIES": 3}}))
    assert (found.differences, found.compared, found.environments) == ((), 2, ("base", "staging"))


def test_verify__other_value__names_line_and_both_values(folder: Path) -> None:
    (folder / ".env.staging").write_text("\n\nRETRIES=5\n")
    found = checked(folder, PLAN, store_of({"RETRIES": {}}, {"base": {"RETRIES": 3}}))
    one = only(found)
    assert (one.environment, one.kind, one.where) == ("staging", Kind.DIFFERENT, ".env.staging:3")
    assert (one.in_environment, one.in_store) == (5, 3)
    assert one.settle == ("trimtab set RETRIES 5 --environment staging, or edit .env.staging:3")


@pytest.mark.parametrize(
    ("kind", "text", "stored", "is_equal"),
    [
        ("boolean", "True", True, True),
        ("boolean", "yes", True, True),
        ("boolean", "0", False, True),
        ("boolean", "off", True, False),
        ("number", "3", 3.0, True),
        ("number", "3.50", 3.5, True),
        ("integer", " 3 ", 3, True),
        ("string", "3", "3", True),
        ("string", "3.0", "3", False),
        ("json", '{"b": 1, "a": [2]}', {"a": [2], "b": 1}, True),
        ("json", "[1, 2]", [2, 1], False),
    ],
)
def test_verify__text_of_the_type__is_compared_as_a_value(
    folder: Path, kind: str, text: str, stored: object, is_equal: bool
) -> None:
    (folder / ".env").write_text(f"KNOB='{text}'\n")
    plan = plan_of(moving("KNOB", ValueType(kind)))
    found = checked(folder, plan, store_of({"KNOB": {"type": kind}}, {"base": {"KNOB": stored}}))
    assert (found.differences == ()) == is_equal


def test_verify__setting_not_there__says_apply(folder: Path) -> None:
    found = verify(PLAN, read(folder), store_of({}), plan_name="my.yaml", environ={})
    assert {one.kind for one in found.differences} == {Kind.NOT_IN_STORE}
    assert found.differences[0].settle == "trimtab migrate apply my.yaml"


def test_verify__text_of_another_type__is_a_difference(folder: Path) -> None:
    (folder / ".env").write_text("RETRIES=many\n")
    found = checked(folder, PLAN, store_of({"RETRIES": {}}, {"base": {"RETRIES": 3}}))
    assert {one.kind for one in found.differences} == {Kind.NOT_OF_TYPE}
    assert "many" not in str(found)


@pytest.mark.parametrize(
    ("policy", "stored", "kind"),
    [
        ("shadow", {"base": {"RETRIES": 3}}, Kind.NOT_IN_ENVIRONMENT),
        ("store", {"base": {"RETRIES": 3}}, None),
        ("shadow", {}, None),
    ],
)
def test_verify__environment_without_a_value__counts_until_the_store_does(
    folder: Path, policy: str, stored: dict[str, dict[str, int]], kind: Kind | None
) -> None:
    (folder / ".env").write_text("# RETRIES=3\n")
    state = store_of({"RETRIES": {"default": 3}}, stored, {"RETRIES": policy})
    found = checked(folder, PLAN, state)
    assert {one.kind for one in found.differences} == ({kind} if kind else set())


def test_verify__after_a_cut_over__says_to_take_the_line_out(folder: Path) -> None:
    state = store_of({"RETRIES": {}}, {"base": {"RETRIES": 8}}, {"RETRIES": "store"})
    one = checked(folder, PLAN, state).about("RETRIES", ["base"])[0]
    assert one.settle == "take the line out of the env file (.env:2)"


def test_verify__credential_in_a_line_since__is_not_shown(folder: Path) -> None:
    token = "ghp_" + "a1B2" * 9
    (folder / ".env").write_text(f"GREETING={token}\n")
    plan = plan_of(moving("GREETING", ValueType.STRING, base="hi"))
    state = store_of({"GREETING": {"type": "string"}}, {"base": {"GREETING": "hi"}})
    one = only(checked(folder, plan, state))
    assert one.in_environment == "(hidden)"
    assert token not in repr(one) + one.sentence + one.settle


def test_verify__secrets__are_looked_at_and_counted(folder: Path) -> None:
    (folder / ".env").write_text(f"RETRIES=3\nAPI_KEY={SECRET}\nOTHER_KEY=\n")
    plan = plan_of(moving("RETRIES"), staying("API_KEY"), staying("OTHER_KEY"), staying("FAR_KEY"))
    state = store_of({"RETRIES": {}}, {"base": {"RETRIES": 3}})
    found = checked(folder, plan, state, FAR_KEY=SECRET)
    assert found.differences == ()
    assert found.notes == ("Secrets with a value: 2 of 3; without one: OTHER_KEY",)
    assert SECRET not in repr(found)


@pytest.mark.parametrize(("name", "is_there"), [("API_KEY", True), ("GONE_KEY", False)])
def test_verify__reference_of_a_secret__must_lead_somewhere(
    folder: Path, name: str, is_there: bool
) -> None:
    (folder / ".env").write_text(f"API_KEY={SECRET}\n")
    plan = plan_of(staying("API_KEY"), environments=FILES)
    definition = {"API_KEY": {"type": "string", "is_secret": True}}
    found = checked(folder, plan, store_of(definition, {"base": {"API_KEY": f"env://{name}"}}))
    assert (found.differences == ()) == is_there
    assert {one.kind for one in found.differences} <= {Kind.UNRESOLVABLE}
    assert SECRET not in repr(found)


def test_verify__reference_elsewhere__is_a_note(folder: Path) -> None:
    plan = plan_of(staying("API_KEY"))
    definition = {"API_KEY": {"type": "string", "is_secret": True}}
    state = store_of(definition, {"base": {"API_KEY": "infisical://p/dev/#API_KEY"}})
    found = checked(folder, plan, state)
    assert found.notes[0] == "API_KEY: infisical:// is resolved by the program, not here"
