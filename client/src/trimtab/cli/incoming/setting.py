"""What a file says about settings, whatever kind of file it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trimtab.errors import TrimtabError
from trimtab.migrate.decision import Decision
from trimtab.migrate.env_file import Broken


@dataclass(frozen=True, slots=True)
class Incoming:
    """One setting as a file has it.

    `value` is typed; where it was read from a `text`, as `type_of_value`, and the text is read
    anew if the store declares another type. `definition` (in the names of the API) is None where
    the file says nothing about it; `defines` False: it only proposes one for a new setting.
    """

    key: str
    text: str | None = None
    value: object = None
    type_of_value: str | None = None
    definition: Mapping[str, object] | None = None
    defines: bool = False
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file's settings; of an env file also what was decided, and the lines left out."""

    path: Path
    settings: tuple[Incoming, ...]
    decisions: tuple[Decision, ...] = ()
    skipped: tuple[Broken, ...] = ()
    environment: str | None = None

    @property
    def staying(self) -> tuple[Decision, ...]:
        """The keys that stay in the environment."""
        return tuple(one for one in self.decisions if one.target == "environment")


class CannotImport(TrimtabError):
    """The file cannot be imported as it is; `reasons` name every place."""

    code = "cannot-import"

    def __init__(self, message: str, reasons: Sequence[str] = ()) -> None:
        self.reasons = tuple(reasons)
        super().__init__(message)
