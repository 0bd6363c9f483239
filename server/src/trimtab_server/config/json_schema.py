"""All settings of an application as one JSON Schema (2020-12), for editors, CI and contracts."""

from typing import Any

from trimtab_server.config.state import State
from trimtab_server.kernel.rules import json_schema


def export_schema(state: State) -> dict[str, Any]:
    """An object schema whose properties are the keys; unknown keys are allowed."""
    living = [setting for setting in state.settings.values() if not setting.deleted]
    properties: dict[str, Any] = {}
    for setting in sorted(living, key=lambda one: one.key):
        definition = setting.definition
        schema: dict[str, Any] = (
            {"type": "string"}
            if definition.is_secret
            else json_schema(definition.type, definition.rules)
        )
        if definition.description:
            schema["description"] = definition.description
        if definition.default is not None:
            schema["default"] = definition.default
        properties[setting.key] = schema
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Configuration of {state.application.name}",
        "type": "object",
        "properties": properties,
        "required": sorted(one.key for one in living if one.definition.rules.required),
    }
