"""Headers that are no proof, around a token that would be one."""

import base64
from collections.abc import Iterator

Headers = list[tuple[bytes, bytes]]

# Headers that have opened doors elsewhere: identity asserted by a proxy, rewritten addresses and
# methods, internal callers, and tokens in places where they do not belong.
_ELSEWHERE = """
    x-forwarded-for x-real-ip x-client-ip true-client-ip cf-connecting-ip forwarded via
    x-forwarded-host x-forwarded-user x-forwarded-email x-remote-user remote-user x-user x-user-id
    x-auth-user x-authenticated-user x-webauth-user x-goog-authenticated-user-email
    x-original-url x-rewrite-url x-forwarded-path x-forwarded-uri x-http-method-override
    x-method-override x-internal x-internal-request x-service-auth serveridentity user-agent
    x-api-key api-key apikey x-auth-token x-access-token access-token token x-token
    x-trimtab-token trimtab-token cookie proxy-authorization x-authorization
    authorization-token authentication www-authenticate referer origin host x-consul-token
    x-vault-token x-amz-security-token x-csrf-token x-debug x-admin
""".split()


def header_mutations(token: str) -> list[Headers]:
    """Sets of headers around a live token, more than 500; it is in its own place in none."""
    made: list[Headers] = [
        [(name.encode(), value.encode())] for name in _ELSEWHERE for value in _values_for(token)
    ]
    made += [[(b"authorization", value.encode("latin-1"))] for value in _mangled(token)]
    good = (b"authorization", f"Bearer {token}".encode())
    made += [
        [good, good],
        [good, (b"authorization", b"")],
        [(b"authorization", b"Basic eA=="), good],
    ]
    return made


def _values_for(token: str) -> tuple[str, ...]:
    return (
        token,
        f"Bearer {token}",
        f"token={token}",
        "127.0.0.1",
        "localhost",
        "admin",
        "Nacos-Server",
        "security",
        "/livez",
        "true",
    )


def _mangled(token: str) -> Iterator[str]:
    """Authorization values around a live token, none of which is one."""
    encoded = base64.b64encode(f"{token}:".encode()).decode()
    yield from (token, f" Bearer {token}", f"Bearer\t{token}", f"Bearer:{token}", f"Bearer={token}")
    yield from (f"Bearer  {token}", f"Bearer {token} ", f"Bearer {token},", f"Bearer '{token}'")
    yield from (f"Basic {encoded}", f"Token {token}", f"Digest {token}", f"Bearer Bearer {token}")
    yield from (f"Bearer {token}\x00", f"Bearer {token.upper()}", f"Bearer {token[::-1]}", "Bearer")
    yield from (f"Bearer {token[:place]}" for place in range(1, len(token)))
    yield from (f"Bearer {token}{other}" for other in "abc;/?#%&")
    yield from (
        "",
        "null",
        "undefined",
        "Bearer null",
        "Bearer undefined",
        "Bearer *",
        "Bearer tt_",
    )
