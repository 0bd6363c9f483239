"""A plan edited into nonsense: one sentence per fault, with its line, and nothing is quoted."""

from collections.abc import Callable
from pathlib import Path

import pytest

from trimtab.migrate.plan import BadPlan, read_plan

PLAN = """\
kind: trimtab migration plan
version: 1
application: default
root: .
dialect: python-dotenv
store: null
environments:
  base: [.env]
  staging: [.env.staging]
keys:
  - key: RETRIES
    class: dynamic
    target: database
    type: integer
    storeType: integer
    category: performance
    values: {base: 3, staging: 5}
    validationRules: {min: 0, max: 9}
    confidence: 0.9
  - key: MODE
    class: dynamic
    target: database
    type: enum
    storeType: enum
    category: general
    values: {base: on}
    validationRules: {enum: [on, off]}
  - key: OPENAI_API_KEY
    class: secret
    target: environment
    type: string
    storeType: string
    category: credentials
    sources: ['.env:7']
"""
LINE = {text: number for number, text in enumerate(PLAN.splitlines(), start=1)}


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], list[tuple[int, str]]]:
    """The faults of a plan."""

    def faults_of(text: str) -> list[tuple[int, str]]:
        path = tmp_path / "plan.yaml"
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        with pytest.raises(BadPlan) as refused:
            read_plan(path)
        faults = refused.value.faults
        assert all(f"{path}:{line}: {reason}" in str(refused.value) for line, reason in faults)
        return list(faults)

    return faults_of


def test_plan__as_it_was_written__has_no_fault(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text(PLAN)
    plan = read_plan(tmp_path / "plan.yaml")
    retries, mode, key = plan.keys
    assert (retries.values, retries.line) == ({"base": 3, "staging": 5}, 11)
    assert (mode.values, mode.validation_rules) == ({"base": "on"}, {"enum": ["on", "off"]})
    assert (key.target.value, key.values) == ("environment", {})


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("    class: dynamic", "    class: dynamik", 12, "`class` must be one of secret,"),
        ("    class: dynamic", "    class: infrastructure", 13, "stays in the environment: to"),
        ("    class: dynamic", "    class: [dynamic]", 12, "`class` must be text"),
        ("    class: dynamic", "    kind: dynamic", 12, "`kind` is unknown; there are key, class"),
        ("    target: database", "    target: environment", 13, "goes to the database: to keep"),
        ("    target: database", "    target: db", 13, "must be one of database, environment"),
        ("    storeType: integer", "    storeType: int", 15, "must be one of string, integer"),
        ("    storeType: integer", "    storeType: boolean", 17, "must be exactly true or false"),
        ("    type: integer", "    type: number of things", 14, "`type` must be one of"),
        ("category: performance", "category: Fast Things", 16, "lower-case letters"),
        ("{base: 3, staging: 5}", "{base: 30, staging: 5}", 17, "at most 9 (rule max)"),
        ("{base: 3, staging: 5}", "{base: 3.5, staging: 5}", 17, "must be an integer"),
        ("{base: 3, staging: 5}", "{base: '3', staging: 5}", 17, "stands in quotes"),
        ("{base: 3, staging: 5}", "{base: 007, staging: 5}", 17, "must be an integer"),
        ("{base: 3, staging: 5}", "{base: 1_000, staging: 5}", 17, "must be an integer"),
        ("{base: 3, staging: 5}", "{base: 3, base: 4}", 17, "base stands there twice"),
        ("{base: 3, staging: 5}", "{base: null}", 17, "leave the line out"),
        ("{base: 3, staging: 5}", "{base: [3]}", 17, "must be one value"),
        ("{base: 3, staging: 5}", "{'not a name': 3}", 17, "is no environment's name"),
        ("{base: 3, staging: 5}", "3", 17, "must be a map"),
        ("{base: 3, staging: 5}", "{base: &a 3, staging: *a}", 17, "An alias"),
        ("{base: 3, staging: 5}", "{base: !!python/name:os.system 3}", 17, "must be text"),
        ("{min: 0, max: 9}", "{minimum: 0}", 18, "the rule minimum is no rule: there are min"),
        ("{min: 0, max: 9}", "{min: low}", 18, "the rule min must be an integer"),
        ("{min: 0, max: 9}", "{minLength: 2}", 18, "is no rule for the type integer"),
        ("{min: 0, max: 9}", "{enum: [4, 5]}", 17, "must be one of 4, 5 (rule enum)"),
        ("confidence: 0.9", "confidence: very", 19, "a number from 0 to 1"),
        ("{base: on}", "{base: auto}", 26, "must be one of on, off (rule enum)"),
        ("    sources: ['.env:7']", "    values: {base: abc}", 34, "so it has no values here"),
        ("    sources: ['.env:7']", "    default: abc", 34, "so it has no default here"),
        ("    sources: ['.env:7']", "    sources: .env:7", 34, "`sources` must be a list"),
        ("  - key: MODE", "  - key: retries", 20, "stands there twice (also in line 11)"),
        ("  - key: MODE", "  - key: MO DE", 20, "no usable name"),
        ("  - key: MODE", "  - name: MODE", 20, "A key: `name` is unknown"),
        ("  - key: MODE", "  - 3\n  - key: MODE", 20, "A key must be a map"),
        ("version: 1", "version: 2", 2, "plans of version 1"),
        ("version: 1", "", 1, "plans of version 1"),
        ("kind: trimtab migration plan", "kind: pod", 1, "This is no migration plan"),
        ("application: default", "application: My Shop", 3, "`application` must be a name"),
        ("application: default", "applicaton: default", 3, "`applicaton` is unknown"),
        ("dialect: python-dotenv", "dialect: bash", 5, "`dialect` must be one of"),
        ("store: null", "store: yes", 6, "`store` must be a map"),
        ("  base: [.env]", "  Base!: [.env]", 8, "a name that no environment can have"),
        ("  base: [.env]", "  base: .env", 8, "`environments.base` must be a list"),
        ("keys:\n", "keys: {}\nmore:\n", 10, "`keys` must be a list"),
    ],
)  # fmt: skip
def test_plan__edited_into_nonsense__names_the_line(
    read: Callable[[str], list[tuple[int, str]]], old: str, new: str, line: int, said: str
) -> None:
    assert PLAN.count(old) >= 1
    faults = read(PLAN.replace(old, new, 1))
    assert any(number == line and said in reason for number, reason in faults), faults


