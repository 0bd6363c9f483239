"""Which env file `up` is about."""

import json
from dataclasses import dataclass
from pathlib import Path

EXAMPLE = Path("examples/assistant/.env.example")
_NOTE = "up.json"


@dataclass(frozen=True, slots=True)
class EnvSource:
    """An env file; `must_ask`: it was found, not named, so its owner is asked first."""

    path: Path
    must_ask: bool = False


def choose_source(named: Path | None, directory: Path) -> EnvSource | None:
    """The file named by an option, else `./.env`, else the example of this project, else None."""
    if named is not None:
        return EnvSource(named)
    if (directory / ".env").is_file():
        return EnvSource(Path(".env"), must_ask=True)
    if (directory / EXAMPLE).is_file():
        return EnvSource(EXAMPLE)
    return None


def remember(source: EnvSource, data_dir: Path) -> None:
    """Note which file was taken over, for the comparison at the next start."""
    note = {"envFile": str(source.path.absolute())}
    (data_dir / _NOTE).write_text(f"{json.dumps(note)}\n", encoding="utf-8")


def remembered_source(data_dir: Path, directory: Path) -> EnvSource | None:
    """The file that was taken over into this data directory, if it is still there."""
    try:
        path = Path(json.loads((data_dir / _NOTE).read_bytes())["envFile"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if not path.exists():
        return None
    return EnvSource(path.relative_to(directory) if path.is_relative_to(directory) else path)
