"""What a call, a type or a method turns the text of a variable into."""

import ast
from dataclasses import replace

from ..reference import NOTHING, Cast, Facts
from ..words import BOOLEAN_FUNCTIONS
from .literals import enum_members, literal, sequence_texts
from .module import Module

CASTS = {
    "int": Cast.INT,
    "float": Cast.FLOAT,
    "bool": Cast.BOOL,
    "str": Cast.STR,
    "list": Cast.LIST,
    "tuple": Cast.LIST,
    "set": Cast.LIST,
    "dict": Cast.JSON,
    "decimal.Decimal": Cast.FLOAT,
    "json.loads": Cast.JSON,
    "orjson.loads": Cast.JSON,
    "ujson.loads": Cast.JSON,
    "simplejson.loads": Cast.JSON,
    "pathlib.Path": Cast.PATH,
    "pathlib.PurePath": Cast.PATH,
    "pathlib.PosixPath": Cast.PATH,
    "os.path.abspath": Cast.PATH,
    "os.path.expanduser": Cast.PATH,
    "os.path.exists": Cast.PATH,
    "os.path.isdir": Cast.PATH,
    "os.path.isfile": Cast.PATH,
    "os.path.join": Cast.PATH,
    "os.path.realpath": Cast.PATH,
    "urllib.parse.urlparse": Cast.URL,
    "urllib.parse.urlsplit": Cast.URL,
    "httpx.URL": Cast.URL,
    "yarl.URL": Cast.URL,
    "sqlalchemy.create_engine": Cast.URL,
    "sqlalchemy.engine.make_url": Cast.URL,
    "sqlalchemy.make_url": Cast.URL,
    "starlette.datastructures.URL": Cast.URL,
    "starlette.datastructures.CommaSeparatedStrings": Cast.LIST,
    "decouple.Csv": Cast.LIST,
    "uuid.UUID": Cast.STR,
    "datetime.timedelta": Cast.DURATION,
    "click.INT": Cast.INT,
    "click.FLOAT": Cast.FLOAT,
    "click.BOOL": Cast.BOOL,
    "click.STRING": Cast.STR,
    "click.Path": Cast.PATH,
    "click.File": Cast.PATH,
}
# Methods that give the same text back in another dress.
SAME_TEXT = frozenset(
    """
    strip lstrip rstrip lower upper casefold title capitalize encode decode replace removeprefix
    removesuffix expandtabs
    """.split()
)
LISTS = frozenset({"split", "rsplit", "splitlines"})


def call_facts(module: Module, call: ast.Call) -> Facts | None:
    """What calling this with the text says; `None` where it says nothing."""
    name = module.qualified(call.func)
    if name is None:
        return None
    if name == "str" or name.endswith("typing.cast"):
        return NOTHING
    if name in ("list", "tuple", "set", "dict"):  # of a text: its characters
        return None
    return type_facts(module, call.func)


def type_facts(module: Module, node: ast.expr | None) -> Facts | None:
    """What a converter says: `int`, `Csv()`, `Choices([...])`, an Enum class, a lambda."""
    if isinstance(node, ast.Lambda):
        return _lambda_facts(module, node)
    if isinstance(node, ast.Call):
        return _converter_facts(module, node)
    if node is None or (name := module.qualified(node)) is None:
        return None
    if (members := enum_members(module, node)) is not None:
        return Facts(cast=Cast.ENUM, enum=tuple(members.values()))
    if name.rpartition(".")[2] in ("Secret", "SecretStr", "SecretBytes"):
        return Facts(cast=Cast.STR, declared_secret=True)
    if name in CASTS:
        return Facts(cast=CASTS[name])
    if BOOLEAN_FUNCTIONS.search(name) and name not in module.classes:
        return Facts(cast=Cast.BOOL)
    return None


def _converter_facts(module: Module, call: ast.Call) -> Facts | None:
    """An object that converts, made on the spot."""
    name = module.qualified(call.func) or ""
    first = call.args[0] if call.args else None
    if name in ("decouple.Choices", "click.Choice") and first is not None:
        choices = sequence_texts(module, first)
        return Facts(cast=Cast.ENUM, enum=tuple(choices)) if choices else None
    if name in ("click.IntRange", "click.FloatRange"):
        low, high = _range(module, call)
        cast = Cast.INT if name.endswith("IntRange") else Cast.FLOAT
        return Facts(cast=cast, min=low, max=high)
    return type_facts(module, call.func)


def _range(module: Module, call: ast.Call) -> tuple[float | None, float | None]:
    given = dict(zip(("min", "max"), call.args, strict=False))
    given |= {word.arg: word.value for word in call.keywords if word.arg in ("min", "max")}
    return number(module, given.get("min")), number(module, given.get("max"))


def number(module: Module, node: ast.expr | None) -> float | None:
    value = literal(module, node)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value


def _lambda_facts(module: Module, node: ast.Lambda) -> Facts | None:
    """`lambda v: [part.strip() for part in v.split(",")]`."""
    for part in ast.walk(node.body):
        if isinstance(part, ast.Call):
            if isinstance(part.func, ast.Attribute) and part.func.attr in LISTS:
                return Facts(cast=Cast.LIST)
            if (facts := call_facts(module, part)) and facts.cast:
                return replace(facts, cast=facts.cast)
    return None
