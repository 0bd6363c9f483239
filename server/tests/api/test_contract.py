"""The published contract: what it says is so, and it is what is committed."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from fastapi.routing import iter_route_contexts

from trimtab_server.app import create_app
from trimtab_server.errors import TrimtabError
from trimtab_server.http.problem_examples import EXAMPLES
from trimtab_server.settings import Settings

CONTRACT = Path(__file__).parents[3] / "contract"
SCRIPTS = Path(sys.executable).parent
PUBLIC = {"/livez", "/readyz"}
APP = create_app(Settings(data_dir=Path("/nowhere")))
DOCUMENT = APP.openapi()
OPERATIONS = [
    pytest.param(path, method, operation, id=f"{method.upper()} {path}")
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]
every_operation = pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)


def resolved(node: Any) -> Any:
    if isinstance(node, dict) and "$ref" in node:
        found: Any = DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return found
    return node


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for inner in node.values():
            yield from references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from references(inner)


def schema_of(node: dict[str, Any]) -> dict[str, Any]:
    return {**node, "components": DOCUMENT["components"]}


def test_contract__as_committed__is_what_the_command_writes(tmp_path: Path) -> None:
    subprocess.run([SCRIPTS / "trimtab-server", "contract", tmp_path], check=True, timeout=60)
    for name in ("openapi.json", "problem_cases.json"):
        committed = (CONTRACT / name).read_bytes()
        assert committed == (tmp_path / name).read_bytes(), (
            f"{name} differs: run `trimtab-server contract contract` and read the difference"
        )


def test_openapi__and_the_routes__list_the_same() -> None:
    documented = {(path, method.upper()) for path, method, _ in (one.values for one in OPERATIONS)}
    routes = {
        (context.path_format, method)
        for context in iter_route_contexts(APP.routes)
        if context.path_format not in {"/docs", "/openapi.json"}
        and not str(context.path_format).startswith("/docs/")
        for method in context.methods or ()
    }
    assert documented == routes


def test_openapi__its_references__all_resolve() -> None:
    for reference in references(DOCUMENT):
        assert resolved({"$ref": reference})


def test_openapi__operation_ids__are_unique_and_readable() -> None:
    ids = [operation["operationId"] for _, _, operation in (one.values for one in OPERATIONS)]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", one) for one in ids)


@every_operation
def test_operation__is_described_in_words(path: str, method: str, operation: Any) -> None:
    assert operation["summary"]
    assert len(operation["description"]) > 15
    assert operation["tags"]
    for response in operation["responses"].values():
        assert response["description"] not in {"Successful Response", "Done."}


@every_operation
def test_operation__its_parameters__are_described_with_an_example(
    path: str, method: str, operation: Any
) -> None:
    for parameter in operation.get("parameters", ()):
        assert parameter["description"], parameter
        schema = resolved(parameter["schema"])
        assert "anyOf" not in schema
        if schema["type"] == "string" and "enum" not in schema:
            assert schema["examples"], parameter
        for example in schema.get("examples", ()):
            assert jsonschema_rs.is_valid(schema, example)


@every_operation
def test_operation__its_body__forbids_what_it_does_not_know_and_has_an_example(
    path: str, method: str, operation: Any
) -> None:
    if "requestBody" not in operation:
        return
    assert list(operation["requestBody"]["content"]) == ["application/json"]
    schema = resolved(operation["requestBody"]["content"]["application/json"]["schema"])
    assert schema["additionalProperties"] is False
    assert schema["examples"]
    for example in schema["examples"]:
        assert jsonschema_rs.is_valid(schema_of(schema), example)


@every_operation
def test_operation__every_refusal_it_can_give__is_documented_as_a_problem(
    path: str, method: str, operation: Any
) -> None:
    if path in PUBLIC:
        assert operation["security"] == []
        return
    statuses = set(operation["responses"])
    expected = {"401", "403", "422", "503"}
    if "requestBody" in operation:
        expected |= {"413", "415"}
    if "{" in path:
        expected.add("404")
    if method in {"put", "patch", "delete"}:
        expected.add("409")
        expected |= {"412", "428"} if "{key}" in path else set()
    assert expected <= statuses
    for status in statuses - {"200", "201", "304"}:
        response = operation["responses"][status]
        content = response["content"]
        assert list(content) == ["application/problem+json"]
        assert resolved(content["application/problem+json"]["schema"])["title"] == "Problem"
        for code, example in content["application/problem+json"]["examples"].items():
            assert resolved(example)["value"]["code"] == code
            assert resolved(example)["value"]["status"] == int(status)
    assert operation["responses"]["401"]["headers"]["WWW-Authenticate"]["required"]
    assert operation["responses"]["503"]["headers"]["Retry-After"]["required"]
    if "412" in statuses:
        assert operation["responses"]["412"]["headers"]["ETag"]["required"]


def test_examples__fit_the_schema_of_problems() -> None:
    problem = schema_of(DOCUMENT["components"]["schemas"]["Problem"])
    for example in EXAMPLES.values():
        assert jsonschema_rs.is_valid(problem, example.document())
        assert len({one["pointer"] for one in example.errors}) == len(example.errors)


def raised(kind: type[TrimtabError]) -> Iterator[type[TrimtabError]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from raised(inner)


def test_examples__stand_for_every_failure__with_its_own_status_and_title() -> None:
    for kind in raised(TrimtabError):
        ours = kind.__module__.startswith("trimtab_server.")
        if not ours or kind.__name__ == "_RefusedByFramework":  # which takes any status
            continue
        example = EXAMPLES[kind.code]
        assert (example.status, example.title) == (kind.status, kind.title), kind


def test_example__of_one_code__appears_in_an_operation() -> None:
    shown = {one.rsplit("/", 1)[1] for one in references(DOCUMENT["paths"]) if "/examples/" in one}
    assert set(EXAMPLES) - shown == {"internal-error", "method-not-allowed"}


def test_json__of_the_contract__ends_lines_and_keeps_letters() -> None:
    for name in ("openapi.json", "problem_cases.json"):
        text = (CONTRACT / name).read_text(encoding="utf-8")
        assert text.endswith("}\n")
        assert "\\u" not in text.replace("\\\\u", "")
        assert list(json.loads(text)) == sorted(json.loads(text))


def test_case_21_no_operation__names_a_file_or_an_address_to_write_to() -> None:
    """A sink that a request may set became code execution elsewhere (CVE-2025-6000)."""
    named = re.compile(r"file|path|folder|directory|sink|url|webhook|host", re.IGNORECASE)
    taken = {
        one["name"]
        for _, _, operation in (parameter.values for parameter in OPERATIONS)
        for one in map(resolved, operation.get("parameters", []))
    }
    for _, _, operation in (parameter.values for parameter in OPERATIONS):
        body = resolved(operation.get("requestBody", {})).get("content", {})
        for media in body.values():
            taken |= fields_of(media.get("schema", {}), set())
    assert "comment" in taken
    assert {name for name in taken if named.search(name)} == set()


def fields_of(schema: Any, seen: set[str]) -> set[str]:
    """The names of all members that a body may have, at any depth."""
    if isinstance(schema, dict) and (reference := schema.get("$ref")):
        if reference in seen:
            return set()
        seen.add(reference)
        return fields_of(resolved(schema), seen)
    if isinstance(schema, list):
        return set().union(*(fields_of(one, seen) for one in schema))
    if not isinstance(schema, dict):
        return set()
    own = set(schema.get("properties", {}))
    return own.union(*(fields_of(one, seen) for one in schema.values()))
