"""Classes whose fields are variables, checked by decorators of class-validator (NestJS)."""

import re
from collections.abc import Iterator
from dataclasses import replace

from ast_grep_py import SgNode

from ..reference import Cast, Facts, Reference, Source, with_default
from ..syntax.nodes import find_kinds, line_of, mentions, plain_text
from ..words import UPPERCASE_NAME

_CASTS = {
    "IsArray": Cast.JSON,
    "IsBoolean": Cast.BOOL,
    "IsBooleanString": Cast.BOOL,
    "IsEmail": Cast.EMAIL,
    "IsEnum": Cast.ENUM,
    "IsIn": Cast.ENUM,
    "IsInt": Cast.INT,
    "IsJSON": Cast.JSON,
    "IsNumber": Cast.FLOAT,
    "IsNumberString": Cast.FLOAT,
    "IsPort": Cast.INT,
    "IsPositive": None,
    "IsString": Cast.STR,
    "IsUrl": Cast.URL,
}
_BOUNDS = {"Min": "min", "Max": "max", "MinLength": "min_length", "MaxLength": "max_length"}
_TYPES = {"number": Cast.FLOAT, "boolean": Cast.BOOL, "string": Cast.STR}


def decorator_references(source: Source, root: SgNode) -> Iterator[Reference]:
    """A reference for every decorated field that is named like a variable."""
    if not mentions(root, "@Is", "@Min", "@Max"):
        return
    for field in find_kinds(root, ["public_field_definition"]):
        name = field.field("name")
        if name is None or not UPPERCASE_NAME.match(name.text()):
            continue
        checks = list(_checks(field))
        if any(check in _CASTS or check in _BOUNDS for check, _ in checks):
            facts = _facts(field, checks, root)
            yield source.reference(name.text(), line_of(name), "class-validator", facts)


def _checks(field: SgNode) -> Iterator[tuple[str, list[SgNode]]]:
    """Decorators of the field; some stand before it rather than in it."""
    decorators = [part for part in field.children() if part.kind() == "decorator"]
    before = field.prev()
    while before is not None and before.kind() == "decorator":
        decorators.append(before)
        before = before.prev()
    for decorator in decorators:
        call = decorator.find(kind="call_expression")
        function = call.field("function") if call else None
        arguments = call.field("arguments") if call else None
        if function is not None:
            yield function.text(), arguments.named_children() if arguments else []


def _facts(field: SgNode, checks: list[tuple[str, list[SgNode]]], root: SgNode) -> Facts:
    facts = Facts()
    is_optional = any(check == "IsOptional" for check, _ in checks)
    for check, arguments in checks:
        first = arguments[0] if arguments else None
        if check in _BOUNDS and first is not None and (text := plain_text(first)) is not None:
            facts = replace(facts, **{_BOUNDS[check]: int(float(text))})  # type: ignore[arg-type]
        elif check == "IsPositive":
            facts = replace(facts, exclusive_min=0)
        elif check in ("IsEnum", "IsIn") and first is not None:
            facts = replace(facts, cast=Cast.ENUM, enum=_members(first, root))
        elif check in _CASTS:
            facts = replace(facts, cast=_CASTS[check])
    value = field.field("value")
    if value is not None:
        return with_default(plain_text(value), facts)
    if facts.cast is None and (typed := field.field("type")) is not None:
        facts = replace(facts, cast=_TYPES.get(typed.text().lstrip(": ")))
    return replace(facts, required=not is_optional)


def _members(first: SgNode, root: SgNode) -> tuple[str, ...] | None:
    """Values of an array, or of an enum of this file."""
    if first.kind() == "array":
        texts = [plain_text(part) for part in first.named_children()]
    else:
        declared = find_kinds(
            root, ["enum_declaration"], rf"^(const\s+)?enum\s+{re.escape(first.text())}\b"
        )
        entries = find_kinds(declared[0], ["enum_assignment"]) if len(declared) == 1 else []
        texts = [plain_text(entry.named_children()[-1]) for entry in entries]
    found = tuple(text for text in texts if text is not None)
    return found or None
