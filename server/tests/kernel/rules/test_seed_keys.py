"""The keys of the application that Trimtab was first made for."""

import json
from pathlib import Path
from typing import Any

import pytest

from trimtab_server.kernel.keys import check_key
from trimtab_server.kernel.rules import check_value, parse_rules
from trimtab_server.kernel.value_types import ValueType

SEED = Path(__file__).parents[5] / "shared" / "seed-keys.json"
KEYS = json.loads(SEED.read_text("utf-8"))["keys"] if SEED.exists() else []


@pytest.mark.skipif(not KEYS, reason="seed-keys.json does not lie beside the repository")
def test_seed_keys__their_rules__hold_for_their_defaults() -> None:
    stored: list[dict[str, Any]] = [key for key in KEYS if key["goesToDatabase"]]
    assert len(stored) >= 30
    for key in stored:
        check_key(key["key"])
        value_type = ValueType(key["type"])
        rules = parse_rules(value_type, key["validationRules"])
        assert check_value(value_type, rules, key["default"]) == [], key["key"]
