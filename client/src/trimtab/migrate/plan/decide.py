"""One decision per key out of all files: in each environment for itself, then the careful one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from trimtab.migrate.classify import classify
from trimtab.migrate.decision import Decision
from trimtab.migrate.env_file import Assignment
from trimtab.migrate.evidence import Evidence, KeyClass, Witness
from trimtab.migrate.inventory import Inventory, Occurrence
from trimtab.migrate.references import Reference

from .model import BASE
from .other_names import other_names

# What keeps a value out of the database comes first.
_CAREFUL = (
    KeyClass.SECRET,
    KeyClass.BOOTSTRAP,
    KeyClass.INFRASTRUCTURE,
    KeyClass.DYNAMIC,
    KeyClass.FLAG,
)


@dataclass(frozen=True, slots=True)
class Decided:
    """What is decided about a key, what was decided in each environment, and what is doubtful."""

    decision: Decision
    by_environment: Mapping[str, Decision]
    occurrences: tuple[Occurrence, ...]
    doubts: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The variable's name."""
        return self.decision.key


def decide(inventory: Inventory) -> list[Decided]:
    """Decide about every key that a file names or the code reads; of a field's names, one."""
    others = other_names(inventory)
    environments = dict.fromkeys((BASE, *inventory.environments))
    decisions = {name: _classified(inventory, name) for name in environments}
    by_key: dict[str, list[Occurrence]] = {}
    for one in inventory.occurrences:
        by_key.setdefault(one.key, []).append(one)
    decided = [
        _careful(
            key,
            {name: found[key] for name, found in decisions.items()},
            tuple(by_key.get(key, ())),
            inventory.references.get(key, ()),
        )
        for key in inventory.names
        if key not in others
    ]
    return _without_borrowed_secrets(decided)


def _classified(inventory: Inventory, environment: str) -> Mapping[str, Decision]:
    assignments = list(_assignments(inventory.occurrences, environment))
    named = {item.key for item in assignments}
    assignments += [
        _documented_by_code(inventory, key) for key in inventory.names if key not in named
    ]
    found = classify(assignments, references=inventory.references)
    return {decision.key: decision for decision in found}


def _assignments(occurrences: Sequence[Occurrence], environment: str) -> Iterator[Assignment]:
    """What counts in an environment, the strongest last; documentation is commented out."""
    for one in occurrences:
        if one.environment in {None, BASE, environment}:
            is_comment = one.assignment.commented_out or one.environment is None
            yield replace(one.assignment, value=one.value, commented_out=is_comment)


def _documented_by_code(inventory: Inventory, key: str) -> Assignment:
    """A key that no file in this environment names: the code's default is all there is."""
    references = inventory.references.get(key, ())
    default = next((one.default for one in references if one.default is not None), "")
    return Assignment(key, default, 0, 0, commented_out=True)


def _careful(
    key: str,
    by_environment: Mapping[str, Decision],
    occurrences: tuple[Occurrence, ...],
    references: Sequence[Reference],
) -> Decided:
    setting = {one.environment for one in occurrences if one.sets}
    decision = by_environment[BASE]
    doubts: list[str] = []
    for name, other in by_environment.items():
        if name not in setting or other.key_class is decision.key_class:
            continue
        doubts.append(f"by its value in {name} it is {other.key_class}, else {decision.key_class}")
        if _CAREFUL.index(other.key_class) < _CAREFUL.index(decision.key_class):
            decision = other
    unknown = next((one for one in occurrences if one.sets and one.unknown), None)
    if unknown is not None:
        names = ", ".join(unknown.unknown)
        doubts.append(f"its value in {unknown.where} is made of {names}, which no file sets")
        decision = _staying(decision, KeyClass.INFRASTRUCTURE, doubts[-1])
    hidden = next((one for one in references if one.default_hidden), None)
    if hidden is not None:
        reason = f"{hidden.path}:{hidden.line} has a credential as its default"
        decision = _staying(decision, KeyClass.SECRET, reason)
    return Decided(decision, by_environment, occurrences, tuple(doubts))


def _without_borrowed_secrets(decided: list[Decided]) -> list[Decided]:
    """A value that a secret is filled into is a secret, and so on from there."""
    secrets = {one.key for one in decided if one.decision.key_class is KeyClass.SECRET}
    while True:
        borrowed = {
            one.key: name
            for one in decided
            if one.key not in secrets
            for place in one.occurrences
            for name in place.uses
            if name in secrets
        }
        if not borrowed:
            return decided
        decided = [
            _secret_by(one, borrowed[one.key]) if one.key in borrowed else one for one in decided
        ]
        secrets |= borrowed.keys()


def _secret_by(one: Decided, name: str) -> Decided:
    reason = f"its value is made of {name}, which is a secret"
    return replace(one, decision=_staying(one.decision, KeyClass.SECRET, reason))


def _staying(decision: Decision, key_class: KeyClass, reason: str) -> Decision:
    """The same decision, kept in the environment."""
    if _CAREFUL.index(decision.key_class) <= _CAREFUL.index(key_class):
        return decision
    evidence = Evidence(Witness.VALUE, reason, key_class, 50)
    category = "credentials" if key_class is KeyClass.SECRET else "infrastructure"
    return replace(
        decision,
        key_class=key_class,
        category=category,
        store_value=None,
        evidence=(evidence, *decision.evidence),
    )
