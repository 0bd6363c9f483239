"""The shortest whole way: a server as its own process, one write, one read, a clean end."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from trimtab.admin import Admin
from trimtab.profile import Profile

SCRIPTS = Path(sys.executable).parent
SETTING = {"key": "RETRIES", "environment": "base", "value": 3, "type": "integer", "category": "x"}

pytestmark = pytest.mark.smoke


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Profile]:
    """What `trimtab-server serve` says at its first start; Ctrl-C ends it in good order."""
    environment = {name: value for name, value in os.environ.items() if "TRIMTAB" not in name}
    with subprocess.Popen(
        [SCRIPTS / "trimtab-server", "serve", "--port", "0"],
        env=environment | {"TRIMTAB_DATA_DIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        said = ""
        for line in process.stdout:
            said += line
            if "listening on" in line:
                break
        url, token = re.search(r"http://\S+", said), re.search(r"tt_\S+", said)
        assert url, said
        assert token, said
        yield Profile(url=url[0], token=token[0])
        process.send_signal(signal.SIGINT)
        assert process.wait(10) in {0, 130}
        assert "Traceback" not in process.stderr.read()


def test_value__written__is_read(server: Profile) -> None:
    with Admin(server) as admin:
        written = admin.create(SETTING)
        assert admin.entity("RETRIES", "dev").value == 3
        assert written.revision.endswith(".1") or written.changed


def test_client__imported__brings_no_server_and_no_extra() -> None:
    forbidden = "fastapi sqlalchemy alembic uvicorn starlette pydantic typer rich yaml dotenv"
    script = (
        "import sys, trimtab, trimtab.admin, trimtab.profile;"
        f"print(sorted(set({forbidden.split()}) & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
