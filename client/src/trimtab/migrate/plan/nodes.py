"""YAML as nodes that know their lines: the strict part of reading a plan."""

import re
from collections.abc import Collection
from pathlib import Path

import yaml
from yaml.constructor import SafeConstructor
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from trimtab.migrate.yaml_depth import LOADER, too_deep_at

from .faults import BadPlan, Faults

LARGEST_BYTES = 16 * 1024 * 1024

_TAG = "tag:yaml.org,2002:"
_TEXT_TAGS = frozenset({f"{_TAG}str", f"{_TAG}timestamp"})
LIKE_A_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?[eE][+-]?[0-9]+", re.ASCII)
_PLAIN_TAGS = _TEXT_TAGS | {f"{_TAG}{name}" for name in ("null", "bool", "int", "float")}
_PAIR = re.compile(
    r"(?P<before>(?<!\\)(?:\\\\)*)\\u(?P<high>d[89ab][0-9a-f]{2})\\u(?P<low>d[c-f][0-9a-f]{2})",
    re.IGNORECASE,
)
_ONLY_JSON = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_CONSTRUCTOR = SafeConstructor()


def read_document(path: Path) -> Node:
    """The one YAML (or JSON) document of a file; raises BadPlan."""
    text = _text_of(path)
    try:
        _check_events(path, text)
        node = yaml.compose(text, Loader=LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line = mark.line + 1 if mark else 1
        reason = str(getattr(error, "problem", None) or "this cannot be read")
        raise BadPlan(path, [(line, f"This is not valid YAML: {reason}")]) from None
    if node is None:
        raise BadPlan(path, [(1, "It is empty")])
    return node


def _check_events(path: Path, text: str) -> None:
    """No alias, and no depth that would end the process."""
    line = too_deep_at(text)
    if line is not None:
        raise BadPlan(path, [(line, "It is nested too deeply")])
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise BadPlan(path, [(line, "An alias (*name) has no place in a plan")])


def line_of(node: Node) -> int:
    """The line of the file on which the node begins, from 1."""
    return int(node.start_mark.line) + 1


def members(
    node: Node, faults: Faults, what: str, *, known: Collection[str] | None = None
) -> dict[str, Node]:
    """The members of a mapping by name; unknown and repeated ones are faults."""
    if not isinstance(node, MappingNode):
        faults.add(line_of(node), f"{what} must be a map of names to values")
        return {}
    found: dict[str, Node] = {}
    for name, value in node.value:
        if not isinstance(name, ScalarNode):
            faults.add(line_of(name), f"{what} has a name that is no text")
        elif name.value in found:
            faults.add(line_of(name), f"{what}: {name.value} stands there twice")
        elif known is not None and name.value not in known:
            faults.add(
                line_of(name),
                f"{what}: {_quoted(name.value)} is unknown; there are {', '.join(known)}",
            )
        else:
            found[name.value] = value
    return found


def items(node: Node | None, faults: Faults, what: str) -> list[Node]:
    """The items of a list; nothing is an empty one."""
    if node is None or is_null(node):
        return []
    if not isinstance(node, SequenceNode):
        faults.add(line_of(node), f"{what} must be a list")
        return []
    return list(node.value)


def text(node: Node | None, faults: Faults, what: str) -> str:
    """A text, also one that YAML would take for something else (`on`, `1.0`)."""
    if node is None or is_null(node):
        return ""
    if not isinstance(node, ScalarNode) or node.tag not in _PLAIN_TAGS:
        faults.add(line_of(node), f"{what} must be text")
        return ""
    return str(node.value)


def texts(node: Node | None, faults: Faults, what: str) -> tuple[str, ...]:
    """A list of texts."""
    return tuple(text(item, faults, what) for item in items(node, faults, what))


def is_null(node: Node) -> bool:
    """Whether nothing, `~` or `null` stands there."""
    return isinstance(node, ScalarNode) and node.tag == f"{_TAG}null"


def is_quoted(node: ScalarNode) -> bool:
    """Whether the text stands in quotes or in a block."""
    return node.style not in (None, "")


def plain(node: Node, faults: Faults, what: str) -> object:
    """Any JSON value; dates stay the text they are."""
    match node:
        case MappingNode():
            parts = members(node, faults, what)
            return {name: plain(part, faults, what) for name, part in parts.items()}
        case SequenceNode():
            return [plain(part, faults, what) for part in node.value]
        case ScalarNode() if node.tag in _TEXT_TAGS:
            is_number = not is_quoted(node) and LIKE_A_NUMBER.fullmatch(node.value)
            return float(node.value) if is_number else node.value
        case ScalarNode() if node.tag in _PLAIN_TAGS:
            return _CONSTRUCTOR.construct_object(node)
    faults.add(line_of(node), f"{what} has a tag that a plan does not know")
    return None


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
        if len(data) > LARGEST_BYTES:
            raise BadPlan(path, [(1, f"It is larger than {LARGEST_BYTES // 2**20} MiB")])
        text = data.decode("utf-8-sig")
        return _json_as_yaml(text) if text.lstrip()[:1] == "{" else text
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadPlan(path, [(line, "It is not UTF-8 text")]) from None


def _json_as_yaml(text: str) -> str:
    """JSON writes some characters plainly that YAML wants escaped, and some as two escapes."""
    text = _ONLY_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    return _PAIR.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    pair = f"{match['high']}{match['low']}"
    return match["before"] + bytes.fromhex(pair).decode("utf-16-be")


def _quoted(name: str) -> str:
    return f"`{name}`" if name.isidentifier() and len(name) <= 40 else "a name there"
