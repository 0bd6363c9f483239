"""The catalogue says what the typed classes say, and covers every key of the six services."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from pydantic.fields import FieldInfo

import trimtab
from trimtab.cli.incoming.read import read_incoming
from trimtab.integrations import CATALOGUE, CATALOGUE_PROD
from trimtab.integrations.elevenlabs import ElevenLabsSettings
from trimtab.integrations.embeddings import EmbeddingSettings
from trimtab.integrations.infisical import InfisicalSettings
from trimtab.integrations.langsmith import LangSmithSettings
from trimtab.integrations.llm import LlmSettings
from trimtab.integrations.memory import MemorySettings

CLASSES: list[type[trimtab.LiveSettings]] = [
    ElevenLabsSettings,
    EmbeddingSettings,
    InfisicalSettings,
    LangSmithSettings,
    LlmSettings,
    MemorySettings,
]
OF_THE_ASSISTANT = {"LOG_LEVEL", "DEBUG", "DEV_MODE"}
SETTINGS = {one["key"]: one for one in json.loads(CATALOGUE.read_text("utf-8"))["settings"]}
SEED = Path(__file__).with_name("first_application.json")


def fields() -> dict[str, FieldInfo]:
    """Every field by key; those that hold credentials stay in the environment."""
    return {
        name.upper(): info
        for one in CLASSES
        for name, info in one.model_fields.items()
        if info.annotation != SecretStr | None
    }


def test_catalogue__keys__are_the_fields_of_the_classes_and_those_of_the_assistant() -> None:
    assert len(fields()) == 34
    assert SETTINGS.keys() == fields().keys() | OF_THE_ASSISTANT


@pytest.mark.parametrize("key", sorted(fields()))
def test_catalogue__a_setting__has_type_default_rules_and_mark_of_its_field(key: str) -> None:
    entry, field = SETTINGS[key], fields()[key]
    schema = schema_of(field)
    assert entry["default"] == field.default
    assert type(entry["default"]) is type(json.loads(json.dumps(field.default)))
    assert entry["type"] == ("enum" if "enum" in schema else schema["type"])
    assert entry.get("validationRules", {}) == rules_of(schema)
    extra = field.json_schema_extra
    assert entry.get("reload") == (extra.get("reload") if isinstance(extra, dict) else None)
    assert entry["description"].endswith(".")


def schema_of(field: FieldInfo) -> dict[str, Any]:
    """JSON Schema, as pydantic sees the field."""
    name, one = next(
        (name, one) for one in CLASSES for name, it in one.model_fields.items() if it is field
    )
    schema = one.model_json_schema()
    found: dict[str, Any] = schema["properties"][name]
    reference = found.get("$ref")
    return schema["$defs"][reference.rpartition("/")[2]] if reference else found


def rules_of(schema: dict[str, Any]) -> dict[str, Any]:
    """The same rules by our names."""
    named = {"minimum": "min", "maximum": "max", "minLength": "minLength", "enum": "enum"}
    return {ours: schema[theirs] for theirs, ours in named.items() if theirs in schema}


def test_catalogue__against_the_first_application__says_the_same_but_for_one_closed_set() -> None:
    for key in json.loads(SEED.read_text("utf-8"))["keys"]:
        entry = SETTINGS[key["key"]]
        assert (entry["category"], entry["default"]) == (key["category"], key["default"])
        if key["key"] == "ELEVENLABS_DEFAULT_OUTPUT_FORMAT":  # there any text, here the SDK's set
            assert entry["type"] == "enum"
            assert key["default"] in entry["validationRules"]["enum"]
            continue
        assert entry["type"] == key["type"]
        assert entry.get("validationRules", {}) == key["validationRules"]


def test_catalogue__as_import_reads_it__is_a_file_with_definitions() -> None:
    incoming = read_incoming(CATALOGUE, None)
    assert incoming.environment == "base"
    assert len(incoming.settings) == 37
    assert all(one.defines for one in incoming.settings)
    assert {one.key for one in read_incoming(CATALOGUE_PROD, None).settings} <= SETTINGS.keys()
