"""`trimtab migrate` on a real terminal: a bar while it reads, a question before it writes."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(60)

TRIMTAB = Path(sys.executable).parent / "trimtab"


class Terminal:
    """A command on a terminal of 100 columns, in a folder."""

    def __init__(self, folder: Path, environ: dict[str, str], *arguments: str) -> None:
        self._ours, theirs = pty.openpty()
        self._process = subprocess.Popen(
            [TRIMTAB, *arguments], cwd=folder, start_new_session=True,
            env=environ | {"COLUMNS": "100", "TERM": "xterm"},
            stdin=theirs, stdout=theirs, stderr=theirs,
        )  # fmt: skip
        os.close(theirs)

    def read(self) -> str:
        """What it says until it says no more at once."""
        try:
            return os.read(self._ours, 65536).decode(errors="replace")
        except OSError:  # how Linux says that the other side is closed
            return ""

    def read_until(self, text: str) -> str:
        said = ""
        while text not in said:
            part = self.read()
            assert part, f"it ended before it said {text!r}: {said}"
            said += part
        return said

    def answer(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def end(self) -> tuple[int, str]:
        said = "".join(iter(self.read, ""))
        os.close(self._ours)
        return self._process.wait(30), said


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / ".env").write_text("RETRY_LIMIT=3\n")
    for number in range(300):
        (folder / f"m{number}.py").write_text("import os\nX = os.getenv('RETRY_LIMIT')\n")
    return folder


def test_scan__on_a_terminal__shows_how_far_it_is(environ: dict[str, str], project: Path) -> None:
    code, said = Terminal(project, environ, "migrate", "scan").end()
    assert code == 0, said
    assert "Reading" in said
    assert "/300" in said or "/301" in said
    assert "RETRY_LIMIT" in said


def test_apply__on_a_terminal__shows_the_change_and_asks(
    environ: dict[str, str], project: Path
) -> None:
    assert Terminal(project, environ, "migrate", "plan", "-o", "plan.yaml").end()[0] == 0
    for answer, code in (("n\n", 1), ("y\n", 0)):
        terminal = Terminal(project, environ, "migrate", "apply")
        assert "RETRY_LIMIT" in terminal.read_until("[y/N]")
        terminal.answer(answer)
        assert terminal.end()[0] == code
    code, said = Terminal(project, environ, "get", "RETRY_LIMIT").end()
    assert (code, said.strip()) == (0, "3")
