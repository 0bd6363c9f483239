"""What the value of a key says about its class."""

import re
from collections.abc import Iterator

from trimtab.migrate.evidence import Evidence, KeyClass, Witness
from trimtab.migrate.key_facts import KeyFacts
from trimtab.migrate.known_services import known_services
from trimtab.migrate.secrets import scan_key, scan_text
from trimtab.migrate.value_shape import Shape, shape_of

_K = KeyClass
_BY_SHAPE: dict[Shape, tuple[KeyClass, float]] = {
    Shape.URL_WITH_PASSWORD: (_K.SECRET, 20),
    Shape.RANDOM: (_K.SECRET, 2.5),
    Shape.SWITCH: (_K.FLAG, 2),
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
_PASSWORD_HASH = re.compile(r"\$(?:2[abxy]|apr1|argon2\w*|[156y]|pbkdf2\S*)\$")
_CHAT_WEBHOOK = re.compile(
    r"hooks\.slack\.com/|discord(?:app)?\.com/api/webhooks/|webhook\.office\.com/|"
    r"chat\.googleapis\.com/v1/spaces/"
)
_STORES = {"database", "cache", "queue", "search", "vector", "storage"}
_SCHEME = re.compile(r"([a-z][a-z0-9+.]*)://", re.IGNORECASE)


def value_evidence(facts: KeyFacts) -> Iterator[Evidence]:
    """Evidence from the shape of the value, and from what it holds."""
    yield from _from_shape(facts)
    yield from _from_credentials(facts)
    if _LISTENS.fullmatch(facts.value.strip()):
        yield Evidence(Witness.VALUE, "its value is where a process listens", _K.BOOTSTRAP, 5)
    if facts.unknown_variables:
        text = f"its value depends on {facts.unknown_variables[0]}, which the file does not set"
        yield Evidence(Witness.VALUE, text, _K.INFRASTRUCTURE, 8)
    if _names_a_store(facts):
        text = "its value names a store or a service"
        yield Evidence(Witness.VALUE, text, _K.INFRASTRUCTURE, 3)
    if match := _SCHEME.match(facts.value):
        yield from _from_scheme(match[1].lower())


def _from_shape(facts: KeyFacts) -> Iterator[Evidence]:
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


def _from_credentials(facts: KeyFacts) -> Iterator[Evidence]:
    found = scan_text(facts.value)
    if found is not None:
        text = f"its value has the form of a credential ({found.rule})"
        yield Evidence(Witness.VALUE, text, _K.SECRET, 3 if found.doubtful else 20)
    for name in facts.variables:
        if (named := scan_key(name)) and not named.doubtful:
            text = f"its value contains that of {name}, a credential"
            yield Evidence(Witness.VALUE, text, _K.SECRET, 20)
    if _PASSWORD_HASH.search(facts.value):
        yield Evidence(Witness.VALUE, "its value holds the hash of a password", _K.SECRET, 20)
    if _CHAT_WEBHOOK.search(facts.value):
        text = "whoever knows this address may post to a chat"
        yield Evidence(Witness.VALUE, text, _K.SECRET, 20)


def _names_a_store(facts: KeyFacts) -> bool:
    value = facts.value.strip().lower()
    kinds = known_services().kinds.get(value, frozenset())
    return bool(kinds & _STORES) and (len(value) > 3 or value == "s3")


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
