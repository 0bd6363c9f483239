"""What speaks for each class of a key: name, value, comment, neighbours, code."""

from collections.abc import Collection, Iterator

from trimtab.migrate.comment_cues import class_cues
from trimtab.migrate.evidence import Evidence, InferredType, KeyClass, Witness
from trimtab.migrate.key_facts import KeyFacts, first_sentence
from trimtab.migrate.name_evidence import name_evidence
from trimtab.migrate.neighbours import neighbour_evidence
from trimtab.migrate.value_evidence import value_evidence

_K = KeyClass
_GROUP_COUNTS = 0.4
_HEADING_COUNTS = 0.3
# A type by itself says little; together with a silent name it decides.
_BY_TYPE: dict[InferredType, tuple[KeyClass, float, str]] = {
    InferredType.BOOLEAN: (_K.FLAG, 2, "it is true or false"),
    InferredType.INTEGER: (_K.DYNAMIC, 1.5, "it is a number"),
    InferredType.NUMBER: (_K.DYNAMIC, 2, "it is a number"),
    InferredType.DURATION: (_K.DYNAMIC, 2, "it is a length of time"),
    InferredType.ENUM: (_K.DYNAMIC, 1, "it is one of a few values"),
    InferredType.URL: (_K.INFRASTRUCTURE, 2, "it is the address of something"),
    InferredType.PATH: (_K.INFRASTRUCTURE, 2, "it is a place in the file system"),
    InferredType.EMAIL: (_K.DYNAMIC, 2, "it is an e-mail address"),
    InferredType.LIST: (_K.DYNAMIC, 0.5, "it is a list"),
    InferredType.JSON: (_K.DYNAMIC, 0.5, "it is a structure"),
}


def class_evidence(facts: KeyFacts, kind: InferredType, names: Collection[str]) -> list[Evidence]:
    """All evidence for the class of a key; `names` are all keys of the file in capitals."""
    return [
        *name_evidence(facts, kind),
        *value_evidence(facts),
        *_from_type(kind),
        *_from_comment(facts),
        *neighbour_evidence(facts, names),
        *_from_code(facts),
    ]


def _from_type(kind: InferredType) -> Iterator[Evidence]:
    if kind in _BY_TYPE:
        favours, weight, text = _BY_TYPE[kind]
        yield Evidence(Witness.VALUE, text, favours, weight)


def _from_comment(facts: KeyFacts) -> Iterator[Evidence]:
    cues = list(class_cues(facts.comment, first_sentence(facts.comment)))
    for cue in cues:
        text = f"its comment says {cue.say}"
        yield Evidence(Witness.COMMENT, text, cue.favours, cue.weight)
    if facts.comment and not cues:
        text = "its comment speaks of neither a credential nor a place"
        yield Evidence(Witness.COMMENT, text, _K.DYNAMIC, 1)
    if not facts.comment:
        for text, share, label in (
            (facts.group_comment, _GROUP_COUNTS, "the comment of its group"),
            (facts.heading, _HEADING_COUNTS, "its heading"),
        ):
            for cue in class_cues(text, first_sentence(text)):
                said = f"{label} says {cue.say}"
                yield Evidence(Witness.COMMENT, said, cue.favours, cue.weight * share)


def _from_code(facts: KeyFacts) -> Iterator[Evidence]:
    for reference in facts.references:
        if getattr(reference, "declared_secret", False):
            text = f"{reference.path}:{reference.line} declares it a secret"
            yield Evidence(Witness.CODE, text, _K.SECRET, 8)
