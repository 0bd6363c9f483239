"""How often somebody may do something: at a steady rate, with a burst before it is felt.

The generic cell rate algorithm (ITU-T I.371): one number for each of them, the instant at which all
they have done so far would be due if it came evenly.
"""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

BURST_SECONDS = 10.0
_MOST_KNOWN = 20_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many each second; after a pause, as many at once as in ten seconds. 0: no limit."""

    per_second: float

    @property
    def interval(self) -> float:
        """Seconds between two, if they come evenly."""
        return 1.0 / self.per_second


@dataclass(slots=True)
class RequestRates:
    """What everybody has done lately. Whoever has been quiet long enough is forgotten; when there
    are too many, those who came first are."""

    _due: OrderedDict[Hashable, float] = field(default_factory=OrderedDict)

    def take(self, who: Hashable, rate: Rate, now: float) -> float:
        """Count one, and 0.0; or count nothing, and the seconds until one is allowed again."""
        if not rate.per_second:
            return 0.0
        wait = self.wait(who, rate, now)
        if not wait:
            self._put(who, max(self._due.get(who, now), now) + rate.interval)
        return wait

    def take_each(self, all_of: Sequence[tuple[Hashable, Rate]], now: float) -> bool:
        """Count one of each and True; or count nothing and False, if one of them has to wait."""
        dues = []
        for who, rate in all_of:
            if rate.per_second:
                due = max(self._due.get(who, now), now) + rate.interval
                if due - now > BURST_SECONDS:
                    return False
                dues.append((who, due))
        for who, due in dues:
            self._put(who, due)
        return True

    def wait(self, who: Hashable, rate: Rate, now: float) -> float:
        """The seconds until one is allowed; 0.0: at once. Counts nothing."""
        if not rate.per_second:
            return 0.0
        ahead = max(self._due.get(who, now), now) + rate.interval - now
        return max(0.0, ahead - BURST_SECONDS)

    def spend(self, who: Hashable, rate: Rate, now: float, count: int) -> None:
        """Count what was done elsewhere, also beyond the limit: never more than a whole burst."""
        if not rate.per_second:
            return
        due = max(self._due.get(who, now), now) + count * rate.interval
        self._put(who, min(due, now + BURST_SECONDS))

    def _put(self, who: Hashable, due: float) -> None:
        self._due[who] = due
        self._due.move_to_end(who)
        if len(self._due) > _MOST_KNOWN:
            self._due.popitem(last=False)
