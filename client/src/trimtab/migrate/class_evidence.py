"""What speaks for each class of a key: name, value, comment, neighbours, code."""

import re
from collections.abc import Iterator, Mapping

from trimtab.migrate.comment_cues import class_cues
from trimtab.migrate.evidence import Evidence, InferredType, KeyClass, Witness
from trimtab.migrate.key_facts import KeyFacts, first_sentence
from trimtab.migrate.known_services import known_services
from trimtab.migrate.name_rules import At, NameMatch
from trimtab.migrate.neighbours import neighbour_evidence
from trimtab.migrate.secrets import scan_key, scan_text
from trimtab.migrate.value_shape import Shape, shape_of

_K = KeyClass
_GROUP_COUNTS = 0.4
# `USER` names a person at a server; where the value is a number or a boolean it does not.
_WRONG_TYPE_COUNTS = 0.3
_GOES_WITH = {
    InferredType.BOOLEAN: {InferredType.BOOLEAN},
    InferredType.INTEGER: {InferredType.INTEGER, InferredType.NUMBER, InferredType.DURATION},
    InferredType.NUMBER: {InferredType.INTEGER, InferredType.NUMBER, InferredType.DURATION},
    InferredType.DURATION: {InferredType.INTEGER, InferredType.NUMBER, InferredType.DURATION},
}
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
_BY_SHAPE: dict[Shape, tuple[KeyClass, float]] = {
    Shape.URL_WITH_PASSWORD: (_K.SECRET, 20),
    Shape.RANDOM: (_K.SECRET, 2.5),
    Shape.HOST: (_K.INFRASTRUCTURE, 2),
    Shape.UUID: (_K.INFRASTRUCTURE, 1),
    Shape.CRON: (_K.DYNAMIC, 4),
    Shape.PROSE: (_K.DYNAMIC, 2),
    Shape.BYTES: (_K.DYNAMIC, 2),
    Shape.MAILBOX: (_K.DYNAMIC, 3),
    Shape.TEXT: (_K.DYNAMIC, 1.5),
    Shape.LIST: (_K.DYNAMIC, 1),
    Shape.JSON_LIST: (_K.DYNAMIC, 1),
    Shape.JSON_OBJECT: (_K.DYNAMIC, 1),
    Shape.INTEGER: (_K.DYNAMIC, 1),
    Shape.NUMBER: (_K.DYNAMIC, 1),
}
_PLACEHOLDER_FOR_SECRET = re.compile(
    r"key|token|secret|passw|credential|random|generate|change|hash|sk-|lengthy|secure",
    re.IGNORECASE,
)
_LISTENS = re.compile(r"(0\.0\.0\.0|\[?::\]?)(:\d+)?|:\d{2,5}")
_SCHEME = re.compile(r"([a-z][a-z0-9+.]*)://", re.IGNORECASE)


def class_evidence(
    facts: KeyFacts, kind: InferredType, everything: Mapping[str, KeyFacts]
) -> list[Evidence]:
    """All evidence for the class of a key, in the order name, value, comment, neighbour, code."""
    return [
        *_from_name(facts, kind),
        *_from_services(facts, kind),
        *_from_guard(facts, kind),
        *_from_value(facts),
        *_from_type(kind),
        *_from_comment(facts),
        *neighbour_evidence(facts, everything),
        *_from_code(facts),
    ]


def _from_name(facts: KeyFacts, kind: InferredType) -> Iterator[Evidence]:
    known = known_services().known_key(facts.key, facts.words)
    if known is not None:
        text = f"{facts.key} is {known.because}"
        yield Evidence(Witness.NAME, text, known.key_class, 8)
    refused = scan_key(facts.key)
    for match in facts.matches:
        if match.rule.favours is _K.SECRET and not match.at_its_place and refused is None:
            continue
        weight = match.weight if _fits(match, kind) else match.weight * _WRONG_TYPE_COUNTS
        yield Evidence(Witness.NAME, match.text, match.rule.favours, weight)


# What stands behind REDIS_ or SMTP_ as a text mostly says where or how; a number may tune it.
_PRODUCT_COUNTS = {
    InferredType.BOOLEAN: 0.3,
    InferredType.STRING: 2.5,
    InferredType.ENUM: 2.5,
    InferredType.LIST: 2.0,
    InferredType.PATH: 2.0,
}
_NAMED_OTHERWISE = 0.5
_NAMES_OF_TEXT = frozenset("id sid version account number".split())


def _from_guard(facts: KeyFacts, kind: InferredType) -> Iterator[Evidence]:
    """What the store itself would say; it would refuse these wherever a person sent them."""
    named = scan_key(facts.key)
    if named is not None and kind not in _CANNOT_CARRY:
        text = "the store takes no key of this name"
        yield Evidence(Witness.NAME, text, _K.SECRET, 2 if named.doubtful else 4)
    found = scan_text(facts.value)
    if found is not None:
        text = f"its value has the form of a credential ({found.rule})"
        yield Evidence(Witness.VALUE, text, _K.SECRET, 3 if found.doubtful else 20)


