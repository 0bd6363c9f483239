"""What a change may consist of. Each edit carries the pointer under which errors name it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.access.author import Author
from trimtab_server.access.principal import Principal
from trimtab_server.catalog.definition import SourcePolicy
from trimtab_server.catalog.queries import Application


class Absent(Enum):
    """The mark of a member that was not sent; null is something else."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class Precondition:
    """What must still hold under the lock. Empty: nothing.

    `matches` are entity tags of which one must be current; `absent` means that the environment
    must have no value of its own yet.
    """

    matches: frozenset[str] = frozenset()
    absent: bool = False


UNCONDITIONAL: Final = Precondition()


@dataclass(frozen=True, slots=True)
class Place:
    """One key in one environment, and where the caller wrote it: errors begin with `pointer`.

    `override` is why a guess that something is a credential is wrong here; None: nobody vouches.
    """

    key: str
    environment: str
    pointer: str = ""
    precondition: Precondition = UNCONDITIONAL
    override: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """What every edit has."""

    place: Place

    @property
    def key(self) -> str:
        """The key that is edited."""
        return self.place.key

    @property
    def environment(self) -> str:
        """The environment that is edited, or in which the entity was read."""
        return self.place.environment

    @property
    def pointer(self) -> str:
        """The JSON pointer of this edit in the request."""
        return self.place.pointer


@dataclass(frozen=True, slots=True)
class SetValue(Edit):
    """Give an existing setting a value in one environment."""

    value: object


@dataclass(frozen=True, slots=True)
class CreateSetting(Edit):
    """Define a new setting; `fields` are members of the definition by their wire names."""

    fields: Mapping[str, object]
    value: object | Absent = ABSENT
    policy: SourcePolicy | None = None


@dataclass(frozen=True, slots=True)
class RemoveValue(Edit):
    """Take an environment's own value away; in the root, the whole setting."""

    cascade: bool = False


@dataclass(frozen=True, slots=True)
class ClearValue(Edit):
    """Take an environment's own value away and leave the setting, in the root too: for undoing."""


@dataclass(frozen=True, slots=True)
class Redefine(Edit):
    """Change members of a definition, for all environments."""

    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SetPolicy(Edit):
    """Say who owns the key's value in an environment; None inherits again."""

    policy: SourcePolicy | None


@dataclass(frozen=True, slots=True)
class PutSetting(Edit):
    """Make everything that is sent so: create the setting if it is not there, else edit it."""

    fields: Mapping[str, object]
    value: object | Absent = ABSENT
    policy: SourcePolicy | None = None


AnyEdit: TypeAlias = (
    SetValue | CreateSetting | RemoveValue | ClearValue | Redefine | SetPolicy | PutSetting
)

# Edits that depend on what is stored are made under the lock, never from an earlier read, and of
# nothing that the principal may not see.
Compose: TypeAlias = Callable[
    [AsyncConnection, Application, Principal], Awaitable[tuple[AnyEdit, ...]]
]


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A caller's key for one request, and the digest of everything that request said."""

    principal: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedChange:
    """One change, ready to be committed; `principal` is whose rights it is asked about.

    `show` lists (key, environment) pairs whose resulting entities belong into the outcome.
    """

    application: str
    principal: Principal
    author: Author
    edits: tuple[AnyEdit, ...] | Compose
    comment: str | None = None
    idempotency: Idempotency | None = None
    show: tuple[tuple[str, str], ...] = field(default=())
