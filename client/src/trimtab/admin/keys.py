"""Names that can stand in a path: checked before a URL is made of them."""

import re
from urllib.parse import quote

from trimtab.errors import BadKey

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,254}")
RESERVED = frozenset(
    {
        *("bulk", "categories", "changes", "definition", "diff", "explain", "export", "history"),
        *("import", "policy", "promote", "reload", "rollback", "schema", "search", "snapshot"),
        *("stream", "validate"),
    }
)


def in_path(key: str) -> str:
    """The key as a part of a path; raises BadKey, because `schema` there would be a route."""
    if key.casefold() in RESERVED:
        raise BadKey(key, "the word is reserved for a route of the API")
    if _KEY.fullmatch(key) is None:
        raise BadKey(
            key,
            "a key begins with a letter or _ and goes on with at most 254 letters, digits, "
            "_, . or -",
        )
    return quote(key, safe="")