_CANNOT_CARRY = frozenset(
    {
        InferredType.BOOLEAN,
        InferredType.INTEGER,
        InferredType.NUMBER,
        InferredType.ENUM,
        InferredType.DURATION,
    }
)


def _fits(match: NameMatch, kind: InferredType) -> bool:
    rule = match.rule
    if kind is InferredType.BOOLEAN and rule.favours is _K.SECRET:
        return False
    if kind is InferredType.BOOLEAN and rule.favours is _K.INFRASTRUCTURE:
        wiring = rule.at is At.ANY and rule.weight >= 5
        return wiring or rule.type is InferredType.BOOLEAN
    if rule.at is At.EXACT or match.phrase.split()[-1] in _NAMES_OF_TEXT:
        return True
    return rule.type is None or rule.type in _GOES_WITH.get(kind, {rule.type})


def _from_services(facts: KeyFacts, kind: InferredType) -> Iterator[Evidence]:
    services = known_services()
    kinds = services.kinds_in(facts.words)
    last = facts.words[-1]
    if not kinds:
        return
    product = next(word for word in facts.words if word in services.kinds).upper()
    if last in {"url", "uri", "dsn"} and services.urls_with_credentials & set(facts.words[:-1]):
        text = f"an address of {product} normally carries credentials"
        yield Evidence(Witness.NAME, text, _K.SECRET, 5)
    if "webhook" in facts.words and services.webhooks & set(facts.words):
        text = f"whoever knows a webhook of {product} may post there"
        yield Evidence(Witness.NAME, text, _K.SECRET, 8)
    if last == "environment" and len(facts.words) > 1:
        text = f"it names an environment at {product}"
        yield Evidence(Witness.NAME, text, _K.DYNAMIC, 4)
    if kinds & {"database", "cache", "queue", "search", "vector", "storage", "mail"}:
        weight = _NAMED_OTHERWISE if _is_named(facts) else _PRODUCT_COUNTS.get(kind, 1.0)
        yield Evidence(Witness.NAME, f"it belongs to {product}", _K.INFRASTRUCTURE, weight)
        if len(facts.words) == 1:
            yield Evidence(Witness.NAME, f"it says which {product}", _K.INFRASTRUCTURE, 3)
        if last in {"name", "provider", "type", "mode"} and len(facts.words) == 2:
            text = f"it says which one of {product}"
            yield Evidence(Witness.NAME, text, _K.INFRASTRUCTURE, 2.5)


def _is_named(facts: KeyFacts) -> bool:
    """Whether the last words say by themselves that it is content or a credential."""
    return any(
        match.at_its_place and match.rule.weight >= 4
        for match in facts.matches
        if match.rule.at is At.END and match.rule.favours in {_K.DYNAMIC, _K.FLAG, _K.SECRET}
    )


def _from_value(facts: KeyFacts) -> Iterator[Evidence]:
    shape = facts.shape
    if shape is Shape.LIST and _all_addresses(facts.value):
        yield Evidence(Witness.VALUE, "its value is a list of addresses", _K.INFRASTRUCTURE, 3)
    elif shape in _BY_SHAPE:
        key_class, weight = _BY_SHAPE[shape]
        yield Evidence(Witness.VALUE, f"its value is {shape}", key_class, weight)
    if shape is Shape.PEM:
        private = "PRIVATE" in facts.value
        favours = _K.SECRET if private else _K.INFRASTRUCTURE
        yield Evidence(Witness.VALUE, "its value is a PEM block", favours, 8 if private else 2)
    if shape is Shape.PLACEHOLDER and _PLACEHOLDER_FOR_SECRET.search(facts.value):
        yield Evidence(Witness.VALUE, "its placeholder asks for a credential", _K.SECRET, 2.5)
    if _LISTENS.fullmatch(facts.value.strip()):
        yield Evidence(Witness.VALUE, "its value is where a process listens", _K.BOOTSTRAP, 5)
    if match := _SCHEME.match(facts.value):
        yield from _from_scheme(match[1].lower())


def _all_addresses(value: str) -> bool:
    shapes = {shape_of(item) for item in value.split(",") if item.strip()}
    return shapes <= {Shape.URL, Shape.HOST}


def _from_scheme(scheme: str) -> Iterator[Evidence]:
    if scheme in known_services().schemes_with_credentials:
        text = f"an address with {scheme}:// normally carries credentials"
        yield Evidence(Witness.VALUE, text, _K.SECRET, 4)
    elif scheme in {"redis", "rediss", "sqlite", "file", "ldap", "ldaps", "nats", "kafka", "s3"}:
        text = f"its value is an address with {scheme}://"
        yield Evidence(Witness.VALUE, text, _K.INFRASTRUCTURE, 3)


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
