"""Reads by libraries that turn variables into typed values as they read them."""

import ast
from collections.abc import Iterator
from dataclasses import replace

from ..reference import NOTHING, Cast, Facts, with_default
from .casts import number, type_facts
from .literals import literal, literal_text, sequence_texts
from .module import Module, dotted, json_text
from .read import Read, argument

_DECOUPLE = frozenset({"decouple.config", "decouple.Config()", "decouple.AutoConfig()"})
_ENVIRON = frozenset({"environ.Env()", "environ.FileAwareEnv()"})  # django-environ
_ENVIRONS = frozenset({"environs.Env()", "environs.FileAwareEnv()", "environs.env"})

_METHOD_CASTS = {
    "bool": Cast.BOOL,
    "bytes": Cast.STR,
    "date": Cast.STR,
    "datetime": Cast.STR,
    "decimal": Cast.FLOAT,
    "dict": None,
    "enum": Cast.ENUM,
    "float": Cast.FLOAT,
    "int": Cast.INT,
    "json": Cast.JSON,
    "list": Cast.LIST,
    "log_level": Cast.STR,
    "path": Cast.PATH,
    "str": Cast.STR,
    "time": Cast.STR,
    "timedelta": Cast.DURATION,
    "tuple": Cast.LIST,
    "unicode": Cast.STR,
    "url": Cast.URL,
    "uuid": Cast.STR,
}
# Methods that know the name of their variable.
_NAMED_URLS = {
    "cache": "CACHE_URL",
    "cache_url": "CACHE_URL",
    "channels": "CHANNELS_URL",
    "channels_url": "CHANNELS_URL",
    "db": "DATABASE_URL",
    "db_url": "DATABASE_URL",
    "dj_cache_url": "",
    "dj_db_url": "",
    "dj_email_url": "",
    "email": "EMAIL_URL",
    "email_url": "EMAIL_URL",
    "search_url": "SEARCH_URL",
}


def library_reads(module: Module) -> Iterator[Read]:
    """Reads by decouple, Starlette, environs, django-environ, dj-database-url, click and typer."""
    for node in module.kinds[ast.Call]:
        name = module.qualified(node.func)
        if name is None:
            continue
        owner, _, method = name.rpartition(".")
        if name in _DECOUPLE or name == "starlette.config.Config()":
            yield from _config(module, node, name)
        elif name in _ENVIRON or name in _ENVIRONS:
            yield from _env(module, node, name, "")
        elif owner in _ENVIRON or owner in _ENVIRONS:
            yield from _env(module, node, owner, method)
        elif name in ("environ.Env", "environ.FileAwareEnv"):
            yield from _scheme(module, node)
        elif name in ("dj_database_url.config", "django_cache_url.config"):
            key = argument(node, None, "env") or ("DATABASE_URL",)
            yield _read(module, node, key, name, Facts(cast=Cast.URL), argument(node, 1, "default"))


def _config(module: Module, call: ast.Call, name: str) -> Iterator[Read]:
    """`config("X", default=3, cast=int)`: decouple and Starlette look alike."""
    key = argument(call, 0, "option", "key")
    if key is None:
        return
    at_default, at_cast = (2, 1) if name.startswith("starlette") else (1, 2)
    facts = type_facts(module, argument(call, at_cast, "cast")) or NOTHING
    prefix = _made_with(module, call.func, "env_prefix") if name.startswith("starlette") else ""
    read = _read(module, call, key, name, facts, argument(call, at_default, "default"))
    yield replace(read, prefix=prefix)


def _env(module: Module, call: ast.Call, name: str, method: str) -> Iterator[Read]:
    key: ast.expr | tuple[str, ...] | None = argument(call, 0, "var", "name")
    if method in _NAMED_URLS:
        facts = Facts(cast=Cast.URL)
        key = key or ((_NAMED_URLS[method],) if _NAMED_URLS[method] else None)
    elif method in _METHOD_CASTS:
        facts = Facts(cast=_METHOD_CASTS[method])
    elif method:
        return
    else:
        facts = type_facts(module, argument(call, None, "cast")) or NOTHING
    if key is None:
        return
    default = argument(call, 2 if name in _ENVIRON and not method else 1, "default")
    facts = facts.within(_checked(module, call))
    if name in _ENVIRON and isinstance(key, ast.expr):
        facts = facts.within(_scheme_facts(module, call, key))
    reader = f"{name.removesuffix('()')}.{method}".rstrip(".")
    read = _read(module, call, key, reader, facts, default)
    yield replace(read, prefix=_prefix(module, call))


