"""One broken rule, told so that a person can mend it and a program can point at it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """What is wrong with a value, a rule or a field; never the refused value itself.

    `pointer` is a JSON pointer into whatever was checked. The kernel's messages are predicates
    ("must be at least 1 (min)") without a key: whoever knows the key puts it in front.
    """

    pointer: str
    key: str | None
    rule: str
    message: str
    status: int = 422
