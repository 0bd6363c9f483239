"""From options to a store that can be asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from trimtab.admin import Admin
from trimtab.cli.exits import UsageMistake
from trimtab.profile import Profile, find_profile


@dataclass(frozen=True, slots=True)
class Store:
    """The server's management calls, and the environment the command is about."""

    admin: Admin
    profile: Profile

    @property
    def environment(self) -> str | None:
        """The environment named by option, variable or profile; None: the server's choice."""
        return self.profile.environment

    def environment_to_write(self) -> str:
        """The environment; raises UsageMistake, because a write must name it."""
        if self.profile.environment is None:
            raise UsageMistake(
                "Name the environment to write to: --environment dev (or set TRIMTAB_ENVIRONMENT)."
            )
        return self.profile.environment


@contextmanager
def connect(
    application: str | None = None, environment: str | None = None, *, channel: str = "cli"
) -> Iterator[Store]:
    """The store that options, variables and profile point to; raises NoProfile, BadProfile."""
    profile = find_profile(application=application, environment=environment)
    with Admin(profile, channel=channel) as admin:
        yield Store(admin, profile)
