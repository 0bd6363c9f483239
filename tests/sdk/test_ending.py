"""A program that ends in the moment of a change leaves that change to the one that starts next."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import trimtab

PROGRAM = """
import sys, threading, trimtab
changed = threading.Event()
cfg = trimtab.connect(lkg_path=sys.argv[1])
cfg.on_change("ENDING", lambda old, new: changed.set())
print(cfg["ENDING"], flush=True)
changed.wait(20)
"""


def test_program__ended_by_a_change__has_kept_it(
    writer: Any, options: dict[str, Any], tmp_path: Path
) -> None:
    kept = tmp_path / "ending.json"
    writer.put("ENDING", 1, type="integer", category="sdk")
    environ = {
        "TRIMTAB_URL": writer.url,
        "TRIMTAB_TOKEN": writer.token,
        "TRIMTAB_ENVIRONMENT": "base",
    }
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(kept)], env=environ, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "1\n"
        writer.put("ENDING", 2)
        assert program.wait(timeout=30) == 0
    nobody = {**options, "url": "http://127.0.0.1:9", "lkg_path": kept, "start_timeout": 0.1}
    with trimtab.connect(**nobody) as after:
        assert after["ENDING"] == 2
