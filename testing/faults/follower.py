"""An application of the fleet: it follows FIRST and SECOND, and complains of what must never be.

Both are written together, to the same rising number: two that differ are a mixture of revisions.
Started as a program, it looks without pause and answers each line of its input with one of JSON.
"""

import json
import sys
import threading
import time
from dataclasses import dataclass, field

import trimtab

FIRST, SECOND = "FIRST", "SECOND"
_PAUSE_SECONDS = 0.002


@dataclass
class Watch:
    """What one client was seen to serve."""

    config: trimtab.Client
    looks: int = 0
    violations: list[str] = field(default_factory=list)
    _seen: tuple[int, int, int] = (0, 0, 0)
    _ended: threading.Event = field(default_factory=threading.Event)

    def look_until_ended(self) -> None:
        """Look at whole sets, one after the other."""
        while not self._ended.wait(_PAUSE_SECONDS):
            try:
                self._look()
            except Exception as error:  # noqa: BLE001 - a read that fails is what we look for
                self.violations.append(f"a read failed: {error!r}")

    def end(self) -> None:
        """Stop looking."""
        self._ended.set()

    def _look(self) -> None:
        with self.config.frozen() as values:
            first, second, revision = values[FIRST], values[SECOND], values.revision
        self.looks += 1
        if first != second:
            self.violations.append(f"a mixture at {revision}: {first} and {second}")
        if revision is not None:
            seen = (revision.epoch, revision.number, first)
            if seen[:2] < self._seen[:2] or (seen[0] == self._seen[0] and first < self._seen[2]):
                self.violations.append(f"back from {self._seen} to {seen}")
            self._seen = seen

    def report(self) -> dict[str, object]:
        """Where the client stands, and what was seen."""
        status = self.config.status()
        return {
            "revision": str(self.config.revision),
            "value": self.config.get(FIRST),
            "source": str(status.source),
            "age": status.age_seconds,
            "looks": self.looks,
            "violations": self.violations[:10],
        }


def main() -> None:
    """Run until the input ends."""
    config = trimtab.connect()
    watch = Watch(config)
    looking = threading.Thread(target=watch.look_until_ended)
    looking.start()
    _say(watch)
    for line in sys.stdin:
        if line.startswith("wait "):
            _wait(config, int(line.split()[1]))
        _say(watch)
    watch.end()
    looking.join()
    config.close()


def _say(watch: Watch) -> None:
    sys.stdout.write(json.dumps(watch.report()) + "\n")
    sys.stdout.flush()


def _wait(config: trimtab.Client, wanted: int, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while config.get(FIRST) != wanted and time.monotonic() < deadline:
        time.sleep(_PAUSE_SECONDS)


if __name__ == "__main__":
    main()
