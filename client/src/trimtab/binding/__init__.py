"""Typed settings: pydantic-settings classes that follow the store. Needs `trimtab[settings]`."""

from .explain import FieldCandidate, FieldExplanation
from .reload_mark import ReloadMark, reload
from .settings import LiveSettings
from .status import SettingsStatus

__all__ = [
    "FieldCandidate",
    "FieldExplanation",
    "LiveSettings",
    "ReloadMark",
    "SettingsStatus",
    "reload",
]
