"""Which type a value has, from its text, its name, its comment and the code that reads it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from trimtab.migrate.comment_cues import type_cues
from trimtab.migrate.comment_enum import StatedEnum
from trimtab.migrate.comment_unit import stated_unit
from trimtab.migrate.evidence import Evidence, InferredType, KeyClass, Witness
from trimtab.migrate.key_facts import KeyFacts, first_sentence
from trimtab.migrate.known_services import known_services
from trimtab.migrate.name_rules import At, NameMatch
from trimtab.migrate.value_shape import Shape, shape_of

_T = InferredType
_IMPOSSIBLE = -9.0
# What a value of a shape can be, and how strongly it speaks for it. A type not named here is
# impossible for that text; shapes not listed say nothing.
_BY_SHAPE: dict[Shape, dict[InferredType, float]] = {
    Shape.TRUE: {_T.BOOLEAN: 5, _T.ENUM: 0, _T.STRING: 0},
    Shape.FALSE: {
        _T.BOOLEAN: 3.5, _T.ENUM: 0, _T.STRING: 0, _T.URL: 0, _T.PATH: 0, _T.EMAIL: 0, _T.LIST: -1,
        _T.INTEGER: -1, _T.JSON: 0,
    },
    Shape.SWITCH: {_T.ENUM: 4, _T.STRING: 0, _T.BOOLEAN: _IMPOSSIBLE},
    Shape.BIT: {
        _T.INTEGER: 3.2, _T.BOOLEAN: 1.5, _T.NUMBER: 1, _T.DURATION: 1, _T.STRING: 0, _T.ENUM: 0,
    },
    Shape.INTEGER: {
        _T.INTEGER: 4, _T.DURATION: 2, _T.NUMBER: 1.5, _T.STRING: 0, _T.LIST: -1, _T.ENUM: -1,
    },
    Shape.NUMBER: {_T.NUMBER: 4, _T.DURATION: 1.5, _T.STRING: 0, _T.ENUM: -1},
    Shape.JSON_OBJECT: {_T.JSON: 5, _T.STRING: 0},
    Shape.JSON_LIST: {_T.LIST: 4, _T.JSON: 3.5, _T.STRING: 0},
    Shape.PEM: {_T.STRING: 5},
    Shape.URL_WITH_PASSWORD: {_T.URL: 5, _T.STRING: 0},
    Shape.URL: {_T.URL: 5, _T.STRING: 0, _T.LIST: 0, _T.PATH: -1, _T.JSON: -1},
    Shape.MAILBOX: {_T.STRING: 6, _T.EMAIL: 0},
    Shape.EMAIL: {_T.EMAIL: 5, _T.STRING: 0, _T.LIST: 0, _T.URL: -2},
    Shape.UUID: {_T.STRING: 4},
    Shape.DURATION: {_T.DURATION: 4, _T.STRING: 1, _T.ENUM: -1},
    Shape.BYTES: {_T.STRING: 4, _T.DURATION: 0, _T.ENUM: 0},
    Shape.CRON: {_T.STRING: 6},
    Shape.PATH: {_T.PATH: 4, _T.STRING: 0.5, _T.URL: 1, _T.ENUM: -2, _T.LIST: -2},
    Shape.HOST: {_T.STRING: 4, _T.URL: 0.5, _T.LIST: 0, _T.PATH: -2},
    Shape.RANDOM: {_T.STRING: 4},
    Shape.LIST: {_T.LIST: 4, _T.STRING: 0.5, _T.JSON: -2},
    Shape.PROSE: {_T.STRING: 4, _T.LIST: 0, _T.DURATION: 0.5, _T.ENUM: -1, _T.PATH: -1},
    Shape.TEXT: {_T.STRING: 2, _T.ENUM: 0, _T.PATH: -0.5, _T.LIST: -0.5, _T.URL: -2},
}  # fmt: skip
_BY_CAST: dict[str, InferredType] = {
    "int": _T.INTEGER, "float": _T.NUMBER, "bool": _T.BOOLEAN, "json": _T.JSON, "list": _T.LIST,
    "enum": _T.ENUM, "url": _T.URL, "path": _T.PATH, "duration": _T.DURATION, "email": _T.EMAIL,
}  # fmt: skip
_COUNTED_IN_BYTES = frozenset("size memory mem limit upload body bytes file storage quota".split())
_GROUP_COUNTS = 0.4
_TEXT_COUNTS = 0.4
_MORE_THAN_TEXT = frozenset(
    {Shape.TRUE, Shape.BIT, Shape.INTEGER, Shape.NUMBER, Shape.URL, Shape.PATH, Shape.EMAIL}
)
_NAMES_OF_TEXT = frozenset(
    "id version sid phone number code token key keys password passwd pass secret account pin "
    "release tag sha hash ref serial user username login".split()
)


@dataclass(frozen=True, slots=True)
class TypeFinding:
    """The type, how sure it is (0 to 1), the unit of a length of time, and what spoke for it."""

    type: InferredType
    confidence: float
    unit: str
    evidence: tuple[Evidence, ...]


def infer_type(facts: KeyFacts, enum: StatedEnum | None) -> TypeFinding:
    """Weigh all signs; a type that the value's text contradicts is never chosen."""
    unit = stated_unit(facts.comment, facts.words)
    evidence = tuple(_evidence(facts, enum, unit))
    scores: defaultdict[InferredType, float] = defaultdict(float, {_T.STRING: 1.0})
    for item in evidence:
        scores[InferredType(item.favours)] += item.weight
    possible = _BY_SHAPE.get(_shape(facts))
    if possible is not None:
        for kind in _T:
            scores[kind] += 0 if kind in possible else _IMPOSSIBLE
    best = max(_T, key=lambda kind: (scores[kind], -list(_T).index(kind)))
    second = max(scores[kind] for kind in _T if kind is not best)
    confidence = 0.5 + min(scores[best] - second, 6) / 12
    return TypeFinding(best, round(confidence, 2), unit, _strongest(evidence, best))


