"""One good request for every operation of the API; a test fails when one is missing."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from .api import Api


@dataclass(frozen=True, slots=True)
class Sample:
    """A request that is allowed, and after `prepare` succeeds or finds nothing of that id."""

    method: str
    template: str
    query: dict[str, str]
    body: dict[str, Any] | None = None
    status: int = 200

    @property
    def path(self) -> str:
        """The path to call."""
        unknown = "0" * 12 if "/tokens/" in self.template else str(UUID(int=0))
        return self.template.replace("{key}", "RETRIES").replace("{id}", unknown)

    @property
    def name(self) -> str:
        """`PUT /api/v1/config/{key}`, as OpenAPI names it."""
        return f"{self.method} {self.template}"


# What every live token may do, whatever its grants.
OWN = frozenset({"/api/v1/whoami", "/api/v1/tokens/self", "/api/v1/tokens/self/rotate"})
_CONFIG = "/api/v1/config"
_DEV = {"environment": "dev"}
_EDITS = {"items": [{"key": "RETRIES", "environment": "dev", "value": 7}]}

SAMPLES = (
    Sample("GET", "/livez", {}),
    Sample("GET", "/readyz", {}),
    Sample("GET", "/metrics", {}),
    Sample("GET", "/api/v1/snapshot", _DEV),
    Sample("GET", "/api/v1/stream", _DEV, status=429),  # these servers keep no stream open
    Sample("GET", "/api/v1/export", _DEV | {"format": "json"}),
    Sample("GET", _CONFIG, _DEV),
    Sample("POST", _CONFIG, {}, {"key": "NEW", "type": "string", "environment": "dev"}, 201),
    Sample("GET", f"{_CONFIG}/{{key}}", _DEV),
    Sample("PUT", f"{_CONFIG}/{{key}}", _DEV, {"value": 5}),
    Sample("DELETE", f"{_CONFIG}/{{key}}", _DEV),
    Sample("PATCH", f"{_CONFIG}/{{key}}/definition", {}, {"description": "How often."}),
    Sample("PUT", f"{_CONFIG}/{{key}}/policy", _DEV, {"sourcePolicy": "shadow"}),
    Sample("GET", f"{_CONFIG}/categories", {}),
    Sample("GET", f"{_CONFIG}/schema", {}),
    Sample("GET", f"{_CONFIG}/explain/{{key}}", _DEV),
    Sample("GET", f"{_CONFIG}/history/{{key}}", {}),
    Sample("GET", f"{_CONFIG}/diff", {"source": "base", "target": "dev"}),
    Sample("POST", f"{_CONFIG}/bulk", {}, _EDITS),
    Sample("POST", f"{_CONFIG}/validate", {}, _EDITS),
    Sample("POST", f"{_CONFIG}/promote", {}, {"source": "dev", "target": "prod"}),
    Sample("POST", f"{_CONFIG}/rollback", {}, {"environment": "dev", "revision": 2}),
    Sample("POST", f"{_CONFIG}/reload", {}),
    Sample("GET", "/api/v1/whoami", {}),
    Sample("POST", "/api/v1/tokens/self/rotate", {}, {}, 201),
    Sample("DELETE", "/api/v1/tokens/self", {}, status=409),  # the last administrator's
    Sample("GET", "/api/v1/principals", {}),
    Sample("POST", "/api/v1/principals", {}, {"name": "sample"}, 201),
    Sample("DELETE", "/api/v1/principals/{id}", {}, status=404),
    Sample("GET", "/api/v1/tokens", {}),
    Sample("POST", "/api/v1/tokens", {}, {"principal": "onlooker"}, 201),
    Sample("POST", "/api/v1/tokens/{id}/rotate", {}, {}, 404),
    Sample("DELETE", "/api/v1/tokens/{id}", {}, status=404),
    Sample("GET", "/api/v1/grants", {}),
    Sample("POST", "/api/v1/grants", {}, {"principal": "onlooker", "role": "auditor"}, 201),
    Sample("DELETE", "/api/v1/grants/{id}", {}, status=404),
    Sample("GET", "/api/v1/audit", {}),
    Sample("GET", "/api/v1/audit/verify", {}),
    Sample("POST", "/api/v1/audit/verify", {}, {"checkpoints": []}),
    Sample("GET", "/api/v1/audit/checkpoint", {}, status=409),  # these servers have no key
    Sample("GET", "/api/v1/environments", {}),
    Sample("POST", "/api/v1/environments", {}, {"name": "qa", "parent": "staging"}, 201),
    Sample("GET", "/api/v1/applications", {}),
    Sample("POST", "/api/v1/applications", {}, {"name": "other"}, 201),
)


async def prepare(api: Api) -> None:
    """What the samples need: RETRIES with a value in the root and one in dev."""
    await api.create("RETRIES", "integer", 1, validationRules={"min": 0, "max": 10})
    response = await api.put("RETRIES", 2, "dev")
    assert response.status_code == 200, response.text


def arguments(sample: Sample) -> dict[str, Any]:
    """The keyword arguments of `Api.call` for it; writes carry a precondition that always holds."""
    body = {} if sample.body is None else {"json": sample.body}
    headers = {"If-Match": "*"} if sample.method in {"PUT", "PATCH", "DELETE"} else {}
    return {"params": sample.query, "headers": headers, **body}
