"""Bad input is refused with the key, the rule and what would be right; nothing of it is kept."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from api_driver import CONFIG, Api, Store, assert_problem

BULK = f"{CONFIG}/bulk"
RETRIES = f"{CONFIG}/RETRIES"
DEV = {"environment": "dev"}
LONE, NUL = "\ud800", "\x00"


@dataclass(frozen=True)
class Bad:
    """A request, and what its refusal must say. `body` may be raw bytes."""

    method: str
    path: str
    body: Any = None
    query: dict[str, str] = field(default_factory=dict)
    status: int = 422
    code: str | None = None
    key: str | None = None
    rule: str | None = None
    pointer: str | None = None
    says: str = ""
    headers: dict[str, str] = field(default_factory=lambda: {"If-Match": "*"})


def put(name: str, value: Any, **facts: Any) -> Bad:
    facts = {"key": name, "rule": "type", "pointer": "/value", "query": DEV} | facts
    return Bad("PUT", f"{CONFIG}/{name}", {"value": value}, **facts)


def raw(content: str | bytes, rule: str, **facts: Any) -> Bad:
    body = content.encode() if isinstance(content, str) else content
    return Bad("PUT", RETRIES, body, DEV, code="malformed-json", rule=rule, **facts)


def create(body: dict[str, Any], **facts: Any) -> Bad:
    return Bad(
        "POST", CONFIG, {"key": "NEW", "type": "string", "environment": "base"} | body, **facts
    )


def rules(kind: str, given: dict[str, Any], **facts: Any) -> Bad:
    return create({"type": kind, "validationRules": given}, key="NEW", **facts)


def patch(body: dict[str, Any], path: str = RETRIES, **facts: Any) -> Bad:
    return Bad("PATCH", f"{path}/definition", body, **facts)


def bulk(*items: dict[str, Any], **facts: Any) -> Bad:
    return Bad("POST", BULK, {"items": list(items)}, **facts)


VALUES = [
    put("RATIO", "3abc"),
    put("RATIO", "false"),
    put("RATIO", True),
    put("RATIO", "1_000"),
    put("RATIO", None),
    put("RATIO", [1]),
    put("RETRIES", 1.0),
    put("RETRIES", "1"),
    put("RETRIES", True),
    put("RETRIES", 2**53),
    put("RETRIES", -(2**53)),
    put("ENABLED", 1),
    put("ENABLED", "true"),
    put("ENABLED", "False"),
    put("NAME", 5),
    put("NAME", {"a": 1}),
    put("LEVEL", 3),
    put("LEVEL", ""),
    put("LEVEL", "LOUD", rule="enum", says="calm"),
    put("LIMITS", "{}"),
    put("LIMITS", 5),
    put("LIMITS", None),
    put("LIMITS", {"a": 2**60}),
    put("RETRIES", 11, rule="max", says="10"),
    put("RETRIES", -1, rule="min", says="0"),
    put("NAME", "", rule="minLength"),
    put("NAME", "x" * 21, rule="maxLength", says="20"),
    put("NAME", "Not-Lower", rule="pattern"),
    put("NAME", "ab\n", rule="pattern"),
    put("WAIT", "5 minutes", rule="format", says="duration"),
    put("LIMITS", {"a": "x"}, rule="schema"),
    put("MISSING", 1, status=404, code="not-found", rule="unknown-key", pointer=None),
    put("retries", 1, status=404, rule="unknown-key", pointer=None, says="RETRIES"),
    put("API_REF", "s3cr3t-looking", rule="secret-reference", says="env://"),
    put("OWNED", 1, query={"environment": "base"}, status=409, rule="source-policy", pointer=None),
]

TEXTS = [
    raw('{"value": NaN}', "number"),
    raw('{"value": Infinity}', "number"),
    raw('{"value": -Infinity}', "number"),
    raw('{"value": 1e999}', "number"),
    raw('{"value": 1e-999}', "number"),
    raw('{"value": 1, "value": 2}', "duplicate-key"),
    raw('{"value": 1, "\\u0076alue": 2}', "duplicate-key"),
    raw('{"value": {"a": 1, "a": 2}}', "duplicate-key"),
    raw('{"value": "\\u0000"}', "characters"),
    raw('{"value": "\\ud800"}', "characters"),
    raw('{"value": {"\\udfff": 1}}', "characters"),
    raw(b'{"value": "\x00"}', "syntax"),
    raw(b'{"value": "\xff"}', "encoding"),
    raw(b'{"value": "\xed\xa0\x80"}', "encoding"),
    raw('{"value": "\ufeff"}'.encode("utf-16"), "encoding"),
    raw(b'\xef\xbb\xbf{"value": 1}', "syntax"),
    raw('{"value": 1', "syntax"),
    raw('{"value": 01}', "syntax"),
    raw('{"value": 1_000}', "syntax"),
    raw('{"value": 0x10}', "syntax"),
    raw('{"value": 1,}', "syntax"),
    raw('{"value": 1} {}', "syntax"),
    raw("{'value': 1}", "syntax"),
    raw('{"value": true /* why */}', "syntax"),
    raw('{"value": ' + "1" * 5000 + "}", "number"),
    raw('{"value": ' + "[" * 40 + "]" * 40 + "}", "depth"),
    raw("[" * 40_000 + "]" * 40_000, "depth"),
    Bad("PUT", RETRIES, b"[1]", DEV, code="malformed-json"),
    Bad("PUT", RETRIES, b"1", DEV, code="malformed-json"),
    Bad("PUT", RETRIES, b"null", DEV, code="malformed-json"),
    Bad("PUT", RETRIES, b"", DEV, rule="missing"),
    Bad("PUT", f"{RETRIES}%00", {"value": 1}, DEV, code="malformed-request"),
    Bad("PUT", RETRIES, {"value": 1}, {"environment": NUL}, code="malformed-request"),
    Bad("GET", CONFIG, query={"prefix": f"A{NUL}"}, code="malformed-request"),
]

FIELDS = [
    Bad("PUT", RETRIES, {"value": 1, "updatedBy": "me"}, DEV, pointer="/updatedBy"),
    Bad("PUT", RETRIES, {"value": 1, "version": 9}, DEV, pointer="/version"),
    Bad("PUT", RETRIES, {"value": 1, "id": "x"}, DEV, pointer="/id"),
    Bad("PUT", f"{RETRIES}/policy", {"sourcePolicy": "env", "x": 1}, DEV, pointer="/x"),
    Bad("PATCH", f"{RETRIES}/definition", {"key": "OTHER"}, pointer="/key"),
    Bad("PATCH", f"{RETRIES}/definition", {"createdAt": "x"}, pointer="/createdAt"),
    create({"createdBy": "me"}, pointer="/createdBy"),
    Bad("POST", BULK, {"items": [{"key": "A", "Value": 1}]}, pointer="/items/0/Value"),
    Bad("POST", BULK, {"items": [{"key": "A"}], "dryrun": True}, pointer="/dryrun"),
    Bad("POST", f"{CONFIG}/validate", {"items": [{"key": "A"}], "x": 1}, pointer="/x"),
    Bad("POST", f"{CONFIG}/promote", {"source": "dev", "target": "prod", "x": 1}, pointer="/x"),
    Bad("POST", f"{CONFIG}/rollback", {"change": 1, "reason": "x"}, pointer="/reason"),
    Bad("POST", "/api/v1/environments", {"name": "qa", "parent": "dev", "x": 1}, pointer="/x"),
    Bad("POST", "/api/v1/applications", {"name": "qa", "epoch": 1}, pointer="/epoch"),
]

SHAPES = [
    Bad("PUT", f"{RETRIES}/policy", {"sourcePolicy": "both"}, DEV, pointer="/sourcePolicy"),
    Bad("PUT", f"{RETRIES}/policy", {}, DEV, rule="missing", pointer="/sourcePolicy"),
    Bad("POST", BULK, {"items": []}, pointer="/items"),
    Bad("POST", BULK, {"items": {}}, pointer="/items"),
    Bad("POST", BULK, {"items": [1]}, pointer="/items/0"),
    Bad("POST", BULK, {"items": [{"op": "upsert", "key": "A"}]}, pointer="/items/0/op"),
    Bad("POST", BULK, {"items": [{"key": 5}]}, pointer="/items/0/key"),
    Bad("POST", BULK, {"items": [{"key": "A"}], "dryRun": "true"}, pointer="/dryRun"),
    Bad("POST", f"{CONFIG}/rollback", {}, rule="one-form", says="version"),
    Bad("POST", f"{CONFIG}/rollback", {"change": 1, "revision": 2}, rule="one-form"),
    Bad("POST", f"{CONFIG}/rollback", {"change": 1, "exact": True}, rule="one-form", says="exact"),
    Bad("POST", f"{CONFIG}/rollback", {"change": 1.0}, pointer="/change"),
    Bad("POST", f"{CONFIG}/rollback", {"change": "1"}, pointer="/change"),
    Bad("POST", f"{CONFIG}/rollback", {"change": 99}, code="unknown-revision"),
    Bad("POST", f"{CONFIG}/rollback", {"change": 0}, code="unknown-revision"),
    Bad("POST", f"{CONFIG}/promote", {"source": "dev", "target": "prod", "keys": []}),
    create({"isSecret": 1}, pointer="/isSecret"),
    create({"type": "text"}, pointer="/type"),
    create({"reload": "never"}, pointer="/reload"),
    create({"validationRules": []}, pointer="/validationRules"),
    create({"category": "Not A Category"}, rule="category", pointer="/category", key="NEW"),
    create({"description": "x" * 2001}, rule="maxLength", pointer="/description", key="NEW"),
    create({"comment": "x" * 2001}, rule="maxLength", pointer="/comment"),
    Bad("GET", CONFIG, query={"limit": "0"}, rule="greater-than-equal"),
    Bad("GET", CONFIG, query={"limit": "1001"}, rule="less-than-equal"),
    Bad("GET", CONFIG, query={"isSecret": "maybe"}, rule="bool-parsing"),
    Bad("GET", "/api/v1/export", query={"format": "xml"}, rule="enum"),
    Bad("GET", f"{CONFIG}/diff", query={"source": "dev"}, rule="missing"),
]

DEFINITIONS = [
    rules("integer", {"min": 5, "max": 1}, pointer="/validationRules/max"),
    rules("integer", {"min": "1"}),
    rules("integer", {"exclusiveMin": 1, "exclusiveMax": 2}),
    rules("integer", {"multipleOf": 0}),
    rules("integer", {"minLength": 1}, says="minLength"),
    rules("string", {"minLength": 5, "maxLength": 2}),
    rules("string", {"min": 1}),
    rules("string", {"color": "red"}),
    rules("string", {"pattern": "("}, rule="pattern", pointer="/validationRules/pattern"),
    rules("string", {"pattern": "(?=a)b"}, rule="pattern"),
    rules("string", {"pattern": "(a)\\1"}, rule="pattern"),
    rules("string", {"pattern": "a{1000000}"}, rule="pattern"),
    rules("string", {"format": "ipv9"}, rule="format"),
    rules("enum", {}),
    rules("enum", {"enum": []}),
    rules("enum", {"enum": ["a", "a"]}),
    rules("json", {"schema": {"type": "objekt"}}),
    rules("json", {"schema": {"$ref": "https://example.com/schema.json"}}),
    rules("boolean", {"required": "yes"}),
    create({"default": 5}, key="NEW", rule="type", pointer="/default"),
    create({"type": "integer", "default": 9, "validationRules": {"max": 5}}, rule="max", key="NEW"),
    create({"type": "integer", "value": 9, "validationRules": {"max": 5}}, rule="max", key="NEW"),
    create({"validationRules": {"required": True}}, rule="required", key="NEW", says="prod"),
    patch({"validationRules": {"max": 1}}, key="RETRIES", rule="max", says="dev"),
    patch({"validationRules": {"min": 0, "max": -1}}, key="RETRIES"),
    patch({"type": "integer"}, f"{CONFIG}/ENABLED", key="ENABLED", rule="type", pointer="/type"),
    patch({"type": "boolean"}, key="RETRIES", pointer="/validationRules/min"),
    patch({"type": "text"}, pointer="/type"),
    patch({"isSecret": True}, f"{CONFIG}/NAME", key="NAME", pointer="/isSecret", says="base"),
    patch({"default": 99}, key="RETRIES", rule="max", pointer="/default"),
    patch({"validationRules": {"enum": ["calm"]}}, f"{CONFIG}/LEVEL", key="LEVEL", says="prod"),
    patch({}, f"{CONFIG}/MISSING", status=404, key="MISSING", rule="unknown-key"),
]

NAMES = [
    create({"key": "bulk"}, rule="key-reserved", pointer="/key", key="bulk"),
    create({"key": "SCHEMA"}, rule="key-reserved", pointer="/key"),
    create({"key": "1ST"}, rule="key-grammar", pointer="/key"),
    create({"key": "A B"}, rule="key-grammar", pointer="/key"),
    create({"key": "A/B"}, rule="key-grammar", pointer="/key"),
    create({"key": "N\u00c4ME"}, rule="key-grammar", pointer="/key"),
    create({"key": "A\n"}, rule="key-grammar", pointer="/key"),
    create({"key": ""}, pointer="/key"),
    create({"key": "k" * 256}, pointer="/key"),
    create({"key": "RETRIES"}, status=409, code="conflict", rule="exists", key="RETRIES"),
    create({"key": "Retries"}, status=409, rule="exists", says="RETRIES"),
    create({"key": "DB_PASSWORD", "value": "x"}, code="secret-suspected", key="DB_PASSWORD"),
    create({"environment": "nope"}, rule="unknown-environment", pointer="/environment", key="NEW"),
    create({"environment": None}, rule="environment-required", pointer="/environment"),
    create({"application": "nope"}, code="unknown-application"),
    put("RETRIES", 1, query={}, code="malformed-request", key=None, pointer=None,
        rule="environment-required"),
    put("RETRIES", 1, query={"environment": "nope"}, rule="unknown-environment", pointer=None,
        says="staging"),
    put("RETRIES", 1, query=DEV | {"application": "nope"}, code="unknown-application", key=None,
        rule=None, pointer=None),
    Bad("DELETE", RETRIES, rule="environment-required"),
    Bad("PUT", f"{RETRIES}/policy", {"sourcePolicy": "env"}, rule="environment-required"),
    Bad("POST", f"{CONFIG}/rollback", {"revision": 1}, rule="environment-required"),
    bulk({"key": "RETRIES", "value": 1}, key="RETRIES", rule="environment-required"),
    *(
        Bad("GET", path, query={"environment": "nope"}, code="unknown-environment", says="staging")
        for path in (
            CONFIG,
            RETRIES,
            f"{CONFIG}/history/RETRIES",
            f"{CONFIG}/explain/RETRIES",
            f"{CONFIG}/categories",
            f"{CONFIG}/schema",
            "/api/v1/snapshot",
            "/api/v1/export",
        )
    ),
    Bad("GET", f"{CONFIG}/diff", query={"source": "dev", "target": "nope"}, says="staging"),
    Bad("POST", f"{CONFIG}/promote", {"source": "nope", "target": "dev"}, says="staging"),
    Bad("POST", f"{CONFIG}/promote", {"source": "dev", "target": "nope"}, says="staging"),
    Bad("POST", f"{CONFIG}/promote", {"source": "dev", "target": "prod", "keys": ["NO"]},
        status=404, key="NO", rule="unknown-key", pointer="/keys"),
    Bad("POST", f"{CONFIG}/rollback", {"environment": "nope", "revision": 1}, says="staging"),
    Bad("POST", f"{CONFIG}/rollback", {"environment": "dev", "key": "NO", "version": 1},
        status=404),
    Bad("POST", f"{CONFIG}/rollback", {"environment": "dev", "key": "RETRIES", "version": 9},
        status=404, rule="unknown-version", key="RETRIES"),
    Bad("GET", f"{CONFIG}/history/NO", status=404, code="not-found", says="NO"),
    Bad("GET", f"{CONFIG}/retries", status=404, code="not-found", says="RETRIES"),
]  # fmt: skip

ENVIRONMENTS = [
    Bad("POST", "/api/v1/environments", body, **facts)
    for body, facts in [
        ({"name": "root2", "parent": None}, {"code": "environment-refused", "says": "base"}),
        ({"name": "root2"}, {"rule": "missing", "pointer": "/parent"}),
        ({"name": "dev", "parent": "prod"}, {"status": 409, "code": "conflict", "says": "base"}),
        ({"name": "base", "parent": "dev"}, {"status": 409, "code": "conflict", "says": "root"}),
        ({"name": "qa", "parent": "qa"}, {"code": "environment-refused", "says": "own parent"}),
        ({"name": "qa", "parent": "nope"}, {"code": "unknown-environment", "says": "staging"}),
        ({"name": "QA", "parent": "dev"}, {"rule": "name", "pointer": "/name"}),
        ({"name": "q a", "parent": "dev"}, {"rule": "name", "pointer": "/name"}),
        ({"name": "", "parent": "dev"}, {"pointer": "/name"}),
        ({"name": "q" * 64, "parent": "dev"}, {"pointer": "/name"}),
        ({"name": "qa", "parent": "dev", "application": "no"}, {"code": "unknown-application"}),
        ({"name": "qa", "parent": "dev", "comment": "x" * 2001}, {"pointer": "/comment"}),
    ]
] + [
    Bad("POST", "/api/v1/applications", {"name": "default"}, status=409, code="conflict"),
    Bad("POST", "/api/v1/applications", {"name": "Not A Name"}, rule="name", pointer="/name"),
]

CHANGES = [
    Bad("DELETE", RETRIES, query={"environment": "base"}, status=409, code="conflict",
        rule="overrides", key="RETRIES", says="dev"),
    Bad("DELETE", RETRIES, query={"environment": "prod"}, status=404, rule="no-value"),
    Bad("DELETE", f"{CONFIG}/NO", query=DEV, status=404, rule="unknown-key", key="NO"),
    Bad("PUT", f"{RETRIES}/policy", {"sourcePolicy": "env"}, DEV, 409, "conflict",
        key="RETRIES", rule="source-policy", says="shadow"),
    bulk({"key": "RETRIES", "environment": "dev", "value": 1},
         {"key": "RETRIES", "environment": "dev", "value": 2},
         key="RETRIES", rule="repeated", pointer="/items/1"),
    bulk({"key": "RETRIES", "environment": "dev", "value": 1},
         {"op": "delete", "key": "RETRIES", "environment": "dev"}, rule="repeated"),
    bulk({"op": "create", "key": "Abc", "type": "string", "environment": "base"},
         {"op": "create", "key": "ABC", "type": "string", "environment": "base"},
         rule="repeated", pointer="/items/1"),
    bulk({"op": "set", "key": "RETRIES", "environment": "dev"}, rule="missing",
         pointer="/items/0/value"),
    bulk({"op": "create", "key": "NEW", "environment": "dev"}, rule="missing",
         pointer="/items/0/type"),
    bulk({"op": "policy", "key": "RETRIES", "environment": "dev"}, rule="missing",
         pointer="/items/0/sourcePolicy"),
    bulk({"key": "NEW", "environment": "dev", "value": 1}, status=404, rule="unknown-key",
         pointer="/items/0/key"),
    bulk({"key": "RETRIES", "environment": "dev", "value": 5},
         {"key": "RATIO", "environment": "dev", "value": "x"},
         {"key": "NO", "environment": "dev", "value": "x"},
         {"key": "NAME", "environment": "nope", "value": "x"},
         code="validation-failed", key="RATIO", rule="type", pointer="/items/1/value"),
    Bad("PUT", RETRIES, {"value": 1}, DEV, 428, "precondition-required", headers={}),
    Bad("PUT", RETRIES, {"value": 1}, DEV, 412, "version-moved", key="RETRIES", rule="if-match",
        headers={"If-Match": '"0"'}),
]  # fmt: skip

GROUPS = {
    "values": VALUES,
    "texts": TEXTS,
    "fields": FIELDS,
    "shapes": SHAPES,
    "definitions": DEFINITIONS,
    "names": NAMES,
    "environments": ENVIRONMENTS,
    "changes": CHANGES,
}


async def fill(api: Api) -> None:
    await api.create("RETRIES", "integer", 1, validationRules={"min": 0, "max": 10})
    await api.put("RETRIES", 2, "dev")
    await api.create("RATIO", "number", 0.5)
    await api.create("ENABLED", "boolean", True)
    lower = {"minLength": 1, "maxLength": 20, "pattern": "[a-z]*"}
    await api.create("NAME", "string", "plain", validationRules=lower)
    await api.create("LEVEL", "enum", "calm", validationRules={"enum": ["calm", "loud"]})
    await api.put("LEVEL", "loud", "prod")
    await api.create("WAIT", "string", "5s", validationRules={"format": "duration"})
    schema = {"type": "object", "additionalProperties": {"type": "integer"}}
    await api.create("LIMITS", "json", {"a": 1}, validationRules={"schema": schema})
    await api.create("API_REF", "string", "env://API_REF", isSecret=True)
    await api.create("OWNED", "integer", sourcePolicy="env")


@pytest.mark.parametrize("group", GROUPS)
async def test_bad_input__of_every_kind__is_named_and_stores_nothing(
    api: Api, store: Store, group: str
) -> None:
    await fill(api)
    before = await store.dump()
    wrong = []
    for bad in GROUPS[group]:
        response = await send(api, bad)
        try:
            document = assert_problem(
                response, bad.status, bad.code, key=bad.key, rule=bad.rule, pointer=bad.pointer
            )
            assert bad.says in json.dumps(document, ensure_ascii=False)
            assert await store.dump() == before
        except AssertionError:
            wrong.append(f"{bad.method} {bad.path} {bad.query} {bad.body}\n    {response.text}")
    assert not wrong, "\n".join(wrong)


async def send(api: Api, bad: Bad) -> Any:
    headers = dict(bad.headers)
    options: dict[str, Any] = {}
    if isinstance(bad.body, bytes):
        headers["Content-Type"] = "application/json"
        options["content"] = bad.body
    elif bad.body is not None:
        options["json"] = bad.body
    return await api.call(bad.method, bad.path, params=bad.query, headers=headers, **options)


async def test_bulk__with_many_bad_items__names_every_one(api: Api) -> None:
    await fill(api)
    response = await send(api, next(one for one in CHANGES if one.pointer == "/items/1/value"))
    errors = {(one["pointer"], one["rule"]) for one in response.json()["errors"]}
    assert errors == {
        ("/items/1/value", "type"),
        ("/items/2/key", "unknown-key"),
        ("/items/3/environment", "unknown-environment"),
    }


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "*/*",
                   "application/json-patch+json", "application/yaml", None]
)  # fmt: skip
async def test_body__of_another_media_type__is_415(
    api: Api, store: Store, media_type: str | None
) -> None:
    await fill(api)
    before = await store.dump()
    headers = {"If-Match": "*"} | ({} if media_type is None else {"Content-Type": media_type})
    response = await api.call("PUT", RETRIES, params=DEV, headers=headers, content=b'{"value": 3}')
    assert_problem(response, 415, "unsupported-media-type")
    assert "application/json" in response.json()["detail"]
    assert await store.dump() == before


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON"])
async def test_body__of_json_in_another_spelling__is_taken(api: Api, media_type: str) -> None:
    await fill(api)
    headers = {"If-Match": "*", "Content-Type": media_type}
    response = await api.call("PUT", RETRIES, params=DEV, headers=headers, content=b'{"value": 3}')
    assert response.status_code == 200
