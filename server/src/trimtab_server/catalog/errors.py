"""What can be missing or refused in the catalog."""

from trimtab_server.errors import TrimtabError


class UnknownApplication(TrimtabError):
    """There is no such application."""

    code = "unknown-application"
    status = 422
    title = "There is no such application."

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no application {name[:80]!r}; create it first.")


class UnknownEnvironment(TrimtabError):
    """There is no such environment."""

    code = "unknown-environment"
    status = 422
    title = "There is no such environment."

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"There is no environment {name[:80]!r}; there are {', '.join(known)}.")


class EnvironmentRefused(TrimtabError):
    """An environment cannot be made like this."""

    code = "environment-refused"
    status = 422
    title = "This environment cannot be made."


class NameTaken(TrimtabError):
    """The name is in use."""

    code = "conflict"
    status = 409
    title = "The name is in use."
