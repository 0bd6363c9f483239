"""How a settings class of pydantic makes the names of its variables."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..exports import Exports
from .literals import literal
from .module import Module

_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Naming:
    """Prefix, delimiter and case; `is_old` means pydantic before version 2."""

    prefix: str = ""
    prefixed: str = "variable"
    delimiter: str = ""
    case_sensitive: bool = False
    by_name: bool = False
    is_old: bool = False

    def of_field(self, name: str, aliases: list[str]) -> list[str]:
        """The variables of one field: its aliases, or its name after the prefix."""
        prefix = self.prefix if self.prefixed in ("alias", "all") and not self.is_old else ""
        names = [f"{prefix}{alias}" for alias in aliases]
        if not aliases or (self.by_name and not self.is_old):
            names.append(f"{self.prefix if self.prefixed != 'alias' else ''}{name}")
        return [each if self.case_sensitive else each.upper() for each in dict.fromkeys(names)]


def settings_naming(
    module: Module, definition: ast.ClassDef, known: Exports, depth: int = 0
) -> Naming | None:
    """The naming of a settings class, inherited parts too; `None` if it is no such class."""
    for base in definition.bases if depth < _DEEPEST else ():
        name = module.qualified(base) or ""
        origin, _, last = name.rpartition(".")
        if last == "BaseSettings":
            inherited: Naming | None = Naming(is_old=origin in ("pydantic", "pydantic.v1"))
        elif name in module.classes and module.classes[name] is not definition:
            inherited = settings_naming(module, module.classes[name], known, depth + 1)
        else:
            inherited = known.find(last, origin, module.path, Naming)
        if inherited is not None:
            return _configured(module, definition, inherited)
    return None


def _configured(module: Module, definition: ast.ClassDef, naming: Naming) -> Naming:
    said = dict(_configuration(definition))

    def text(name: str, before: str) -> str:
        value = literal(module, said.get(name))
        return value if isinstance(value, str) else before

    def flag(name: str, before: bool) -> bool:
        value = literal(module, said.get(name))
        return value if isinstance(value, bool) else before

    return replace(
        naming,
        prefix=text("env_prefix", naming.prefix),
        prefixed=text("env_prefix_target", naming.prefixed),
        delimiter=text("env_nested_delimiter", naming.delimiter),
        case_sensitive=flag("case_sensitive", naming.case_sensitive),
        by_name=flag("validate_by_name", flag("populate_by_name", naming.by_name)),
    )


def _configuration(definition: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    """Entries of `class Config`, of `model_config`, and of the class's own keywords."""
    for statement in definition.body:
        if isinstance(statement, ast.ClassDef) and statement.name == "Config":
            for line in statement.body:
                if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
                    yield line.targets[0].id, line.value
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if isinstance(targets[0], ast.Name) and targets[0].id == "model_config":
                yield from _entries(statement.value)
    for word in definition.keywords:
        if word.arg:
            yield word.arg, word.value


def _entries(node: ast.expr | None) -> Iterator[tuple[str, ast.expr]]:
    """`SettingsConfigDict(a=1)` or `{"a": 1}`."""
    if isinstance(node, ast.Call):
        for word in node.keywords:
            if word.arg:
                yield word.arg, word.value
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, value
