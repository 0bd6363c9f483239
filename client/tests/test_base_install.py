"""The base install: one HTTP client, and nothing of the server or of an extra is imported."""

import json
import subprocess
import sys
from importlib.metadata import requires

from packaging.requirements import Requirement

# What `pip install trimtab` may bring: the HTTP client and what that needs.
ALLOWED = {"anyio", "h11", "httpcore2", "httpx2", "idna", "truststore", "typing-extensions"}

PROGRAM = """
import json, sys
for name in {hidden!r}:
    sys.modules[name] = None  # as if it were not installed
import trimtab
light = sorted(name for name in sys.modules if not name.startswith("trimtab"))
with trimtab.connect(mode="memory", values={{"A": 1}}) as cfg:
    assert cfg["A"] == 1
trimtab.connect_async
print(json.dumps([light, sorted({{name.partition(".")[0] for name in sys.modules}})]))
"""
HIDDEN = (
    "ast_grep_py dotenv fastapi pathspec pydantic pydantic_core pydantic_settings rich sqlalchemy "
    "starlette trimtab_server typer uvicorn yaml"
).split()


def test_requirements__of_the_base_install__are_one_http_client() -> None:
    found, waiting = set(), ["trimtab"]
    while waiting:
        for text in requires(waiting.pop()) or []:
            it = Requirement(text)
            needed = it.marker is None or it.marker.evaluate({"extra": ""})
            name = it.name.lower().replace("_", "-")
            if needed and name not in found:
                found.add(name)
                waiting.append(name)

    assert found <= ALLOWED


def test_import__without_any_extra__works_and_imports_no_http_client_before_it_is_needed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(hidden=HIDDEN)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    light, loaded = json.loads(done.stdout)
    assert "httpx2" not in light
    assert "httpx2" in loaded
