"""A real server in a process of its own, and who writes to it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api_driver import Process, serving_process


class Writer:
    """Writes to environment `base` as the administrator does."""

    def __init__(self, process: Process) -> None:
        self.url, self.token = process.url, process.token
        self._http = httpx2.Client(
            base_url=process.url, headers={"Authorization": f"Bearer {process.token}"}
        )

    def put(self, key: str, value: Any, **definition: Any) -> str:
        """Set, or create; the revision after it."""
        item = {"key": key, "environment": "base", "value": value, **definition}
        if value is None:
            item.pop("value")
        return self.bulk([item])

    def bulk(self, items: list[dict[str, Any]]) -> str:
        """One change; the revision after it."""
        reply = self._http.post("/api/v1/config/bulk", json={"items": items})
        assert reply.status_code == 200, reply.text
        return str(reply.json()["revision"])

    def policy(self, key: str, policy: str) -> None:
        """Set a key's source policy."""
        reply = self._http.put(
            f"/api/v1/config/{key}/policy",
            params={"environment": "base"},
            headers={"If-Match": "*"},
            json={"sourcePolicy": policy},
        )
        assert reply.status_code == 200, reply.text

    def close(self) -> None:
        self._http.close()


@pytest.fixture(scope="session")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writer]:
    data = tmp_path_factory.mktemp("data")
    with serving_process({"TRIMTAB_DATA_DIR": str(data)}) as process:
        writer = Writer(process)
        yield writer
        writer.close()


@pytest.fixture
def options(writer: Writer, tmp_path: Path) -> dict[str, Any]:
    return {
        "url": writer.url,
        "token": writer.token,
        "environment": "base",
        "poll_seconds": 0.1,
        "lkg_path": tmp_path / "kept.json",
        "environ": {},
    }
