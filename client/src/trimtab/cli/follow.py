"""A client that follows an environment, for commands that go on."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from trimtab.cli.output import complain
from trimtab.client import Client, connect
from trimtab.reader import Mode, Options
from trimtab.store import Source


@contextmanager
def following(
    application: str | None,
    environment: str | None,
    *,
    environ: Mapping[str, str],
    mode: Mode = "stream",
) -> Iterator[Client]:
    """The client, with a set in force; where it is not the server's own, that is said.

    Raises NoProfile, BadProfile, and where no set was kept either what kept the server's away:
    ServerUnreachable, Refused, NotATrimtabAnswer.
    """
    log = logging.getLogger("trimtab")  # what it would say to nobody, the commands say in words
    log.addHandler(logging.NullHandler())
    log.propagate = False
    options = Options(mode=mode, environ=environ)
    if application is not None:
        options["application"] = application
    if environment is not None:
        options["environment"] = environment
    with connect(**options) as client:
        if client.store.state.snapshot is None:
            client.reload()  # raises what is wrong, or was only slow
        status = client.status()
        if status.source is Source.LAST_KNOWN_GOOD:
            complain(
                f"No answer from the server ({status.last_error or 'in time'}): this is the "
                f"last-known-good set, of revision {status.revision}."
            )
        yield client
