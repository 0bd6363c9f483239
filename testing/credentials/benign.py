"""Values that real configuration is full of, made by the thousand; none of them is a credential."""

import json
import random
import uuid
from collections.abc import Callable, Iterator

_WORDS = (
    "voice model search cache memory retry timeout queue worker region theme banner greeting "
    "session limit batch stream audio email report invoice payment order stock image video prompt"
).split()
_MODELS = (
    "gpt-4o-mini gpt-4-turbo-2024-04-09 claude-3-5-sonnet-20241022 text-embedding-ada-002 "
    "text-embedding-3-large eleven_multilingual_v2 eleven_turbo_v2_5 bge-large-en-v1.5 "
    "all-MiniLM-L6-v2 llama-3.1-70b-versatile whisper-1 gemini-1.5-pro-002 mistral-large-latest"
).split()
_HOSTS = ("api.example.com", "localhost:8080", "cache.internal:6379", "cdn.example.org", "10.0.0.7")


def benign_values(count: int, seed: int) -> list[str]:
    """That many values, of all kinds in turn."""
    chance = random.Random(seed)  # noqa: S311 - test data
    kinds = list(_kinds())
    return [kinds[number % len(kinds)](chance) for number in range(count)]


def _kinds() -> Iterator[Callable[[random.Random], str]]:
    yield lambda chance: str(chance.randrange(100_000))
    yield lambda chance: f"{chance.random():.4f}"
    yield lambda chance: chance.choice(["true", "false", "on", "off", "auto", "none"])
    yield lambda chance: chance.choice(_MODELS)
    yield lambda chance: f"https://{chance.choice(_HOSTS)}/v{chance.randrange(9)}/{_path(chance)}"
    yield (
        lambda chance: (
            f"https://{chance.choice(_HOSTS)}/{_path(chance)}?page={chance.randrange(9)}&q={_word(chance)}"
        )
    )
    yield lambda chance: f"redis://{chance.choice(_HOSTS)}/{chance.randrange(16)}"
    yield lambda chance: f"postgresql://{chance.choice(_HOSTS)}/{_word(chance)}"
    yield lambda chance: f"/var/lib/{_path(chance)}/{_word(chance)}.json"
    yield lambda chance: f"{chance.randrange(60)}s"
    yield lambda chance: f"{chance.randrange(24)}h{chance.randrange(60)}m"
    yield lambda chance: f"*/{chance.randrange(1, 60)} {chance.randrange(24)} * * 1-5"
    yield lambda chance: f"{chance.randrange(20)}.{chance.randrange(99)}.{chance.randrange(99)}"
    yield lambda chance: str(uuid.UUID(int=chance.getrandbits(128), version=4))
    yield lambda chance: f"{_word(chance)}.{_word(chance)}@example.com"
    yield lambda chance: ",".join(_word(chance) for _ in range(chance.randrange(2, 9)))
    yield lambda chance: " ".join(_word(chance) for _ in range(chance.randrange(4, 40))) + "."
    yield lambda chance: chance.choice(["Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC"])
    yield lambda chance: chance.choice(["en-US", "de-DE", "pt-BR", "zh-Hans-CN", "fr"])
    yield lambda chance: f"#{chance.getrandbits(24):06x}"
    yield lambda chance: f"sha256:{chance.getrandbits(256):064x}"
    yield (
        lambda chance: f"{chance.choice(['eu', 'us', 'ap'])}-{_word(chance)}-{chance.randrange(4)}"
    )
    yield lambda chance: f"{_word(chance)}_{_word(chance)}_{_word(chance)}_{chance.randrange(99)}"
    yield (
        lambda chance: (
            f"{_word(chance).title()}{_word(chance).title()}{_word(chance).title()}Service"
        )
    )
    yield lambda chance: f"mp3_44100_{chance.choice([64, 96, 128, 192])}"
    yield lambda chance: f"%(asctime)s %(levelname)s [{_word(chance)}] %(message)s"
    yield lambda chance: f"^{_word(chance)}-[a-z0-9]{{1,{chance.randrange(9, 40)}}}$"
    yield lambda chance: json.dumps({_word(chance): chance.randrange(9), "enabled": True})
    yield lambda chance: f"image/{_word(chance)}; charset=utf-8"
    yield lambda chance: f"arn:aws:s3:::{_word(chance)}-{_word(chance)}-{chance.randrange(999)}"
    yield (
        lambda chance: (
            f"registry.example.com/{_word(chance)}/{_word(chance)}:{chance.randrange(9)}.{chance.randrange(9)}"
        )
    )
    yield lambda chance: f"2026-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}T08:00:00Z"
    yield lambda chance: f"{chance.randrange(1, 999)}MiB"
    yield lambda chance: "".join(f"{_word(chance).upper()}_" for _ in range(3)) + "ENABLED"


def _word(chance: random.Random) -> str:
    return chance.choice(_WORDS)


def _path(chance: random.Random) -> str:
    return "/".join(_word(chance) for _ in range(chance.randrange(1, 4)))
