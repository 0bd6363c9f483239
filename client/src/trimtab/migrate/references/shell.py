"""Shell scripts: `$X`, `${X:-default}`; only names in capitals that the script does not set."""

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from .exports import Exports
from .reference import NOTHING, Cast, Facts, Reference, Source, with_default
from .searched import Searched
from .syntax.nodes import find_kinds, line_of, operator_of, string_text
from .syntax.search import broken, parse
from .words import UPPERCASE_NAME, are_boolean

# Set by the shell or the login, not by a deployment.
_SHELL_OWN = frozenset(
    """
    BASH BASHPID COLUMNS COMP_WORDS COMP_CWORD COMPREPLY DIRSTACK EUID FUNCNAME GROUPS HOME
    HOSTNAME HOSTTYPE IFS LANG LINENO LINES LOGNAME MACHTYPE OLDPWD OPTARG OPTIND OSTYPE PATH
    PIPESTATUS PPID PS1 PS2 PS4 PWD RANDOM REPLY SECONDS SHELL SHELLOPTS SHLVL TERM TMPDIR UID USER
    """.split()
)
_DEFAULTS = frozenset({":-", "-", ":=", "="})
_REFUSALS = frozenset({":?", "?"})
_NUMERIC = frozenset({"-eq", "-ne", "-gt", "-ge", "-lt", "-le"})


def search_shell(source: Source, _known: Exports) -> Searched:
    """Every variable that a script takes from outside."""
    root = parse(source, "bash")
    own = _assigned(root)
    found: list[Reference] = []
    for node in find_kinds(root, ["expansion", "simple_expansion"]):
        name = node.find(kind="variable_name")
        key = name.text() if name else ""
        facts = _facts(node)
        is_outer = facts.has_default or facts.required or key not in own
        if _is_variable(key) and is_outer:
            found.append(source.reference(key, line_of(node), "shell", facts))
    for node in find_kinds(root, ["command"], r"^printenv\s"):
        found.extend(
            source.reference(word.text(), line_of(node), "printenv")
            for word in node.named_children()[1:]
            if _is_variable(word.text())
        )
    unresolved = [
        source.unresolved(line_of(node), node.text().strip())
        for node in find_kinds(root, ["expansion"], r"^\s*\$\{![A-Za-z_]\w*\}$")
    ]
    return Searched(references=found, unresolved=unresolved, partly=broken(root))


def _is_variable(name: str) -> bool:
    is_own = name in _SHELL_OWN or name.startswith(("BASH_", "COMP_"))
    return bool(UPPERCASE_NAME.match(name)) and not is_own


def _facts(node: SgNode) -> Facts:
    facts = NOTHING
    if node.kind() == "expansion":
        found = re.match(r"\$\{!?\w+(:?[-=?+])(.*)\}\Z", node.text().strip(), re.DOTALL)
        if found and found[1] in _DEFAULTS:
            facts = with_default(_default(found[2]))
        elif found and found[1] in _REFUSALS:
            facts = Facts(required=True)
    return facts.within(Facts(cast=_compared(node)))


def _default(text: str) -> str | None:
    bare = text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text
    return None if "$" in bare or "`" in bare else bare


def _compared(node: SgNode) -> Cast | None:
    """`[ "$X" = true ]`, `[ "$X" -gt 3 ]`."""
    here: SgNode = node
    for _ in range(3):
        parent = here.parent()
        if parent is None or parent.kind() not in ("string", "binary_expression"):
            return None
        if parent.kind() == "binary_expression":
            return _comparison(parent, here)
        if len(parent.named_children()) != 1:
            return None
        here = parent
    return None


def _comparison(parent: SgNode, child: SgNode) -> Cast | None:
    operator, parts = operator_of(parent), parent.named_children()
    if operator in _NUMERIC:
        return Cast.INT
    other = parts[-1] if child == parts[0] else parts[0]
    text = string_text(other) if other.kind() != "number" else other.text()
    is_equality = operator in ("=", "==", "!=") and text is not None
    return Cast.BOOL if is_equality and are_boolean([text or ""]) else None


def _assigned(root: SgNode) -> set[str]:
    """Names that the script itself fills, other than from their own value."""
    names = set()
    for node in find_kinds(root, ["variable_assignment"]):
        name, value = node.field("name"), node.field("value")
        if name is not None and not _keeps(name.text(), value):
            names.add(name.text())
    for node in find_kinds(root, ["for_statement", "c_style_for_statement"]):
        name = node.find(kind="variable_name")
        names.add(name.text() if name else "")
    for node in find_kinds(root, ["command"], r"^(read|getopts|mapfile|readarray|printf)\s"):
        names.update(re.findall(r"\b[A-Z][A-Z0-9_]*\b", node.text()))
    for node in find_kinds(root, ["declaration_command"]):
        names.update(_declared(node))
    return names


def _keeps(name: str, value: SgNode | None) -> bool:
    """`X="${X:-3}"` still takes the value from outside."""
    return value is not None and re.search(rf"\$\{{?{name}\b", value.text()) is not None


def _declared(node: SgNode) -> Iterator[str]:
    if not node.text().startswith("export"):  # local, declare, readonly
        for part in node.named_children():
            if part.kind() == "variable_name":
                yield part.text()


__all__ = ["search_shell"]
