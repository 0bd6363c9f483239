"""One broken rule, told so that a person can mend it and a program can point at it."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Violation:
    """What is wrong with a value, a rule or a field; never the refused value itself.

    `pointer` is a JSON pointer into whatever was checked. `message` is a predicate ("must be at
    least 1 (min)") until `for_key` makes it a sentence about a key.
    """

    pointer: str
    key: str | None
    rule: str
    message: str
    status: int = 422

    def for_key(self, key: str, pointer: str = "") -> "Violation":
        """The same finding about `key`, its pointer moved below `pointer`."""
        message = self.message if self.key else f"{key} {self.message}"
        return replace(self, key=key, pointer=pointer + self.pointer, message=message)
