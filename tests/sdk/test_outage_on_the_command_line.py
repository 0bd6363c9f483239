"""`trimtab run` and `trimtab watch` while the server is away, and when it is back."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from api_driver import run_server_command
from api_driver.process import Process
from faults.node import Node, running_nodes

from .conftest import Writer

TRIMTAB = Path(sys.executable).parent / "trimtab"
SHOW = ["--", sys.executable, "-c", "import os; print(os.environ.get('RETRIES'))"]


@dataclass
class Scene:
    """A server that can be stopped and started again, and who writes to it."""

    node: Node
    writer: Writer
    environ: dict[str, str]

    def begin(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a command line of `trimtab`."""
        return subprocess.Popen(
            [TRIMTAB, *arguments],
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        with self.begin("run", *arguments) as process:
            out, err = process.communicate(timeout=30)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    data = {"TRIMTAB_DATA_DIR": str(tmp_path / "data")}
    (tmp_path / "data").mkdir(mode=0o700)
    token = run_server_command(data, "token", "create", "--admin", "--name", "test").split()[-1]
    with running_nodes(1, data, tmp_path) as (node,):
        writer = Writer(Process(node.port, token, node.pid))
        writer.put("RETRIES", 3, type="integer", category="c")
        mine = {name: one for name, one in os.environ.items() if "TRIMTAB" not in name}
        place = {"TRIMTAB_URL": node.url, "TRIMTAB_TOKEN": token, "TRIMTAB_ENVIRONMENT": "base"}
        yield Scene(node, writer, mine | place | {"HOME": str(tmp_path), "XDG_CACHE_HOME": ""})
        writer.close()


def test_run__server_gone__starts_with_what_was_kept_and_says_so(scene: Scene) -> None:
    assert scene.run(*SHOW).stdout == "3\n"
    scene.node.kill()
    done = scene.run(*SHOW)
    assert (done.returncode, done.stdout) == (0, "3\n")
    assert "last-known-good" in done.stderr


def test_watch__server_killed_and_started_again__says_both_and_misses_nothing(
    scene: Scene,
) -> None:
    with scene.begin("watch") as watching:
        try:
            assert line(watching.stdout).startswith("Watching base from revision ")
            scene.node.kill()
            assert line(watching.stderr) == "The server does not answer; waiting for it."
            scene.node.start()
            scene.writer.put("RETRIES", 4)
            assert line(watching.stdout).endswith("  RETRIES  3 -> 4")
            assert line(watching.stderr).startswith("The server answers again, at revision ")
        finally:
            watching.terminate()


def line(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline().rstrip("\n")
