"""What was refused is found nowhere: not in an answer, a header, a log line or a table."""

from typing import Any

import pytest
import structlog

from api_driver import CONFIG, Api, Store

# Made here from parts, so that no scanner takes this file for a leak.
CREDENTIAL = "AKIA" + "Z7QX4N2LWT5PRV3K"
WORDS = "canary 4711 never shown"
PLACES: list[tuple[str, str, dict[str, Any]]] = [
    ("PUT", f"{CONFIG}/RETRIES?environment=dev", {"json": {"value": "@"}}),
    ("PUT", f"{CONFIG}/RETRIES?environment=dev", {"json": {"value": ["@"]}}),
    ("PUT", f"{CONFIG}/LEVEL?environment=dev", {"json": {"value": "@"}}),
    ("PUT", f"{CONFIG}/SHORT?environment=dev", {"json": {"value": "@"}}),
    ("PUT", f"{CONFIG}/REFERENCE?environment=dev", {"json": {"value": "@"}}),
    ("PUT", f"{CONFIG}/TREE?environment=dev", {"json": {"value": {"a": "@", "@": 1}}}),
    ("PUT", f"{CONFIG}/RETRIES?environment=dev", {"json": {"value": 1, "@": "@"}}),
    ("PUT", f"{CONFIG}/RETRIES?environment=dev", {"content": b'{"value": "@", "value": "@"}'}),
    ("PUT", f"{CONFIG}/RETRIES?environment=dev", {"content": b'{"value": "@'}),
    ("PUT", f"{CONFIG}/RETRIES?environment=dev", {"content": b'"@"'}),
    ("PUT", f"{CONFIG}/RETRIES?environment=@", {"json": {"value": 1}}),
    ("PUT", f"{CONFIG}/RETRIES?environment=dev&application=@", {"json": {"value": 1}}),
    ("PUT", f"{CONFIG}/@?environment=dev", {"json": {"value": 1}}),
    ("PUT", f"{CONFIG}/@/policy?environment=dev", {"json": {"sourcePolicy": "env"}}),
    ("PUT", f"{CONFIG}/RETRIES/policy?environment=dev", {"json": {"sourcePolicy": "@"}}),
    ("PUT", f"{CONFIG}/RETRIES?environment=dev", {"json": {"value": 1}, "If-Match": '"@"'}),
    ("PUT", f"{CONFIG}/RETRIES?environment=dev", {"json": {"value": 1}, "Idempotency-Key": "@ @"}),
    ("DELETE", f"{CONFIG}/@?environment=dev", {}),
    ("GET", f"{CONFIG}/@", {}),
    ("GET", f"{CONFIG}/explain/@", {}),
    ("GET", f"{CONFIG}/history/@", {}),
    ("GET", f"{CONFIG}?environment=@", {}),
    ("GET", f"{CONFIG}?limit=@", {}),
    ("GET", f"{CONFIG}?cursor=@", {}),
    ("GET", f"{CONFIG}?isSecret=@", {}),
    ("GET", f"{CONFIG}?minRevision=@", {}),
    ("GET", f"{CONFIG}?@=@", {}),
    ("GET", f"{CONFIG}/RETRIES?at=@", {}),
    ("GET", f"{CONFIG}/RETRIES?revision=@", {}),
    ("GET", f"{CONFIG}/diff?source=@&target=@", {}),
    ("GET", "/api/v1/export?format=@", {}),
    ("GET", "/api/v1/@", {}),
    ("PATCH", f"{CONFIG}/RETRIES/definition", {"json": {"category": "@ @"}}),
    ("PATCH", f"{CONFIG}/RETRIES/definition", {"json": {"type": "@"}}),
    ("PATCH", f"{CONFIG}/RETRIES/definition", {"json": {"default": "@"}}),
    ("PATCH", f"{CONFIG}/SHORT/definition", {"json": {"validationRules": {"pattern": "@("}}}),
    ("PATCH", f"{CONFIG}/SHORT/definition", {"json": {"validationRules": {"format": "@"}}}),
    ("PATCH", f"{CONFIG}/SHORT/definition", {"json": {"validationRules": {"@": 1}}}),
    ("PATCH", f"{CONFIG}/TREE/definition", {"json": {"validationRules": {"schema": "@"}}}),
    ("PATCH", f"{CONFIG}/@/definition", {"json": {"category": "x"}}),
    ("POST", CONFIG, {"json": {"key": "@", "type": "integer", "environment": "dev"}}),
    ("POST", CONFIG, {"json": {"key": "@", "type": "integer", "environment": "@"}}),
    ("POST", CONFIG, {"json": {"key": "@", "type": "@", "environment": "dev", "category": "A A"}}),
    ("POST", CONFIG, {"json": {"key": "@ @", "type": "string", "environment": "dev"}}),
    ("POST", f"{CONFIG}/bulk", {"json": {"items": [{"key": "@"}]}}),
    ("POST", f"{CONFIG}/bulk", {"json": {"items": [{"key": "@", "environment": "dev"}] * 2}}),
    ("POST", f"{CONFIG}/bulk", {"json": {"items": [{"key": "RETRIES", "environment": "@"}]}}),
    ("POST", f"{CONFIG}/bulk", {"json": {"items": [{"op": "@", "key": "A"}]}}),
    ("POST", f"{CONFIG}/validate", {"json": {"items": [{"key": "RETRIES", "value": "@",
                                                       "environment": "dev"}]}}),
    ("POST", f"{CONFIG}/promote", {"json": {"source": "dev", "target": "base", "keys": ["@"]}}),
    ("POST", f"{CONFIG}/promote", {"json": {"source": "@", "target": "base"}}),
    ("POST", f"{CONFIG}/rollback", {"json": {"environment": "dev", "key": "@", "version": 1}}),
    ("POST", f"{CONFIG}/rollback", {"json": {"environment": "@", "revision": 1}}),
    ("POST", "/api/v1/environments", {"json": {"name": "@ @", "parent": "dev"}}),
    ("POST", "/api/v1/environments", {"json": {"name": "qa", "parent": "@"}}),
    ("POST", "/api/v1/applications", {"json": {"name": "@ @"}}),
    ("@", "/livez", {}),
]  # fmt: skip
SECRET_PLACES: list[tuple[str, str, dict[str, Any]]] = [
    ("PUT", f"{CONFIG}/TEXT?environment=dev", {"json": {"value": "x @ y"}}),
    ("PUT", f"{CONFIG}/TREE?environment=dev", {"json": {"value": {"a": {"b": ["@"]}}}}),
    ("PUT", f"{CONFIG}/RETRIES?environment=dev", {"json": {"value": 1, "comment": "the @"}}),
    ("DELETE", f"{CONFIG}/RETRIES?environment=dev&comment=@", {}),
    ("PATCH", f"{CONFIG}/TEXT/definition", {"json": {"description": "like @"}}),
    ("PATCH", f"{CONFIG}/TEXT/definition", {"json": {"default": "@"}}),
    ("PATCH", f"{CONFIG}/LEVEL/definition", {"json": {"validationRules": {"enum": ["@"]}}}),
    ("PATCH", f"{CONFIG}/TEXT/definition", {"json": {"validationRules": {"pattern": "@"}}}),
    ("POST", CONFIG, {"json": {"key": "T", "type": "string", "value": "@", "environment": "dev"}}),
    ("POST", f"{CONFIG}/bulk", {"json": {"items": [{"key": "TEXT", "environment": "dev",
                                                   "value": "@"}]}}),
    ("POST", f"{CONFIG}/bulk", {"json": {"items": [{"op": "delete", "key": "RETRIES",
                                                   "environment": "dev"}], "comment": "@"}}),
    ("POST", f"{CONFIG}/promote", {"json": {"source": "dev", "target": "prod", "comment": "@"}}),
    ("POST", f"{CONFIG}/rollback", {"json": {"environment": "dev", "revision": 2, "comment": "@"}}),
    ("POST", "/api/v1/environments", {"json": {"name": "qa", "parent": "dev", "comment": "@"}}),
]  # fmt: skip


