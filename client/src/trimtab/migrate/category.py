"""Which category of the store a key is filed under."""

from trimtab.migrate.evidence import KeyClass
from trimtab.migrate.key_facts import KeyFacts

_FIXED = {
    KeyClass.SECRET: "credentials",
    KeyClass.INFRASTRUCTURE: "infrastructure",
    KeyClass.BOOTSTRAP: "core",
}
_TOPICS = (
    ("logging", frozenset("log logs logging logger loglevel verbosity".split())),
    ("embeddings", frozenset("embedding embeddings bge vector rerank reranker".split())),
    ("model_config", frozenset("model models llm prompt temperature tokens ai".split())),
    ("memory_config", frozenset("memory memories".split())),
    ("voice_settings", frozenset("voice tts stt speech audio".split())),
    ("security", frozenset("hide redact mask session password login captcha csp".split())),
    ("performance", frozenset(
        "max concurrent concurrency background batch retries retry throttle rate delay timeout"
        .split())),
    ("email", frozenset("email mail mailer from sender".split())),
    ("appearance", frozenset("theme title name logo color footer brand banner".split())),
)  # fmt: skip
_TOPICS_OF_FLAGS = frozenset({"logging", "embeddings", "security", "performance", "voice_settings"})


def category_of(facts: KeyFacts, key_class: KeyClass) -> str:
    """`credentials`, `infrastructure` or `core` for what stays; a topic for what moves."""
    if key_class in _FIXED:
        return _FIXED[key_class]
    words = set(facts.words)
    is_flag = key_class is KeyClass.FLAG
    for topic, about in _TOPICS:
        if words & about and (not is_flag or topic in _TOPICS_OF_FLAGS):
            return topic
    return "feature_flags" if is_flag else "service_settings"
