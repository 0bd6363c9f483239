"""How deep a YAML text is nested, found without composing it.

libyaml's composer calls itself in C for every level, so a text of brackets alone would end the
process; its parser goes through events one by one.
"""

from typing import Any

import yaml

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST = 64  # a JSON value of the store may have 32 levels


def too_deep_at(text: str, *, deepest: int = DEEPEST) -> int | None:
    """The line on which the nesting first goes deeper, from 1; None: nowhere.

    Raises yaml.YAMLError for a text that is no YAML.
    """
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > deepest:
            return event.start_mark.line + 1 if event.start_mark else 1
    return None
