"""Names of principals and tokens: for people to read, in lists, in history and on terminals."""

import re

from trimtab_server.errors import MalformedRequest
from trimtab_server.kernel.secrets import scan_text
from trimtab_server.kernel.violation import Violation

MAX_NAME_LENGTH = 255
_PLAIN = re.compile(r"[a-z][a-z0-9_-]{0,62}")


def check_readable_name(pointer: str, name: str) -> None:
    """Go on only if the name shows as it is written and holds no credential.

    Raises:
        MalformedRequest: says which of the two it is, never the name.
    """
    if not name.isprintable() or name != name.strip() or not 0 < len(name) <= MAX_NAME_LENGTH:
        message = (
            f"A name has 1 to {MAX_NAME_LENGTH} printable characters and no blank at either end."
        )
        raise MalformedRequest(message, violations=[Violation(pointer, None, "name", message)])
    check_no_credential(pointer, name)


def quotable(name: str | None) -> str | None:
    """The name that a request said, if it may be repeated: plain, and no credential."""
    if name is None or not _PLAIN.fullmatch(name):
        return None
    return name if scan_text(name) is None else None


def check_no_credential(pointer: str, text: str) -> None:
    """Raises MalformedRequest where a name looks like a credential that got into its place."""
    finding = scan_text(text)
    if finding is not None:
        message = (
            f"This looks like a credential ({finding.rule}), not like a name: names are shown to "
            "everybody who may list them."
        )
        violation = Violation(pointer, None, "secret-value", message)
        raise MalformedRequest(message, violations=[violation])
