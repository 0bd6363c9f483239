"""Response bodies of what programs read."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from trimtab_server.http.wire import WireModel


class SnapshotItem(WireModel):
    """One key, canonical JSON. Members that are as usual are left out.

    `value` and `origin` are absent where the store has none to give: the process supplies it.
    `rules` come with what the process itself may supply and therefore has to check.
    """

    value: Any = None
    type: Literal["string", "integer", "number", "boolean", "enum", "json"]
    category: str
    version: int
    origin: str = Field("", description="The environment whose value it is, or `default`.")
    updated_at: datetime
    reload: Literal["live", "rebuild", "restart"] = "live"
    source_policy: Literal["env", "shadow", "store"] = "store"
    is_secret: bool = False
    rules: dict[str, Any] = Field(default={}, description="As `validationRules` of the entity.")


class SnapshotReply(WireModel):
    """Every key that programs are told of in the environment, at one revision."""

    application: str
    environment: str
    revision: str
    digest: Annotated[str, Field(pattern="^[0-9a-f]{32}$", examples=["0" * 32])]
    items: dict[str, SnapshotItem]


class Node(WireModel):
    """One server process; `revision` is null where it did not answer in time."""

    node: str
    revision: str | None


class ReloadReply(WireModel):
    """What every node serves after it has reread the database."""

    application: str
    nodes: list[Node]
