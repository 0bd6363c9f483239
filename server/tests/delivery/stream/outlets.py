"""Readers that take what they like, at a time of the test's own."""

from dataclasses import dataclass, field

from trimtab_server.delivery.stream.frames import Frame


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@dataclass(eq=False)
class HeldOutlet:
    """An outlet whose reader takes nothing until `take` is called."""

    waiting: list[Frame] = field(default_factory=list)
    is_ended: bool = False
    is_aborted: bool = False

    @property
    def waiting_bytes(self) -> int:
        return sum(len(frame.text) for frame in self.waiting)

    def write(self, frame: Frame) -> None:
        assert not self.is_ended
        self.waiting.append(frame)

    def end(self) -> None:
        self.is_ended = True

    def abort(self) -> None:
        self.is_aborted = self.is_ended = True
        self.waiting.clear()

    async def until_closed(self) -> None:
        raise AssertionError("nobody waits for this one")

    def take(self, most: int | None = None) -> str:
        """What the reader takes now, at most so many events."""
        taken, self.waiting = self.waiting[:most], self.waiting[len(self.waiting[:most]) :]
        return b"".join(frame.text for frame in taken).decode()
