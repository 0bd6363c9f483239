"""Rules of settings: read them, check values against them, show them as JSON Schema."""

from .check import check_value
from .json_schema import json_schema
from .parse import BadRules, parse_rules
from .rule_set import NO_RULES, Rules

__all__ = ["NO_RULES", "BadRules", "Rules", "check_value", "json_schema", "parse_rules"]