def _read(
    module: Module,
    call: ast.Call,
    key: ast.expr | tuple[str, ...],
    name: str,
    facts: Facts,
    default: ast.expr | None,
) -> Read:
    if default is None:
        facts = replace(facts, required=not facts.has_default)
    elif isinstance(default, ast.Constant) and default.value is None:
        facts = replace(facts, required=False)
    else:
        facts = with_default(_default_text(module, default, facts), facts)
    return Read(call, key, name.replace("()", ""), facts, default=default)


def _default_text(module: Module, default: ast.expr, facts: Facts) -> str | None:
    """A list stands in the variable as `a,b`, not as JSON."""
    if facts.cast is Cast.LIST and (texts := sequence_texts(module, default)) is not None:
        return ",".join(texts)
    return literal_text(module, default)


def _checked(module: Module, call: ast.Call) -> Facts:
    """environs' `validate=` and `enum=`."""
    facts = type_facts(module, argument(call, None, "enum", "type")) or NOTHING
    check = argument(call, None, "validate")
    for part in check.elts if isinstance(check, ast.List | ast.Tuple) else [check]:
        if isinstance(part, ast.Call):
            facts = facts.within(_validator(module, part))
    return facts


def _validator(module: Module, call: ast.Call) -> Facts:
    name = (dotted(call.func) or "").rpartition(".")[2]
    first, second = argument(call, 0, "min", "choices", "regex"), argument(call, 1, "max")
    if name == "OneOf" and first is not None:
        choices = sequence_texts(module, first)
        return Facts(enum=tuple(choices)) if choices else NOTHING
    if name == "Range":
        return Facts(min=number(module, first), max=number(module, second))
    if name == "Length":
        low, high = literal(module, first), literal(module, second)
        return Facts(
            min_length=low if isinstance(low, int) else None,
            max_length=high if isinstance(high, int) else None,
        )
    if name == "URL":
        return Facts(cast=Cast.URL)
    return Facts(cast=Cast.EMAIL) if name == "Email" else NOTHING


def _prefix(module: Module, call: ast.Call) -> str:
    """Every `with env.prefixed("A_")` around the call, and the prefix of the object itself."""
    found = []
    for up in module.ancestors(call):
        for item in reversed(up.items) if isinstance(up, ast.With | ast.AsyncWith) else ():
            opened = item.context_expr
            if isinstance(opened, ast.Call) and (dotted(opened.func) or "").endswith(".prefixed"):
                found.append(literal_text(module, argument(opened, 0, "prefix")) or "")
    return _made_with(module, call.func, "prefix") + "".join(reversed(found))


def _made_with(module: Module, function: ast.expr, name: str) -> str:
    """The argument `name` given where the object was made, or set on it later."""
    spelled = dotted(function) or ""
    for owner in (spelled, spelled.rpartition(".")[0]):
        made = module.constants.get(owner)
        if isinstance(made, ast.Call):
            return literal_text(module, argument(made, None, name)) or _attribute(
                module, f"{owner}.{name}"
            )
    return ""


def _attribute(module: Module, name: str) -> str:
    return literal_text(module, module.constants.get(name)) or ""


def _scheme(module: Module, call: ast.Call) -> Iterator[Read]:
    """`environ.Env(DEBUG=(bool, False))` declares casts and defaults by name."""
    for word in call.keywords:
        if word.arg and word.arg.isupper():
            yield Read(word.value, (word.arg,), "environ.Env", _scheme_entry(module, word.value))


def _scheme_facts(module: Module, call: ast.Call, key: ast.expr) -> Facts:
    name = literal_text(module, key)
    made = module.constants.get((dotted(call.func) or "").partition(".")[0])
    if isinstance(made, ast.Call):
        for word in made.keywords:
            if word.arg == name:
                return _scheme_entry(module, word.value)
    return NOTHING


def _scheme_entry(module: Module, value: ast.expr) -> Facts:
    if not isinstance(value, ast.Tuple):
        return type_facts(module, value) or NOTHING
    facts = type_facts(module, value.elts[0]) or NOTHING
    if len(value.elts) < 2:
        return facts
    text = json_or_text(module, value.elts[1], facts)
    return with_default(text, facts)


def json_or_text(module: Module, node: ast.expr, facts: Facts) -> str | None:
    value = literal(module, node)
    if facts.cast is Cast.JSON and value is not None:
        return json_text(value)
    return _default_text(module, node, facts)
