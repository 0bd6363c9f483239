"""Names of settings: one grammar, some words the routes need, no two that differ only in case."""

import re

RESERVED: frozenset[str] = frozenset(
    {"categories", "schema", "bulk", "history", "validate", "reload", "explain", "rollback"}
    | {"diff", "promote", "definition", "policy", "snapshot", "stream", "export", "import"}
    | {"search", "changes"}
)
"""Words that are route segments; a key may not be one of them in any case."""

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,254}")


class BadKey(ValueError):
    """The text cannot name a setting; `rule` is `key-grammar` or `key-reserved`.

    The message does not repeat the text: what is pasted in the wrong field may be a secret.
    """

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message


def check_key(key: str) -> None:
    """Refuse a text that is not a key; a key is canonical as it stands, nothing is normalised."""
    if not _KEY.fullmatch(key):
        raise BadKey(
            "key-grammar",
            "A key begins with a letter or _, goes on with letters, digits, _ . or - "
            "(ASCII only) and has at most 255 characters.",
        )
    if fold_key(key) in RESERVED:
        raise BadKey("key-reserved", f"{fold_key(key)} is reserved and cannot be a key.")


def fold_key(key: str) -> str:
    """What two keys share when they differ only in case."""
    return key.lower()
