"""What was applied, kept beside the profile: enough to undo it, and no secret.

One file a change, `<data directory>/migrations/<revision>.json`, for its owner alone (0600). Of the
env files it keeps the lines of the keys that moved, the names of all others, and a digest.
"""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from trimtab.errors import TrimtabError

FOLDER = "migrations"
_PENDING = "pending-"
_DEFAULT_APPLICATION = "default"


class BadArtifact(TrimtabError):
    """A record of a migration cannot be read or written."""

    code = "bad-artifact"


@dataclass(frozen=True, slots=True)
class KeptLine:
    """One assignment of a key that moved: the text of its lines, which holds no secret."""

    key: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class KeptFile:
    """An env file as it was: its digest, the lines of the keys that moved, the other names."""

    path: str
    environment: str
    sha256: str
    lines: tuple[KeptLine, ...]
    other_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Artifact:
    """One migration; `revision` None: sent, but the answer was not seen yet."""

    application: str
    server: str
    revision: str | None
    against: str
    plan_digest: str
    plan_path: str
    root: str
    dialect: str
    policy: str
    made_at: str
    keys: tuple[str, ...]
    files: tuple[KeptFile, ...]
    undone_by: str | None = None

    @property
    def number(self) -> int:
        """The revision's number within its epoch."""
        return int((self.revision or "0").rpartition(".")[2])


class Artifacts:
    """The records of one application in one data directory.

    Of the store that counts in `epoch`: another server, or a restored one, counts in another.
    """

    def __init__(self, data_dir: Path, application: str, epoch: str) -> None:
        self.folder = data_dir / FOLDER
        self._application = application
        self._epoch = epoch

    def expect(self, artifact: Artifact) -> None:
        """Note what is about to be sent, before it is."""
        self._write(self._pending(artifact), artifact)

    def settle(self, artifact: Artifact, revision: str) -> Artifact:
        """It was made: `revision` is its name from now on."""
        made = replace(artifact, revision=revision)
        self._write(self.path_of(made), made)
        self.forget(artifact)
        return made

    def forget(self, artifact: Artifact) -> None:
        """It was not made."""
        self._pending(artifact).unlink(missing_ok=True)

    def undone(self, artifact: Artifact, revision: str) -> None:
        """Note that a later change took it back."""
        self._write(self.path_of(artifact), replace(artifact, undone_by=revision))

    def pending(self, plan_digest: str) -> list[Artifact]:
        """What was sent for this plan without an answer."""
        return [one for one in self._all(_PENDING) if one.plan_digest == plan_digest]

    def made(self) -> list[Artifact]:
        """Every migration made from here, the oldest first."""
        found = [one for one in self._all("") if one.revision is not None]
        return sorted(found, key=lambda one: (one.made_at, one.number))

    def path_of(self, artifact: Artifact) -> Path:
        """Where it is kept."""
        prefix = "" if self._application == _DEFAULT_APPLICATION else f"{self._application}-"
        return self.folder / f"{prefix}{artifact.revision}.json"

    def _pending(self, artifact: Artifact) -> Path:
        name = f"{_PENDING}{artifact.application}-{artifact.against}-{artifact.plan_digest[:16]}"
        return self.folder / f"{name}.json"

    def _all(self, prefix: str) -> Iterator[Artifact]:
        for path in sorted(self.folder.glob(f"{prefix}*.json")):
            artifact = _read(path)
            epoch = artifact.against.rpartition(".")[0]
            if (artifact.application, epoch) == (self._application, self._epoch):
                yield artifact

    def _write(self, path: Path, artifact: Artifact) -> None:
        try:
            _prepare(self.folder)
            handle, scratch = tempfile.mkstemp(dir=self.folder, prefix=f".{path.name}.")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(asdict(artifact), file, indent=2, ensure_ascii=False)
                    file.write("\n")
                Path(scratch).replace(path)  # mkstemp made it 0600
            except BaseException:
                Path(scratch).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise BadArtifact(
                f"The record {path} cannot be written ({error.strerror}), and without it a "
                "rollback could not restore the env files: make room for it, or name another "
                "folder with TRIMTAB_DATA_DIR."
            ) from None


def _prepare(folder: Path) -> None:
    """The folder for its owner alone; a data directory made here is git-ignored."""
    is_new = not folder.parent.exists()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if is_new:
        folder.parent.chmod(0o700)
        (folder.parent / ".gitignore").write_text("*\n", encoding="utf-8")


def _read(path: Path) -> Artifact:
    try:
        return _artifact(json.loads(path.read_bytes()))
    except OSError as error:
        raise BadArtifact(f"The record {path} cannot be read ({error.strerror}).") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadArtifact(
            f"The record {path} is not one that `trimtab migrate apply` wrote: move it away."
        ) from None


def _artifact(raw: Mapping[str, Any]) -> Artifact:
    files = tuple(
        KeptFile(
            **{
                **file,
                "lines": tuple(KeptLine(**line) for line in file["lines"]),
                "other_names": tuple(file["other_names"]),
            }
        )
        for file in raw["files"]
    )
    return Artifact(**{**raw, "keys": tuple(raw["keys"]), "files": files})
