"""The JSON Schema (draft 2020-12) of a json value."""

import json
from functools import lru_cache
from itertools import islice
from typing import Any

from jsonschema_rs import Draft202012Validator, RegexOptions, ValidationError

from trimtab_server.kernel.violation import Violation

_MOST_VIOLATIONS = 50


class BadSchema(ValueError):
    """The schema cannot be used; `reason` is a predicate."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def schema_violations(schema_text: str, value: object) -> list[Violation]:
    validator = compile_schema(schema_text)
    if validator.is_valid(value):
        return []
    return [_violation(error) for error in islice(validator.iter_errors(value), _MOST_VIOLATIONS)]


@lru_cache(maxsize=512)
def compile_schema(schema_text: str) -> Draft202012Validator:
    try:
        return Draft202012Validator(
            json.loads(schema_text),
            validate_formats=True,
            ignore_unknown_formats=False,
            pattern_options=RegexOptions(),
            offline=True,
            mask="(hidden)",
        )
    except (ValidationError, ValueError) as error:
        raise BadSchema("is not a JSON Schema (draft 2020-12)") from error


def _violation(error: Any) -> Violation:
    pointer = "".join(f"/{_escape(str(part))}" for part in error.instance_path)
    return Violation(pointer, None, "schema", f"does not obey its schema ({error.kind.name})")


def _escape(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")
