"""Response bodies of what programs read."""

from datetime import datetime
from typing import Any, Literal

from trimtab_server.http.wire import WireModel


class SnapshotItem(WireModel):
    """One key with its value."""

    value: Any
    type: Literal["string", "integer", "number", "boolean", "enum", "json"]
    category: str
    version: int
    origin: str
    source_policy: Literal["env", "shadow", "store"]
    reload: Literal["live", "rebuild", "restart"]
    is_secret: bool
    updated_at: datetime


class SnapshotReply(WireModel):
    """Every key that has a value in the environment, at one revision."""

    application: str
    environment: str
    revision: str
    items: dict[str, SnapshotItem]


class Node(WireModel):
    """One server process."""

    node: str
    revision: str


class ReloadReply(WireModel):
    """What every node serves after it has reread the database."""

    application: str
    nodes: list[Node]
