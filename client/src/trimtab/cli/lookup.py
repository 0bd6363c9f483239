"""Finding what a command is about, with an error that says how to go on."""

from trimtab.admin import Entity
from trimtab.cli.connect import Store
from trimtab.errors import NotFound, Problem


class NoSuchSetting(NotFound):
    """There is no such setting."""

    def __init__(self, key: str, problem: Problem) -> None:
        super().__init__(problem)
        self.key = key

    def __str__(self) -> str:
        return (
            f"There is no setting {self.key} here, or the token may not see it: `trimtab list` "
            f"shows what there is, `trimtab define {self.key} --type string` makes it."
        )


def entity(store: Store, key: str, environment: str | None) -> Entity:
    """The setting; raises NoSuchSetting."""
    try:
        return store.admin.entity(key, environment)
    except NotFound as error:
        if error.complaints:  # it says more than that the key is not there
            raise
        raise NoSuchSetting(key, error.problem) from None


def root_of(store: Store) -> str:
    """The environment that all others inherit from."""
    return next(one.name for one in store.admin.environments() if one.parent is None)


def parent_of(store: Store, environment: str) -> str | None:
    """The environment that `environment` inherits from; None for the root."""
    parents = {one.name: one.parent for one in store.admin.environments()}
    return parents.get(environment)
