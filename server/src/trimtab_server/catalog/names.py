"""Names of applications, environments and categories: what is allowed, and why something is not."""

import re

from trimtab_server.kernel.secrets import scan_text
from trimtab_server.kernel.violation import Violation

DEFAULT_APPLICATION = "default"
ROOT_ENVIRONMENT = "base"
DEFAULT_CATEGORY = "general"
FIRST_ENVIRONMENTS = (("base", None), ("dev", "base"), ("staging", "base"), ("prod", "base"))

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_CATEGORY = re.compile(r"[a-z][a-z0-9_]{0,62}")
_CREDENTIAL = "This looks like a credential, not like a name: names stand in URLs, files and logs."


def check_name(pointer: str, name: str) -> list[Violation]:
    """An application's or environment's name: it appears in URLs, files and log lines."""
    if scan_text(name) is not None:
        return [Violation(pointer, None, "secret-value", _CREDENTIAL)]
    if _NAME.fullmatch(name):
        return []
    message = (
        "A name begins with a lower-case letter and goes on with lower-case letters, digits, "
        "`-` or `_`, 63 characters at most."
    )
    return [Violation(pointer, None, "name", message)]


def quotable(name: str) -> bool:
    """Whether an error may repeat an unknown name: it has a name's form and is no credential."""
    return _NAME.fullmatch(name) is not None and scan_text(name) is None


def check_category(pointer: str, key: str, category: str) -> list[Violation]:
    """A category groups settings for people and for grants."""
    if scan_text(category) is not None:
        return [Violation(pointer, key, "secret-value", _CREDENTIAL)]
    if _CATEGORY.fullmatch(category):
        return []
    message = (
        f"The category of {key} must begin with a lower-case letter and go on with lower-case "
        "letters, digits or `_`, 63 characters at most, like `model_config`."
    )
    return [Violation(pointer, key, "category", message)]
