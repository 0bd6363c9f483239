"""What administering access can fail with."""

from trimtab_server.errors import Forbidden, NotFound, TrimtabError


class PrincipalExists(TrimtabError):
    """There is a principal of that name already; one that is disabled keeps its name."""

    code = "conflict"
    status = 409
    title = "What is stored stands against this."

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is a principal {name} already; one that is disabled keeps its name."
        )


class LastAdmin(TrimtabError):
    """This would leave nobody with a live token who administers everything.

    Make another principal `admin` without limits first, with a token of its own.
    """

    code = "conflict"
    status = 409
    title = "What is stored stands against this."


class TokenEnded(TrimtabError):
    """This token is expired or revoked: it cannot be rotated. Create a new one."""

    code = "conflict"
    status = 409
    title = "What is stored stands against this."


class MoreThanHeld(Forbidden):
    """Nobody can give more than they hold."""


class UnknownPrincipal(NotFound):
    """There is no such principal, or it is disabled."""


class UnknownToken(NotFound):
    """There is no such token."""


class UnknownGrant(NotFound):
    """There is no such grant."""
