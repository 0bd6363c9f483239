"""Settings classes of pydantic: every field is a variable.

Names follow pydantic-settings: prefix and field name, or the alias alone, in any case unless the
class says otherwise; fields of a model inside are reached through the delimiter.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..exports import Exports
from ..reference import Reference, Source
from .annotations import model_of
from .field_facts import field_calls, field_facts
from .literals import literal_text, sequence_texts
from .module import Module, dotted
from .read import argument
from .settings_naming import Naming, settings_naming

_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class _Field:
    owner: str
    name: str
    node: ast.AnnAssign


def settings_references(module: Module, source: Source, known: Exports) -> Iterator[Reference]:
    """A reference for every variable that a field of a settings class can come from."""
    for definition in module.classes.values():
        naming = settings_naming(module, definition, known)
        if naming is None:
            continue
        for field in (*_inherited(module, definition, known, naming), *_fields(definition)):
            for name in naming.of_field(field.name, _aliases(module, field, naming)):
                yield from _references(module, source, known, field, name, naming, 0)


def _references(
    module: Module,
    source: Source,
    known: Exports,
    field: _Field,
    name: str,
    naming: Naming,
    depth: int,
) -> Iterator[Reference]:
    inner = model_of(module, field.node.annotation)
    parts = list(_fields(inner)) if inner is not None and depth < _DEEPEST else []
    if parts and naming.delimiter:
        bare = replace(naming, prefix="", by_name=False)
        for part in parts:
            for last in bare.of_field(part.name, _aliases(module, part, naming)):
                longer = f"{name}{naming.delimiter}{last}"
                yield from _references(module, source, known, part, longer, naming, depth + 1)
    elif inner is None or settings_naming(module, inner, known) is None:
        reader = f"BaseSettings field {field.owner}.{field.name}"
        yield source.reference(name, field.node.lineno, reader, field_facts(module, field.node))


def _inherited(
    module: Module, definition: ast.ClassDef, known: Exports, naming: Naming
) -> Iterator[_Field]:
    """Fields of base classes of this module that have other names here than there."""
    own = {field.name for field in _fields(definition)}
    for base in definition.bases:
        parent = module.classes.get(dotted(base) or "")
        if parent is None or parent is definition:
            continue
        if settings_naming(module, parent, known) != naming:
            yield from (field for field in _fields(parent) if field.name not in own)


def _fields(definition: ast.ClassDef) -> Iterator[_Field]:
    for statement in definition.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
            annotation = statement.annotation
            outer = annotation.value if isinstance(annotation, ast.Subscript) else annotation
            is_shared = (dotted(outer) or "").endswith("ClassVar")
            if not name.startswith("_") and name != "model_config" and not is_shared:
                yield _Field(definition.name, name, statement)


def _aliases(module: Module, field: _Field, naming: Naming) -> list[str]:
    for call in field_calls(field.node):
        if naming.is_old:
            given = argument(call, None, "env")
        else:
            given = argument(call, None, "validation_alias") or argument(call, None, "alias")
        if given is not None:
            return _alias_names(module, given)
    return []


def _alias_names(module: Module, given: ast.expr) -> list[str]:
    """`"a"`, `["a", "b"]`, `AliasChoices("a", AliasPath("b", 0))`."""
    if isinstance(given, ast.Call):
        choices = given.args if (dotted(given.func) or "").endswith("Choices") else [given]
        heads = [
            part.args[0] if isinstance(part, ast.Call) and part.args else part for part in choices
        ]
        return [text for head in heads if (text := literal_text(module, head))]
    several = sequence_texts(module, given)
    if several is not None:
        return several
    text = literal_text(module, given)
    return [text] if text else []
