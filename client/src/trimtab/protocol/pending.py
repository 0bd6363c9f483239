"""Changes that came while the whole was on its way."""

from trimtab.snapshot import Delta

MAX_PENDING = 256


class Pending:
    """Keeps changes in order, up to a bound; what was lost beyond it is known."""

    def __init__(self) -> None:
        self._deltas: list[Delta] = []
        self._lost = False

    def keep(self, delta: Delta) -> None:
        """Keep one more; when there are too many all are dropped, as a gap helps nobody."""
        if len(self._deltas) >= MAX_PENDING:
            self._deltas.clear()
            self._lost = True
        self._deltas.append(delta)

    def take(self) -> tuple[list[Delta], bool]:
        """What was kept, and whether something was lost; nothing is kept any more."""
        taken = self._deltas, self._lost
        self._deltas, self._lost = [], False
        return taken
