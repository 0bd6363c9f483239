"""What a settings class registers with the store, so that no set is in force that it refuses."""

from collections.abc import Mapping
from typing import Protocol

from trimtab.errors import TrimtabError

from .state import Change, State


class Rejected(TrimtabError):
    """A binding's reason for keeping a set out; the text is shown, so it must hold no value."""

    code = "rejected"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The set is not used: {reason}")


class Prepared(Protocol):
    """A binding's next self, validated and ready."""

    def swap(self) -> None:
        """Put it in force: one assignment, which cannot fail. The store's lock is held."""

    def notify(self) -> None:
        """Tell whoever asked; afterwards, without a lock, every binding being swapped."""


class Binding(Protocol):
    """Something that must agree to every set before it is in force, and then follows it.

    The store asks all bindings to `prepare`; one refusal keeps the whole set out and everything as
    it was. Only when all agreed, all swap, handles and `Store.state` included, and after that all
    notify.
    """

    name: str
    """Named in status and log when it refuses: the settings class."""

    def prepare(self, new: State, changed: Mapping[str, Change]) -> Prepared:
        """Validate the whole new set; `changed` names the keys whose value differs (on
        registration: none, and everything is to be read from `new.values`).

        Raises:
            Rejected: the set is not for this application; its reason is shown. Any other exception
                refuses as well, but only its class is shown, as its text might hold a value.
        """
