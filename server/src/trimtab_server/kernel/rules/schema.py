"""A JSON Schema (draft 2020-12) as the rule of a json value."""

import json
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from jsonschema_rs import Draft202012Validator, RegexOptions, ValidationError

from trimtab_server.kernel.violation import Violation

from .schema_weight import BadSchema, weigh

_MOST_VIOLATIONS = 50
# Yes or no is cheap, but every error, also those inside an anyOf, copies what it is about. Work is
# subschemas times nodes of the value: up to the first all errors are told, up to the second one.
_ALL_ERRORS, _ONE_ERROR = 20_000, 2_000_000
_PATTERN_SIZE = 2**17
_MOST_SHOWN = 200

# What the schema itself says may be told. What the value holds may not: property names neither.
_MESSAGES = {
    "type": "must be of type {}",
    "required": "must have the property {}",
    "enum": "must be one of {}",
    "const": "must be {}",
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "exclusiveMinimum": "must be more than {}",
    "exclusiveMaximum": "must be less than {}",
    "multipleOf": "must be a multiple of {}",
    "minLength": "must have at least {} characters",
    "maxLength": "must have at most {} characters",
    "minItems": "must have at least {} items",
    "maxItems": "must have at most {} items",
    "minProperties": "must have at least {} properties",
    "maxProperties": "must have at most {} properties",
    "pattern": "must match {}",
    "format": "must have the format {}",
}


@dataclass(frozen=True, slots=True)
class Schema:
    """A usable schema: its validator, how much work it makes, the names it speaks of itself."""

    validator: Draft202012Validator
    weight: int
    names: frozenset[str]


def schema_violations(schema_text: str, value: object) -> list[Violation]:
    """Where a json value breaks the schema; the less of it, the costlier finding out would be."""
    schema = compile_schema(schema_text)
    if schema.validator.is_valid(value):
        return []
    work = schema.weight * _count(value)
    if work > _ONE_ERROR:
        return [Violation("", None, "schema", "must obey its schema (schema)")]
    if work > _ALL_ERRORS:
        return [_violation(schema, _first_error(schema, value))]
    errors = islice(schema.validator.iter_errors(value), _MOST_VIOLATIONS)
    return [_violation(schema, error) for error in errors]


@lru_cache(maxsize=512)
def compile_schema(schema_text: str) -> Schema:
    """The schema of this canonical text; raises BadSchema if it cannot be used."""
    raw = json.loads(schema_text)
    weight = weigh(raw)
    if not container_types(raw):
        raise BadSchema("must allow an object or a list, the only json values there are")
    return Schema(_validator(raw), weight, frozenset(_names(raw)))


def container_types(raw: dict[str, Any]) -> list[str]:
    """Which of object and array the schema's own `type` lets through."""
    declared = raw.get("type", ["object", "array"])
    if not isinstance(declared, (str, list)):
        return []
    return [name for name in ("object", "array") if name in declared]


def _validator(raw: dict[str, Any]) -> Draft202012Validator:
    try:
        return Draft202012Validator(
            raw,
            validate_formats=True,
            ignore_unknown_formats=False,
            pattern_options=RegexOptions(size_limit=_PATTERN_SIZE),
            offline=True,
            mask="a value",
        )
    except ValidationError as error:
        place = "".join(f"/{part}" for part in error.instance_path) or "its references"
        reason = f"must be a JSON Schema of draft 2020-12 with known formats; see {place}"
        raise BadSchema(reason) from None
    except ValueError:
        raise BadSchema("must be a JSON Schema of draft 2020-12") from None


def _first_error(schema: Schema, value: Any) -> ValidationError:
    try:
        schema.validator.validate(value)
    except ValidationError as error:
        return error
    raise AssertionError("is_valid and validate disagree")


def _violation(schema: Schema, error: ValidationError) -> Violation:
    pointer = ""
    for part in error.instance_path:
        # A property the schema does not name is the value's own text: stop above it.
        if isinstance(part, str) and part not in schema.names:
            break
        pointer += "/" + str(part).replace("~", "~0").replace("/", "~1")
    keyword = error.kind.name
    told = _MESSAGES.get(keyword, f"must obey {keyword}").format(_shown(error.kind.value))
    return Violation(pointer, None, "schema", f"{told} (schema)")


def _shown(limit: object) -> str:
    text = ", ".join(map(str, limit)) if isinstance(limit, list) else str(limit)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."


def _count(value: object) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(_count, value.values()))
    return 1 + sum(map(_count, value)) if isinstance(value, list) else 1


def _names(node: object) -> set[str]:
    if isinstance(node, dict):
        return set(node).union(*map(_names, node.values()))
    return set().union(*map(_names, node)) if isinstance(node, list) else set()
