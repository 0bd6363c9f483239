"""Search one file of JavaScript or TypeScript."""

import re

from ast_grep_py import SgNode

from ..exports import Exports
from ..reference import Source
from ..searched import Searched
from ..syntax.nodes import find_kinds, string_text
from ..syntax.search import parse, search_tree
from .access import static_imports
from .decorators import decorator_references
from .dialect import JAVASCRIPT
from .schemas import schema_references

# TypeScript's grammar with JSX reads JavaScript too; only `<T>value` needs the one without.
_WITHOUT_JSX = (".ts", ".mts", ".cts", ".vue", ".svelte")
_SCRIPT = re.compile(r"(?is)<script[^>]*>(.*?)</script>")


def search_javascript(source: Source, known: Exports) -> Searched:
    """Every read in one file: access, configuration services, schemas, decorated classes."""
    if source.language in ("vue", "svelte"):
        source = Source(source.path, source.language, _scripts(source.text))
    grammar = "typescript" if source.path.endswith(_WITHOUT_JSX) else "tsx"
    root = parse(source, grammar)
    origins = _origins(root) if known else {}
    found = search_tree(source, root, known, JAVASCRIPT, origins)
    found.references.extend(schema_references(source, root))
    found.references.extend(decorator_references(source, root))
    found.references.extend(static_imports(source, root))
    return found


def _scripts(text: str) -> str:
    """The scripts of a page in their own lines, everything else blank."""
    kept = list(re.sub(r"[^\n]", " ", text))
    for script in _SCRIPT.finditer(text):
        kept[script.start(1) : script.end(1)] = script[1]
    return "".join(kept)


def _origins(root: SgNode) -> dict[str, str]:
    """Imported names and the modules they come from, `import` and `require` alike."""
    origins: dict[str, str] = {}
    for node in find_kinds(root, ["import_statement"]):
        where = node.field("source")
        module = string_text(where) if where else None
        for name in find_kinds(node, ["identifier"]) if module else ():
            origins[name.text()] = module or ""
    for node in find_kinds(root, ["variable_declarator"], r"require\("):
        found = re.search(r"""require\(\s*["']([^"']+)["']\s*\)""", node.text()[:400])
        target = node.field("name")
        for name in re.findall(r"[\w$]+", target.text()) if target and found else ():
            origins[name] = found[1] if found else ""
    return origins
