"""Texts kept in Redis under a name and a head, under a seal that Redis cannot make.

One entry a name: a later head replaces it, an earlier one is refused there (a Lua comparison).
Whatever does not bear our seal for just this name and head is as good as nothing. The key of the
seal is never in Redis. Needs the extra `redis`; only imported when it is configured.
"""

import zlib
from dataclasses import dataclass
from typing import Any

from redis.exceptions import ResponseError

from trimtab_server.infra.redis_link import OUTAGE_SECONDS, RedisAway, RedisLink
from trimtab_server.infra.seal import Seal

KEPT_SECONDS = 30 * 24 * 3600
_WRITE_SECONDS = 1.0
_PREFIX = "trimtab:state:"
_MOST_NAMES = 64
_MOST_BYTES, _SEAL_ROOM = 32 * 1024 * 1024, 64
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
        self._seal = Seal(key, "entries")

    async def put(self, name: str, entry: Entry) -> None:
        """Keep it, unless a later one is kept. A later one that is not ours gives way.

        Raises:
            RedisAway
        """
        body = zlib.compress(entry.text, 1)
        if len(body) > _MOST_BYTES:
            return
        sealed = self._seal.on(_stated(name, entry.head), body)
        if not await self._put(name, entry.head, sealed) and await self._is_foreign(name):
            await self._link.ask(lambda redis: redis.delete(_at(name)), seconds=_WRITE_SECONDS)
            await self._put(name, entry.head, sealed)

    async def get(self, name: str, *, seconds: float = OUTAGE_SECONDS) -> Entry | None:
        """What is kept under the name, if it is ours and whole.

        Raises:
            RedisAway
        """
        found = await self._link.ask(lambda redis: _found(redis, name), seconds=seconds)
        head, body = self._opened(name, found)
        return Entry(head, zlib.decompress(body)) if head and body else None

    async def is_kept(self, name: str, head: Head) -> bool:
        """Whether something is kept under just this head, ours or not.

        Raises:
            RedisAway
        """
        found = await self._link.ask(lambda redis: _head(redis, name), seconds=_WRITE_SECONDS)
        return bool(found == _told(head))

    async def names(self) -> list[str]:
        """Under what anything is kept, whether or not it is ours; not more than a few.

        Raises:
            RedisAway
        """
        return await self._link.ask(_names, seconds=_WRITE_SECONDS)

    async def forget(self, name: str, below: Head) -> None:
        """Take away what is kept, and take nothing earlier than `below` again.

        Raises:
            RedisAway: nobody knows whether it is away.
        """
        nothing = self._seal.on(_stated(name, below), b"")
        if not await self._put(name, below, nothing):
            if not await self._is_foreign(name):
                return  # what is kept is later than what had to go
            await self._link.ask(lambda redis: redis.delete(_at(name)), seconds=_WRITE_SECONDS)
            await self._put(name, below, nothing)

    async def close(self) -> None:
        """Close the way to Redis."""
        await self._link.close()

    async def _put(self, name: str, head: Head, sealed: bytes) -> bool:
        told = _told(head)
        taken = await self._link.ask(
            lambda redis: redis.eval(_PUT, 1, _at(name), told, sealed, KEPT_SECONDS),
            seconds=_WRITE_SECONDS,
        )
        return bool(taken)

    async def _is_foreign(self, name: str) -> bool:
        found = await self._link.ask(lambda redis: _found(redis, name), seconds=_WRITE_SECONDS)
        return self._opened(name, found)[0] is None

    def _opened(self, name: str, found: Any) -> tuple[Head | None, bytes]:
        told, sealed = found
        epoch, _, revision = (told or b"").partition(b":")
        if sealed is None or not (epoch.isdigit() and revision.isdigit()) or len(told or b"") > 40:
            return None, b""
        head = (int(epoch), int(revision))
        body = self._seal.body(_stated(name, head), sealed)
        return (None, b"") if body is None else (head, body)


def redis_entries(url: str, key: str) -> RedisEntries:
    """Raises ValueError where that is no URL of a Redis."""
    return RedisEntries(RedisLink(url), key)


async def _head(redis: Any, name: str) -> Any:
    try:
        return await redis.hget(_at(name), "head")
    except ResponseError:
        return None


async def _found(redis: Any, name: str) -> list[Any]:
    """Something of another kind under the name is nothing; Redis is there all the same."""
    try:
        if await redis.hstrlen(_at(name), "body") > _MOST_BYTES + _SEAL_ROOM:
            return [None, None]
        found: list[Any] = await redis.hmget(_at(name), ["head", "body"])
    except ResponseError:
        return [None, None]
    return found


async def _names(redis: Any) -> list[str]:
    found: list[str] = []
    async for key in redis.scan_iter(match=f"{_PREFIX}*", count=1_000):
        found.append(key.decode("utf-8", "replace").removeprefix(_PREFIX))
        if len(found) == _MOST_NAMES:
            break
    return found


def _told(head: Head) -> bytes:
    return "{}:{}".format(*head).encode()


def _stated(name: str, head: Head) -> str:
    return "{}\0{}\0{}".format(name, *head)


def _at(name: str) -> str:
    return f"{_PREFIX}{name}"


__all__ = ["Entry", "RedisAway", "RedisEntries", "redis_entries"]
