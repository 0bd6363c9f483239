"""`./dev bench setup`: bring whatever is measured beside Trimtab; again: no change.

Into `benchmarks/peers` (git-ignored there), from locks: the Python libraries for every Python that
is installed, and Unleash from npm. etcd and wrk come from Debian, into the system. What cannot be
had is said, and the others are brought all the same: a benchmark names what is missing.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from .interpreters import PEERS, environment_of, found_pythons

_LOCK = PEERS.parent.parent / "requirements" / "bench.lock"
_DEBIAN = {"wrk": "wrk", "etcd": "etcd-server"}


class CannotBring(Exception):
    """Something could not be had; the text says why and what helps."""


def main() -> None:
    """Bring everything; ends with 1 if something is missing."""
    steps: list[tuple[str, Callable[[], None]]] = [
        (f"Python {version}: the libraries of bench.lock", lambda p=path, v=version: _python(p, v))
        for version, path in found_pythons().items()
    ]
    steps += [("Unleash", _unleash), ("etcd and wrk", _debian)]
    failed = 0
    for what, bring in steps:
        try:
            bring()
            print(f"ok       {what}", flush=True)
        except CannotBring as why:
            failed = 1
            print(f"MISSING  {what}: {why}", flush=True)
    sys.exit(failed)


def _python(python: Path, version: str) -> None:
    folder = environment_of(version)
    stamp, wanted = folder / "bench-ready", _LOCK.read_text() + str(folder)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    uv = [sys.executable, "-m", "uv"]
    _run([*uv, "venv", "--quiet", "--clear", "--python", str(python), str(folder)])
    inside = ["--python", str(folder / "bin" / "python")]
    _run([*uv, "pip", "sync", "--quiet", *inside, "--require-hashes", str(_LOCK)])
    stamp.write_text(wanted)


def _unleash() -> None:
    if shutil.which("npm") is None:
        raise CannotBring("npm is not installed (Debian: apt-get install nodejs npm)")
    installed = PEERS / "node_modules" / ".package-lock.json"
    lock = PEERS / "package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    _run(["npm", "ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund"], PEERS)
    os.utime(installed)


def _debian() -> None:
    wanted = [package for program, package in _DEBIAN.items() if shutil.which(program) is None]
    if not wanted:
        return
    by_hand = f"apt-get install {' '.join(wanted)}"
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise CannotBring(f"not installed, and only root can: {by_hand}")
    _run(["apt-get", "update", "-qq"])
    _run(["apt-get", "install", "-qq", "-y", "--no-install-recommends", *wanted])


def _run(command: Sequence[str], folder: Path | None = None) -> None:
    try:
        done = subprocess.run(
            command, check=False, cwd=folder, capture_output=True, text=True, timeout=900
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotBring(f"{command[0]}: {error}") from error
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-3:]
        raise CannotBring(f"`{' '.join(command[:4])} ...` failed: {' / '.join(last)}")


if __name__ == "__main__":
    main()
