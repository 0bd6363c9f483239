"""`infisical://PROJECT/ENVIRONMENT/PATH#NAME`: where a secret lies, and never the secret."""

import re
from dataclasses import dataclass

from trimtab.errors import TrimtabError

_REFERENCE = re.compile(
    r"infisical://(?P<project>[A-Za-z0-9][\w-]*)/(?P<environment>[\w-]*)"
    r"(?P<path>(?:/[\w-]+)*)/?#(?P<name>[A-Za-z_][\w-]*)",
    re.ASCII,
)
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{24}")


class BadReference(TrimtabError):
    """A reference is written infisical://PROJECT/ENVIRONMENT/PATH#NAME; PATH may be left out."""

    code = "bad-reference"


@dataclass(frozen=True, slots=True)
class Reference:
    """Where one secret lies. An empty `environment` stands for INFISICAL_ENVIRONMENT."""

    project: str
    environment: str
    path: str
    name: str

    @property
    def has_id(self) -> bool:
        """Whether the project is named by its id; else by its slug."""
        return _ID.fullmatch(self.project) is not None


def parse_reference(text: str) -> Reference:
    """Take a reference apart; raises BadReference, whose text does not repeat it."""
    found = _REFERENCE.fullmatch(text)
    if found is None:
        raise BadReference
    return Reference(found["project"], found["environment"], found["path"] or "/", found["name"])
