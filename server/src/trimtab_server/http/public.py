"""The mark of a route that needs no permission."""

from dataclasses import dataclass
from typing import Any

from fastapi import Depends


@dataclass(frozen=True, slots=True)
class Public:
    """Asks for nothing; the check of all routes at start finds it and is content."""

    async def __call__(self) -> None: ...


def public() -> Any:
    """A route dependency: no permission is needed here.

    Whether a token is needed is another question, which the door's list of open paths answers.
    """
    return Depends(Public())
