"""The whole of one environment at one revision, as one set of readers may see it. Pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

from trimtab_server.access.categories import Categories
from trimtab_server.config.resolve import Resolved, resolve, resolve_along
from trimtab_server.config.state import SettingState, State
from trimtab_server.delivery.digest import digest_text
from trimtab_server.delivery.item import Item, is_served, render_item


@dataclass(frozen=True)
class Snapshot:
    """Immutable: items by key in the order of the keys, and the sum of their numbers.

    `touched` is the last revision that could alter the environment; epoch and touched together are
    the snapshot's own revision. `scope` stands for the categories: two readers who may see
    different ones never take each other's answer for their own.
    """

    application: str
    environment: str
    epoch: int
    touched: int
    scope: str
    items: Mapping[str, Item]
    number: int

    @property
    def revision(self) -> str:
        """`epoch.touched`."""
        return f"{self.epoch}.{self.touched}"

    @property
    def digest(self) -> str:
        """The digest of all items, as 32 hex digits."""
        return digest_text(self.number)

    @cached_property
    def etag(self) -> str:
        """Strong: stands for exactly these bytes."""
        return f'"{self.revision}.{self.scope}"'

    @cached_property
    def body(self) -> bytes:
        """The reply: canonical but for the order of these five members. Joined when first read."""
        opening = (
            f'{{"application":{json.dumps(self.application)},'
            f'"environment":{json.dumps(self.environment)},"revision":"{self.revision}",'
            f'"digest":"{self.digest}","items":{{'
        )
        members = b",".join([item.member for item in self.items.values()])
        return b"".join((opening.encode(), members, b"}}"))


def build_snapshot(state: State, environment: str, sees: Categories) -> Snapshot:
    """Every key that programs are told of in the environment, of the categories that are seen."""
    items = {
        setting.key: render_item(setting, resolved)
        for setting, resolved in living(state, environment)
        if setting.definition.category in sees and is_served(resolved)
    }
    return Snapshot(
        application=state.application.name,
        environment=environment,
        epoch=state.application.epoch,
        touched=state.environments[environment].touched_revision,
        scope=sees.scope,
        items=items,
        number=sum(item.number for item in items.values()),
    )


def changed_items(
    state: State, environment: str, sees: Categories, folded_keys: Iterable[str]
) -> dict[str, Item | None]:
    """What these settings are now to these readers, by key; None: there is no such item."""
    changed: dict[str, Item | None] = {}
    for folded in folded_keys:
        setting = state.settings.get(folded)
        if setting is None:
            continue
        item = None
        if not setting.deleted and setting.definition.category in sees:
            resolved = resolve(setting, state.environments, environment)
            item = render_item(setting, resolved) if is_served(resolved) else None
        changed[setting.key] = item
    return changed


def next_snapshot(
    before: Snapshot, touched: int, changed: Mapping[str, Item | None]
) -> tuple[Snapshot, dict[str, Item | None]]:
    """The snapshot after some items changed, and those of them that really differ.

    Nothing but these is rendered again.
    """
    differing = {
        key: item
        for key, item in changed.items()
        if (item and item.member) != ((old := before.items.get(key)) and old.member)
    }
    items, number = before.items, before.number
    if differing:
        held, is_sorted = dict(before.items), True
        for key, item in differing.items():
            old = held.pop(key, None) if item is None else held.get(key)
            number -= old.number if old else 0
            if item is not None:
                is_sorted = is_sorted and old is not None
                held[key] = item
                number += item.number
        items = held if is_sorted else dict(sorted(held.items()))
    snapshot = Snapshot(
        application=before.application,
        environment=before.environment,
        epoch=before.epoch,
        touched=touched,
        scope=before.scope,
        items=items,
        number=number,
    )
    return snapshot, differing


def served(state: State, environment: str) -> Iterable[tuple[SettingState, Resolved]]:
    """Living settings that have a value here, in the order of the keys."""
    return (one for one in living(state, environment) if one[1].text is not None)


def living(state: State, environment: str) -> Iterable[tuple[SettingState, Resolved]]:
    """Every setting there is, resolved here, in the order of the keys."""
    lineage = state.environments.lineage(environment)
    for setting in sorted(state.settings.values(), key=attrgetter("key")):
        if not setting.deleted:
            yield setting, resolve_along(lineage, setting)
