"""Texts kept in Redis under a name and a head, under a seal that Redis cannot make.

One entry a name: a later head replaces it, an earlier one is refused there (a Lua comparison).
Whatever does not bear our seal for just this name and head is as good as nothing. The key of the
seal is never in Redis. Needs the extra `redis`; only imported when it is configured.
"""

import hashlib
import hmac
import zlib
from dataclasses import dataclass
from typing import Any

from trimtab_server.infra.redis_link import RedisAway, RedisLink

KEPT_SECONDS = 30 * 24 * 3600
_WRITE_SECONDS = 1.0
_MOST_BYTES = 32 * 1024 * 1024
_SEAL_BYTES = 32
_PUT = """
local function newer(a, b)
  local ae, ar = string.match(a, '^(%d+):(%d+)$')
  local be, br = string.match(b, '^(%d+):(%d+)$')
  if not ae then return false end
  ae, ar, be, br = tonumber(ae), tonumber(ar), tonumber(be), tonumber(br)
  return ae > be or (ae == be and ar > br)
end
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then redis.call('DEL', KEYS[1]) end
local head = redis.call('HGET', KEYS[1], 'head')
if head and newer(head, ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'head', ARGV[1], 'body', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""

Head = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """What was kept, and the epoch and revision it is of."""

    head: Head
    text: bytes


class RedisEntries:
    """See the module. `key` is what all servers know and Redis does not."""

    def __init__(self, link: RedisLink, key: str) -> None:
        self._link = link
        self._key = hashlib.sha256(b"trimtab redis entries\0" + key.encode()).digest()

    async def put(self, name: str, entry: Entry) -> None:
        """Keep it, unless a later one is kept. A later one that is not ours gives way.

        Raises:
            RedisAway
        """
        body = zlib.compress(entry.text, 1)
        if len(body) > _MOST_BYTES:
            return
        sealed = self._seal(name, entry.head, body) + body
        if not await self._put(name, entry.head, sealed) and await self._is_foreign(name):
            await self._link.ask(lambda redis: redis.delete(_at(name)), seconds=_WRITE_SECONDS)
            await self._put(name, entry.head, sealed)

    async def get(self, name: str, *, seconds: float | None = None) -> Entry | None:
        """What is kept under the name, if it is ours and whole.

        Raises:
            RedisAway
        """
        found = await self._link.ask(
            lambda redis: redis.hmget(_at(name), ["head", "body"]), seconds=seconds
        )
        head, body = self._opened(name, found)
        return Entry(head, zlib.decompress(body)) if head and body else None

    async def forget(self, name: str, below: Head) -> None:
        """Take away what is kept, and take nothing earlier than `below` again.

        Raises:
            RedisAway: nobody knows whether it is away.
        """
        if not await self._put(name, below, self._seal(name, below, b"")):
            if not await self._is_foreign(name):
                return  # what is kept is later than what had to go
            await self._link.ask(lambda redis: redis.delete(_at(name)), seconds=_WRITE_SECONDS)
            await self._put(name, below, self._seal(name, below, b""))

    async def close(self) -> None:
        """Close the way to Redis."""
        await self._link.close()

    async def _put(self, name: str, head: Head, sealed: bytes) -> bool:
        told = "{}:{}".format(*head)
        taken = await self._link.ask(
            lambda redis: redis.eval(_PUT, 1, _at(name), told, sealed, KEPT_SECONDS),
            seconds=_WRITE_SECONDS,
        )
        return bool(taken)

    async def _is_foreign(self, name: str) -> bool:
        found = await self._link.ask(
            lambda redis: redis.hmget(_at(name), ["head", "body"]), seconds=_WRITE_SECONDS
        )
        return self._opened(name, found)[0] is None

    def _opened(self, name: str, found: Any) -> tuple[Head | None, bytes]:
        told, sealed = found
        epoch, _, revision = (told or b"").partition(b":")
        if sealed is None or not (epoch.isdigit() and revision.isdigit()) or len(told or b"") > 40:
            return None, b""
        head, body = (int(epoch), int(revision)), sealed[_SEAL_BYTES:]
        if not hmac.compare_digest(self._seal(name, head, body), sealed[:_SEAL_BYTES]):
            return None, b""
        return head, body

    def _seal(self, name: str, head: Head, body: bytes) -> bytes:
        stated = "{}\0{}\0{}\0".format(name, *head).encode()
        return hmac.digest(self._key, stated + body, "sha256")


def redis_entries(url: str, key: str) -> RedisEntries:
    """Raises ValueError where that is no URL of a Redis."""
    return RedisEntries(RedisLink(url), key)


def _at(name: str) -> str:
    return f"trimtab:state:{name}"


__all__ = ["Entry", "RedisAway", "RedisEntries", "redis_entries"]
