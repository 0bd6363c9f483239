"""Where JavaScript reads variables: `process.env` and its kin, and configuration services."""

import re
from collections.abc import Container, Iterator, Mapping

from ast_grep_py import SgNode

from ..reference import NOTHING, Cast, Facts, Reference, Source, with_default
from ..syntax.dialect import SyntaxRead
from ..syntax.nodes import (
    find_kinds,
    is_written,
    line_of,
    mentions,
    name_of,
    operator_of,
    plain_text,
    string_text,
)
from ..words import UPPERCASE_NAME

_OBJECTS = frozenset({"process.env", "import.meta.env", "Bun.env", "Deno.env"})
_SPELLED = r"\(*(globalThis\.|global\.)?(process\s*!?\??\.\s*env|import\.meta\.env|Bun\.env)\b"
_WHOLE = re.compile(
    rf"=\s*({_SPELLED})\s*([;,\n!)]|as\b|satisfies\b|$)|=\s*process\s*(;|\n|$)|=\s*loadEnv\("
)
_GETTERS = re.compile(r"(Deno\.env\.get|Deno\.env\.has)\Z")
_SERVICE = re.compile(r"(?i)(^|[._])config_?(service)?\.(get|getorthrow)\Z")
_ASKED = r"^[\w$.\s]*\.(get|getOrThrow|has)\s*[<(]"
_STATIC = re.compile(r"\$env/(static|dynamic)/(private|public)\Z")
_TYPES = {"number": Cast.FLOAT, "boolean": Cast.BOOL, "string": Cast.STR}
# What bundlers put there themselves.
_BUILT_IN = frozenset({"MODE", "DEV", "PROD", "SSR", "BASE_URL"})


def environment_reads(root: SgNode) -> Iterator[SyntaxRead]:
    """Every access to the environment by name."""
    objects = dict.fromkeys(_aliases(root), "process.env") | {name: name for name in _OBJECTS}
    aliases = sorted(objects.keys() - _OBJECTS)
    spelled = "|".join([_SPELLED, *(rf"{re.escape(name)}\b" for name in aliases)])
    for node in find_kinds(root, ["member_expression", "subscript_expression"], f"^({spelled})"):
        yield from _access(node, objects)
    if mentions(root, "} =", "}=", "ProcessEnv"):
        for node in find_kinds(root, ["object_pattern"]):
            yield from _destructured(node, objects)
    if mentions(root, "Deno.env", "onfig"):
        for node in find_kinds(root, ["call_expression"], _ASKED):
            yield from _called(node)
    yield from _whole_environment(root, objects, spelled)


def _whole_environment(
    root: SgNode, objects: Mapping[str, str], spelled: str
) -> Iterator[SyntaxRead]:
    """`"X" in process.env`, and loops over all of it, which name nothing."""
    if mentions(root, " in "):
        for node in find_kinds(root, ["binary_expression"], rf"\bin\s+({spelled})$"):
            parts = node.named_children()
            if _is_environment(parts[-1], objects):
                yield SyntaxRead(node, parts[0], f"in {objects[_plain(parts[-1])]}")
    if mentions(root, "Object."):
        whole = rf"^Object\.(keys|entries)\(({spelled})\)$"
        for node in find_kinds(root, ["call_expression"], whole):
            yield SyntaxRead(node, node, "process.env")


def static_imports(source: Source, root: SgNode) -> Iterator[Reference]:
    """`import { API_URL } from "$env/static/private"` in SvelteKit."""
    for node in find_kinds(root, ["import_statement"]) if mentions(root, "$env/static") else ():
        where = node.field("source")
        module = string_text(where) if where else None
        if module and (found := _STATIC.match(module)) and found[1] == "static":
            for name in find_kinds(node, ["import_specifier"]):
                key = name.named_children()[0].text()
                yield source.reference(key, line_of(name), module, Facts(required=True))


def _access(node: SgNode, objects: Mapping[str, str]) -> Iterator[SyntaxRead]:
    holder = node.field("object")
    if holder is None or not _is_environment(holder, objects):
        return
    facts = _filled(node)
    if facts is None and _is_written(node):
        return
    reader, facts = objects[_plain(holder)], facts or NOTHING
    if node.kind() == "subscript_expression":
        index = node.field("index")
        if index is not None:
            yield SyntaxRead(node, index, reader, facts)
        return
    name = node.field("property")
    if name is None or (reader == "import.meta.env" and name.text() in _BUILT_IN):
        return
    parent = node.parent()
    is_method = parent is not None and parent.field("function") == node
    if not is_method and reader != "Deno.env":
        yield SyntaxRead(node, (name.text(),), reader, facts)


def _filled(node: SgNode) -> Facts | None:
    """`process.env.X ??= "3"` reads first."""
    parent = node.parent()
    value = parent.field("right") if parent is not None else None
    if parent is None or value is None or parent.field("left") != node:
        return None
    is_default = operator_of(parent) in ("??=", "||=")
    return with_default(plain_text(value)) if is_default else None


