"""Who makes a change, and through what."""

from dataclasses import dataclass
from enum import StrEnum


class Channel(StrEnum):
    """The way a change came in."""

    API = "api"
    CLI = "cli"
    SDK = "sdk"
    MIGRATION = "migration"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes something, as the credential says, and through what."""

    id: str
    name: str
    channel: Channel
    request_id: str | None = None
    address: str | None = None
