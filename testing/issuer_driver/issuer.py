"""Discovery and keys on a loopback port, and tokens signed with them."""

import base64
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

AUDIENCE = "trimtab"
KEY_ID = "first"


def encoded(content: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def compact(header: Mapping[str, Any], claims: Mapping[str, Any], key: Any) -> str:
    """The signed token, whatever stands in its header."""
    text = json.dumps(claims).encode()
    registry = jws.JWSRegistry(algorithms=[str(header["alg"])], strict_check_header=False)
    return jws.serialize_compact(dict(header), text, key, registry=registry)


@dataclass
class LoopbackIssuer:
    """An issuer; `served` is what it answers for its keys, `asked` how often it was asked."""

    url: str
    key: RSAKey
    curve_key: ECKey
    served: list[dict[str, Any]] = field(default_factory=list)
    discovery: dict[str, Any] = field(default_factory=dict)
    asked: int = 0
    is_away: bool = False

    def settings(self, **more: str) -> dict[str, Any]:
        """What the server has to be told about it."""
        return {"oidc_issuer": self.url, "oidc_audience": AUDIENCE, **more}

    def header(self, **more: Any) -> dict[str, Any]:
        """The header of a good token."""
        return {"alg": "RS256", "kid": KEY_ID, "typ": "JWT", **more}

    def claims(self, subject: str = "u-1", **more: Any) -> dict[str, Any]:
        """The claims of a good token; a member of None is left out."""
        now = int(time.time())
        said = {"iss": self.url, "sub": subject, "aud": AUDIENCE, "iat": now, "exp": now + 600}
        return {name: value for name, value in (said | more).items() if value is not None}

    def token(self, subject: str = "u-1", **more: Any) -> str:
        """A good token, but for the claims named."""
        return compact(self.header(), self.claims(subject, **more), self.key)


@contextmanager
def running_issuer() -> Iterator[LoopbackIssuer]:
    """An issuer with an RSA and an elliptic key, which ends with the block."""
    issuer = LoopbackIssuer("", RSAKey.generate_key(2048), ECKey.generate_key("P-256"))
    issuer.served = [
        {**issuer.key.as_dict(private=False), "kid": KEY_ID, "use": "sig"},
        {**issuer.curve_key.as_dict(private=False), "kid": "curve", "use": "sig"},
    ]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_discovery = self.path.endswith("/.well-known/openid-configuration")
            issuer.asked += not is_discovery
            body = json.dumps(issuer.discovery if is_discovery else {"keys": issuer.served})
            self.send_response(500 if issuer.is_away else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.url = f"http://127.0.0.1:{server.server_port}/realm"
    issuer.discovery = {"issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys"}
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
