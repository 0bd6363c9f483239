"""Schemas that check the environment: zod (t3-env too), Joi, yup, envalid, env-var.

An entry counts if its name is written like a variable: `PORT: z.coerce.number().min(1)`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ast_grep_py import SgNode

from ..reference import NOTHING, Cast, Facts, Reference, Source, with_default
from ..syntax.nodes import find_kinds, line_of, mentions, name_of, plain_text, string_text
from ..words import UPPERCASE_NAME

_ROOTS = {"z": "zod", "zod": "zod", "Joi": "Joi", "joi": "Joi", "yup": "yup", "Yup": "yup"}
_ENVALID = {
    "str": Facts(cast=Cast.STR),
    "bool": Facts(cast=Cast.BOOL),
    "num": Facts(cast=Cast.FLOAT),
    "port": Facts(cast=Cast.INT, min=1, max=65535),
    "json": Facts(cast=Cast.JSON),
    "url": Facts(cast=Cast.URL),
    "email": Facts(cast=Cast.EMAIL),
    "host": Facts(cast=Cast.STR),
}
_CASTS = {
    "array": Cast.JSON,
    "bigint": Cast.INT,
    "bool": Cast.BOOL,
    "boolean": Cast.BOOL,
    "cidr": Cast.STR,
    "date": Cast.STR,
    "duration": Cast.DURATION,
    "email": Cast.EMAIL,
    "enum": Cast.ENUM,
    "int": Cast.INT,
    "integer": Cast.INT,
    "json": Cast.JSON,
    "nativeEnum": Cast.ENUM,
    "number": Cast.FLOAT,
    "object": Cast.JSON,
    "string": Cast.STR,
    "stringbool": Cast.BOOL,
    "uri": Cast.URL,
    "url": Cast.URL,
}
# `min` and `max` of a text are lengths.
_BOUNDS = {
    "min": "min",
    "max": "max",
    "gte": "min",
    "lte": "max",
    "gt": "exclusive_min",
    "lt": "exclusive_max",
    "greater": "exclusive_min",
    "less": "exclusive_max",
    "moreThan": "exclusive_min",
    "lessThan": "exclusive_max",
    "multipleOf": "multiple_of",
    "multiple": "multiple_of",
    "step": "multiple_of",
}
_LENGTHS = {"min": "min_length", "max": "max_length"}
_FIXED = {
    "positive": Facts(exclusive_min=0),
    "negative": Facts(exclusive_max=0),
    "nonnegative": Facts(min=0),
    "nonpositive": Facts(max=0),
    "port": Facts(cast=Cast.INT, min=0, max=65535),
    "nonempty": Facts(min_length=1),
}
_CHOICES = frozenset({"valid", "oneOf", "enum", "allowOnly", "equal", "literal"})
_OPTIONAL = frozenset({"optional", "nullish", "notRequired", "nullable"})
_LONGEST_CHAIN = 24


@dataclass(frozen=True, slots=True)
class _Link:
    method: str
    arguments: list[SgNode]


def schema_references(source: Source, root: SgNode) -> Iterator[Reference]:
    """A reference for every entry of a schema of the environment."""
    if not mentions(root, "zod", "joi", "Joi", "yup", "Yup", "envalid"):
        return
    for pair in find_kinds(root, ["pair"]):
        key, value = pair.field("key"), pair.field("value")
        name = (string_text(key) or key.text()) if key else ""
        if value is None or not UPPERCASE_NAME.match(name):
            continue
        library, links = _chain(value)
        if library == "envalid":
            yield source.reference(
                name, line_of(pair), f"envalid {links[0].method}", _envalid(links[0])
            )
        elif library is not None:
            yield source.reference(name, line_of(pair), f"{library} schema", _facts(library, links))


def _chain(node: SgNode) -> tuple[str | None, list[_Link]]:
    """`z.string().min(1)` as its links from the left, and the library it begins with."""
    links: list[_Link] = []
    here: SgNode | None = node
    for _ in range(_LONGEST_CHAIN):
        if here is None or here.kind() not in ("call_expression", "member_expression"):
            break
        if here.kind() == "member_expression":  # z.coerce
            here = here.field("object")
            continue
        function, arguments = here.field("function"), here.field("arguments")
        listed = arguments.named_children() if arguments else []
        if function is None:
            break
        if function.kind() == "identifier":
            links.append(_Link(function.text(), listed))
            is_envalid = len(links) == 1 and function.text() in _ENVALID
            return ("envalid" if is_envalid else None), links
        method = function.field("property")
        links.append(_Link(method.text() if method else "", listed))
        here = function.field("object")
    links.reverse()
    start = here.text() if here is not None and here.kind() == "identifier" else ""
    if start == "envalid" and links and links[0].method in _ENVALID:
        return "envalid", links
    return (_ROOTS.get(start) if links else None), links


def _facts(library: str, links: list[_Link]) -> Facts:
    facts = NOTHING
    is_optional = library == "Joi" or library == "yup"
    for link in links:
        facts = _linked(facts, link)
        is_optional |= link.method in _OPTIONAL
        if link.method == "required":
            is_optional = False
    return replace(facts, required=not is_optional and not facts.has_default)


def _linked(facts: Facts, link: _Link) -> Facts:
    """What one more link says; a later one is narrower (`number().int()`)."""
    method, first = link.method, link.arguments[0] if link.arguments else None
    number = _number(first)
    if method in ("default", "catch", "prefault"):
        return with_default(_default(first), facts)
    if method in _CHOICES and (words := _words(link.arguments)):
        cast = _choice_cast(facts, words)
        return replace(facts, cast=cast, enum=None if cast is Cast.BOOL else tuple(words))
    if method in ("regex", "pattern", "matches") and first is not None:
        return replace(facts, pattern=first.text().strip("/") if first.kind() == "regex" else None)
    if method in _LENGTHS and facts.cast in (Cast.STR, Cast.URL, Cast.EMAIL):
        length = None if number is None else int(number)
        return _set(facts, _LENGTHS[method], length)
    if method in _BOUNDS and number is not None:
        return _set(facts, _BOUNDS[method], number)
    if method in _FIXED:
        return _FIXED[method].within(facts)
    if method == "transform" and first is not None and ".split(" in first.text():
        return replace(facts, cast=Cast.LIST)
    if method in _CASTS:
        return replace(facts, cast=_CASTS[method])
    return facts


def _choice_cast(facts: Facts, words: list[str]) -> Cast:
    """`z.enum(["true", "false"])` is how zod's users read a boolean."""
    if {word.lower() for word in words} <= {"true", "false", "0", "1"} and len(words) > 1:
        return Cast.BOOL
    return facts.cast if facts.cast in (Cast.INT, Cast.FLOAT, Cast.BOOL) else Cast.ENUM


