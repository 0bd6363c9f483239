"""What the store holds, read once for a comparison."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from trimtab.admin import Admin, Definition, Entity
from trimtab.value_types import canonical_text

_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class StoreState:
    """Definitions, and the entities of each environment, at one revision."""

    revision: str
    parents: Mapping[str, str | None]
    definitions: Mapping[str, Definition]
    entities: Mapping[str, Mapping[str, Entity]] = field(repr=False)

    @property
    def root(self) -> str:
        """The environment that all others inherit from."""
        return next(name for name, parent in self.parents.items() if parent is None)

    def entity(self, key: str, environment: str) -> Entity | None:
        """The setting as it stands in an environment that was read."""
        return self.entities.get(environment, {}).get(key)

    def own(self, key: str, environment: str) -> Entity | None:
        """The same, where the value is the environment's own."""
        found = self.entity(key, environment)
        return found if found is not None and found.origin == environment else None


def read_store(admin: Admin, environments: Iterable[str] | None = None) -> StoreState:
    """The store as it is; `environments` narrows what is read to those and the root.

    Raises what the calls of `Admin` raise. If somebody writes meanwhile, it is read again.
    """
    for _ in range(_ATTEMPTS):
        before = admin.head()
        state = _read(admin, before, environments)
        if admin.head() == before:
            break
    return state


def same(left: object, right: object) -> bool:
    """Whether two values are one and the same: `1`, `1.0`, `true` and `"1"` are not."""
    if left is None or right is None:
        return left is right
    return canonical_text(left) == canonical_text(right)  # type: ignore[arg-type]


def _read(admin: Admin, revision: str, environments: Iterable[str] | None) -> StoreState:
    parents = {one.name: one.parent for one in admin.environments()}
    root = next(name for name, parent in parents.items() if parent is None)
    wanted = set(parents) if environments is None else {root, *environments} & set(parents)
    return StoreState(
        revision,
        parents,
        admin.definitions(),
        {name: {one.key: one for one in admin.entities(name)} for name in sorted(wanted)},
    )
