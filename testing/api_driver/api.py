"""The calls that most tests make."""

from typing import Any

import httpx2

CONFIG = "/api/v1/config"


class Api:
    """The API as one token may use it. Every method gives the response unless it says otherwise."""

    def __init__(self, client: httpx2.AsyncClient, token: str | None) -> None:
        self.client = client
        self.token = token

    def as_(self, token: str | None) -> "Api":
        """The same API with another token, or none."""
        return Api(self.client, token)

    async def call(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        params: dict[str, Any] | None = None,
        **options: Any,
    ) -> httpx2.Response:
        """Any request; `params` that are None are left out."""
        own = {} if self.token is None else {"Authorization": f"Bearer {self.token}"}
        given = {name: one for name, one in (params or {}).items() if one is not None}
        return await self.client.request(
            method, path, headers=own | (headers or {}), params=given or None, **options
        )

    async def get(self, path: str, **params: Any) -> httpx2.Response:
        """GET with these query parameters."""
        return await self.call("GET", path, params=params)

    async def post(self, path: str, body: Any, **headers: str) -> httpx2.Response:
        """POST a JSON body; `Idempotency_Key="x"` sends a header."""
        return await self.call("POST", path, json=body, headers=_headers(headers))

    async def create(
        self, key: str, kind: str, value: Any = ..., *, environment: str = "base", **fields: Any
    ) -> dict[str, Any]:
        """Create a setting of this type, which must succeed; gives the entity."""
        body = {"key": key, "environment": environment, "type": kind, "category": "general"}
        if value is not ...:
            body["value"] = value
        response = await self.post(CONFIG, body | fields)
        assert response.status_code == 201, response.text
        created: dict[str, Any] = response.json()
        return created

    async def put(
        self, key: str, value: Any, environment: str | None, *, if_match: str | None = "*"
    ) -> httpx2.Response:
        """Set a value; by default whatever is there."""
        headers = {} if if_match is None else {"If-Match": if_match}
        return await self.call(
            "PUT",
            f"{CONFIG}/{key}",
            params={"environment": environment},
            headers=headers,
            json={"value": value},
        )

    async def entity(self, key: str, environment: str = "base", **params: Any) -> dict[str, Any]:
        """The entity, which must be there."""
        response = await self.get(f"{CONFIG}/{key}", environment=environment, **params)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    async def value(self, key: str, environment: str = "base") -> Any:
        """What the key is worth there."""
        return (await self.entity(key, environment))["value"]

    async def revision(self) -> int:
        """The head of the application `default`."""
        response = await self.get("/api/v1/applications")
        heads = {one["name"]: one["revision"] for one in response.json()["items"]}
        return int(heads["default"].split(".")[1])


def _headers(given: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in given.items()}
