"""Settings that belong into a store: an assistant's, with types and rules, and other programs'."""

import json
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parent / "data" / "ordinary_settings.json"


def ordinary_settings() -> list[dict[str, Any]]:
    """Members of an edit, in the names of the API: key, type, value, and rules where known."""
    listed = json.loads(_DATA.read_text(encoding="utf-8"))
    seed = [{"validationRules": one.pop("rules"), **one} for one in listed["seed"]]
    others = [
        {"key": f"{project}.{key}", "type": "string", "value": value}
        for project, values in listed["projects"].items()
        for key, value in values.items()
    ]
    return seed + others
