"""A secret that stands in the code as a default never leaves the search."""

from dataclasses import replace

from ..secrets import scan_key, scan_text
from .reference import Reference, Unresolved

_HIDDEN = "(hidden: it holds a secret)"


def conceal(reference: Reference) -> Reference:
    """The reference without its default if the key or the default itself is a secret."""
    default, enum = reference.default, reference.enum
    if enum is not None and any(map(scan_text, enum)):
        reference = replace(reference, enum=None)
    if default is None:
        return reference
    is_secret = reference.declared_secret or scan_key(reference.key) or scan_text(default)
    return replace(reference, default=None, default_hidden=True) if is_secret else reference


def conceal_text(unresolved: Unresolved) -> Unresolved:
    """The place without its code if a secret stands in it."""
    return replace(unresolved, text=_HIDDEN) if scan_text(unresolved.text) else unresolved
