"""The plan as a review document: it reads well, holds no secret, and reads back as it was."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from trimtab.migrate.evidence import InferredType, KeyClass
from trimtab.migrate.inventory import take_inventory
from trimtab.migrate.plan import (
    Plan,
    PlannedKey,
    Target,
    make_plan,
    read_plan,
    to_json,
    to_yaml,
)
from trimtab.migrate.plan.reading import without_lines
from trimtab.value_types import MAX_INTEGER, Value, ValueType

PROJECTS = Path(__file__).parent / "projects"
CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"
FILES = [*(path / ".env" for path in sorted(PROJECTS.iterdir())), *sorted(CORPUS.glob("*/env"))]

FRUITFUL_TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40
)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | FRUITFUL_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FRUITFUL_TEXT, inner, max_size=3),
    max_leaves=6,
)
TYPED = st.one_of(
    st.tuples(st.just(ValueType.STRING), FRUITFUL_TEXT),
    st.tuples(st.just(ValueType.INTEGER), st.integers(-MAX_INTEGER, MAX_INTEGER)),
    st.tuples(
        st.just(ValueType.NUMBER),
        st.floats(allow_nan=False, allow_infinity=False).map(lambda number: number + 0.0),
    ),
    st.tuples(st.just(ValueType.BOOLEAN), st.booleans()),
    st.tuples(st.just(ValueType.JSON), st.lists(JSON_VALUES, max_size=3)),
)


def planned(folder: Path) -> Plan:
    return make_plan(take_inventory(folder), application="default")


def one_key(store_type: ValueType, value: Value, text: str) -> Plan:
    key = PlannedKey(
        "A_KEY", KeyClass.DYNAMIC, Target.DATABASE, InferredType.STRING, store_type, "general",
        values={"base": value}, default=value, description=text, evidence=(text,), doubts=("d",),
    )  # fmt: skip
    return Plan("default", ".", "python-dotenv", "17.3", {"base": [".env"]}, (text,), (key,))


@example((ValueType.STRING, "a\x85b\u2028c\r\nd\re\ufeff \t"), "\x85")
@given(TYPED, FRUITFUL_TEXT)
def test_document__any_value_and_text__reads_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, typed: tuple[ValueType, Value], text: str
) -> None:
    plan = one_key(*typed, text)
    path = tmp_path_factory.getbasetemp() / "plan"
    for document in (to_yaml(plan), json.dumps(to_json(plan))):
        path.write_text(document, encoding="utf-8")
        assert without_lines(read_plan(path)) == plan


@pytest.mark.parametrize("env", FILES, ids=lambda path: path.parent.name)
def test_document__of_a_real_file__reads_back_in_both_forms(env: Path, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(env.read_bytes())
    plan = planned(tmp_path)
    (tmp_path / "plan.json").write_text(json.dumps(to_json(plan)))
    assert without_lines(read_plan(tmp_path / "plan.json")) == plan
    (tmp_path / "plan.yaml").write_text(to_yaml(plan))
    back = without_lines(read_plan(tmp_path / "plan.yaml"))
    assert sorted(back.keys, key=key_of) == sorted(plan.keys, key=key_of)
    assert replace(back, keys=plan.keys) == plan
    assert back.digest() == plan.digest()


def key_of(one: PlannedKey) -> str:
    return one.key


def test_document__as_a_whole__is_grouped_with_the_doubtful_first(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "RETRY_LIMIT=3\nGREETING=hello#there\nOPENAI_API_KEY=x\nDB_HOST=db\nNODE_ENV=test\n"
    )
    text = to_yaml(planned(tmp_path), name="moves.yaml")
    titles = [line.strip("# -") for line in text.splitlines() if line.startswith("  # ----")]
    assert titles == [
        "Doubtful: look at these first (1)",
        "To the database (1)",
        "Stay: secrets (1)",
        "Stay: infrastructure (1)",
        "Stay: needed to start (1)",
    ]
    assert "trimtab migrate apply moves.yaml" in text
    assert "No store was compared" in text
    assert [one["key"] for one in yaml.safe_load(text)["keys"]] == [
        "GREETING", "RETRY_LIMIT", "OPENAI_API_KEY", "DB_HOST", "NODE_ENV",
    ]  # fmt: skip


def test_document__with_a_store__does_not_say_that_it_is_missing(tmp_path: Path) -> None:
    plan = replace(planned(tmp_path), store_revision="17.4")
    assert "No store was compared" not in to_yaml(plan)
    assert yaml.safe_load(to_yaml(plan))["store"] == {"revision": "17.4"}


def test_json__of_a_key__has_the_published_members(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "# How often (1-5)\nRETRY_LIMIT=3\nOPENAI_API_KEY=quite-Secret-77\n"
    )
    (tmp_path / ".env.staging").write_text("RETRY_LIMIT=4\n")
    moving, staying = list(members_of(planned(tmp_path)))
    assert {name: moving[name] for name in ("key", "class", "type", "storeType", "target")} == {
        "key": "RETRY_LIMIT", "class": "dynamic", "type": "integer", "storeType": "integer",
        "target": "database",
    }  # fmt: skip
    assert moving["values"] == {"base": 3, "staging": 4}
    assert moving["validationRules"] == {"min": 1, "max": 5}
    assert moving["sources"] == [".env:2", ".env.staging:1"]
    assert "values" not in staying
    assert (staying["default"], staying["sources"]) == (None, [".env:3"])
    assert "quite-Secret-77" not in json.dumps(staying)


def members_of(plan: Plan) -> list[dict[str, Any]]:
    document: Any = to_json(plan)
    return list(document["keys"])


def test_digest__of_a_plan__counts_what_is_carried_out_alone() -> None:
    plan = one_key(ValueType.INTEGER, 3, "words")
    (key,) = plan.keys
    other_words = replace(plan, keys=(replace(key, evidence=("other",), confidence=0.1),))
    assert other_words.digest() == plan.digest()
    for change in ({"values": {"base": 4}}, {"default": None}, {"category": "other"}):
        assert replace(plan, keys=(replace(key, **change),)).digest() != plan.digest()
    assert replace(plan, application="other").digest() != plan.digest()
