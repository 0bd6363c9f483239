"""What one file offers to others: functions and objects that read variables."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from .reference import NOTHING, Facts

Meaning = TypeVar("Meaning")


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A function that reads the variable named by one of its parameters.

    The variable is `prefix` + argument + `suffix`, in capitals if `upper`. `default` is the
    position of the parameter with the fallback, `default_text` what its signature gives it.
    """

    path: str
    name: str
    owner: str | None
    key: int
    key_name: str
    prefix: str = ""
    suffix: str = ""
    upper: bool = False
    default: int | None = None
    default_name: str | None = None
    default_text: str | None = None
    cast_name: str | None = None
    required_without_default: bool = False
    is_method: bool = False
    facts: Facts = NOTHING

    @property
    def identity(self) -> tuple[str, str | None, str]:
        return self.path, self.owner, self.name

    def variable(self, argument: str) -> str:
        name = f"{self.prefix}{argument}{self.suffix}"
        return name.upper() if self.upper else name

    def around(self, inner: "Wrapper") -> "Wrapper":
        """This function where it calls another one, `inner`, instead of reading itself."""
        return replace(
            self,
            prefix=inner.prefix + self.prefix,
            suffix=self.suffix + inner.suffix,
            upper=self.upper or inner.upper,
        )

    def also(self, second: "Wrapper") -> "Wrapper":
        """The same function, which reads in two places."""
        return replace(
            self,
            facts=self.facts.within(second.facts),
            required_without_default=self.required_without_default
            or second.required_without_default,
        )


@dataclass(frozen=True, slots=True)
class FixedText:
    """A constant that other files use as the name of a variable."""

    text: str


@dataclass(frozen=True, slots=True)
class Export:
    """Something at the top of the file `path` that other files can import by `name`."""

    name: str
    path: str
    meaning: object

    @property
    def spelled(self) -> bytes:
        """How a file that uses it must spell the name, or the last part of it."""
        return self.name.rpartition(".")[2].encode()


class Exports:
    """Exports of a whole tree, found by name and by where an import says it comes from."""

    def __init__(self, exports: Iterable[Export] = ()) -> None:
        self._by_name: defaultdict[str, list[Export]] = defaultdict(list)
        self.add(exports)

    def add(self, exports: Iterable[Export]) -> None:
        for export in exports:
            self._by_name[export.name].append(export)

    def __bool__(self) -> bool:
        return bool(self._by_name)

    def __iter__(self) -> Iterator[Export]:
        return (export for exports in self._by_name.values() for export in exports)

    def find(self, name: str, origin: str, path: str, kind: type[Meaning]) -> Meaning | None:
        """What `name` from `origin` stands for to the file `path`."""
        for export in self._by_name.get(name, ()):
            is_other = export.path != path and isinstance(export.meaning, kind)
            if is_other and _leads_to(origin, export.path, path):
                return export.meaning  # type: ignore[return-value]  # checked above
        return None


def _leads_to(origin: str, exporter: str, importer: str) -> bool:
    """Whether an import of `origin` can mean the file `exporter`, or the folder that offers it.

    `app.env`, `./env`, `@/app/env` are all `app/env.py` or `app/env.ts`: the last parts must
    agree. Resolving every language's import rules would add little to that.
    """
    parts = _parts(origin)
    if not parts:
        return exporter.rpartition("/")[0] == importer.rpartition("/")[0]
    file = _parts(exporter)
    return parts in (file[-len(parts) :], file[:-1][-len(parts) :])


def _parts(path: str) -> list[str]:
    bare = re.sub(r"\.(py|go|[cm]?[jt]sx?)$", "", path)
    parts = [part for part in re.split(r"[./\\]+", bare) if part and part[0] not in "@~$"]
    return parts[:-1] if parts[-1:] in (["index"], ["__init__"]) else parts
