"""A plan as a review document: YAML with the reasons beside every decision, doubtful ones first."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from trimtab.migrate.evidence import KeyClass

from .json_form import heading, key_to_json
from .model import Plan, PlannedKey
from .nodes import LIKE_A_NUMBER

_WIDTH = 100
_ALWAYS = frozenset({"key", "class", "target", "type", "storeType", "category", "confidence"})
_ON_ONE_LINE = frozenset({"values", "validationRules", "sources"})

_LINE_ENDS = frozenset("\r\x85\u2028\u2029")

_HEADER = """\
# A migration plan: where every variable of this project will live, and why.
#
# Read the doubtful keys first; each decision has its evidence, with the weight of each piece.
# Correct what is wrong, here or for good in trimtab.toml. Then
#
#   trimtab migrate apply {name}      one change in the store; again = no change
#   trimtab migrate verify {name}     what the env files say against what the store serves
#
# A key goes to the database with class flag or dynamic and target database; its values stand
# under `values`, by environment: `base`, and what differs from it. Rules are checked before
# anything is written. Every other key stays in the environment and has no values here: of a
# secret, this file holds the places alone.
"""
_NO_STORE = """\
# No store was compared: a plan made where `trimtab` finds a server also says, per key, whether
# the store has it and whether it holds the same.
"""


def to_yaml(plan: Plan, *, name: str = "plan.yaml") -> str:
    """The document, in groups; reading it back gives the same plan."""
    return "".join(_lines(plan, name))


def _lines(plan: Plan, name: str) -> Iterator[str]:
    yield _HEADER.format(name=name)
    if plan.store_revision is None:
        yield f"#\n{_NO_STORE}"
    yield f"\n# {len(plan.moving)} keys for the database, {len(plan.staying)} stay"
    doubtful = sum(bool(one.doubts) for one in plan.keys)
    yield f", {doubtful} of all are doubtful.\n" if doubtful else ".\n"
    yield _dumped(_foldable(heading(plan)))
    yield "\nkeys:" if plan.keys else "\nkeys: []\n"
    for title, keys in groups(plan.keys):
        if keys:
            yield f"\n  # ---- {title} ({len(keys)}) ----\n"
            yield from (_entry(one) for one in keys)


def groups(keys: Sequence[PlannedKey]) -> list[tuple[str, list[PlannedKey]]]:
    """The keys by decision: title and members, the doubtful first."""
    doubtful = sorted((one for one in keys if one.doubts), key=lambda one: one.confidence)
    sure = [one for one in keys if not one.doubts]

    def of(*classes: KeyClass) -> list[PlannedKey]:
        return [one for one in sure if one.key_class in classes]

    return [
        ("Doubtful: look at these first", doubtful),
        ("To the database", of(KeyClass.DYNAMIC, KeyClass.FLAG)),
        ("Stay: secrets", of(KeyClass.SECRET)),
        ("Stay: infrastructure", of(KeyClass.INFRASTRUCTURE)),
        ("Stay: needed to start", of(KeyClass.BOOTSTRAP)),
    ]


def _entry(one: PlannedKey) -> str:
    members = {
        name: value
        for name, value in key_to_json(one).items()
        if name in _ALWAYS
        or (name == "default" and value is not None)
        or value not in (None, "", {}, [])
    }
    text = _dumped([_foldable(members)])
    return "\n" + "".join(f"  {line}" for line in text.splitlines(keepends=True))


class _OneLine(dict[str, Any]):
    """A mapping that is written on one line."""


class _OneLineList(list[Any]):
    """The same for a list."""


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Lists are indented under their key, as people write them."""
        del indentless
        super().increase_indent(flow, indentless=False)


def _one_line_map(dumper: yaml.SafeDumper, value: _OneLine) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=True)


def _one_line_list(dumper: yaml.SafeDumper, value: _OneLineList) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    # Line ends of YAML would come back as others; 1e5 is text to YAML, and a number to JSON.
    style = '"' if _LINE_ENDS & set(value) or LIKE_A_NUMBER.fullmatch(value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(_OneLine, _one_line_map)
_Dumper.add_representer(_OneLineList, _one_line_list)
# One object written twice must not become an alias, which a plan may not have.
_Dumper.ignore_aliases = lambda *_: True  # type: ignore[method-assign]


def _foldable(members: Mapping[str, object]) -> dict[str, object]:
    return {
        name: _on_one_line(value) if name in _ON_ONE_LINE else value
        for name, value in members.items()
    }


def _on_one_line(value: object) -> object:
    match value:
        case dict():
            return _OneLine(value)
        case list():
            return _OneLineList(value)
    return value


def _dumped(value: object) -> str:
    return yaml.dump(
        value,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=_WIDTH,
        default_flow_style=False,
    )
