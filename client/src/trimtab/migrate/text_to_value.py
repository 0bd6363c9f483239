"""The text of an env file as a value of the store, more forgiving than the store itself."""

from dataclasses import dataclass

from trimtab.value_types import Value, ValueType, parse_text

_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})


@dataclass(frozen=True, slots=True)
class Converted:
    """A value, and what a person should know about how it was read."""

    value: Value
    note: str = ""


def text_to_value(store_type: ValueType, text: str) -> Converted:
    """`text` as a `store_type` of the store; raises NotOfType.

    Beside the store's own truth table the migration accepts blanks around the text, and `True`,
    `yes`, `on` and `1` for true, and says so.
    """
    if store_type in {ValueType.STRING, ValueType.ENUM}:
        return Converted(parse_text(store_type, text))
    text = text.strip()
    word = text.lower()
    if store_type is ValueType.BOOLEAN and word in _TRUE | _FALSE:
        note = "" if text in {"true", "false"} else f"it is spelled {text} in the file"
        return Converted(word in _TRUE, note)
    return Converted(parse_text(store_type, text))
