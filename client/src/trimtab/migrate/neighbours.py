"""What the keys beside a key say: an id beside its secret, a name beside its host."""

from collections.abc import Collection, Iterator

from trimtab.migrate.evidence import Evidence, KeyClass, Witness
from trimtab.migrate.key_facts import KeyFacts

_ID_ENDINGS = ("CLIENT_ID", "APP_ID", "ACCESS_KEY", "ACCESS_KEY_ID", "KEY_ID", "CONSUMER_KEY",
               "APPLICATION_ID", "CLIENTID", "APPID", "API_ID", "SID", "APP_KEY")  # fmt: skip
_SECRET_ENDINGS = ("CLIENT_SECRET", "APP_SECRET", "SECRET_KEY", "SECRET_ACCESS_KEY", "SECRET",
                   "KEY_SECRET", "CONSUMER_SECRET", "CLIENTSECRET", "API_SECRET", "PRIVATE_KEY",
                   "AUTH_TOKEN", "API_KEY_SECRET", "API_HASH")  # fmt: skip
_CONNECTION_ENDINGS = ("HOST", "PORT", "SERVER", "PASSWORD", "PASS", "USER", "USERNAME", "ADDRESS")
_CONNECTION_PARTS = ("NAME", "USER", "USERNAME", "DATABASE", "DB", "ID", "SCHEMA", "LOGIN", "EMAIL")


def neighbour_evidence(facts: KeyFacts, names: Collection[str]) -> Iterator[Evidence]:
    """Evidence from keys of the same stem; `names` are all keys of the file in capitals."""
    key = facts.key.upper()
    for ending in _ID_ENDINGS:
        if stem := _stem(key, ending):
            secret = next((stem + end for end in _SECRET_ENDINGS if stem + end in names), None)
            if secret is not None and secret != key:
                text = f"it stands beside {secret}"
                yield Evidence(Witness.NEIGHBOUR, text, KeyClass.SECRET, 3)
                return
    for ending in _CONNECTION_PARTS:
        if stem := _stem(key, ending):
            beside = [stem + end for end in _CONNECTION_ENDINGS if stem + end in names]
            beside = [other for other in beside if other != key]
            if len(beside) > 1:
                text = f"it stands beside {beside[0]} and {beside[1]}"
                yield Evidence(Witness.NEIGHBOUR, text, KeyClass.INFRASTRUCTURE, 2)
                return


def _stem(key: str, ending: str) -> str:
    return key.removesuffix(ending) if key.endswith("_" + ending) else ""
