"""The server with one of its checks taken out: every place in its source that asks about rights."""

import ast
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from trimtab_server.access import decide as deciding
from trimtab_server.access.categories import EVERY_CATEGORY
from trimtab_server.catalog import scope
from trimtab_server.config import authorise

# What each answers as if there were no check. `holds` is not here: with today's roles nobody who
# may give a grant holds less than it, so only its own tests can tell whether it is there.
_REMOVED: dict[Callable[..., Any], Callable[..., Any]] = {
    deciding.decide: lambda *_, **__: True,
    deciding.could: lambda *_, **__: True,
    deciding.require: lambda *_, **__: None,
    deciding.require_some: lambda *_, **__: EVERY_CATEGORY,
    deciding.categories_of: lambda *_, **__: EVERY_CATEGORY,
    scope.sees: lambda *_, **__: EVERY_CATEGORY,
    authorise.check_edits: lambda *_, **__: None,
    authorise.seen_by: lambda _principal, state, _edits: state,
}
_WHERE_THEY_LIVE = {deciding.__name__}


@dataclass(frozen=True, slots=True, order=True)
class Site:
    """One call of a check in the server's source."""

    module: str
    function: str
    check: str
    first_line: int
    last_line: int

    def __str__(self) -> str:
        name = self.module.removeprefix("trimtab_server.")
        return f"{name}.{self.function}: {self.check}"


def sites() -> list[Site]:
    """Every one there is, in all modules of the server that are loaded."""
    return sorted(site for module in _modules() for site in _of_module(module))


@contextmanager
def watched() -> Iterator[set[Site]]:
    """Inside, the set gathers the sites that are passed; it may be cleared."""
    passed: set[Site] = set()
    known = sites()

    def pass_by(site: Site, real: Callable[..., Any], *args: Any, **named: Any) -> Any:
        passed.add(site)
        return real(*args, **named)

    with _replaced(known, pass_by):
        yield passed


@contextmanager
def without(*chosen: Site) -> Iterator[None]:
    """Inside, nothing is asked at these places."""

    def skip(_site: Site, real: Callable[..., Any], *args: Any, **named: Any) -> Any:
        return _REMOVED[real](*args, **named)

    with _replaced(list(chosen), skip):
        yield


@contextmanager
def _replaced(chosen: list[Site], act: Callable[..., Any]) -> Iterator[None]:
    undo: list[tuple[ModuleType, str, Any]] = []
    for module in _modules():
        for name in {site.check for site in chosen if site.module == module.__name__}:
            real = getattr(module, name)
            ours = [one for one in chosen if (one.module, one.check) == (module.__name__, name)]
            undo.append((module, name, real))
            setattr(module, name, _at(ours, real, act))
    try:
        yield
    finally:
        for module, name, real in undo:
            setattr(module, name, real)


def _at(ours: list[Site], real: Callable[..., Any], act: Callable[..., Any]) -> Callable[..., Any]:
    def called(*args: Any, **named: Any) -> Any:
        frame = inspect.currentframe()
        line = frame.f_back.f_lineno if frame and frame.f_back else 0
        for site in ours:
            if site.first_line <= line <= site.last_line:
                return act(site, real, *args, **named)
        return real(*args, **named)

    return called


def _modules() -> list[ModuleType]:
    return [
        module
        for name, module in sorted(sys.modules.items())
        if name.startswith("trimtab_server.") and name not in _WHERE_THEY_LIVE
    ]


def _of_module(module: ModuleType) -> Iterator[Site]:
    names = {
        name
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value in _REMOVED and value.__name__ == name
    }
    if not names or module.__file__ is None:
        return
    for function in ast.parse(Path(module.__file__).read_text("utf-8")).body:
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) in names:
                yield Site(
                    module.__name__,
                    getattr(function, "name", ""),
                    getattr(node.func, "id", ""),
                    node.lineno,
                    node.end_lineno or node.lineno,
                )