def _is_written(node: SgNode) -> bool:
    parent = node.parent()
    is_deleted = parent is not None and parent.text().startswith("delete ")
    return is_deleted or is_written(node)


def _destructured(pattern: SgNode, objects: Mapping[str, str]) -> Iterator[SyntaxRead]:
    """`const { A, B = "3", C: c } = process.env`."""
    parent = pattern.parent()
    value = parent.field("value") or parent.field("right") if parent else None
    if parent is None or value is None or not _is_environment(value, objects):
        return
    for part in pattern.named_children():
        if part.kind() == "rest_pattern":
            continue
        name, local, default = _destructured_part(part)
        facts = with_default(plain_text(default)) if default is not None else NOTHING
        key = string_text(name) or name.text()
        yield SyntaxRead(part, (key,), objects[_plain(value)], facts, local=local.text())


def _destructured_part(part: SgNode) -> tuple[SgNode, SgNode, SgNode | None]:
    """Name, local name and default: of `A`, `A = "3"`, `A: a`, `A: a = "3"`."""
    inner = part.named_children()
    if part.kind() == "object_assignment_pattern":
        return inner[0], inner[0], inner[-1]
    if part.kind() == "pair_pattern":
        target = inner[-1].named_children() if inner[-1].kind() == "assignment_pattern" else []
        return (inner[0], target[0], target[-1]) if target else (inner[0], inner[-1], None)
    return part, part, None


def _called(node: SgNode) -> Iterator[SyntaxRead]:
    """`Deno.env.get("X")`; NestJS `configService.get<number>("X", 3)`."""
    function, arguments = node.field("function"), node.field("arguments")
    listed = arguments.named_children() if arguments else []
    name = name_of(function)
    if not listed or not name:
        return
    if _GETTERS.search(name):
        yield SyntaxRead(node, listed[0], name)
    elif _SERVICE.search(name):
        key = string_text(listed[0])
        if key is not None and not UPPERCASE_NAME.match(key):
            return  # the path of a setting, not the name of a variable
        method = name.rpartition(".")[2]
        yield SyntaxRead(
            node, listed[0], f"ConfigService.{method}", _service_facts(node, listed, method)
        )


def _service_facts(node: SgNode, listed: list[SgNode], method: str) -> Facts:
    spelled = node.field("type_arguments")
    cast = _TYPES.get(re.split(r"[<,>\s]+", spelled.text())[1]) if spelled else None
    facts = Facts(cast=cast, required=method == "getOrThrow")
    if len(listed) > 1 and listed[1].kind() != "object":
        facts = with_default(plain_text(listed[1]), Facts(cast=cast))
    return facts


def _is_environment(node: SgNode, objects: Container[str]) -> bool:
    return _plain(node) in objects


def _plain(node: SgNode) -> str:
    """`process.env` however it is dressed: `(process.env as any)`, `globalThis.process?.env!`."""
    name = re.sub(r"^\(+|(as|satisfies)[\w.<>,]*\)*$|\)+$", "", name_of(node))
    return name.removeprefix("globalThis.").removeprefix("global.")


def _aliases(root: SgNode) -> frozenset[str]:
    """Names that stand for the whole environment in this file."""
    names: set[str] = set()
    text = root.text()
    if _WHOLE.search(text):
        for node in find_kinds(
            root, ["variable_declarator"], r"=\s*\(*(global|import|process|Bun|loadEnv)"
        ):
            names.update(_declared(node))
    if mentions(root, "process'", 'process"', "$env/"):
        for node in find_kinds(root, ["import_statement"], r"process|\$env/"):
            names.update(_imported(node))
    if "ProcessEnv" in text:
        for node in find_kinds(root, ["required_parameter", "variable_declarator"], "ProcessEnv"):
            target = node.field("pattern") or node.field("name")
            if target is not None and target.kind() == "identifier":
                names.add(target.text())
    return frozenset(names)


def _declared(node: SgNode) -> Iterator[str]:
    """`const env = process.env`, `const { env } = process`."""
    target, value = node.field("name"), node.field("value")
    if target is None or value is None:
        return
    is_loaded = value.kind() == "call_expression" and value.text().startswith("loadEnv(")  # Vite
    if target.kind() == "identifier" and (is_loaded or _is_environment(value, _OBJECTS)):
        yield target.text()
    elif target.kind() == "object_pattern" and value.text() == "process":
        renamed = re.search(r"\benv\b\s*(?::\s*(\w+))?", target.text())
        if renamed:
            yield renamed[1] or "env"


def _imported(node: SgNode) -> Iterator[str]:
    where = node.field("source")
    module = string_text(where) if where else None
    if module in ("process", "node:process") or (module and _STATIC.match(module)):
        for name in find_kinds(node, ["import_specifier"]):
            parts = name.named_children()
            if parts[0].text() == "env":
                yield parts[-1].text()
