"""Go struct tags that name variables: caarlos0/env, envconfig, go-envconfig, cleanenv."""

import re
from collections.abc import Iterator
from dataclasses import replace

from ast_grep_py import SgNode

from .reference import Cast, Facts, Reference, Source, with_default
from .syntax.nodes import find_kinds, line_of, string_text
from .words import VARIABLE_NAME

_TAG = re.compile(r'([\w-]+):"((?:[^"\\]|\\.)*)"')
_TYPES = {
    "bool": Cast.BOOL,
    "string": Cast.STR,
    "float32": Cast.FLOAT,
    "float64": Cast.FLOAT,
    "time.Duration": Cast.DURATION,
    "url.URL": Cast.URL,
}
_DEFAULTS = ("envDefault", "env-default", "default")
_DEEPEST = 4


def tag_references(source: Source, root: SgNode) -> Iterator[Reference]:
    """A reference for every struct field whose tag names a variable."""
    structs = {
        name.text(): body
        for node in find_kinds(root, ["type_spec"])
        if (name := node.field("name")) and (body := node.field("type"))
    }
    inner = _used_inside(root)
    process_prefix = _process_prefix(root)
    for struct, body in structs.items():
        if body.kind() == "struct_type" and struct not in inner:
            yield from _struct(source, structs, body, "", process_prefix, 0)


def _struct(
    source: Source,
    structs: dict[str, SgNode],
    body: SgNode,
    prefix: str,
    process_prefix: str,
    depth: int,
) -> Iterator[Reference]:
    holder = next((part for part in body.named_children() if "list" in part.kind()), None)
    for field in holder.named_children() if holder and depth < _DEEPEST else ():
        if field.kind() != "field_declaration":
            continue
        tags, kind = _tags(field), field.field("type")
        spelled = kind.text().lstrip("*") if kind else ""
        nested = structs.get(spelled) if kind and kind.kind() != "struct_type" else kind
        if nested is not None and nested.kind() == "struct_type":
            longer = prefix + tags.get("envPrefix", tags.get("env-prefix", ""))
            yield from _struct(source, structs, nested, longer, process_prefix, depth + 1)
        else:
            yield from _field(source, field, tags, spelled, prefix, process_prefix)


def _field(
    source: Source,
    field: SgNode,
    tags: dict[str, str],
    spelled: str,
    prefix: str,
    process_prefix: str,
) -> Iterator[Reference]:
    tag = tags.get("env", tags.get("envconfig", ""))
    name, *options = (part.strip() for part in tag.split(","))
    if not VARIABLE_NAME.match(name):
        return
    if "envconfig" in tags:
        name = process_prefix + name
    facts = Facts(cast=_cast(spelled))
    default = next((tags[each] for each in _DEFAULTS if each in tags), None)
    for option in options:  # go-envconfig: `env:"PORT, default=3000, required"`
        if option.startswith("default="):
            default = option.removeprefix("default=")
    if default is not None:
        facts = with_default(default, facts)
    elif {"required", "notEmpty"} & set(options) or _is_required(tags):
        facts = replace(facts, required=True)
    reader = "env tag" if "env" in tags else "envconfig tag"
    label = field.field("name")
    reader = f"{reader} of {label.text()}" if label else reader
    yield source.reference(f"{prefix}{name}", line_of(field), reader, facts)


def _is_required(tags: dict[str, str]) -> bool:
    return "true" in (tags.get("required"), tags.get("env-required"))


def _cast(spelled: str) -> Cast | None:
    if re.fullmatch(r"u?int(8|16|32|64)?", spelled):
        return Cast.INT
    if spelled.startswith("[]"):
        return Cast.LIST
    return _TYPES.get(spelled)


def _tags(field: SgNode) -> dict[str, str]:
    tag = field.field("tag")
    return dict(_TAG.findall(string_text(tag) or "")) if tag else {}


def _used_inside(root: SgNode) -> set[str]:
    """Structs that stand in a field with a prefix: their variables are named from there."""
    return {
        kind.text().lstrip("*")
        for field in find_kinds(root, ["field_declaration"])
        if (kind := field.field("type")) and {"envPrefix", "env-prefix"} & _tags(field).keys()
    }


def _process_prefix(root: SgNode) -> str:
    """`envconfig.Process("app", &s)` puts `APP_` before every name."""
    for call in find_kinds(root, ["call_expression"], r"^envconfig\.(Must)?Process\("):
        arguments = call.field("arguments")
        first = arguments.named_children()[0] if arguments else None
        text = string_text(first) if first else None
        if text:
            return f"{text.upper()}_"
    return ""
