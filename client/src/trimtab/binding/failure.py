"""Why a class refuses a set, in words that hold no value."""

from collections.abc import Mapping
from typing import get_args

from pydantic import BaseModel, SecretBytes, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_core.core_schema import ErrorType

from .names import classes_in, models_in

# Texts of pydantic's own rules say the rule; those of `union_tag_invalid` quote what was given.
_PLAIN = frozenset(get_args(ErrorType)) - {"value_error", "assertion_error", "union_tag_invalid"}
_SHOWN = 5


def reason_of(
    error: ValidationError, fields: Mapping[str, FieldInfo], secret: frozenset[str]
) -> str:
    """One sentence a broken rule: the field, by what key, the rule.

    `secret` are the fields of which no text of a rule is shown that might quote what was given.
    """
    owners = {alias: name for name, info in fields.items() if (alias := _alias(info))}
    found = error.errors(include_url=False, include_context=False, include_input=False)
    lines = [_sentence(one, owners, secret) for one in found[:_SHOWN]]
    if len(found) > _SHOWN:
        lines.append(f"and {len(found) - _SHOWN} more")
    return "; ".join(lines)


def is_secret(info: FieldInfo) -> bool:
    """Whether a field, or a part of it, is declared to hold a secret."""
    kinds = set(classes_in(info.annotation))
    if any(issubclass(kind, (SecretStr, SecretBytes)) for kind in kinds):
        return True
    return any(_has_secret(model, {BaseModel}) for model in models_in(info.annotation))


def _has_secret(model: type[BaseModel], seen: set[type[BaseModel]]) -> bool:
    if model in seen:
        return False
    seen.add(model)
    return any(
        any(issubclass(kind, (SecretStr, SecretBytes)) for kind in classes_in(info.annotation))
        or any(_has_secret(inner, seen) for inner in models_in(info.annotation))
        for info in model.model_fields.values()
    )


def _alias(info: FieldInfo) -> str | None:
    return info.validation_alias if isinstance(info.validation_alias, str) else None


def _sentence(one: ErrorDetails, owners: Mapping[str, str], secret: frozenset[str]) -> str:
    place = [str(part) for part in one["loc"]]
    field = owners.get(place[0], place[0]) if place else None
    where = "the set as a whole" if field is None else ".".join([field, *place[1:]])
    if place and field != place[0]:
        where = f"{where} ({place[0]})"
    hidden = field in secret if field is not None else bool(secret)
    if hidden and one["type"] not in _PLAIN:
        return f"{where}: refused by a validator ({one['type']})"
    return f"{where}: {one['msg']} ({one['type']})"
