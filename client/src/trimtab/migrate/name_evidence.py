"""What the name of a key says about its class."""

from collections.abc import Iterator

from trimtab.migrate.evidence import Evidence, InferredType, KeyClass, Witness
from trimtab.migrate.key_facts import KeyFacts
from trimtab.migrate.known_services import known_services
from trimtab.migrate.name_rules import At, NameMatch
from trimtab.migrate.secrets import scan_key

_K = KeyClass
_T = InferredType
# `USER` names a person at a server; where the value is a number or a boolean it does not.
_WRONG_TYPE_COUNTS = 0.3
_NUMBERS = frozenset({_T.INTEGER, _T.NUMBER, _T.DURATION})
_GOES_WITH = dict.fromkeys(_NUMBERS, _NUMBERS) | {
    _T.BOOLEAN: frozenset({_T.BOOLEAN}),
    _T.EMAIL: frozenset({_T.EMAIL}),
}
_CANNOT_CARRY = _NUMBERS | {_T.BOOLEAN, _T.ENUM}
# What stands behind REDIS_ or SMTP_ as a text mostly says where or how; a number may tune it.
_PRODUCT_COUNTS = {
    _T.BOOLEAN: 0.3,
    _T.STRING: 2.5,
    _T.ENUM: 2.5,
    _T.LIST: 2.0,
    _T.PATH: 2.0,
}
_NAMED_OTHERWISE = 0.5
_SHORTEST_PIN = 4
_NAMES_OF_TEXT = frozenset("id sid version account number user username login".split())
_STORES_AND_MAIL = {"database", "cache", "queue", "search", "vector", "storage", "mail"}


def name_evidence(facts: KeyFacts, kind: InferredType) -> Iterator[Evidence]:
    """Evidence from known keys, the vocabulary, products, and the store's own refusal."""
    yield from _from_vocabulary(facts, kind)
    yield from _from_products(facts, kind)
    named = scan_key(facts.key)
    if named is not None and (facts.says_nothing or kind not in _CANNOT_CARRY):
        text = "the store takes no key of this name"
        yield Evidence(Witness.NAME, text, _K.SECRET, 1 if named.doubtful else 2)


def _from_vocabulary(facts: KeyFacts, kind: InferredType) -> Iterator[Evidence]:
    known = known_services().known_key(facts.key, facts.words)
    if known is not None:
        text = f"{facts.key} is {known.because}"
        yield Evidence(Witness.NAME, text, known.key_class, 8)
    refused = scan_key(facts.key)
    for match in facts.matches:
        if match.rule.favours is _K.SECRET and not match.at_its_place and refused is None:
            continue
        weight = match.weight if _fits(match, kind, facts) else match.weight * _WRONG_TYPE_COUNTS
        yield Evidence(Witness.NAME, match.text, match.rule.favours, weight)


def _fits(match: NameMatch, kind: InferredType, facts: KeyFacts) -> bool:
    rule = match.rule
    if rule.favours is _K.SECRET:
        return facts.says_nothing or not _cannot_be_secret(match, kind, facts.value)
    if kind is _T.BOOLEAN and rule.favours is _K.INFRASTRUCTURE:
        wiring = rule.at is At.ANY and rule.weight >= 5
        any_type = rule.type is None and rule.weight >= 4
        return wiring or any_type or rule.type is _T.BOOLEAN
    if rule.at is At.EXACT or match.phrase.split()[-1] in _NAMES_OF_TEXT:
        return True
    return rule.type is None or rule.type in _GOES_WITH.get(kind, {rule.type})


def _cannot_be_secret(match: NameMatch, kind: InferredType, value: str) -> bool:
    """A switch, a choice, a small number, or a plain web address under a database's name."""
    if kind in {_T.BOOLEAN, _T.ENUM, _T.NUMBER, _T.DURATION}:
        return True
    small = kind is _T.INTEGER and len(value.strip()) < _SHORTEST_PIN
    web = match.phrase.endswith((" url", " uri")) and value.startswith(("http://", "https://"))
    return small or web


def _from_products(facts: KeyFacts, kind: InferredType) -> Iterator[Evidence]:
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
    if kinds & _STORES_AND_MAIL:
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
