"""What administering access can fail with."""

from trimtab_server.errors import NotFound, TrimtabError


class PrincipalExists(TrimtabError):
    """There is a principal of that name already."""

    code = "conflict"
    status = 409
    title = "What is stored stands against this."


class UnknownPrincipal(NotFound):
    """There is no such principal."""


class UnknownToken(NotFound):
    """There is no such token."""
