"""Which kind of file it is, and what it says."""

from enum import StrEnum
from pathlib import Path

from trimtab.cli.incoming.env import read_env
from trimtab.cli.incoming.exported import read_json, read_yaml
from trimtab.cli.incoming.setting import IncomingFile


class FileFormat(StrEnum):
    """What `import` takes."""

    DOTENV = "dotenv"
    JSON = "json"
    YAML = "yaml"


_BY_SUFFIX = {".json": FileFormat.JSON, ".yaml": FileFormat.YAML, ".yml": FileFormat.YAML}


def read_incoming(
    path: Path, file_format: FileFormat | None = None, *, skip_broken: bool = False
) -> IncomingFile:
    """Read a file by its format, else by its suffix; raises CannotImport or EnvFileRefused."""
    match file_format or _BY_SUFFIX.get(path.suffix.lower(), FileFormat.DOTENV):
        case FileFormat.JSON:
            return read_json(path)
        case FileFormat.YAML:
            return read_yaml(path)
        case FileFormat.DOTENV:
            return read_env(path, skip_broken=skip_broken)
