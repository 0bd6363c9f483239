"""The API's description: what FastAPI knows, and what holds for all operations."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic.alias_generators import to_camel

from trimtab_server.http.problem_examples import EXAMPLES
from trimtab_server.http.wire import Problem

_REFERENCE = "#/components/schemas/{model}"
_TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "description": "A token, `tt_...`. No other credential, header or address opens anything.",
}
_DESCRIPTION = """\
Typed, validated, audited configuration, served from a database.

* Every request but the health checks needs `Authorization: Bearer tt_...`.
* A query parameter or a body member that a route does not know is refused, never ignored.
* A refusal is a problem document (RFC 9457) whose `errors` name key, rule and remedy, and which
  never repeats a refused value.
* `HEAD` works wherever `GET` does. `X-Request-Id`, if it is sent, comes back and stands in the log.
"""
_TAGS = (
    ("delivery", "What programs read: the whole of an environment at one revision."),
    ("configuration", "Settings and their values, resolved by environment."),
    ("definitions", "What a setting is, in all environments, and who owns its value in each."),
    ("history", "What changed, who did it and why; and the way back."),
    ("audit", "What happened, in chains that are never rewritten, and whether that is all of it."),
    ("environments", "One root; all others inherit from a parent, live."),
    ("applications", "Each with its own settings, environments and revisions."),
    ("access", "Who may do what where: principals, their tokens and their grants."),
    ("health", "For whoever runs the server."),
)


def describe(app: FastAPI, open_paths: frozenset[str]) -> dict[str, Any]:
    """The OpenAPI document of all routes; made once, and the same every time."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title,
            version=app.version,
            description=_DESCRIPTION,
            license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
            tags=[{"name": name, "description": about} for name, about in _TAGS],
            routes=app.routes,
        )
        _add_problems(schema["components"])
        _tidy_parameters(schema["paths"])
        _describe_success(schema["paths"], schema["components"]["schemas"])
        schema["components"]["securitySchemes"] = {"token": _TOKEN}
        schema["security"] = [{"token": []}]
        for path in open_paths:
            schema["paths"][path]["get"]["security"] = []
        app.openapi_schema = schema
    return app.openapi_schema


def operation_id(route: APIRoute) -> str:
    """The function's name, as client generators like it: stable, and unique by a test."""
    return to_camel(route.name)


def _add_problems(components: dict[str, Any]) -> None:
    """Every route answers with them, but as another media type than FastAPI's models have."""
    problem = Problem.model_json_schema(ref_template=_REFERENCE, mode="serialization")
    components["schemas"] |= problem.pop("$defs")
    components["schemas"]["Problem"] = problem
    components["examples"] = {
        one.code: {"summary": one.title, "value": one.document()} for one in EXAMPLES.values()
    }


def _tidy_parameters(paths: dict[str, Any]) -> None:
    """A parameter is there or not: there is no null in a URL or a header."""
    for operations in paths.values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                schema = parameter["schema"]
                schema.pop("title", None)
                schema.pop("description", None)
                for kind in schema.pop("anyOf", ()):
                    schema |= kind if kind != {"type": "null"} else {}


def _describe_success(paths: dict[str, Any], schemas: dict[str, Any]) -> None:
    """What a success means is what its model says of itself."""
    for operations in paths.values():
        for operation in operations.values():
            for response in operation["responses"].values():
                if response["description"] == "Successful Response":
                    content = response.get("content", {}).get("application/json", {})
                    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
                    response["description"] = schemas.get(name, {}).get("description", "Done.")
