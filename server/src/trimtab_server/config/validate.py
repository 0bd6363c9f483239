"""What may be stored: a value under its definition, and a definition by itself. Pure."""

import re
from collections.abc import Container, Mapping
from dataclasses import replace

from trimtab_server.catalog.credentials import (
    find_credential,
    nameable,
    scan_for_secrets,
    with_way_out,
)
from trimtab_server.catalog.definition import Definition, Reload
from trimtab_server.catalog.names import DEFAULT_CATEGORY, check_category
from trimtab_server.config.errors import EditRefused
from trimtab_server.kernel.keys import BadKey, check_key
from trimtab_server.kernel.rules import BadRules, Rules, check_value, parse_rules
from trimtab_server.kernel.secrets import Finding, scan_key
from trimtab_server.kernel.value_types import (
    NotOfType,
    ValueType,
    canonical_text,
    check_type,
    from_canonical_text,
)
from trimtab_server.kernel.violation import Violation

MAX_VALUE_BYTES = 64 * 1024
MAX_DESCRIPTION_LENGTH = 2_000

_REFERENCE = re.compile(r"(env://[A-Za-z_][A-Za-z0-9_]*|file:///\S+|infisical://[^\s#]+#\S+)")


def check_new_key(key: str, pointer: str) -> list[Violation]:
    """A key's grammar, length and reserved words; and that it is no credential itself."""
    try:
        check_key(key)
    except BadKey as error:
        return [Violation(pointer, nameable(key), error.rule, str(error))]
    return scan_for_secrets(None, key, pointer)


def value_text(
    definition: Definition,
    key: str,
    raw: object,
    pointer: str,
    *,
    vouched: bool = False,
    known: Container[str] = (),
) -> str:
    """The canonical text to store for a value as it was sent.

    A guess that it is a credential counts for nothing where somebody vouches for it, or where
    exactly this text is `known`: stored for the same setting already.

    Raises:
        EditRefused: it is not of the type, breaks a rule, is too long, or looks like a credential.
    """
    if definition.is_secret:
        return _reference_text(key, raw, pointer)
    try:
        value = check_type(definition.type, raw)
    except NotOfType as error:
        message = f"{key} takes {_article(definition.type)}: {error.reason}."
        raise EditRefused(Violation(pointer, key, "type", message)) from None
    text = canonical_text(value)
    violations = _too_long(key, text, pointer)
    violations += [
        replace(one, key=key, pointer=pointer + one.pointer, message=f"{key}: {one.message}")
        for one in check_value(definition.type, definition.rules, value)
    ]
    violations += scan_for_secrets(key, value, pointer, vouched=vouched or text in known)
    if violations:
        raise EditRefused(*violations)
    return text


def definition_of(
    key: str,
    fields: Mapping[str, object],
    pointer: str,
    *,
    vouched: bool = False,
    before: Definition | None = None,
) -> Definition:
    """The definition that these wire members make, checked as far as it can be by itself.

    What is guessed of a part that stands in the definition `before` already counts for nothing.

    Raises:
        EditRefused: with everything that is wrong with it.
    """
    value_type = _type(key, fields.get("type"), pointer)
    rules, violations = _rules(key, value_type, fields.get("validationRules"), pointer)
    as_before = before is not None and rules == before.rules
    where = f"{pointer}/validationRules"
    violations += scan_for_secrets(key, rules.to_json(), where, vouched=vouched or as_before)
    category = str(fields.get("category") or DEFAULT_CATEGORY)
    description = fields.get("description")
    violations += check_category(f"{pointer}/category", key, category)
    as_before = before is not None and description == before.description
    violations += _check_description(key, description, pointer, vouched=vouched or as_before)
    definition = Definition(
        category=category,
        type=value_type,
        rules=rules,
        description=None if description is None else str(description),
        is_secret=bool(fields.get("isSecret")),
        reload=Reload(str(fields.get("reload") or Reload.LIVE)),
    )
    as_before = before is not None and _named_like_one(key, before) is not None
    violations += _check_secret_name(key, definition, pointer, vouched=vouched or as_before)
    default = fields.get("default")
    if default is None or violations:
        _raise_if(violations)
        return definition
    known = [] if before is None or before.default is None else [canonical_text(before.default)]
    where = f"{pointer}/default"
    text = value_text(definition, key, default, where, vouched=vouched, known=known)
    return replace(definition, default=from_canonical_text(text))


