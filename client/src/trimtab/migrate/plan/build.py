"""From a project's inventory to a plan that a person can review."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from trimtab.admin.keys import RESERVED
from trimtab.migrate.dialect import Dialect
from trimtab.migrate.evidence import KeyClass
from trimtab.migrate.inventory import Inventory, Occurrence
from trimtab.migrate.secrets import scan_value
from trimtab.value_types import Value

from .code_rules import store_type_of, with_code_rules
from .conceal import Concealer
from .decide import Decided, decide
from .default import Default, default_of
from .evidence import closeness, sentences
from .model import BASE, Plan, PlannedKey, Target
from .other_names import other_names
from .overrides import Override, overridden
from .values import Typed, texts_of, typed


def make_plan(
    inventory: Inventory,
    *,
    application: str,
    root: str = ".",
    overrides: Mapping[str, Override] | None = None,
) -> Plan:
    """Decide about every key; `overrides` (of `trimtab.toml`) win over every rule."""
    decided = [_taught(one, (overrides or {}).get(one.key)) for one in decide(inventory)]
    concealer = Concealer(secret_values(decided))
    builder = _Builder(inventory, concealer, overrides or {})
    return Plan(
        application=application,
        root=root,
        dialect=inventory.dialect.value,
        store_revision=None,
        environments={
            name: [file.path for file in inventory.files if file.environment == name]
            for name in inventory.environments
        },
        documentation=tuple(one.path for one in inventory.files if one.environment is None),
        keys=tuple(builder.planned(one) for one in decided),
        unresolved=tuple(
            concealer.sentence(f"{one.path}:{one.line}: {one.text}")
            for one in inventory.scan.unresolved
        ),
        unread=tuple(_unread(inventory)),
    )


def _taught(one: Decided, override: Override | None) -> Decided:
    return one if override is None else overridden(one, override)


def secret_values(decided: Sequence[Decided]) -> Iterator[str]:
    """The texts that must stand nowhere: what the files give the keys that are secrets."""
    for one in decided:
        if one.decision.key_class is KeyClass.SECRET:
            for place in one.occurrences:
                yield from (place.value, place.assignment.value)


def _unread(inventory: Inventory) -> Iterator[str]:
    yield from (one.sentence for one in inventory.problems)
    yield from (f"{one.path}: {one.reason}" for one in inventory.scan.unparsed)
    yield from (f"{path}: is a link out of the tree" for path in inventory.scan.links_skipped)


_CATEGORIES = {KeyClass.SECRET: "credentials", KeyClass.INFRASTRUCTURE: "infrastructure"}
_LIBRARIES = (Dialect.PYTHON_DOTENV, Dialect.NODE_DOTENV, Dialect.COMPOSE)


class _Builder:
    def __init__(
        self, inventory: Inventory, concealer: Concealer, overrides: Mapping[str, Override]
    ) -> None:
        self._inventory = inventory
        self._concealer = concealer
        self._overrides = overrides
        self._unusable = dict(_unusable_names(inventory.names))
        self._others: dict[str, list[str]] = {}
        for name, chosen in other_names(inventory).items():
            self._others.setdefault(chosen, []).append(name)
        self._differences = {
            (file.path, one.key): one for file in inventory.files for one in file.differences
        }

    def planned(self, one: Decided) -> PlannedKey:
        """The key as it goes to the database, unless something only its values show forbids it."""
        override = self._overrides.get(one.key)
        references = self._inventory.references.get(one.key, ())
        store_type = one.decision.store_type
        if override is None or override.type is None:
            store_type = store_type_of(store_type, references)
        rules = with_code_rules(store_type, one.decision.validation_rules, references)
        if override is not None and override.rules is not None:
            rules = dict(override.rules)
        read = typed(store_type, rules, texts_of(one.occurrences))
        default = default_of(read.store_type, read.rules, one.occurrences, references)
        doubts = [*one.doubts, *self._doubts_about(one)]
        if not one.decision.key_class.goes_to_database:
            return self._key(one, read, Default(), KeyClass(one.decision.key_class), doubts)
        if (reason := self._unusable.get(one.key)) is not None:
            return self._key(one, read, Default(), KeyClass.INFRASTRUCTURE, [*doubts, reason])
        if (reason := self._refusal(one.key, read, default.value)) is not None:
            return self._key(one, read, Default(), KeyClass.SECRET, [*doubts, reason])
        doubts += [*read.doubts, *default.doubts]
        return self._key(one, read, default, one.decision.key_class, doubts)

    def _key(
        self,
        one: Decided,
        read: Typed,
        default: Default,
        key_class: KeyClass,
        doubts: Sequence[str],
    ) -> PlannedKey:
        decision = one.decision
        hide, moves = self._concealer, key_class.goes_to_database
        references = self._inventory.references.get(one.key, ())
        evidence = [*sentences(decision, references), *default.evidence, *read.notes]
        evidence += self._read_differently(one, by_shell_alone=True)
        evidence += [f"the code also reads it as {name}" for name in self._others.get(one.key, ())]
        sources = [place.where for place in one.occurrences]
        sources += [f"{place.path}:{place.line}" for place in references]
        stays = key_class is not decision.key_class and not moves
        return PlannedKey(
            key=one.key,
            key_class=key_class,
            target=Target.DATABASE if moves else Target.ENVIRONMENT,
            type=decision.type,
            store_type=read.store_type,
            category=_CATEGORIES[key_class] if stays else decision.category,
            values=read.values if moves else {},
            default=default.value if moves else None,
            validation_rules={} if key_class is KeyClass.SECRET else self._rules(read),
            description=hide.prose(decision.description),
            confidence=decision.confidence,
            doubts=tuple(dict.fromkeys(map(hide.sentence, doubts))),
            evidence=tuple(map(hide.sentence, evidence)),
            sources=tuple(dict.fromkeys(sources)),
        )

    def _rules(self, read: Typed) -> dict[str, object]:
        """The rules, without any that quotes a secret."""
        return {
            name: rule
            for name, rule in read.rules.items()
            if not self._concealer.is_in(rule) and not _is_credential("RULE", rule)
        }

    def _refusal(self, key: str, read: Typed, default: Value | None) -> str | None:
        """What no store may hold: a credential, or the value of another key that is a secret."""
        values = {**read.values} if default is None else {**read.values, "default": default}
        for name, value in values.items():
            where = "default" if name == "default" else f"value in {name}"
            found = scan_value(key, read.store_type, value)
            if found is not None:
                return f"its {where} looks like a credential ({found.rule})"
            if self._concealer.is_in(value):
                return f"its {where} holds the value of a secret"
        return None

    def _doubts_about(self, one: Decided) -> Iterator[str]:
        yield from closeness(one.decision)
        yield from self._read_differently(one, by_shell_alone=False)
        yield from _contradictions(one.occurrences)

    def _read_differently(self, one: Decided, *, by_shell_alone: bool) -> Iterator[str]:
        """A value that depends on which library reads it; few read env files with a shell."""
        for place in one.occurrences:
            found = self._differences.get((place.path, one.key))
            if found is None or not place.sets:
                continue
            texts = {found.values[who] for who in _LIBRARIES} - {None}
            if (len(texts) < 2) == by_shell_alone:
                yield f"{place.where}: {found.reason}"


def _unusable_names(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Names that no setting can have beside the others, each with the reason."""
    first: dict[str, str] = {}
    for name in names:
        if name.casefold() in RESERVED:
            yield name, f"the store uses {name} for a route of its own, so no setting can have it"
        elif first.setdefault(name.casefold(), name) != name:
            yield name, f"it differs from {first[name.casefold()]} only in upper and lower case"


def _is_credential(key: str, rule: object) -> bool:
    members = rule if isinstance(rule, list) else [rule]
    return any(
        isinstance(member, str) and scan_value(key, "string", member) is not None
        for member in members
    )


def _contradictions(occurrences: Sequence[Occurrence]) -> Iterator[str]:
    """Two files that give the same environment different values, where neither varies the other."""
    by_environment: dict[str, list[Occurrence]] = {}
    for one in occurrences:
        if one.sets and one.environment:
            by_environment.setdefault(one.environment, []).append(one)
    for environment, places in by_environment.items():
        *others, last = places
        against = [
            one.where for one in others if one.value != last.value and not _varies(last, one)
        ]
        if against:
            which = f"in {environment} " if environment != BASE else ""
            yield f"{which}{last.where} counts, but {', '.join(against)} says otherwise"


def _varies(last: Occurrence, one: Occurrence) -> bool:
    """`.env.dev.local` is there to vary `.env.dev` beside it."""
    folder = PurePosixPath(last.path).parent
    return "local" in PurePosixPath(last.path).name and PurePosixPath(one.path).parent == folder
