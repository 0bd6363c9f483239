"""A client that follows an environment, for commands that go on."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

from trimtab.cli.output import complain
from trimtab.client import Client, connect
from trimtab.errors import TrimtabError
from trimtab.store import Source


class NothingToStartFrom(TrimtabError):
    """No server answers, and no set was kept from an earlier time."""

    code = "nothing-to-start-from"


@contextmanager
def following(
    application: str | None,
    environment: str | None,
    *,
    environ: Mapping[str, str],
    mode: Literal["stream", "poll"] = "stream",
) -> Iterator[Client]:
    """The client, with a set in force; where it is not the server's own, that is said.

    Raises NothingToStartFrom, NoProfile, BadProfile.
    """
    log = logging.getLogger("trimtab")  # what it would say to nobody, the commands say in words
    log.addHandler(logging.NullHandler())
    log.propagate = False
    with connect(
        mode=mode, application=application, environment=environment, environ=environ
    ) as client:
        status = client.status()
        if client.store.state.snapshot is None:
            why = f" ({status.last_error})" if status.last_error else ""
            raise NothingToStartFrom(
                f"No server answers{why}, and no set is kept here from an earlier time."
            )
        if status.source is Source.LAST_KNOWN_GOOD:
            complain(
                f"The server does not answer: starting from the last-known-good set, revision "
                f"{status.revision}."
            )
        yield client
