"""One parsed Python file: its names, constants, classes, and who uses what."""

import ast
import json
import warnings
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..exports import Exports

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

# What a star import of these brings.
_STAR_IMPORTS = {
    "os": ("environ", "getenv", "environb", "getenvb"),
    "decouple": ("config", "Csv", "Choices"),
    "environs": ("Env", "env"),
    "pydantic_settings": ("BaseSettings", "SettingsConfigDict"),
    "pydantic": ("BaseModel", "BaseSettings", "Field"),
}
# Objects that read variables when called; their name in the table of names ends with `()`.
_READER_CLASSES = frozenset(
    """
    environs.Env environs.FileAwareEnv environ.Env environ.FileAwareEnv
    starlette.config.Config decouple.Config decouple.AutoConfig
    """.split()
)
# Python keeps one node of these for all places.
_SHARED = frozenset(
    kind
    for base in (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
    for kind in base.__subclasses__()
)
_ALIASED = ("os.", "decouple.", "environs.", "environ.", "starlette.", "pydantic")


@dataclass(slots=True)
class Module:
    """A Python file after one walk over its tree.

    `kinds` holds the nodes by their class, `names` says what a name stands for (`e` for
    `os.environ`), `constants` what is assigned once, `loads` where a dotted name is used,
    `stores` where it is assigned. `patience` bounds the work on constants made of constants.
    """

    path: str
    tree: ast.Module
    known: Exports
    kinds: defaultdict[type[ast.AST], list[Any]] = field(default_factory=lambda: defaultdict(list))
    patience: int = 0
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    imports: set[str] = field(default_factory=set)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    constants: dict[str, ast.expr] = field(default_factory=dict)
    loads: defaultdict[str, list[ast.expr]] = field(default_factory=lambda: defaultdict(list))
    stores: defaultdict[str, list[ast.expr]] = field(default_factory=lambda: defaultdict(list))

    def qualified(self, node: ast.AST) -> str | None:
        """The dotted name that `node` stands for after imports, `None` if it is no name."""
        spelled = dotted(node)
        if spelled is None:
            return None
        if spelled in self.names:
            return self.names[spelled]
        head = spelled
        while "." in head:
            head = head.rpartition(".")[0]
            if head in self.names:
                return f"{self.names[head]}{spelled[len(head) :]}"
        return spelled

    def is_imported(self, node: ast.AST) -> bool:
        """Whether the first part of a dotted name is an import."""
        return (dotted(node) or "").partition(".")[0] in self.imports

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        while (parent := self.parents.get(node)) is not None:
            yield parent
            node = parent

    def function_of(self, node: ast.AST) -> FunctionNode | None:
        """The innermost function around `node`."""
        return next((up for up in self.ancestors(node) if isinstance(up, FunctionNode)), None)


def parse_module(path: str, source: str, known: Exports) -> Module:
    """Parse a file; `known` says what names imported from other modules stand for.

    Raises SyntaxError, ValueError, RecursionError or MemoryError, as the parser does.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # other people's invalid escapes
        tree = ast.parse(source)
    module = Module(path, tree, known)
    _note_nodes(module)
    _note_imports(module, known)
    _note_definitions(module)
    return module


def _note_nodes(module: Module) -> None:
    """All nodes with their parents; by hand because `ast.walk` takes three times as long."""
    kinds, parents = module.kinds, module.parents
    waiting: list[ast.AST] = [module.tree]
    for node in waiting:
        kinds[type(node)].append(node)
        for name in node._fields:
            value = getattr(node, name, None)
            children = value if isinstance(value, list) else (value,)
            for child in children:
                if isinstance(child, ast.AST) and type(child) not in _SHARED:
                    parents[child] = node
                    waiting.append(child)


def dotted(node: ast.AST) -> str | None:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([node.id, *reversed(parts)])


def shown(node: ast.AST) -> str:
    """The code of an expression, for people."""
    try:
        return ast.unparse(node)
    except RecursionError:
        return "(an expression too deep to show)"


def json_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _note_imports(module: Module, known: Exports) -> None:
    for node in module.kinds[ast.Import]:
        for alias in node.names:
            target = alias.asname or alias.name.partition(".")[0]
            module.names[target] = alias.name if alias.asname else target
            module.imports.add(target)
    for node in module.kinds[ast.ImportFrom]:
        origin = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name == "*":
                for name in _STAR_IMPORTS.get(origin, ()):
                    module.names.setdefault(name, f"{origin}.{name}")
            else:
                found = known.find(alias.name, origin, module.path, str)
                module.names[alias.asname or alias.name] = found or f"{origin}.{alias.name}"
                module.imports.add(alias.asname or alias.name)


def _note_definitions(module: Module) -> None:
    values: defaultdict[str, list[ast.expr | None]] = defaultdict(list)
    kinds = module.kinds
    for node in kinds[ast.ClassDef]:
        module.classes.setdefault(node.name, node)
    for node in (*kinds[ast.Name], *kinds[ast.Attribute]):
        name = dotted(node)
        if name is not None:
            uses = module.loads if type(node.ctx) is ast.Load else module.stores
            uses[name].append(node)
    assignments = [*kinds[ast.Assign], *kinds[ast.AnnAssign], *kinds[ast.NamedExpr]]
    for node in sorted(assignments, key=lambda each: each.lineno):
        _note_assignment(module, node, values)
    for name, assigned in values.items():
        if len(assigned) == 1 and assigned[0] is not None and len(module.stores[name]) <= 1:
            module.constants[name] = assigned[0]


def _note_assignment(
    module: Module,
    node: ast.Assign | ast.AnnAssign | ast.NamedExpr,
    values: defaultdict[str, list[ast.expr | None]],
) -> None:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        name = dotted(target)
        if name is None:
            continue
        owner = module.parents.get(node)
        owners = (owner.name, "self", "cls") if isinstance(owner, ast.ClassDef) else ()
        for spelled in (name, *(f"{each}.{name}" for each in owners)):
            values[spelled].append(node.value)
            if node.value is not None:
                _note_alias(module, spelled, node.value)


def _note_alias(module: Module, name: str, value: ast.expr) -> None:
    """`env = os.environ`, `env = Env()`: from now on the name stands for that."""
    if isinstance(value, ast.Call):
        made = module.qualified(value.func)
        if made in _READER_CLASSES:
            module.names[name] = f"{made}()"
        return
    meaning = module.qualified(value)
    if meaning and meaning != name and meaning.startswith(_ALIASED):
        module.names[name] = meaning
