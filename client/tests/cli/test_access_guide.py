"""The guide to access shows what its commands print today."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(
        not os.environ.get("TRIMTAB_LONG_TESTS"),
        reason="a long test: TRIMTAB_LONG_TESTS=1 ./dev test client/tests/cli/test_access_guide.py",
    ),
]

REPOSITORY = Path(__file__).resolve().parents[3]
GUIDE = "docs/guide/access.md"


def test_guide__run_again__prints_what_stands_in_it() -> None:
    done = subprocess.run(
        [sys.executable, "docs/transcribe.py", "--check", GUIDE],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