def test_plan__with_many_faults__names_all_of_them(
    read: Callable[[str], list[tuple[int, str]]],
) -> None:
    text = PLAN.replace("max: 9", "max: 2").replace("base: on", "base: up")
    text = text.replace("category: performance", "category: 9")
    assert [line for line, _ in read(text)] == [16, 17, 17, 26]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "It is empty"),
        ("- 1\n", "This is no migration plan"),
        ("a: [1\n", "is not valid YAML"),
        ("a: b\n  c: d\n", "is not valid YAML"),
        ("kind: trimtab migration plan\nversion: 1\n---\na: 1\n", "is not valid YAML"),
        ("kind: trimtab migration plan\nversion: 1\napplication: default\n", "has no `keys`"),
        ("\udcff\udcfe", "It is not UTF-8 text"),
        ("[" * 50_000 + "]" * 50_000, "nested too deeply"),
        ("RETRIES=3\nMODE=on\n", "no migration plan"),
    ],
)
def test_plan__that_is_none__is_one_sentence(
    read: Callable[[str], list[tuple[int, str]]], text: str, said: str
) -> None:
    faults = read(text)
    assert any(said in reason for _, reason in faults), faults


def test_plan__with_a_secret_pasted_into_it__does_not_repeat_it(
    read: Callable[[str], list[tuple[int, str]]],
) -> None:
    secret = "hunter2-" + "Zx9" * 6
    for old in ("base: 3", "class: dynamic", "confidence: 0.9", "min: 0", "category: general"):
        name = old.partition(":")[0]
        faults = read(PLAN.replace(old, f"{name}: {secret}", 1))
        assert faults
        assert secret not in str(faults)
    assert secret not in str(read(PLAN.replace("category:", f"{secret}:", 1)))


def test_plan__too_large__is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_bytes(b"#" * (16 * 1024 * 1024 + 1))
    with pytest.raises(BadPlan, match="larger than 16 MiB"):
        read_plan(path)
