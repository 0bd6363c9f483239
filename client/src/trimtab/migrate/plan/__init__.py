"""Plans: made from a project's inventory, written for review, read back strictly."""

from .build import make_plan
from .document import to_yaml
from .faults import BadPlan
from .json_form import to_json
from .model import BASE, InStore, Plan, PlannedKey, Target
from .overrides import BadOverrides, Override, read_overrides
from .reading import read_plan

__all__ = [
    "BASE",
    "BadOverrides",
    "BadPlan",
    "InStore",
    "Override",
    "Plan",
    "PlannedKey",
    "Target",
    "make_plan",
    "read_overrides",
    "read_plan",
    "to_json",
    "to_yaml",
]
