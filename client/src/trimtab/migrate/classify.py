"""Decide for every key of an env file where it belongs, as what, under which rules, and why."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from trimtab.migrate.category import category_of
from trimtab.migrate.class_evidence import class_evidence
from trimtab.migrate.comment_enum import StatedEnum, same_values_as, stated_enum
from trimtab.migrate.decision import Decision
from trimtab.migrate.env_file import Assignment
from trimtab.migrate.evidence import Evidence, InferredType, KeyClass, Reference, Witness
from trimtab.migrate.infer_type import infer_type
from trimtab.migrate.key_facts import KeyFacts, gather
from trimtab.migrate.secrets import scan_value
from trimtab.migrate.store_form import StoreForm, store_form
from trimtab.migrate.value_shape import Shape
from trimtab.value_types import ValueType

_REFUSED = 50
_STAYS_IN_DOUBT = 0.5
_RUNTIME = (KeyClass.FLAG, KeyClass.DYNAMIC)
_NO_REFERENCES: Mapping[str, Sequence[Reference]] = {}


def classify(
    assignments: Sequence[Assignment],
    *,
    references: Mapping[str, Sequence[Reference]] = _NO_REFERENCES,
    path: str = "",
) -> list[Decision]:
    """One decision per key, in file order.

    `references` are the places in code that read each key. The same input gives the same
    decisions, and a key about which little is known stays in the environment.
    """
    everything = gather(assignments, references, path)
    enums = _stated_enums(everything)
    names = frozenset(key.upper() for key in everything)
    return [_decide(facts, enums.get(facts.key), names) for facts in everything.values()]


def _decide(facts: KeyFacts, enum: StatedEnum | None, names: Collection[str]) -> Decision:
    found = infer_type(facts, enum)
    evidence = class_evidence(facts, found.type, names)
    form = store_form(facts, found, enum)
    is_switch = facts.shape is Shape.SWITCH and (enum is None or len(enum.members) == 2)
    key_class, confidence = _weigh(evidence, found.type, is_switch=is_switch)
    if key_class.goes_to_database and (refusal := _refusal(facts, form)):
        key_class = KeyClass.SECRET
        evidence.append(refusal)
    stored = form.value if key_class.goes_to_database else None
    return Decision(
        key=facts.key,
        key_class=key_class,
        type=found.type,
        store_type=form.store_type,
        category=category_of(facts, key_class),
        value=facts.value,
        store_value=stored,
        default=form.default,
        validation_rules=form.rules,
        description=form.description,
        confidence=round(min(confidence, found.confidence + 0.3), 2),
        evidence=(*evidence, *found.evidence, *form.evidence),
        sources=facts.sources,
    )


def _refusal(facts: KeyFacts, form: StoreForm) -> Evidence | None:
    """What the store would refuse stays in the environment, whatever else speaks."""
    stored = facts.value if form.value is None else form.value
    # Without a value the type is only a guess, and a guess must not excuse a name.
    store_type = ValueType.STRING if facts.says_nothing else form.store_type
    found = scan_value(facts.key, store_type, stored)
    if found is None:
        return None
    text = f"the store takes it for a credential ({found.rule})"
    return Evidence(Witness.NAME, text, KeyClass.SECRET, _REFUSED)


def _weigh(
    evidence: Sequence[Evidence], kind: InferredType, *, is_switch: bool
) -> tuple[KeyClass, float]:
    """The class with the most weight; flag and dynamic count together, their type parts them."""
    scores: defaultdict[str, float] = defaultdict(float)
    for item in evidence:
        runtime = item.favours in _RUNTIME
        scores["runtime" if runtime else item.favours] += item.weight
    scores[KeyClass.INFRASTRUCTURE] += _STAYS_IN_DOUBT
    order = (KeyClass.SECRET, KeyClass.BOOTSTRAP, KeyClass.INFRASTRUCTURE, "runtime")
    best = max(order, key=lambda name: (scores[name], -order.index(name)))
    second = max(scores[name] for name in order if name != best)
    total = scores[best] + second
    confidence = 0.5 if total <= 0 else 0.5 + (scores[best] - second) / (2 * total)
    if best == "runtime":
        flag = kind is InferredType.BOOLEAN or is_switch
        return (KeyClass.FLAG if flag else KeyClass.DYNAMIC), confidence
    return KeyClass(best), confidence


def _stated_enums(everything: Mapping[str, KeyFacts]) -> dict[str, StatedEnum]:
    enums: dict[str, StatedEnum] = {}
    for key, facts in everything.items():
        value = "" if facts.says_nothing else facts.value
        found = _same_as(facts, everything) or stated_enum(facts.comment, value)
        if found is None and facts.group_comment and value:
            found = stated_enum(facts.group_comment, value)
            found = replace(found, certain=False) if found else None
        if found is None and facts.shape is Shape.SWITCH:
            found = _switch(facts.value)
        if found is None:
            found = _from_code(facts)
        if found is not None:
            enums[key] = found
    return enums


def _switch(value: str) -> StatedEnum:
    """`enabled` as text: the program compares words, so it stays one of two words."""
    words = ("enabled", "disabled") if value.lower().endswith("d") else ("enable", "disable")
    change = str.upper if value.isupper() else str.capitalize if value.istitle() else str.lower
    return StatedEnum(tuple(change(word) for word in words), certain=False)


def _same_as(facts: KeyFacts, everything: Mapping[str, KeyFacts]) -> StatedEnum | None:
    """`Accepts the same values as STORAGE_TYPE`: what the comment of that key states."""
    other = everything.get(same_values_as(facts.comment) or "")
    if other is None:
        return None
    value = "" if other.says_nothing else other.value
    found = stated_enum(other.comment, value)
    fits = found is not None and (facts.says_nothing or facts.value in found.members)
    return found if fits else None


def _from_code(facts: KeyFacts) -> StatedEnum | None:
    for reference in facts.references:
        if reference.enum:
            return StatedEnum(tuple(reference.enum), certain=True)
    return None


def override(decision: Decision, key_class: KeyClass, reason: str) -> Decision:
    """The same decision with the class a person chose."""
    chosen = Evidence(Witness.OVERRIDE, reason, key_class, 100)
    return replace(
        decision, key_class=key_class, confidence=1.0, evidence=(chosen, *decision.evidence)
    )