@pytest.mark.parametrize("canary", [CREDENTIAL, WORDS], ids=["credential", "words"])
async def test_refused_text__in_any_place__is_repeated_nowhere(
    api: Api, store: Store, canary: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await fill(api)
    before = await store.dump()
    places = PLACES + (SECRET_PLACES if canary == CREDENTIAL else [])
    leaks = []
    with structlog.testing.capture_logs() as logs:
        for place in places:
            response = await send(api, place, canary)
            said = response.text + str(response.headers)
            if response.status_code not in range(400, 500) and "validate" not in place[1]:
                leaks.append(f"{place} {response.status_code}")
            if canary in said or canary.replace(" ", "%20") in said:
                leaks.append(f"{place} {said}")
    assert not leaks, "\n".join(leaks)
    assert canary not in str(logs)
    assert canary not in "".join(capsys.readouterr())
    assert await store.dump() == before


async def fill(api: Api) -> None:
    await api.create("RETRIES", "integer", 1)
    await api.put("RETRIES", 2, "dev")
    await api.create("LEVEL", "enum", "calm", validationRules={"enum": ["calm"]})
    await api.create("SHORT", "string", "x", validationRules={"maxLength": 10})
    await api.create("TEXT", "string", "x")
    await api.create("REFERENCE", "string", "env://X", isSecret=True)
    schema = {"additionalProperties": False, "properties": {"a": {"type": "integer"}}}
    await api.create("TREE", "json", {}, validationRules={"schema": schema})


async def send(api: Api, place: tuple[str, str, dict[str, Any]], canary: str) -> Any:
    method, path, options = replaced(place, canary)
    headers = {"If-Match": "*", "Content-Type": "application/json"}
    headers |= {name: options.pop(name) for name in list(options) if name[0].isupper()}
    if method not in {"POST", "PUT", "PATCH", "GET", "DELETE"}:
        method = method.replace(" ", "-")
    return await api.call(method, path, headers=headers, **options)


def replaced(node: Any, canary: str) -> Any:
    """The same with the canary where an @ stands."""
    if isinstance(node, str):
        return node.replace("@", canary)
    if isinstance(node, bytes):
        return node.replace(b"@", canary.encode())
    if isinstance(node, dict):
        return {replaced(name, canary): replaced(inner, canary) for name, inner in node.items()}
    if isinstance(node, (list, tuple)):
        return [replaced(inner, canary) for inner in node]
    return node
