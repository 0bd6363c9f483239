"""What other servers know of a token: a port, because only some servers share anything."""

from typing import Protocol

from .principal import Principal


class ProofsElsewhere(Protocol):
    """Proofs that servers share for an outage of the database."""

    async def find(self, digest: str) -> tuple[Principal, float] | None:
        """Whom the token of this digest proves, with no protected environments, and the seconds
        since the database said so; None: nobody knows."""
        ...

    def proven(self, digest: str, principal: Principal) -> None:
        """The database just said so."""
        ...

    def refused(self, digest: str) -> None:
        """The database said that it is a token no more."""
        ...
