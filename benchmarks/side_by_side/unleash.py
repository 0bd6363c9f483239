"""Unleash, the feature-flag server, from npm; its own defaults on a PostgreSQL of our choice."""

import json
import secrets
import shutil
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .children import Child, free_port, serving

FOLDER = Path(__file__).parent.parent / "peers"
_PACKAGE = FOLDER / "node_modules" / "unleash-server"


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag with its strategy, whose variant carries the value."""

    name: str
    strategy: str


@dataclass(frozen=True, slots=True)
class Unleash:
    """A running server with a token for its administration and one for its SDKs."""

    child: Child
    admin: str
    backend: str

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One request as an administrator."""
        request = urllib.request.Request(
            self.child.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": self.admin, "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as reply:
            said = reply.read()
        return json.loads(said) if said else None

    def create(self, names: list[str]) -> list[Flag]:
        """Flags that are on in `development`, each with one variant that carries a value."""
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(self._create, names))

    def _create(self, name: str) -> Flag:
        path = "/api/admin/projects/default/features"
        self.call("POST", path, {"name": name, "type": "operational"})
        place = f"{path}/{name}/environments/development"
        strategy = self.call("POST", f"{place}/strategies", strategy_body(name, "0.5"))
        self.call("POST", f"{place}/on")
        return Flag(name, strategy["id"])


def strategy_body(name: str, value: str) -> dict[str, Any]:
    """A strategy for everybody whose only variant carries the value."""
    return {
        "name": "flexibleRollout",
        "parameters": {"rollout": "100", "stickiness": "default", "groupId": name},
        "constraints": [],
        "variants": [
            {
                "name": "value",
                "weight": 1000,
                "weightType": "variable",
                "stickiness": "default",
                "payload": {"type": "string", "value": value},
            }
        ],
    }


def missing() -> str | None:
    """Why Unleash cannot run here, or nothing."""
    if shutil.which("node") is None:
        return "Node.js is not installed"
    if not _PACKAGE.exists():
        return "unleash-server is not installed: run ./dev bench setup"
    return None


def version() -> str:
    """The version that is installed."""
    return str(json.loads((_PACKAGE / "package.json").read_text())["version"])


@contextmanager
def running(database_url: str, *, cpu: int | None = None) -> Iterator[Unleash]:
    """A server with its defaults; it only talks to nobody but us."""
    port, database = free_port(), urlsplit(database_url)
    admin, backend = (f"{scope}.{secrets.token_hex(24)}" for scope in ("*:*", "*:development"))
    settings = {
        "NODE_ENV": "production",
        "DATABASE_HOST": database.hostname or "",
        "DATABASE_PORT": str(database.port),
        "DATABASE_NAME": database.path.removeprefix("/"),
        "DATABASE_USERNAME": database.username or "",
        "DATABASE_PASSWORD": "none",
        "DATABASE_SSL": "false",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_PORT": str(port),
        "INIT_ADMIN_API_TOKENS": admin,
        "INIT_BACKEND_API_TOKENS": backend,
        "CHECK_VERSION": "false",
        "SEND_TELEMETRY": "false",
        "LOG_LEVEL": "error",
    }
    command = ["node", str(_PACKAGE / "dist" / "server.js")]
    with serving(command, port=port, ready="/health", settings=settings, cpu=cpu) as child:
        yield Unleash(child, admin, backend)