def _evidence(facts: KeyFacts, enum: StatedEnum | None, unit: str) -> Iterator[Evidence]:
    yield from _from_code(facts)
    yield from _from_value(facts)
    yield from _from_name(facts)
    yield from _from_comment(facts, unit)
    if enum is not None:
        yield from _from_enum(enum)


def _from_value(facts: KeyFacts) -> Iterator[Evidence]:
    shape = _shape(facts)
    for kind, weight in _BY_SHAPE.get(shape, {}).items():
        if weight:
            yield Evidence(Witness.VALUE, f"its value is {shape}", kind, weight)
    if shape is Shape.BIT and facts.bits_are_switches:
        yield Evidence(Witness.VALUE, "this file writes its switches as 0 and 1", _T.BOOLEAN, 3)


def _from_name(facts: KeyFacts) -> Iterator[Evidence]:
    known = known_services().known_key(facts.key, facts.words)
    if known is not None and known.type is not None:
        yield Evidence(Witness.NAME, f"{facts.key} is {known.because}", known.type, 4)
    for match in facts.matches:
        secret = match.rule.favours is KeyClass.SECRET
        if match.rule.type is not None and (match.at_its_place or secret):
            weight = _weight_of_name(facts, match)
            yield Evidence(Witness.NAME, match.text, match.rule.type, weight)


def _weight_of_name(facts: KeyFacts, match: NameMatch) -> float:
    """A name that promises no more than text says little against a value that is more."""
    weight = min(match.weight, 5.0 if match.rule.type is _T.BOOLEAN else 4.0)
    if match.rule.type is _T.NUMBER and facts.shape is Shape.INTEGER:
        return weight * _TEXT_COUNTS
    if match.rule.at is At.ANY and match.rule.type is _T.STRING and _ends_in_more(facts):
        return weight * _TEXT_COUNTS
    if match.rule.type is not _T.STRING or match.phrase.split()[-1] in _NAMES_OF_TEXT:
        return weight
    return weight * _TEXT_COUNTS if facts.shape in _MORE_THAN_TEXT else weight


def _ends_in_more(facts: KeyFacts) -> bool:
    return any(
        match.rule.at is At.END and match.at_its_place and match.rule.type not in {None, _T.STRING}
        for match in facts.matches
    )


def _from_comment(facts: KeyFacts, unit: str) -> Iterator[Evidence]:
    first = first_sentence(facts.comment)
    for cue in type_cues(facts.comment, first):
        text = f"its comment says {cue.say}"
        yield Evidence(Witness.COMMENT, text, cue.favours, cue.weight)
    if not facts.comment and facts.group_comment:
        for cue in type_cues(facts.group_comment, first_sentence(facts.group_comment)):
            text = f"the comment of its group says {cue.say}"
            yield Evidence(Witness.COMMENT, text, cue.favours, cue.weight * _GROUP_COUNTS)
    if unit and facts.shape in {Shape.INTEGER, Shape.NUMBER, Shape.BIT}:
        yield Evidence(Witness.COMMENT, f"it is counted in {unit}", _T.DURATION, 1)


def _from_enum(enum: StatedEnum) -> Iterator[Evidence]:
    words = {member.lower() for member in enum.members}
    if words <= {"true", "false", "yes", "no", "0", "1", "null"}:
        yield Evidence(Witness.COMMENT, "its comment allows true and false", _T.BOOLEAN, 4)
    else:
        more = {"true", "false"} < words
        weight = 20.0 if more else 5.0 if enum.loose else 12.0 if enum.certain else 10.0
        text = f"its comment names {len(enum.members)} values"
        yield Evidence(Witness.COMMENT, text, _T.ENUM, weight)


def _from_code(facts: KeyFacts) -> Iterator[Evidence]:
    for reference in facts.references:
        where = f"{reference.path}:{reference.line}"
        if reference.cast and (kind := _BY_CAST.get(str(reference.cast))):
            text = f"{where} reads it as {reference.cast}"
            yield Evidence(Witness.CODE, text, kind, 8)
        if reference.enum:
            text = f"{where} allows {len(reference.enum)} values"
            yield Evidence(Witness.CODE, text, _T.ENUM, 10)
        if reference.default is not None and not reference.cast:
            shape = shape_of(str(reference.default))
            for kind, weight in _BY_SHAPE.get(shape, {}).items():
                if weight > 1:
                    text = f"the default in {where} is {shape}"
                    yield Evidence(Witness.CODE, text, kind, weight / 2)


def _shape(facts: KeyFacts) -> Shape:
    """`512m` is a size where the name is about memory, else a length of time."""
    ambiguous = facts.shape is Shape.DURATION and facts.value.strip()[-1:] in "mM"
    return Shape.BYTES if ambiguous and _COUNTED_IN_BYTES & set(facts.words) else facts.shape


def _strongest(evidence: tuple[Evidence, ...], best: InferredType) -> tuple[Evidence, ...]:
    speaking = [item for item in evidence if item.favours == best and item.weight > 0]
    return tuple(sorted(speaking, key=lambda item: -item.weight))
