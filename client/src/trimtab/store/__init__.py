"""The set in force: resolved against this process, agreed to by every binding, swapped whole."""

from .binding import Binding, Prepared, Rejected
from .everywhere import EVERYWHERE
from .handle import Handle
from .references import Resolver, resolve_reference
from .resolve import Outcome, Winner
from .state import Change, Refusal, Source, State
from .store import Store

__all__ = [
    "EVERYWHERE",
    "Binding",
    "Change",
    "Handle",
    "Outcome",
    "Prepared",
    "Refusal",
    "Rejected",
    "Resolver",
    "Source",
    "State",
    "Store",
    "Winner",
    "resolve_reference",
]
