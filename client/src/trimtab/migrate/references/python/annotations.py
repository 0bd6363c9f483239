"""What a type annotation and pydantic's `Field(...)` say about a value."""

import ast
from dataclasses import replace

from ..reference import NOTHING, Cast, Facts
from .casts import number
from .literals import enum_members, literal, literal_text, sequence_texts
from .module import Module, dotted
from .read import argument

_TYPES = {
    "int": Cast.INT,
    "StrictInt": Cast.INT,
    "float": Cast.FLOAT,
    "StrictFloat": Cast.FLOAT,
    "Decimal": Cast.FLOAT,
    "FiniteFloat": Cast.FLOAT,
    "bool": Cast.BOOL,
    "StrictBool": Cast.BOOL,
    "str": Cast.STR,
    "StrictStr": Cast.STR,
    "bytes": Cast.STR,
    "UUID": Cast.STR,
    "datetime": Cast.STR,
    "date": Cast.STR,
    "ByteSize": Cast.STR,
    "Path": Cast.PATH,
    "FilePath": Cast.PATH,
    "DirectoryPath": Cast.PATH,
    "NewPath": Cast.PATH,
    "timedelta": Cast.DURATION,
    "EmailStr": Cast.EMAIL,
    "NameEmail": Cast.EMAIL,
    "Json": Cast.JSON,
} | dict.fromkeys(
    "list List dict Dict set Set frozenset FrozenSet tuple Tuple Sequence Mapping Iterable".split(),
    Cast.JSON,
)
_CONSTRAINED = {
    "PositiveInt": Facts(cast=Cast.INT, exclusive_min=0),
    "NegativeInt": Facts(cast=Cast.INT, exclusive_max=0),
    "NonNegativeInt": Facts(cast=Cast.INT, min=0),
    "NonPositiveInt": Facts(cast=Cast.INT, max=0),
    "PositiveFloat": Facts(cast=Cast.FLOAT, exclusive_min=0),
    "NegativeFloat": Facts(cast=Cast.FLOAT, exclusive_max=0),
    "NonNegativeFloat": Facts(cast=Cast.FLOAT, min=0),
    "NonPositiveFloat": Facts(cast=Cast.FLOAT, max=0),
    "SecretStr": Facts(cast=Cast.STR, declared_secret=True),
    "SecretBytes": Facts(cast=Cast.STR, declared_secret=True),
}
_MAKERS = {"conint": Cast.INT, "confloat": Cast.FLOAT, "condecimal": Cast.FLOAT, "constr": Cast.STR}
_BOUNDS = {
    "ge": "min",
    "le": "max",
    "gt": "exclusive_min",
    "lt": "exclusive_max",
    "multiple_of": "multiple_of",
}
_SINGLE_BOUNDS = {"Ge": "min", "Le": "max", "Gt": "exclusive_min", "Lt": "exclusive_max"}
_DEEPEST = 12


def annotation_facts(module: Module, node: ast.expr | None, depth: int = 0) -> Facts:
    """What `int`, `Annotated[float, Field(ge=0)]`, `Literal["a"] | None`, ... say."""
    if node is None or depth > _DEEPEST:
        return NOTHING
    match node:
        case ast.Constant(value=str() as text):
            return annotation_facts(module, _parsed(text), depth + 1)
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            return _union(module, [left, right], depth)
        case ast.Subscript():
            return _subscript(module, node, depth)
        case ast.Call():
            cast = _MAKERS.get(_last(node.func))
            return replace(constraint_facts(module, node), cast=cast)
        case ast.Name() | ast.Attribute():
            return _named(module, node, depth)
    return NOTHING


def model_of(module: Module, node: ast.expr | None) -> ast.ClassDef | None:
    """The class of this module that an annotation names, through `Optional` and `Annotated`."""
    match node:
        case ast.Constant(value=str() as text):
            return model_of(module, _parsed(text))
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            return model_of(module, left) or model_of(module, right)
        case ast.Subscript(value=outer, slice=inner) if _last(outer) in ("Optional", "Annotated"):
            first = inner.elts[0] if isinstance(inner, ast.Tuple) else inner
            return model_of(module, first)
        case ast.Name() | ast.Attribute():
            return module.classes.get(dotted(node) or "")
    return None


