"""What can be missing or refused in the catalog."""

from trimtab_server.catalog.names import quotable
from trimtab_server.errors import TrimtabError


class UnknownApplication(TrimtabError):
    """There is no such application."""

    code = "unknown-application"
    status = 422
    title = "There is no such application."

    def __init__(self, name: str) -> None:
        which = f"no application {name}" if quotable(name) else "no such application"
        super().__init__(f"There is {which}; create it first.")


class UnknownEnvironment(TrimtabError):
    """There is no such environment."""

    code = "unknown-environment"
    status = 422
    title = "There is no such environment."

    def __init__(self, name: str, known: list[str]) -> None:
        which = f"no environment {name}" if quotable(name) else "no such environment"
        super().__init__(f"There is {which}; there are {', '.join(known) or 'none yet'}.")


class EnvironmentRefused(TrimtabError):
    """An environment cannot be made like this."""

    code = "environment-refused"
    status = 422
    title = "This environment cannot be made."


class NameTaken(TrimtabError):
    """The name is in use."""

    code = "conflict"
    status = 409
    title = "What is stored stands against this."
