"""Small questions to a syntax tree that have one answer in every language."""

import math
import re
from collections.abc import Iterable, Iterator

from ast_grep_py import Rule, SgNode

from ..words import number_text

_QUOTED = re.compile(r"""(?s)[A-Za-z@$]*(#*)(\"{3}|'{3}|["'`])(.*)\2\1\Z""")
_ESCAPE = re.compile(r"""\\(["'`\\/nrt$])""")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
_SUBSTITUTIONS = ("substitution", "interpolation", "interpolated_identifier", "variable_name")
_PRODUCT = re.compile(r"\d[\d_]*(\s*\*\s*\d[\d_]*)+")
_LONGEST_NAME = 300
_LONGEST_PRODUCT = 60
_HIGHEST = 64


def find_kinds(root: SgNode, kinds: Iterable[str], regex: str | None = None) -> list[SgNode]:
    """All nodes of some kinds, in the order of the text; `regex` is the linear kind."""
    wanted: list[Rule] = [
        {"kind": kind} if regex is None else {"kind": kind, "regex": regex} for kind in kinds
    ]
    return root.find_all({"rule": {"any": wanted}})


def mentions(root: SgNode, *texts: str) -> bool:
    """Whether one of the texts stands anywhere: much cheaper than a search for nodes."""
    whole = root.text()
    return any(text in whole for text in texts)


def line_of(node: SgNode) -> int:
    return node.range().start.line + 1


def ancestors(node: SgNode) -> Iterator[SgNode]:
    """The nodes around `node`, innermost first, as far as it is worth looking.

    Every step costs as much as the tree is deep, so that a hostile file must not decide.
    """
    up = node.parent()
    for _ in range(_HIGHEST):
        if up is None:
            return
        yield up
        up = up.parent()


def name_of(node: SgNode | None) -> str:
    """A dotted name as spelled, without blanks, `?`, `!` and type arguments."""
    if node is None:
        return ""
    text = node.text()
    if len(text) > _LONGEST_NAME:
        return ""
    return re.sub(r"::<[^()]*>|<[^<>()]*>|[\s?!]", "", text).replace("->", ".").removeprefix("\\")


def string_text(node: SgNode) -> str | None:
    """The text of a string without anything computed in it."""
    if "string" not in node.kind() and node.kind() not in ("word", "heredoc_body"):
        return None
    if any(part.kind().endswith(_SUBSTITUTIONS) for part in node.named_children()):
        return None
    found = _QUOTED.match(node.text())
    if found is None:
        return node.text() if node.kind() in ("string_content", "bare_string", "word") else None
    is_raw = "raw" in node.kind() or found[1]
    return found[3] if is_raw else _ESCAPE.sub(_unescape, found[3])


def _unescape(found: re.Match[str]) -> str:
    return _ESCAPED.get(found[1], found[1])


def is_written(node: SgNode) -> bool:
    """Whether an assignment fills `node`."""
    parent = node.parent()
    return parent is not None and "assignment" in parent.kind() and parent.field("left") == node


def plain_text(node: SgNode) -> str | None:
    """The text that a string, number or boolean would be in an env file."""
    kind = node.kind()
    if (text := string_text(node)) is not None:
        return text
    spelled = node.text()
    if spelled in ("string.Empty", "String.Empty"):
        return ""
    if spelled in ("true", "false", "True", "False", "TRUE", "FALSE"):
        return spelled.lower()
    if "int" in kind or "float" in kind or "number" in kind or "real" in kind or "unary" in kind:
        return number_text(spelled.replace(" ", ""))
    if len(spelled) <= _LONGEST_PRODUCT and _PRODUCT.fullmatch(spelled):
        return str(math.prod(int(factor.replace("_", "")) for factor in spelled.split("*")))
    return None


def operator_of(node: SgNode) -> str:
    """`??` of `a ?? b`: what stands between the first and the last part."""
    between = node.children()[1:-1]
    return "".join(part.text() for part in between if not part.is_named() or part.is_leaf())