def _type(key: str, raw: object, pointer: str) -> ValueType:
    try:
        return ValueType(str(raw))
    except ValueError:
        known = ", ".join(ValueType)
        message = f"{key} needs a `type`: one of {known}."
        raise EditRefused(Violation(f"{pointer}/type", key, "type", message)) from None


def _rules(
    key: str, value_type: ValueType, raw: object, pointer: str
) -> tuple[Rules, list[Violation]]:
    where = f"{pointer}/validationRules"
    try:
        rules = parse_rules(value_type, raw if isinstance(raw, Mapping) else None)
    except BadRules as error:
        return Rules(), [
            replace(
                one, key=key, pointer=where + _shown(one.pointer), message=f"{key}: {one.message}"
            )
            for one in error.violations
        ]
    return rules, []


def _shown(pointer: str) -> str:
    """A pointer to an unknown rule would repeat a name that is the caller's."""
    return pointer if nameable(pointer[1:].partition("/")[0]) else ""


def _check_description(
    key: str, description: object, pointer: str, *, vouched: bool
) -> list[Violation]:
    where = f"{pointer}/description"
    if isinstance(description, str) and len(description) > MAX_DESCRIPTION_LENGTH:
        message = f"The description of {key} has {MAX_DESCRIPTION_LENGTH} characters at most."
        return [Violation(where, key, "maxLength", message)]
    return scan_for_secrets(key, description, where, vouched=vouched)


def _named_like_one(key: str, definition: Definition) -> Finding | None:
    """What the name says of values of this type; a reference is no credential."""
    return None if definition.is_secret else scan_key(key, definition.type)


def doubt(key: str, definition: Definition) -> Finding | None:
    """What is guessed to be a credential in a definition that was vouched for."""
    parts: list[object] = [definition.rules.to_json(), definition.description, definition.default]
    named = _named_like_one(key, definition)
    return named or next(filter(None, map(find_credential, parts)), None)


def _check_secret_name(
    key: str, definition: Definition, pointer: str, *, vouched: bool
) -> list[Violation]:
    """A name says what a value is for."""
    finding = _named_like_one(key, definition)
    if finding is None or (vouched and finding.doubtful):
        return []
    message = (
        f"{key} is named like a credential ({finding.rule}): keep it in the environment, or define "
        'it with "isSecret": true and a reference such as env://' + key + "."
    )
    refusal = Violation(f"{pointer}/key", key, "secret-key-name", message)
    return [with_way_out(refusal, finding)]


def _reference_text(key: str, raw: object, pointer: str) -> str:
    if isinstance(raw, str) and _REFERENCE.fullmatch(raw) and "\x00" not in raw:
        _raise_if(scan_for_secrets(key, raw, pointer, vouched=True))  # a path may look random
        return canonical_text(raw)
    message = (
        f"{key} is marked isSecret and takes only a reference: env://NAME, file:///path or "
        "infisical://project/environment/path#NAME."
    )
    raise EditRefused(Violation(pointer, key, "secret-reference", message))


def _too_long(key: str, text: str, pointer: str) -> list[Violation]:
    if len(text.encode()) <= MAX_VALUE_BYTES:
        return []
    message = f"{key}: a value has {MAX_VALUE_BYTES} bytes of JSON at most."
    return [Violation(pointer, key, "maxBytes", message, status=413)]


def _raise_if(violations: list[Violation]) -> None:
    if violations:
        raise EditRefused(*violations)


def _article(value_type: ValueType) -> str:
    return f"{'an' if value_type.value[0] in 'aeiou' else 'a'} {value_type.value}"
