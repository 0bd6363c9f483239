"""Which state a reader means, and one entity of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.access.categories import Categories
from trimtab_server.catalog.environments import EnvironmentTree
from trimtab_server.catalog.errors import UnknownApplication, UnknownEnvironment
from trimtab_server.catalog.queries import Application, find_application, load_environments
from trimtab_server.config.as_of import load_state_as_of, revision_at
from trimtab_server.config.errors import UnknownKey, UnknownRevision
from trimtab_server.config.queries import load_categories, load_settings
from trimtab_server.config.state import SettingState, State
from trimtab_server.kernel.keys import fold_key


@dataclass(frozen=True, slots=True)
class Moment:
    """The present, or a past revision, or what was true at an instant.

    `strong`: read the database, though this process may hold the present already.
    """

    revision: int | None = None
    at: datetime | None = None
    strong: bool = False

    @property
    def is_past(self) -> bool:
        """Whether the log must be folded to answer."""
        return self.revision is not None or self.at is not None


NOW = Moment()


async def existing_application(connection: AsyncConnection, name: str) -> Application:
    """Raises UnknownApplication where there is none of that name."""
    found = await find_application(connection, name)
    if found is None:
        raise UnknownApplication(name)
    return found


def check_environment(environments: EnvironmentTree, name: str) -> None:
    """Raises UnknownEnvironment where there is none of that name."""
    if name not in environments:
        raise UnknownEnvironment(name, list(environments))


async def load_state(
    connection: AsyncConnection,
    application: str,
    environment: str,
    sees: Categories,
    *,
    key: str | None = None,
    moment: Moment = NOW,
) -> State:
    """The application's settings, or only one, as they are or were, as far as they may be seen.

    Raises:
        UnknownApplication, UnknownEnvironment, UnknownRevision
    """
    head = await existing_application(connection, application)
    if moment.is_past:
        state = await load_state_as_of(connection, head, await _revision(connection, head, moment))
        check_environment(state.environments, environment)
        return state.only(sees, await load_categories(connection, head.id))
    environments = await load_environments(connection, head.id)
    check_environment(environments, environment)
    settings = await load_settings(connection, head.id, None if key is None else [key])
    return State(head, environments, settings).only(sees)


def find_setting(state: State, key: str) -> SettingState:
    """The living setting of exactly that key.

    Raises:
        UnknownKey: there is none; another spelling is named where there is one.
    """
    setting = state.find(key)
    if setting is None:
        other = state.settings.get(fold_key(key))
        raise UnknownKey(key, other.key if other and not other.deleted else None)
    return setting


async def _revision(connection: AsyncConnection, head: Application, moment: Moment) -> int:
    if moment.at is not None:
        return await revision_at(connection, head, moment.at)
    revision = head.revision if moment.revision is None else moment.revision
    if not 0 <= revision <= head.revision:
        raise UnknownRevision(revision, head.revision)
    return revision
