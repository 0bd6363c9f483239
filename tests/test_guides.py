"""The guides to migration and to `run` show what their commands print today."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(
        not os.environ.get("TRIMTAB_LONG_TESTS"),
        reason="a long test: TRIMTAB_LONG_TESTS=1 ./dev test tests/test_guides.py",
    ),
]

REPOSITORY = Path(__file__).resolve().parents[1]
GUIDES = ["docs/guide/migrate.md", "docs/guide/run.md"]


@pytest.mark.parametrize("guide", GUIDES)
def test_guide__run_again__prints_what_stands_in_it(guide: str) -> None:
    done = subprocess.run(
        [sys.executable, "docs/transcribe.py", "--check", guide],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
