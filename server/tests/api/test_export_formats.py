"""Exports, read back by those they are for: bash, sh, python-dotenv, JSON and YAML readers."""

import io
import json
import subprocess
from pathlib import Path
from typing import Any

import dotenv
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api_driver import CONFIG, Api, Store, assert_problem

EXPORT = "/api/v1/export"
CHARACTERS = st.one_of(
    st.sampled_from("'\"`$\\{}()#!=;&|<>*?~^%@:, \t\n\r\v\f\x1b\x7f\x85\u2028\ufeffé🦊abc019"),
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
)
TEXTS = st.lists(st.text(CHARACTERS, max_size=12), min_size=8, max_size=40)
batches = settings(
    max_examples=4,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
AWKWARD = [
    "",
    " ",
    " padded ",
    "a b",
    "'",
    '"',
    "it's",
    'say "hi"',
    "$HOME",
    "${HOME}",
    "$(id)",
    "`id`",
    "\\",
    "\\\\",
    "a\\nb",
    "two\nlines",
    "tab\tbed",
    "cr\rcr",
    "#no comment",
    "a #no comment",
    "a=b",
    "export X=1",
    "!history",
    "*",
    "~",
    "{a,b}",
    "null",
    "true",
    "no",
    "1e3",
    "0o14",
    "0x10",
    "1_000",
    "12:30:45",
    "2026-11-23",
    "=",
    "<<",
    "- a",
    "a: b",
    "[1]",
    "é\u0301",
    "\u2028",
    "\x85",
    "🦊",
]


async def fill(api: Api, store: Store, texts: list[str]) -> dict[str, str]:
    """Settings with these texts, as far as they are no credentials; by key."""
    await store.reset()
    wanted = {f"TEXT_{number}": text for number, text in enumerate(texts)}
    for _ in range(2):
        items = [
            {"key": key, "type": "string", "environment": "base", "value": text}
            for key, text in wanted.items()
        ]
        response = await api.post(f"{CONFIG}/bulk", {"items": items})
        if response.status_code == 200:
            return wanted
        refused = assert_problem(response, 422, "secret-suspected")
        for error in refused["errors"]:
            wanted.pop(error["key"], None)
    raise AssertionError(response.text)


async def exported(api: Api, kind: str, wanted: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The file, and what is in it: keys that it cannot hold are named, and then left out."""
    response = await api.get(EXPORT, format=kind)
    if response.status_code == 200:
        return response.text, wanted
    document = assert_problem(response, 422, "not-exportable", rule="not-exportable")
    named = {error["key"] for error in document["errors"]}
    assert named <= set(wanted)
    for key in named:
        text = wanted[key]
        assert any(special in text for special in ("\r", "'", "${", "\\")), repr(text)
        response = await api.call(
            "DELETE", f"{CONFIG}/{key}?environment=base", headers={"If-Match": "*"}
        )
        assert response.status_code == 200
    response = await api.get(EXPORT, format=kind)
    assert response.status_code == 200
    return response.text, {key: text for key, text in wanted.items() if key not in named}


def read_by_shell(program: str, text: str, keys: list[str], tmp_path: Path) -> dict[str, str]:
    """What a shell has in its environment after it has read the file."""
    file = tmp_path / "exported.env"
    file.write_bytes(text.encode())
    script = f'set -a; . "{file}"; for key in {" ".join(keys)}; do printenv -0 "$key"; done'
    done = subprocess.run(
        [program, "-c", script],
        check=True,
        capture_output=True,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/wrong"},
        timeout=20,
    )
    assert not done.stderr, done.stderr
    return dict(zip(keys, done.stdout.decode().split("\0"), strict=False))


@pytest.mark.parametrize("program", ["bash", "sh"])
@pytest.mark.parametrize("kind", ["dotenv", "shell"])
@batches
@given(texts=TEXTS)
async def test_export__any_text_in_a_shell__is_what_the_store_holds(
    api: Api, store: Store, tmp_path: Path, texts: list[str], kind: str, program: str
) -> None:
    wanted = await fill(api, store, [*AWKWARD, *texts])
    file, held = await exported(api, kind, wanted)
    assert kind == "dotenv" or held == wanted  # a shell's own quotes hold everything
    assert read_by_shell(program, file, list(held), tmp_path) == held


@batches
@given(texts=TEXTS)
async def test_export__any_text_in_python_dotenv__is_what_the_store_holds(
    api: Api, store: Store, monkeypatch: pytest.MonkeyPatch, texts: list[str]
) -> None:
    monkeypatch.setenv("HOME", "/wrong")
    wanted = await fill(api, store, [*AWKWARD, *texts])
    file, held = await exported(api, "dotenv", wanted)
    assert dotenv.dotenv_values(stream=io.StringIO(file)) == held


@batches
@given(texts=TEXTS)
async def test_export__any_text_in_json_and_yaml__is_what_the_store_holds(
    api: Api, store: Store, texts: list[str]
) -> None:
    wanted = await fill(api, store, [*AWKWARD, *texts])
    assert json.loads((await api.get(EXPORT, format="json")).text) == wanted
    written = (await api.get(EXPORT, format="yaml")).text
    assert yaml.safe_load(written) == wanted
    for line in written.splitlines():  # no reader of another YAML takes a word for something else
        assert line.rstrip().endswith('"')


async def test_export__values_of_every_type__keep_it_in_json_and_yaml(api: Api) -> None:
    values: dict[str, tuple[str, Any]] = {
        "STRING": ("string", "0.5"),
        "INTEGER": ("integer", 2**53 - 1),
        "NUMBER": ("number", 3.0),
        "SMALL": ("number", 5e-324),
        "LARGE": ("number", 1e22),
        "YES": ("boolean", True),
        "off": ("boolean", False),
        "LEVEL": ("string", "no"),
        "TREE": ("json", {"a": [1, 1.0, None, "x", True, {}], "b": {"é": ""}, "no": 1}),
        "LIST": ("json", []),
    }
    for key, (kind, value) in values.items():
        await api.create(key, kind, value)
    wanted = {key: value for key, (_, value) in sorted(values.items())}
    for kind, load in (("json", json.loads), ("yaml", yaml.safe_load)):
        response = await api.get(EXPORT, format=kind)
        found = load(response.text)
        assert found == wanted
        assert repr(found) == repr(wanted)  # 3.0 is not 3, True is not 1
        assert response.headers["content-type"] == f"application/{kind}"


async def test_export__values_of_every_type__are_texts_in_a_shell(api: Api, tmp_path: Path) -> None:
    values: list[tuple[str, str, Any, str]] = [
        ("COUNT", "integer", -12, "-12"),
        ("RATIO", "number", 3, "3.0"),
        ("ENABLED", "boolean", True, "true"),
        ("TREE", "json", {"b": "x y", "a": [1, None]}, '{"a":[1,null],"b":"x y"}'),
        ("EMPTY", "string", "", ""),
    ]
    for key, kind, value, _ in values:
        await api.create(key, kind, value)
    wanted = {key: text for key, _, _, text in sorted(values)}
    for kind in ("dotenv", "shell"):
        file = (await api.get(EXPORT, format=kind)).text
        assert read_by_shell("bash", file, list(wanted), tmp_path) == wanted
        assert dotenv.dotenv_values(stream=io.StringIO(file)) == wanted


@pytest.mark.parametrize("kind", ["dotenv", "shell"])
async def test_export__keys_that_no_variable_can_have__are_422_and_all_are_named(
    api: Api, kind: str
) -> None:
    keys = ["with.dot", "with-dash", "_", "UID", "RANDOM", "BASHPID", "SECONDS", "PPID"]
    await api.create("GOOD", "integer", 1)
    for key in keys:
        await api.create(key, "integer", 1)
    document = assert_problem(await api.get(EXPORT, format=kind), 422, "not-exportable")
    assert {error["key"] for error in document["errors"]} == set(keys)
    assert "json or yaml" in document["detail"]
    assert (await api.get(EXPORT, format=kind, prefix="GOOD")).text.endswith("GOOD=1\n")
    assert set((await api.get(EXPORT, format="json")).json()) == {"GOOD", *keys}


async def test_export__of_references__only_where_they_are_asked_for(api: Api) -> None:
    await api.create("OPENAI_API_KEY", "string", "env://OPENAI_API_KEY", isSecret=True)
    await api.create("MODEL", "string", "gpt", category="llm")
    without = await api.get(EXPORT, format="json")
    assert without.json() == {"MODEL": "gpt"}
    assert without.headers["trimtab-omitted"] == "1"
    with_them = await api.get(EXPORT, format="json", references="true")
    assert with_them.json()["OPENAI_API_KEY"] == "env://OPENAI_API_KEY"
    assert with_them.headers["trimtab-omitted"] == "0"
    assert (await api.get(EXPORT, format="json", category="llm")).json() == {"MODEL": "gpt"}


@pytest.mark.parametrize(("kind", "load"), [("json", json.loads), ("yaml", yaml.safe_load)])
async def test_export__with_definitions__can_be_written_back(
    api: Api, store: Store, kind: str, load: Any
) -> None:
    await api.create("RETRIES", "integer", 3, validationRules={"min": 0}, description="How often.")
    await api.create("RATIO", "number", default=0.5, category="llm", reload="restart")
    await api.put("RETRIES", 4, "dev")
    document = load((await api.get(EXPORT, format=kind, meta="true", environment="dev")).text)
    assert document["environment"] == "dev"
    await store.reset()
    items = [
        {name: value for name, value in setting.items() if value is not None}
        | {"environment": "base"}
        for setting in document["settings"]
    ]
    response = await api.post(f"{CONFIG}/bulk", {"items": items})
    assert response.status_code == 200, response.text
    again = load((await api.get(EXPORT, format=kind, meta="true")).text)
    assert [
        (one["key"], one["value"], one["validationRules"], one["default"], one["description"])
        for one in again["settings"]
    ] == [
        ("RATIO", 0.5, {}, 0.5, None),
        ("RETRIES", 4, {"min": 0}, None, "How often."),
    ]


@pytest.mark.parametrize("kind", ["dotenv", "shell"])
async def test_export__definitions_in_a_file_of_lines__are_refused_not_ignored(
    api: Api, kind: str
) -> None:
    assert_problem(await api.get(EXPORT, format=kind, meta="true"), 422, "malformed-request")
