"""Read a plan back, strictly: what a person edited is checked before anything is written."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from yaml.nodes import Node

from trimtab.migrate.dialect import Dialect
from trimtab.migrate.inventory.roles import is_environment_name

from .faults import BadPlan, Faults
from .json_form import KIND
from .model import FORMAT, Plan, PlannedKey
from .nodes import items, line_of, members, plain, read_document, text, texts
from .reading_key import read_key

_MEMBERS = (
    "kind", "version", "application", "root", "dialect", "store", "environments", "documentation",
    "unresolved", "unread", "keys",
)  # fmt: skip


def read_plan(path: Path) -> Plan:
    """The plan in a file, YAML or JSON; raises BadPlan with one sentence and line per fault."""
    node = read_document(path)
    faults = Faults()
    parts = members(node, faults, "The plan", known=_MEMBERS)
    _check_kind(node, parts, faults, path)
    plan = Plan(
        application=_name(parts, "application", line_of(node), faults),
        root=text(parts.get("root"), faults, "`root`") or ".",
        dialect=_dialect(parts.get("dialect"), faults),
        store_revision=_revision(parts.get("store"), faults),
        environments=_environments(parts.get("environments"), faults),
        documentation=texts(parts.get("documentation"), faults, "`documentation`"),
        keys=_keys(parts.get("keys"), faults),
        unresolved=texts(parts.get("unresolved"), faults, "`unresolved`"),
        unread=texts(parts.get("unread"), faults, "`unread`"),
    )
    faults.raise_any(path)
    return plan


def _check_kind(node: Node, parts: Mapping[str, Node], faults: Faults, path: Path) -> None:
    """Another kind of file gets one sentence, not a hundred faults."""
    kind = parts.get("kind")
    if kind is None or text(kind, Faults(), "") != KIND:
        line = line_of(kind or node)
        reason = f"This is no migration plan: `kind: {KIND}` is missing"
        raise BadPlan(path, [(line, reason)])
    version = parts.get("version")
    if version is None or plain(version, Faults(), "") != FORMAT:
        line = line_of(version or node)
        reason = f"This release reads plans of version {FORMAT}: make the plan again"
        raise BadPlan(path, [(line, reason)])
    if not members(node, faults, "The plan").keys() >= {"keys"}:
        faults.add(line_of(node), "The plan has no `keys`")


def _keys(node: Node | None, faults: Faults) -> tuple[PlannedKey, ...]:
    found: dict[str, PlannedKey] = {}
    for item in items(node, faults, "`keys`"):
        one = read_key(item, faults)
        if one is None:
            continue
        before = found.get(one.key.casefold())
        if before is not None:
            faults.add(one.line, f"{one.key} stands there twice (also in line {before.line})")
        found.setdefault(one.key.casefold(), one)
    return tuple(found.values())


def _name(parts: Mapping[str, Node], member: str, line: int, faults: Faults) -> str:
    node = parts.get(member)
    name = text(node, faults, f"`{member}`")
    if not is_environment_name(name):
        where = line_of(node) if node is not None else line
        faults.add(where, f"`{member}` must be a name of lower-case letters, digits, - and _")
    return name


def _dialect(node: Node | None, faults: Faults) -> str:
    name = text(node, faults, "`dialect`") or Dialect.PYTHON_DOTENV.value
    if name not in set(Dialect):
        known = ", ".join(Dialect)
        faults.add(line_of(node) if node else 1, f"`dialect` must be one of {known}")
    return name


def _revision(node: Node | None, faults: Faults) -> str | None:
    if node is None or plain(node, Faults(), "") is None:
        return None
    parts = members(node, faults, "`store`", known=("revision",))
    return text(parts.get("revision"), faults, "`store.revision`") or None


def _environments(node: Node | None, faults: Faults) -> dict[str, list[str]]:
    if node is None:
        return {}
    found: dict[str, list[str]] = {}
    for name, files in members(node, faults, "`environments`").items():
        if not is_environment_name(name):
            faults.add(line_of(files), "`environments` has a name that no environment can have")
        found[name] = list(texts(files, faults, f"`environments.{name}`"))
    return found


def without_lines(plan: Plan) -> Plan:
    """The plan as it is before it was written to a file."""
    return replace(plan, keys=tuple(replace(one, line=0) for one in plan.keys))