def constraint_facts(module: Module, call: ast.Call) -> Facts:
    """`Field(ge=1)`, `conint(ge=1)`, `Ge(1)`, `Interval(ge=1)`, `StringConstraints(...)`."""
    found: dict[str, float | None] = {}
    name = _last(call.func)
    if name in _SINGLE_BOUNDS and call.args:
        found[_SINGLE_BOUNDS[name]] = number(module, call.args[0])
    for word in call.keywords:
        if word.arg in _BOUNDS:
            found[_BOUNDS[word.arg]] = number(module, word.value)
    lengths = {side: _length(module, call, side) for side in ("min_length", "max_length")}
    if name in ("MinLen", "MaxLen") and call.args:
        lengths[f"{name[:3].lower()}_length"] = _whole(module, call.args[0])
    return Facts(
        min=found.get("min"),
        max=found.get("max"),
        exclusive_min=found.get("exclusive_min"),
        exclusive_max=found.get("exclusive_max"),
        multiple_of=found.get("multiple_of"),
        min_length=lengths["min_length"],
        max_length=lengths["max_length"],
        pattern=literal_text(module, argument(call, None, "pattern", "regex")),
    )


def _named(module: Module, node: ast.Name | ast.Attribute, depth: int) -> Facts:
    if (members := enum_members(module, node)) is not None:
        return Facts(cast=Cast.ENUM, enum=tuple(members.values()))
    alias = module.constants.get(dotted(node) or "")
    if alias is not None:  # Port = Annotated[int, Field(ge=1)]
        return annotation_facts(module, alias, depth + 1)
    name = _last(node)
    if name in _CONSTRAINED:
        return _CONSTRAINED[name]
    if name in _TYPES:
        return Facts(cast=_TYPES[name])
    if name.endswith(("Url", "Dsn")):
        return Facts(cast=Cast.URL)
    return Facts(cast=Cast.JSON) if dotted(node) in module.classes else NOTHING


def _subscript(module: Module, node: ast.Subscript, depth: int) -> Facts:
    inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    match _last(node.value):
        case "Optional" | "Required" | "Final":
            return annotation_facts(module, inner[0], depth + 1)
        case "Union":
            return _union(module, inner, depth)
        case "Literal":
            words = sequence_texts(module, ast.List(elts=inner, ctx=ast.Load()))
            return Facts(cast=Cast.ENUM, enum=tuple(words)) if words else NOTHING
        case "Annotated":
            facts = annotation_facts(module, inner[0], depth + 1)
            for extra in inner[1:]:
                facts = _metadata(module, extra).within(facts)
            return facts
        case "Secret":
            return Facts(cast=Cast.STR, declared_secret=True)
    return annotation_facts(module, node.value, depth + 1)


def _metadata(module: Module, extra: ast.expr) -> Facts:
    if isinstance(extra, ast.Call):
        return constraint_facts(module, extra)
    return Facts(cast=Cast.LIST) if _last(extra) == "NoDecode" else NOTHING


def _union(module: Module, parts: list[ast.expr], depth: int) -> Facts:
    """`X | None` says what `X` says; of several types none is sure."""
    known = [
        annotation_facts(module, part, depth + 1)
        for part in parts
        if not (isinstance(part, ast.Constant) and part.value is None)
    ]
    return known[0] if len(known) == 1 else NOTHING


def _length(module: Module, call: ast.Call, side: str) -> int | None:
    return _whole(module, argument(call, None, side))


def _whole(module: Module, node: ast.expr | None) -> int | None:
    value = literal(module, node)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _last(node: ast.expr) -> str:
    return (dotted(node) or "").rpartition(".")[2]


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
