"""Where the server will listen, checked before it is started."""

import errno
import socket
from dataclasses import dataclass

from trimtab.errors import TrimtabError

_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104  compared, not bound


class CannotListen(TrimtabError):
    """The server could not listen there."""

    code = "cannot-listen"


@dataclass(frozen=True, slots=True)
class Address:
    """Host and port of the server."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """Where this machine reaches it."""
        host = _ANY.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def free_address(host: str, port: int) -> Address:
    """The address, if nobody listens there; port 0 takes a free one. Raises CannotListen."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as trial:
            # As the server does it: a port of connections just closed is free.
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(place)
            return Address(host, trial.getsockname()[1])
    except (OSError, UnicodeError) as error:
        raise CannotListen(_sentence(host, port, error)) from None


def _sentence(host: str, port: int, error: OSError | UnicodeError) -> str:
    match getattr(error, "errno", None):
        case errno.EADDRINUSE:
            return (
                f"Port {port} is in use already: stop what listens there, or choose another port, "
                f"such as --port {port + 1}."
            )
        case errno.EACCES:
            return f"Port {port} needs more rights than yours: choose one from 1024 up with --port."
        case _:
            return f"This machine cannot listen on {host!r}: choose another address with --host."
