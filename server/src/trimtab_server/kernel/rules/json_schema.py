"""One setting as JSON Schema (draft 2020-12), for readers that know nothing of ours."""

from hashlib import sha256
from typing import Any

from trimtab_server.kernel.formats import BYTES, DURATION
from trimtab_server.kernel.patterns import anchored
from trimtab_server.kernel.value_types import MAX_INTEGER, ValueType, canonical_text

from .rule_set import Rules
from .schema import container_types

_NAMES = {
    "min": "minimum",
    "max": "maximum",
    "exclusiveMin": "exclusiveMinimum",
    "exclusiveMax": "exclusiveMaximum",
}
_TYPES = {ValueType.ENUM: "string"}
_SAME = ("multipleOf", "minLength", "maxLength", "enum")
# JSON Schema's own `duration` is ISO 8601, and it knows no `bytes`: these travel as patterns.
_GRAMMARS = {"duration": DURATION, "bytes": BYTES}


def json_schema(value_type: ValueType, rules: Rules) -> dict[str, Any]:
    """The schema of the values that this type and these rules allow.

    `required` is left to the object schema that holds this one. `cron` and `timezone` are
    formats no standard defines: other validators take them as annotations.
    """
    if value_type is ValueType.JSON:
        return _json(rules)
    exported: dict[str, Any] = {
        "type": "string" if value_type is ValueType.ENUM else value_type.value
    }
    if value_type is ValueType.INTEGER:
        exported |= {"minimum": -MAX_INTEGER, "maximum": MAX_INTEGER}
    given = rules.to_json()
    exported |= {_NAMES[name]: given[name] for name in _NAMES if name in given}
    exported |= {name: given[name] for name in _SAME if name in given}
    return exported | _form(rules)


def _form(rules: Rules) -> dict[str, Any]:
    grammars = (rules.pattern, _GRAMMARS.get(rules.format or ""))
    patterns = [anchored(grammar) for grammar in grammars if grammar is not None]
    form: dict[str, Any] = {}
    if patterns:
        form["pattern"] = patterns[0]
    if len(patterns) > 1:
        form["allOf"] = [{"pattern": pattern} for pattern in patterns[1:]]
    if rules.format is not None and rules.format not in _GRAMMARS:
        form["format"] = rules.format
    return form


def _json(rules: Rules) -> dict[str, Any]:
    schema = rules.schema or {}
    if "$ref" in canonical_text(schema):
        # An identity of its own keeps #/$defs/NAME meaning this schema wherever it is embedded.
        schema.setdefault("$id", f"urn:trimtab:schema:{_digest(rules.schema_text or '')}")
    return schema | {"type": container_types(schema)}


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]
