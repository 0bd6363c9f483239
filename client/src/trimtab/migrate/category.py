"""Which category of the store a key is filed under."""

from trimtab.migrate.evidence import KeyClass
from trimtab.migrate.key_facts import KeyFacts

_FIXED = {
    KeyClass.SECRET: "credentials",
    KeyClass.INFRASTRUCTURE: "infrastructure",
    KeyClass.BOOTSTRAP: "core",
}
_TOPICS: tuple[tuple[str, frozenset[str]], ...] = (
    ("logging", frozenset("log logs logging logger loglevel verbose verbosity debug".split())),
    ("embeddings", frozenset("embedding embeddings bge vector rerank reranker".split())),
    ("memory_config", frozenset("memory memories".split())),
    ("voice_settings", frozenset("voice tts stt speech audio".split())),
    ("model_config", frozenset("model models llm prompt temperature tokens provider ai".split())),
    ("security", frozenset("hide redact mask session password login auth captcha csp".split())),
    ("performance", frozenset(
        "max min concurrent concurrency batch retries retry throttle rate limit delay timeout "
        "interval cache ttl window".split())),
    ("email", frozenset("email mail mailer from sender".split())),
    ("appearance", frozenset("theme title name logo color footer brand banner app".split())),
)  # fmt: skip


def category_of(facts: KeyFacts, key_class: KeyClass) -> str:
    """`credentials`, `infrastructure` or `core` for what stays; a topic for what moves."""
    if key_class in _FIXED:
        return _FIXED[key_class]
    words = set(facts.words)
    for topic, about in _TOPICS:
        if words & about:
            return topic
    return "feature_flags" if key_class is KeyClass.FLAG else "service_settings"
