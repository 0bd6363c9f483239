"""What the assistant needs around it: a Trimtab server, and somebody to answer for each vendor."""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, MutableMapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from stand_ins import StandIns, stand_ins

from trimtab.integrations import CATALOGUE

BIN = Path(sys.executable).parent
# Vendor: the credential that makes it the real one, and how its address is named.
VENDORS = {
    "OpenAI": ("OPENAI_API_KEY", "OPENAI_BASE_URL", "/v1"),
    "Anthropic": ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", ""),
    "ElevenLabs": ("ELEVENLABS_API_KEY", "ELEVENLABS_BASE_URL", ""),
    "LangSmith": ("LANGSMITH_API_KEY", "LANGSMITH_ENDPOINT", ""),
}


@contextmanager
def surroundings(*, pretend: bool = False) -> Iterator[StandIns]:
    """Make os.environ such that the assistant finds everything, and say what it will find.

    Without TRIMTAB_URL a server is started on SQLite, for this run only. A vendor whose credential
    is in the environment is the real one, unless `pretend`; the others are stand-ins.
    """
    with ExitStack() as stack:
        vendors = stack.enter_context(stand_ins())
        for name, (credential, address, path) in VENDORS.items():
            if os.environ.get(credential) and not pretend:
                say(f"{name}: the real one, with {credential} from the environment")
                continue
            os.environ[credential], os.environ[address] = "stand-in", vendors.url + path
            say(f"{name}: a stand-in on loopback, which invents its answers")
        if "TRIMTAB_URL" not in os.environ or pretend:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            stack.enter_context(server(folder, os.environ))
            say(f"Trimtab: a server for this run, {os.environ['TRIMTAB_URL']}, with the catalogue")
        yield vendors


@contextmanager
def server(folder: Path, environ: MutableMapping[str, str]) -> Iterator[None]:
    """A Trimtab server on SQLite that knows the services' settings; `environ` leads to it."""
    for name in [name for name in environ if name.startswith("TRIMTAB_")]:
        del environ[name]
    environ["TRIMTAB_DATA_DIR"] = str(folder)
    run("trimtab-server", "database", "upgrade")
    issued = run("trimtab-server", "token", "create", "--admin", "--name", "assistant", "--json")
    serve = [BIN / "trimtab-server", "serve", "--port", "0"]
    with (
        (folder / "server.log").open("w", encoding="utf-8") as log,
        subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=log, text=True) as running,
    ):
        try:
            lines = iter(running.stdout.readline, "")
            environ["TRIMTAB_URL"] = next(
                found[1] for line in lines if (found := re.search(r"on (http://\S+)", line))
            )
            environ["TRIMTAB_TOKEN"] = json.loads(issued)["token"]
            environ["TRIMTAB_ENVIRONMENT"] = "dev"
            run("trimtab", "import", str(CATALOGUE), "--environment", "base", "--yes")
            yield
        finally:
            running.terminate()


def run(program: str, *arguments: str) -> str:
    """What a command of Trimtab prints; what it complains about is shown."""
    command = [BIN / program, *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def say(text: str) -> None:
    """To whoever watches."""
    print(text, flush=True)
