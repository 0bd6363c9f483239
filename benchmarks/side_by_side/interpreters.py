"""The Pythons that are installed, and the environments in which peers and we are measured."""

import shutil
import subprocess
from pathlib import Path

PEERS = Path(__file__).parent.parent / "peers"
VERSIONS = ("3.11", "3.12", "3.13")
CLIENT = PEERS.parent.parent / "client" / "src"


def found_pythons() -> dict[str, Path]:
    """Each version we declare that really runs here; a version manager may hide one."""
    found = {version: _find(version) for version in VERSIONS}
    return {version: path for version, path in found.items() if path is not None}


def environment_of(version: str) -> Path:
    """The folder of that version's environment, whether it is there or not."""
    return PEERS / f".venv-{version}"


def ready_pythons() -> dict[str, Path]:
    """The interpreters of the environments that `./dev bench setup` has filled."""
    return {
        version: environment_of(version) / "bin" / "python"
        for version in VERSIONS
        if (environment_of(version) / "bench-ready").exists()
    }


def _find(version: str) -> Path | None:
    names = [f"python{version}"]
    if shutil.which("pyenv"):
        prefix = subprocess.run(
            ["pyenv", "prefix", version], check=False, capture_output=True, text=True
        )
        names.append(f"{prefix.stdout.strip()}/bin/python{version}")
    for name in names:
        path = shutil.which(name)
        if (
            path
            and subprocess.run([path, "-c", ""], check=False, capture_output=True).returncode == 0
        ):
            return Path(path)
    return None
