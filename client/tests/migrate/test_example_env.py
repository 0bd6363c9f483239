"""The example's env file: whole, readable by every tool that reads such files, and harmless."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from dotenv import dotenv_values

from trimtab.migrate.env_file import read_env_file
from trimtab.migrate.secrets import scan_key, scan_text

_ROOT = Path(__file__).parents[3]
EXAMPLE = _ROOT / "examples" / "assistant" / ".env.example"
SEED = _ROOT.parent / "shared" / "seed-keys.json"
KEYS = frozenset(
    """
    NODE_ENV PORT LOG_LEVEL DEBUG DEV_MODE
    LLM_PROVIDER OPENAI_API_KEY OPENAI_MODEL ANTHROPIC_API_KEY ANTHROPIC_MODEL
    ENABLE_SEMANTIC_MEMORY MEMORY_RETRIEVAL_THRESHOLD MAX_MESSAGES_FOR_MEMORY MEMORY_BATCH_SIZE
    OPENAI_EMBEDDING_MODEL BGE_MODEL_NAME BGE_NORMALIZE_EMBEDDINGS
    ELEVENLABS_API_KEY ELEVENLABS_BASE_URL ELEVENLABS_DEFAULT_TTS_MODEL
    ELEVENLABS_DEFAULT_STT_MODEL ELEVENLABS_DEFAULT_OUTPUT_FORMAT
    ELEVENLABS_MAX_CONCURRENT_REQUESTS ELEVENLABS_RATE_LIMIT_DELAY_MS ELEVENLABS_MAX_RETRIES
    ELEVENLABS_RETRY_DELAY_MS ELEVENLABS_VOICE_STABILITY ELEVENLABS_VOICE_SIMILARITY_BOOST
    ELEVENLABS_VOICE_STYLE ELEVENLABS_VOICE_USE_SPEAKER_BOOST ELEVENLABS_ENABLE_LOGGING
    ELEVENLABS_LOG_AUDIO_DATA ELEVENLABS_HEALTH_CHECK_ENABLED
    ELEVENLABS_HEALTH_CHECK_INTERVAL_MS
    LANGSMITH_TRACING LANGSMITH_API_KEY LANGSMITH_ENDPOINT LANGCHAIN_PROJECT
    LANGCHAIN_CALLBACKS_BACKGROUND LANGSMITH_HIDE_INPUTS LANGSMITH_HIDE_OUTPUTS
    INFISICAL_ENABLED INFISICAL_CLIENT_ID INFISICAL_CLIENT_SECRET INFISICAL_SITE_URL
    INFISICAL_ENVIRONMENT INFISICAL_CACHE_TTL INFISICAL_FALLBACK_TO_ENV
    DB_HOST DB_PORT DB_USERNAME DB_PASSWORD DB_NAME REDIS_HOST REDIS_PORT REDIS_PASSWORD
    QDRANT_URL QDRANT_PORT
    """.split()
)
CREDENTIALS = frozenset(
    """
    OPENAI_API_KEY ANTHROPIC_API_KEY ELEVENLABS_API_KEY LANGSMITH_API_KEY
    INFISICAL_CLIENT_ID INFISICAL_CLIENT_SECRET DB_PASSWORD REDIS_PASSWORD
    """.split()
)


def seed_keys() -> list[dict[str, Any]]:
    if not SEED.exists():
        pytest.skip("the list of keys it was made from does not lie beside the repository")
    keys: list[dict[str, Any]] = json.loads(SEED.read_text(encoding="utf-8"))["keys"]
    return keys


def test_example__read_by_dotenv__holds_every_key_with_a_value() -> None:
    values = dotenv_values(EXAMPLE)
    assert len(KEYS) == 58
    assert set(values) == KEYS
    assert [key for key, value in values.items() if not value] == []


def test_example__sourced_by_a_shell__gives_what_dotenv_gives() -> None:
    script = 'set -aeu; . "$1"; exec env -0'
    shell = subprocess.run(
        ["/bin/sh", "-c", script, "sh", str(EXAMPLE)],
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    sourced = dict(entry.partition("=")[::2] for entry in shell.stdout.split("\0") if entry)
    assert shell.stderr == ""
    assert {key: sourced[key] for key in KEYS} == dotenv_values(EXAMPLE)


def test_example__for_compose__is_plain_assignments_and_comments() -> None:
    plain = re.compile(r"(#.*|[A-Z][A-Z0-9_]*=[A-Za-z0-9_./:-]+( +# .*)?|)")
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not plain.fullmatch(line)] == []


def test_example__each_key__stands_once_under_a_heading() -> None:
    assignments = read_env_file(EXAMPLE).assignments
    assert sorted(one.key for one in assignments) == sorted(KEYS)
    assert [one.key for one in assignments if not one.heading] == []


def test_example__credentials__are_placeholders_that_we_know_as_credentials() -> None:
    values = dotenv_values(EXAMPLE)
    assert {key for key in KEYS if scan_key(key)} == CREDENTIALS
    assert [key for key, value in values.items() if scan_text(value or "")] == []


def test_example__each_key__has_the_default_it_was_made_from() -> None:
    values = dotenv_values(EXAMPLE)
    assert set(values) == {one["key"] for one in seed_keys()}
    stated = {one["key"]: one["default"] for one in seed_keys() if one["default"] is not None}
    texts = {key: one if isinstance(one, str) else json.dumps(one) for key, one in stated.items()}
    assert {key: values[key] for key in texts} == texts


def test_example__each_rule__is_stated_in_words_beside_its_key() -> None:
    comments = {
        one.key: f"{one.comment_above} {one.comment_beside}".lower()
        for one in read_env_file(EXAMPLE).assignments
    }
    unstated = []
    for one in seed_keys():
        for rule, bound in one["validationRules"].items():
            if not _states(comments[one["key"]], rule, bound):
                unstated.append((one["key"], rule))
    assert unstated == []


def _states(comment: str, rule: str, bound: Any) -> bool:
    if rule == "minLength":
        return "not be empty" in comment or "cannot be empty" in comment
    if rule == "enum":
        return all(re.search(rf"\b{member.lower()}\b", comment) for member in bound)
    return re.search(rf"(?<![\d.]){bound}(\.0)?(?![\d])", comment) is not None
