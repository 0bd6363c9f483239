"""An answer that is given again while nothing it came from has moved."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from trimtab_server.delivery.held import Held

RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """Good while nothing held has moved since `generation`, and before `until`.

    `headers` are all but those that differ from one request to the next. `token` is whose use is
    noted, None for one that stands in no table; `who` is under whom requests are counted.
    """

    generation: int
    until: float
    status: int
    headers: RawHeaders
    body: bytes
    held: Held
    token: UUID | None
    who: str
    count: Callable[[], None]
    observe: Callable[[float], None]