def _set(facts: Facts, name: str, value: float | None) -> Facts:
    return facts if value is None else replace(facts, **{name: value})  # type: ignore[arg-type]


def _words(arguments: list[SgNode]) -> list[str]:
    """Choices given one by one, as a list, or as the values of an object."""
    listed = arguments
    if len(arguments) == 1 and arguments[0].kind() == "array":
        listed = arguments[0].named_children()
    texts = [plain_text(part) for part in listed if part.kind() != "spread_element"]
    return [text for text in texts if text is not None]


def _default(node: SgNode | None) -> str | None:
    if node is None:
        return None
    if node.kind() == "arrow_function":
        return plain_text(node.named_children()[-1])
    return plain_text(node)


def _number(node: SgNode | None) -> float | None:
    text = plain_text(node) if node is not None and "string" not in node.kind() else None
    try:
        value = float(text) if text else None
    except ValueError:
        return None
    return int(value) if value is not None and value.is_integer() else value


def _envalid(link: _Link) -> Facts:
    facts = _ENVALID[link.method]
    options = {
        name_of(pair.field("key")): pair.field("value")
        for argument in link.arguments
        for pair in find_kinds(argument, ["pair"])
    }
    choices = options.get("choices")
    words = _words([choices]) if choices is not None else []
    if words:
        facts = replace(facts, cast=Cast.ENUM, enum=tuple(words))
    default = options.get("default")
    if default is None:
        return replace(facts, required=True)
    return with_default(plain_text(default), facts)
