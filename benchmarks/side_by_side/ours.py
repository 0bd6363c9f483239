"""Trimtab's server, as an operator starts it, and the keys that a benchmark needs in it."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .children import Child, environment, free_port, serving

_PROGRAM = str(Path(sys.executable).parent / "trimtab-server")
ENVIRONMENT = "dev"


@dataclass(frozen=True, slots=True)
class Ours:
    """A running server and an administrator's token for it."""

    child: Child
    token: str

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One request as the administrator; an answer of 400 or more is an error."""
        request = urllib.request.Request(
            self.child.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "If-Match": "*",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return json.loads(reply.read())
        except urllib.error.HTTPError as error:
            raise RuntimeError(error.read().decode()[:2000]) from error

    def create(self, items: Sequence[Mapping[str, Any]]) -> None:
        """Settings with values in the root environment, 1,000 to a change."""
        for start in range(0, len(items), 1000):
            self.call("POST", "/api/v1/config/bulk", {"items": list(items[start : start + 1000])})


def sample(count: int) -> list[dict[str, Any]]:
    """As many settings as asked for, of the kinds that an env file holds."""
    kinds: list[tuple[str, Any]] = [
        ("number", 0.5),
        ("integer", 30),
        ("boolean", True),
        ("string", "eleven_multilingual_v2"),
        ("string", "https://models.example.com/v1/inference"),
    ]
    return [
        {
            "op": "create",
            "key": f"SERVICE_{number // 50:03}_OPTION_{number:05}",
            "environment": "base",
            "category": f"service_{number % 10}",
            "type": kinds[number % 5][0],
            "value": kinds[number % 5][1],
        }
        for number in range(count)
    ]


@contextmanager
def running(
    settings: Mapping[str, str], *, cpu: int | None = None, keys: Sequence[Mapping[str, Any]] = ()
) -> Iterator[Ours]:
    """A server with these settings, its schema made, holding these keys; nobody is held back."""
    settings = {"TRIMTAB_RATE_LIMITS": "off", **settings}
    if "TRIMTAB_DATABASE_URL" in settings:
        run("database", "upgrade", settings=settings)
    port = free_port()
    command = [_PROGRAM, "serve", "--port", str(port)]
    with serving(command, port=port, ready="/livez", settings=settings, cpu=cpu) as child:
        token = run("token", "create", "--admin", "--name", "bench", settings=settings).split()[-1]
        ours = Ours(child, token)
        ours.create(keys)
        yield ours


def run(*arguments: str, settings: Mapping[str, str]) -> str:
    """What `trimtab-server ...` printed."""
    done = subprocess.run(
        [_PROGRAM, *arguments],
        env=environment(settings),
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout
