"""The keys of the application that Trimtab was first made for."""

from credentials import ordinary_settings
from trimtab_server.kernel.keys import check_key
from trimtab_server.kernel.rules import check_value, parse_rules
from trimtab_server.kernel.value_types import ValueType


def test_seed_keys__their_rules__hold_for_their_defaults() -> None:
    stored = [key for key in ordinary_settings() if "validationRules" in key]
    assert len(stored) >= 30
    for key in stored:
        check_key(key["key"])
        value_type = ValueType(key["type"])
        rules = parse_rules(value_type, key["validationRules"])
        assert check_value(value_type, rules, key["value"]) == [], key["key"]
