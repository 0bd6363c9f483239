"""What a change came to, in a form that can be kept and answered again."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from trimtab_server.catalog.items import ChangeItem
from trimtab_server.kernel.value_types import from_canonical_text


@dataclass(frozen=True, slots=True)
class Shown:
    """One entity as it is after the change, with its current entity tag."""

    entity: dict[str, Any]
    etag: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The committed revision and what it did.

    `changed` is False where every edit found its wish fulfilled already: then nothing was written
    and `revision` is the head as it was. A dry run names the head it was judged against.
    """

    epoch: int
    revision: int
    changed: bool
    items: tuple[dict[str, Any], ...]
    shown: tuple[Shown, ...] = ()
    touched: tuple[str, ...] = ()

    @property
    def revision_text(self) -> str:
        """`epoch.revision`, as people and programs see it."""
        return f"{self.epoch}.{self.revision}"

    def to_text(self) -> str:
        """JSON in the order of the reply, kept so that the same request gets the same bytes."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))


def outcome_from_text(text: str) -> Outcome:
    """The outcome that `Outcome.to_text` wrote."""
    raw = json.loads(text)
    shown = tuple(Shown(**one) for one in raw.pop("shown"))
    items, touched = tuple(raw.pop("items")), tuple(raw.pop("touched"))
    return Outcome(**raw, items=items, shown=shown, touched=touched)


def item_json(item: ChangeItem) -> dict[str, Any]:
    """An item as a reply shows it; null where there was or is nothing."""
    return {
        "kind": item.kind.value,
        "key": item.key,
        "environment": item.environment,
        "old": None if item.old is None else from_canonical_text(item.old),
        "new": None if item.new is None else from_canonical_text(item.new),
        "version": item.version,
    }
