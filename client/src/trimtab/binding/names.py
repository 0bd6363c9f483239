"""By which keys a settings class reads its fields."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Names:
    """Keys as the class looks them up, each with the field that it belongs to.

    `exact`: key → field; `prefixes`: what a key of a nested member begins with → field. Both in
    lower case unless `case_sensitive`. `inputs`: field → what a source calls its value; `spelled`:
    field → its variables as people write them.
    """

    exact: Mapping[str, str] = field(default_factory=dict)
    prefixes: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    spelled: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    case_sensitive: bool = False

    def field_of(self, key: str) -> str | None:
        """The field that a key of the store belongs to; None: the class does not read it."""
        name = key if self.case_sensitive else key.lower()
        if (owner := self.exact.get(name)) is not None or not self.prefixes:
            return owner
        return next((it for start, it in self.prefixes.items() if name.startswith(start)), None)


def classes_in(annotation: Any) -> Iterator[type]:
    """Every class that an annotation names, at any depth, such as A and B in `list[A] | B`."""
    if isinstance(annotation, type) and not get_args(annotation):
        yield annotation
    for part in get_args(annotation):
        yield from classes_in(part)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every pydantic model among them."""
    return (one for one in classes_in(annotation) if issubclass(one, BaseModel))
