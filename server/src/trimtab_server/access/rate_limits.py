"""Too many requests of a token, an address or a kind: 429, with when to come again."""

import math
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from trimtab_server.errors import TrimtabError
from trimtab_server.kernel.request_rate import Rate, RequestRates
from trimtab_server.settings import BadSettings

from .principal import Principal
from .route_class import RouteClass, route_class

# By address: all requests, whoever they say they are; and credentials that turned out not to be
# valid. The others are for each token.
ADDRESS: Final = "address"
LOGIN: Final = "login"

# Each second, and ten times as many at once. Generous: they stop what runs wild, not what is large.
DEFAULTS: Final[Mapping[str, float]] = {
    RouteClass.DELIVERY: 2000,
    RouteClass.READ: 500,
    RouteClass.WRITE: 200,
    RouteClass.CHECK: 10,
    ADDRESS: 5000,
    LOGIN: 10,
}

_MOST_TOLD = 500
_MOST_COUNTED = 20_000


class RateLimited(TrimtabError):
    """There were too many requests: wait as long as `Retry-After` says, and send fewer."""

    code = "rate-limited"
    status = 429
    title = "Too many requests."

    def __init__(self, detail: str, wait_seconds: float) -> None:
        super().__init__(detail, headers={"Retry-After": str(max(1, math.ceil(wait_seconds)))})


class RateLimits:
    """One per process. What other processes counted is told by `spent_elsewhere`."""

    def __init__(
        self,
        per_second: Mapping[str, float] = DEFAULTS,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rates = {kind: Rate(float(per_second.get(kind, 0))) for kind in DEFAULTS}
        self._monotonic = monotonic
        self._seen = RequestRates()
        self._spent: Counter[tuple[str, str]] = Counter()
        self.is_shared = False

    def check_address(self, address: str | None) -> None:
        """Count a request that nobody has looked at yet; raises RateLimited."""
        wait = self._take(ADDRESS, str(address))
        if wait:
            raise RateLimited("This address has sent more requests than it may: wait.", wait)

    def check_request(self, principal: Principal, method: str, path: str) -> None:
        """Count a request of somebody known; raises RateLimited."""
        kind = route_class(method, path)
        wait = self._take(kind, str(principal.token.id))
        if wait:
            raise RateLimited(
                f"This token has sent more requests of the kind {kind} than it may: wait, and "
                "send fewer.",
                wait,
            )

    def takes(self, address: str | None, token: str, kind: RouteClass) -> bool:
        """Count a request of both, if neither has sent too many; else count nothing and False."""
        of_address, of_token = self._rates[ADDRESS], self._rates[kind]
        if not of_address.per_second and not of_token.per_second:
            return True
        both = (((ADDRESS, str(address)), of_address), ((kind, token), of_token))
        if not self._seen.take_each(both, self._monotonic()):
            return False
        if self.is_shared:
            for who, rate in both:
                self._tell(who, rate)
        return True

    def check_logins(self, address: str | None) -> None:
        """Raises RateLimited for an address that has shown too many invalid credentials."""
        wait = self._seen.wait((LOGIN, str(address)), self._rates[LOGIN], self._monotonic())
        if wait:
            raise RateLimited(
                "This address has shown too many credentials that are not valid: wait.", wait
            )

    def failed_login(self, address: str | None) -> None:
        """Count a credential that was looked up and is not valid."""
        self._take(LOGIN, str(address))

    def spent(self) -> list[tuple[tuple[str, str], int]]:
        """What was counted since this was asked last, the largest first; the rest is forgotten."""
        spent, self._spent = self._spent, Counter()
        return spent.most_common(_MOST_TOLD)

    def spent_elsewhere(self, kind: str, who: str, count: int) -> None:
        """Other processes counted so many."""
        self._seen.spend((kind, who), self._rates[kind], self._monotonic(), count)

    def _take(self, kind: str, who: str) -> float:
        rate = self._rates[kind]
        if not rate.per_second:
            return 0.0
        wait = self._seen.take((kind, who), rate, self._monotonic())
        if self.is_shared and not wait:
            self._tell((kind, who), rate)
        return wait

    def _tell(self, who: tuple[str, str], rate: Rate) -> None:
        if rate.per_second and len(self._spent) < _MOST_COUNTED:
            self._spent[who] += 1


def parse_rate_limits(text: str) -> dict[str, float]:
    """`delivery=1000,login=5`, the rest as it is; `off`: none at all; `write=0`: none for that.

    Raises:
        BadSettings: it is none of that.
    """
    if text == "off":
        return {}
    limits = dict(DEFAULTS)
    for one in filter(None, text.split(",")):
        kind, _, number = one.partition("=")
        if kind not in DEFAULTS or not number.isascii() or not number.isdigit():
            kinds = ", ".join(DEFAULTS)
            raise BadSettings(
                "TRIMTAB_RATE_LIMITS: must be `off` or like `write=50,login=5`, whole numbers a "
                f"second of {kinds}"
            )
        limits[kind] = int(number[:9])
    return limits
