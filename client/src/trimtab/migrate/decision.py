"""What is decided about one key, and why."""

from dataclasses import dataclass

from trimtab.migrate.evidence import Evidence, InferredType, KeyClass
from trimtab.value_types import Value, ValueType

Rule = str | int | float | bool | list[str]


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Where a key stands: `path` as given to the reader, `line` from 1."""

    path: str
    line: int
    commented_out: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a key goes, as what, under which rules; `why` is the strongest reason.

    `value` is the text in the file, None when the key stands there without one; `store_value` is
    that text as the store's type, None when there is nothing to store or the key stays.
    `validation_rules` are the store's (`min`, `enum`, `format`, ...).
    """

    key: str
    key_class: KeyClass
    type: InferredType
    store_type: ValueType
    category: str
    value: str | None
    store_value: Value | None
    default: str | None
    validation_rules: dict[str, Rule]
    description: str
    confidence: float
    evidence: tuple[Evidence, ...]
    sources: tuple[SourceLine, ...]

    @property
    def target(self) -> str:
        """`database` or `environment`."""
        return "database" if self.key_class.goes_to_database else "environment"

    @property
    def why(self) -> str:
        """One short sentence: the strongest evidence for the class."""
        same = {self.key_class}
        if self.key_class.goes_to_database:
            same = {KeyClass.FLAG, KeyClass.DYNAMIC}
        speaking = [item for item in self.evidence if item.favours in same]
        if not speaking:
            return "Nothing speaks for moving it, so it stays in the environment."
        strongest = max(speaking, key=lambda item: item.weight)
        return f"{strongest.text[:1].upper()}{strongest.text[1:]}."
