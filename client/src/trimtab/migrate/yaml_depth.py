"""How deep a YAML text is nested, found without composing it.

libyaml's composer calls itself in C for every level, so a text of brackets alone would end the
process; its parser goes through events one by one.
"""

from typing import Any

import yaml

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST = 64  # a JSON value of the store may have 32 levels


MOST_NODES = 200_000  # a thousand settings with values of some size


class TooMuch(ValueError):
    """Written out, the document would be larger than anything that is meant."""


def check_written_out(document: yaml.Node | None, *, most: int = MOST_NODES) -> None:
    """Raise TooMuch for a document whose aliases stand for more than `most` nodes, or for itself.

    A few lines of aliases of aliases are a thousand million values for whoever walks over them.
    """
    sizes: dict[int, int] = {}

    def size_of(node: yaml.Node) -> int:
        known = sizes.get(id(node))
        if known is not None:
            return known
        sizes[id(node)] = most + 1  # whatever holds itself has no end
        inner = node.value if isinstance(node, yaml.CollectionNode) else ()
        size = 1
        for child in inner:
            size += sum(map(size_of, child)) if isinstance(child, tuple) else size_of(child)
        sizes[id(node)] = min(size, most + 1)
        return sizes[id(node)]

    if document is not None and size_of(document) > most:
        raise TooMuch


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
