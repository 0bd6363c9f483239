"""Run the commands of a guide and write down what they said: `python docs/transcribe.py FILE.md`.

In every ```console block each line that begins with `$ ` is run, in one folder made for the guide,
and the output below it is replaced. A command that ends in ` &` goes on in the background until
the end; it has begun when it says how to stop it. The port, the folder and your name are neutral.
"""

import getpass
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = "/home/you/assistant"
BEGUN = "Ctrl-C stops it."
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def main() -> None:
    """Rewrite the guides that are named."""
    for name in sys.argv[1:]:
        guide = Path(name)
        with Session() as session:
            text = BLOCK.sub(lambda block: session.replay(block[1]), guide.read_text())
        guide.write_text(text)


class Session:
    """A folder of a reader's own, a port, and what runs in the background."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.port = str(free_port())
        self.running: list[subprocess.Popen[str]] = []

    def __enter__(self) -> "Session":
        shutil.copy(ROOT / "examples" / "assistant" / ".env.example", self.folder / ".env")
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.running:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=10)
        shutil.rmtree(self.folder)

    def replay(self, block: str) -> str:
        """The block with its commands and what they said this time."""
        commands = [line[2:] for line in block.splitlines() if line.startswith("$ ")]
        said = (f"$ {command}\n{self.neutral(self.run(command))}" for command in commands)
        return f"```console\n{''.join(said)}```"

    def run(self, command: str) -> str:
        """What one command prints, both streams as they come."""
        process = subprocess.Popen(
            ["/bin/sh", "-c", command.removesuffix(" &")],
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        if not command.endswith(" &"):
            return process.communicate(timeout=120)[0]
        self.running.append(process)
        lines = []
        for line in process.stdout or ():
            lines.append(line)
            if BEGUN in line:
                break
        return "".join(lines)

    def environment(self) -> dict[str, str]:
        """Without any setting of this machine's."""
        own = {name: value for name, value in os.environ.items() if "TRIMTAB" not in name}
        path = f"{Path(sys.executable).parent}:{own['PATH']}"
        return {**own, "PATH": path, "COLUMNS": "100", "TRIMTAB_PORT": self.port}

    def neutral(self, text: str) -> str:
        """The text as it would be on the reader's machine."""
        here = f"{getpass.getuser()} on {socket.gethostname()}"
        text = text.replace(str(self.folder), HOME).replace(f":{self.port}", ":8484")
        return text.replace(here, "you on laptop")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
