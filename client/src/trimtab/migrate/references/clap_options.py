"""Rust: command-line options that fall back to a variable, and what its types mean."""

import re
from collections.abc import Iterator
from dataclasses import replace

from ast_grep_py import SgNode

from .reference import Cast, Facts, Reference, Source, with_default
from .syntax.nodes import find_kinds, line_of

_VARIABLE = re.compile(r"[(,]\s*env\b\s*(?:=\s*\"(\w+)\"\s*)?[,)]")
_DEFAULT = re.compile(r"\bdefault_value(?:_t)?\s*=\s*(?:\"([^\"]*)\"|([\w.]+))")
_TYPES = {
    "bool": Cast.BOOL,
    "f32": Cast.FLOAT,
    "f64": Cast.FLOAT,
    "String": Cast.STR,
    "PathBuf": Cast.PATH,
    "Url": Cast.URL,
    "Duration": Cast.DURATION,
    "humantime::Duration": Cast.DURATION,
}


def option_references(source: Source, root: SgNode) -> Iterator[Reference]:
    """`#[arg(long, env = "X", default_value = "3")] port: u16`."""
    for node in find_kinds(root, ["attribute_item"], r"^#\[(arg|clap|structopt|command)\b"):
        variable = _VARIABLE.search(node.text())
        field = _field_below(node)
        name = field.field("name") if field else None
        if variable is not None and field is not None and name is not None:
            key = variable[1] or name.text().upper()
            yield source.reference(key, line_of(field), "clap env", _facts(node, field))


def _field_below(attribute: SgNode) -> SgNode | None:
    below = attribute.next()
    while below is not None and below.kind() == "attribute_item":
        below = below.next()
    return below if below is not None and below.kind() == "field_declaration" else None


def _facts(attribute: SgNode, field: SgNode) -> Facts:
    typed = field.field("type")
    spelled = typed.text() if typed else ""
    bare = re.sub(r"^Option<(.*)>$", r"\1", spelled)
    facts = Facts(cast=type_cast(bare))
    default = _DEFAULT.search(attribute.text())
    if default is None:
        return replace(facts, required=bare == spelled and bare != "bool")
    return with_default(default[1] if default[1] is not None else default[2], facts)


def type_cast(spelled: str) -> Cast | None:
    if re.fullmatch(r"[iu](8|16|32|64|128|size)", spelled):
        return Cast.INT
    return _TYPES.get(spelled)
