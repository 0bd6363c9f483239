"""What was committed, for those in this process who hold the state before it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from trimtab_server.config.state import State


@dataclass(frozen=True, slots=True)
class Committed:
    """One or more consecutive changes of an application.

    `since` is the revision before them. `after` holds the head, every environment and, of the
    settings, those that were changed, as they are now.
    """

    since: int
    after: State


OnCommit: TypeAlias = Callable[[Committed], Awaitable[None]]
