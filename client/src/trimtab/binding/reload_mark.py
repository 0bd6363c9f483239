"""What it takes for a new value of a field to be used."""

from dataclasses import dataclass
from typing import Any, Literal

from trimtab.errors import TrimtabError
from trimtab.snapshot import Reload


class NoReloadMark(TrimtabError):
    """A field's reload mark is `live`, `rebuild` or `restart`."""

    code = "no-reload-mark"


@dataclass(frozen=True, slots=True)
class ReloadMark:
    """A field's reload mark, as it stands in `Annotated[...]`."""

    mark: Reload


def reload(mark: Literal["live", "rebuild", "restart"]) -> ReloadMark:
    """Mark a field: `pool_size: Annotated[int, trimtab.reload("restart")] = 5`.

    `live`: a new value is there at once. `rebuild`: it is, and something made from the old one has
    to be made again, by an `on_change` callback. `restart`: the old value stays in this process;
    `status()` says that a new one waits.
    """
    return ReloadMark(_checked(mark))


def mark_of(metadata: list[Any], extra: Any) -> Reload | None:
    """The mark of a field by its metadata or `json_schema_extra`; None: the setting's counts."""
    for one in metadata:
        if isinstance(one, ReloadMark):
            return one.mark
    said = extra.get("reload") if isinstance(extra, dict) else None
    return None if said is None else _checked(said)


def _checked(mark: object) -> Reload:
    try:
        return Reload(mark)  # type: ignore[arg-type]  # whatever it is, it is one or none
    except ValueError:
        raise NoReloadMark from None
