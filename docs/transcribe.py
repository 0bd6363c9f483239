"""Run the commands of a guide and write down what they said: `python docs/transcribe.py FILE.md`.

In every ```console block each line that begins with `$ ` is run, in one folder made for the guide,
and the output below it is replaced. A command that ends in ` &` goes on in the background until
the end; it has begun when it says how to stop it. A block whose fence says `file=PATH` is written
there first; without one, the example's `.env` lies in the folder. A guide that says so has a server
beside it. The port, the folder, your name, ids, revisions and times are neutral. With `--check`
nothing is rewritten: the exit code is 1 if the commands say something else now.
"""

import difflib
import getpass
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path

from server_beside import server_beside

ROOT = Path(__file__).resolve().parent.parent
HOME = "/home/you/assistant"
BEGUN = "Ctrl-C stops it."
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FILE = re.compile(r"^```\w+ file=(\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BESIDE = "<!-- a server runs beside this guide -->"
REVISION = re.compile(r"\b1[0-9]{9}\.(\d+)\b")
UUID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
TOKEN_ID = re.compile(r"(?<=\btoken )[0-9A-Za-z]{12}\b|^[0-9A-Za-z]{12}(?=  )", re.MULTILINE)
MINUTE = re.compile(r"\b(\d{4}-\d\d-\d\d) \d\d:\d\d\b")
TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[0-9.]*(Z|\+00:00)")


def main() -> int:
    """Rewrite the guides that are named, or with --check compare them."""
    status = 0
    for name in sys.argv[1:]:
        if name == "--check":
            continue
        guide = Path(name)
        before = guide.read_text()
        with Session(before) as session:
            text = BLOCK.sub(lambda block: session.replay(block[1]), before)
        if "--check" not in sys.argv:
            guide.write_text(text)
        elif text != before:
            sys.stdout.writelines(
                f"{line}\n"
                for line in difflib.unified_diff(before.splitlines(), text.splitlines(), name, name)
            )
            status = 1
    return status


class Session:
    """A folder of a reader's own, a port, and what runs in the background."""

    def __init__(self, guide: str) -> None:
        self.guide = guide
        self.beside: dict[str, str] = {}
        self.open = ExitStack()
        self.folder = Path(tempfile.mkdtemp())
        self.port = str(free_port())
        self.running: list[subprocess.Popen[str]] = []

    def __enter__(self) -> "Session":
        files = FILE.findall(self.guide)
        for name, text in files:
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text)
        if not files:
            shutil.copy(ROOT / "examples" / "assistant" / ".env.example", self.folder / ".env")
        if BESIDE in self.guide:
            folder = self.open.enter_context(tempfile.TemporaryDirectory())
            self.beside |= self.open.enter_context(server_beside(Path(folder)))
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.running:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=10)
        self.open.close()
        shutil.rmtree(self.folder)

    def replay(self, block: str) -> str:
        """The block with its commands and what they said this time."""
        commands = [line[2:] for line in block.splitlines() if line.startswith("$ ")]
        said = (f"$ {command}\n{self.neutral(self.run(command))}" for command in commands)
        return f"```console\n{''.join(said)}```"

    def run(self, command: str) -> str:
        """What one command prints, both streams as they come."""
        goes_on = command.endswith(" &")
        line = f"exec {command.removesuffix(' &')}" if goes_on else command  # signals reach it
        process = subprocess.Popen(
            ["/bin/sh", "-c", line],
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        if not goes_on:
            return process.communicate(timeout=120)[0]
        self.running.append(process)
        lines = []
        for said in process.stdout or ():
            lines.append(said)
            if BEGUN in said:
                break
        return "".join(lines)

    def environment(self) -> dict[str, str]:
        """Without any setting of this machine's."""
        own = {name: value for name, value in os.environ.items() if "TRIMTAB" not in name}
        path = f"{Path(sys.executable).parent}:{own['PATH']}"
        return {**own, "PATH": path, "COLUMNS": "100", "TRIMTAB_PORT": self.port, **self.beside}

    def neutral(self, text: str) -> str:
        """The text as it would be on the reader's machine."""
        here = f"{getpass.getuser()} on {socket.gethostname()}"
        text = text.replace(str(self.folder), HOME).replace(f":{self.port}", ":8484")
        text = TIME.sub("2026-11-23T10:00:00+00:00", REVISION.sub(r"1795305600.\1", text))
        text = TOKEN_ID.sub("4fTq0ZkP9sXa", MINUTE.sub(as_days_from_now, text))
        text = UUID.sub("5f0c8a52-6e55-4f0e-9a57-0f2ad7c9a111", text)
        return text.replace(here, "you on laptop")


def as_days_from_now(minute: re.Match[str]) -> str:
    """What expires in a month does so here too."""
    days = date.fromisoformat(minute[1]) - datetime.now(UTC).date()
    return f"{date(2026, 11, 23) + days} 10:00"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
