"""A server that runs beside a guide, for guides whose reader has one already."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PROGRAM = Path(sys.executable).parent / "trimtab-server"


@contextmanager
def server_beside(folder: Path) -> Iterator[Mapping[str, str]]:
    """Run one on SQLite in `folder`; gives the variables by which `trimtab` finds it."""
    environ = {name: value for name, value in os.environ.items() if "TRIMTAB" not in name}
    environ["TRIMTAB_DATA_DIR"] = str(folder)
    subprocess.run([PROGRAM, "database", "upgrade"], env=environ, check=True, capture_output=True)
    issue = [PROGRAM, "token", "create", "--admin", "--name", "guide", "--json"]
    issued = subprocess.run(issue, env=environ, check=True, capture_output=True, text=True).stdout
    log = (folder / "server.log").open("w", encoding="utf-8")
    command = [PROGRAM, "serve", "--port", "0"]
    with (
        log,
        subprocess.Popen(
            command, env=environ, stdout=subprocess.PIPE, stderr=log, text=True
        ) as running,
    ):
        assert running.stdout is not None
        lines = iter(running.stdout.readline, "")
        url = next(found[1] for line in lines if (found := re.search(r"on (http://\S+)", line)))
        try:
            yield {"TRIMTAB_URL": url, "TRIMTAB_TOKEN": json.loads(issued)["token"]}
        finally:
            running.terminate()
