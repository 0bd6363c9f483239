"""What differs between two environments, or between two revisions. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trimtab_server.config.resolve import Resolved, resolve
from trimtab_server.config.state import State
from trimtab_server.kernel.diff import compare
from trimtab_server.kernel.value_types import from_canonical_text


@dataclass(frozen=True, slots=True)
class Side:
    """One environment at one revision."""

    state: State
    environment: str

    def resolved(self) -> dict[str, Resolved]:
        """Every key that has a value here."""
        tree = self.state.environments
        found = {
            setting.key: resolve(setting, tree, self.environment)
            for setting in self.state.settings.values()
            if not setting.deleted
        }
        return {key: one for key, one in found.items() if one.text is not None}

    def to_json(self) -> dict[str, Any]:
        """How a reply names this side."""
        head = self.state.application
        return {"environment": self.environment, "revision": f"{head.epoch}.{head.revision}"}


def compare_sides(source: Side, target: Side) -> list[dict[str, Any]]:
    """Differences by key: `added` is in the target only, `removed` in the source only."""
    left, right = source.resolved(), target.resolved()
    return [
        {
            "key": one.key,
            "kind": str(one.kind),
            "sourceValue": _value(one.left),
            "targetValue": _value(one.right),
            "sourceOrigin": _origin(left, one.key),
            "targetOrigin": _origin(right, one.key),
        }
        for one in compare(_texts(left), _texts(right))
    ]


def _texts(side: Mapping[str, Resolved]) -> dict[str, str]:
    return {key: one.text for key, one in side.items() if one.text is not None}


def _value(text: str | None) -> Any:
    return None if text is None else from_canonical_text(text)


def _origin(side: Mapping[str, Resolved], key: str) -> str | None:
    return side[key].origin if key in side else None
