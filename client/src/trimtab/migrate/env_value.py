"""What the text of an env file gives a setting: a value of its type, or none."""

from trimtab.migrate.text_to_value import Converted, text_to_value
from trimtab.migrate.value_shape import Shape, shape_of
from trimtab.value_types import ValueType

_NOTHING = frozenset({Shape.EMPTY, Shape.NOTHING})


def env_value(store_type: ValueType, text: str) -> Converted | None:
    """The value; None where `KEY=` or `KEY=null` gives none. Raises NotOfType.

    Only a string can be empty, and only a string or a member can be the word `null`.
    """
    if store_type is ValueType.STRING:
        return text_to_value(store_type, text)
    shape = shape_of(text)
    if shape is Shape.EMPTY or (shape in _NOTHING and store_type is not ValueType.ENUM):
        return None
    return text_to_value(store_type, text)
