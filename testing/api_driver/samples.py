"""One good request for every operation of the API; a test fails when one is missing."""

from dataclasses import dataclass
from typing import Any

from .api import Api


@dataclass(frozen=True, slots=True)
class Sample:
    """A request that succeeds after `prepare`, with `{key}` in its path filled in."""

    method: str
    template: str
    query: dict[str, str]
    body: dict[str, Any] | None = None
    status: int = 200

    @property
    def path(self) -> str:
        """The path to call."""
        return self.template.replace("{key}", "RETRIES")

    @property
    def name(self) -> str:
        """`PUT /api/v1/config/{key}`, as OpenAPI names it."""
        return f"{self.method} {self.template}"


_CONFIG = "/api/v1/config"
_DEV = {"environment": "dev"}
_EDITS = {"items": [{"key": "RETRIES", "environment": "dev", "value": 7}]}

SAMPLES = (
    Sample("GET", "/livez", {}),
    Sample("GET", "/readyz", {}),
    Sample("GET", "/metrics", {}),
    Sample("GET", "/api/v1/snapshot", _DEV),
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
