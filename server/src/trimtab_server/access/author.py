"""Who acts in a request, and through what: the author of changes and of audit entries."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from fastapi import Depends, Header, Request

from trimtab_server.http.request_context import address_of, request_id_of

from .principal import Principal
from .requires import CurrentPrincipal


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


def author_of(request: Request, principal: Principal, channel: str) -> Author:
    """The credential is the actor; only the channel is the caller's word."""
    return Author(
        id=str(principal.id),
        name=principal.name,
        channel=Channel(channel),
        request_id=request_id_of(request.scope),
        address=address_of(request.scope),
    )


async def _author(
    request: Request,
    principal: CurrentPrincipal,
    channel: Annotated[
        Literal["api", "cli", "sdk", "migration"],
        Header(
            alias="Trimtab-Channel",
            description="Through what the change is made; the history keeps it.",
        ),
    ] = "api",
) -> Author:
    return author_of(request, principal, channel)


CurrentAuthor = Annotated[Author, Depends(_author)]
