"""Credentials known by their form, whoever issued them: PEM, JWT, URL user-info, pairs."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from trimtab.migrate.secret_finding import Finding
from trimtab.migrate.secret_placeholders import is_stand_in, is_template, looks_made

# Only A-Z: `str.lower` can change the length of a text and with it every offset.
_LOWER: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


_Find: TypeAlias = Callable[[str, str], Iterator[Finding]]


def find_forms(text: str) -> Iterator[Finding]:
    """Yield credentials of a general form, those that leave no doubt first."""
    low = text.translate(_LOWER)
    for marks, find in _FORMS:
        if any(mark in low for mark in marks):
            yield from find(text, low)


def _certain(rule: str, found: re.Match[str], group: str | int = 0) -> Finding:
    return Finding(rule, found.start(group), found.end(group), doubtful=False)


def _guess(rule: str, found: re.Match[str], group: str | int = 0) -> Finding:
    return Finding(rule, found.start(group), found.end(group), doubtful=True)


_PEM: Final = re.compile(r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)?-----")


def _pem(text: str, low: str) -> Iterator[Finding]:
    for found in _PEM.finditer(text):
        yield _certain("private-key", found)


_PUTTY: Final = re.compile(r"PuTTY-User-Key-File-[0-9]")


def _putty(text: str, low: str) -> Iterator[Finding]:
    for found in _PUTTY.finditer(text):
        yield _certain("private-key", found)


# SEQUENCE { INTEGER 0 or 1 ... begins PKCS #1, PKCS #8 and SEC 1 keys (RFC 8017, 5958, 5915);
# certificates and public keys begin SEQUENCE { SEQUENCE.
_DER: Final = re.compile(r"M(?<![A-Za-z0-9+/=_-]M)[A-Za-z0-9+/]{47,}+")


def _der(text: str, low: str) -> Iterator[Finding]:
    for found in _DER.finditer(text):
        head = base64.b64decode(found[0][:12])
        skip = {0x82: 4, 0x81: 3}.get(head[1], 2)
        body = head[skip : skip + 4]
        if body[:2] == b"\x02\x01" and body[2] <= 1 and body[3] in (0x02, 0x04, 0x30):
            yield _certain("private-key", found)


_JWT: Final = re.compile(
    r"(eyJ(?<![A-Za-z0-9_-]eyJ)[A-Za-z0-9_-]{8,}+)\.[A-Za-z0-9_-]{2,}+\.[A-Za-z0-9_-]*+"
)


def _jwt(text: str, low: str) -> Iterator[Finding]:
    for found in _JWT.finditer(text):
        if _is_jose_header(found[1]):
            yield _certain("jwt", found)


def _is_jose_header(part: str) -> bool:
    try:
        header = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return False
    return isinstance(header, dict) and "alg" in header


_USER_INFO: Final = re.compile(
    r"://(?<=[a-z0-9]://)[^\s/?#@:\"'<>]{0,256}+:(?P<password>[^\s/?#@\"']{1,1024}+)@[^\s@]"
)
# Outside HTTP, people write passwords with `/`, `?` or `#` unescaped, and drivers take them.
_LAX_USER_INFO: Final = re.compile(
    r"://(?<=[a-z0-9]://)(?<!http://)(?<!https://)(?<!file://)[^\s/?#@:\"'<>]{1,128}+:"
    r"(?![0-9]{1,5}[/?#,])(?P<password>[^\s@\"'<>]{1,128}+)@[a-z0-9\[]"
)
_ORACLE_THIN: Final = re.compile(r":thin:[^\s/@:]{1,128}+/(?P<password>[^\s/@\"']{1,128}+)@")


# Without a scheme it may be something else: `user:password@host`, `//user:password@host`.
_BARE_USER_INFO: Final = (
    re.compile(
        r"//(?<![a-z0-9:/]//)[a-z0-9_.%+-]{0,128}+:(?P<password>[^\s/?#@:\"'<>]{1,128}+)@[a-z0-9\[]"
    ),
    re.compile(
        r"\A(?!(?:mailto|sips?|xmpp|acct|im|jid|urn|cid|mid|npm|workspace|patch):)"
        r"[a-z0-9_.%+-]{1,128}+:(?P<password>[^\s/?#@:\"'<>]{3,128}+)@"
        r"(?!sha(?:256|512):|v?[0-9]{1,20}(?:\.[0-9]{1,20}){0,2}(?:\Z|[^a-z0-9.]))"
        r"(?:tcp\(|unix\()?[a-z0-9\[/]"
    ),
)


def _user_info(text: str, low: str) -> Iterator[Finding]:
    for pattern in (_USER_INFO, _LAX_USER_INFO, _ORACLE_THIN):
        for found in pattern.finditer(low):
            if not is_template(text[found.start("password") : found.end("password")]):
                yield _certain("url-user-info", found, "password")
    for pattern in _BARE_USER_INFO:
        for found in pattern.finditer(low):
            if not is_template(text[found.start("password") : found.end("password")]):
                yield _guess("user-info", found, "password")


_BASIC: Final = re.compile(r"basic(?<![a-z0-9]basic)[ \t]{1,4}(?P<value>[a-z0-9+/]{8,}+={0,2})")


def _basic(text: str, low: str) -> Iterator[Finding]:
    for found in _BASIC.finditer(low):
        value = text[found.start("value") : found.end("value")]
        if _is_user_and_password(value):
            yield _certain("basic-authorization", found, "value")


def _is_user_and_password(value: str) -> bool:
    try:
        plain = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    user, colon, password = plain.partition(":")
    return bool(user and colon and password) and plain.isprintable()


_BEARER: Final = re.compile(r"bearer(?<![a-z0-9]bearer)[ \t]{1,4}(?P<value>[a-z0-9._~+/=-]{16,}+)")


def _bearer(text: str, low: str) -> Iterator[Finding]:
    for found in _BEARER.finditer(low):
        value = text[found.start("value") : found.end("value")]
        if any(c.isdigit() for c in value) and not is_stand_in(value):
            yield _guess("bearer-token", found, "value")


# Every alternative begins with a literal: only so can the search skip ahead.
_KEY_NAMES: Final = "|".join(
    kind + "[_-]?key"
    for kind in "api access secret private account auth license signing encryption".split()
)
_PAIR: Final = re.compile(
    rf"(?P<name>password|passwd|passphrase|pwd|secret|token|credentials|credential|{_KEY_NAMES}"
    r"|sharedaccesskey|sharedaccesssignature|connection[_-]?string|authorization|signature|sig)"
    r"[\"']?[ \t]{0,3}(?:=>|[:=])[ \t]{0,3}[\"']?(?P<value>[^\s\"'&;,<>]{1,2048}+)"
)
_PAIR_MARKS: Final = (
    "passw", "passphrase", "pwd", "secret", "token", "credential", "key", "signature", "string",
    "authorization", "sig=",
)  # fmt: skip


_WORKING_NAMES: Final = frozenset(
    "password passwd pwd accountkey sharedaccesskey sharedaccesssignature".split()
)
_COMPANION: Final = re.compile(
    "(?:"
    + "|".join(
        rf"{name}(?<![a-z0-9_]{name})"
        for name in (
            "server", "hostname", "host", "data source", "user id", "uid", "username", "user",
            "endpoint", "accountname", "dbname", "database", "initial catalog",
            "sharedaccesskeyname",
        )
    )
    + r")[ \t]{0,3}="
)  # fmt: skip


_PASS: Final = re.compile(
    r"pass(?<![a-z0-9]pass)[ \t]{0,3}=[ \t]{0,3}[\"']?(?P<value>[^\s\"'&;,<>]{1,2048}+)"
)


def _connection_string(text: str, low: str) -> Iterator[Finding]:
    if not _COMPANION.search(low):
        return
    for pair in _PAIR.finditer(low):
        equals = low[pair.end("name") : pair.start("value")].strip(" \t'\"") == "="
        value = text[pair.start("value") : pair.end("value")]
        if equals and pair["name"] in _WORKING_NAMES and not is_template(value):
            yield _certain("connection-string", pair, "value")
    for pair in _PASS.finditer(low):
        if not is_template(text[pair.start("value") : pair.end("value")]):
            yield _guess("connection-string", pair, "value")


# What a password was turned into can be tried against a word list: bcrypt, crypt(3), Argon2, the
# hashes of Django, Werkzeug and LDAP.
_PASSWORD_HASH: Final = re.compile(
    r"\$2[abxy]\$[0-9]{2}\$[a-z0-9./]{53}"
    r"|\$(?:1|5|6|y|gy|7|apr1)\$(?:[a-z0-9./=,]{1,32}\$){1,3}[a-z0-9./]{22,}+"
    r"|\$argon2(?:id|i|d)\$[a-z0-9=,$+/]{40,}+"
    r"|\$(?:scrypt|pbkdf2[a-z0-9-]{0,12}+)\$[a-z0-9=,$+/.]{40,}+"
    r"|(?:pbkdf2_sha(?:1|256|512)|bcrypt_sha256|argon2|pbkdf2:sha(?:1|256|512):[0-9]{1,9}"
    r"|scrypt:[0-9]{1,9}:[0-9]{1,3}:[0-9]{1,3})\$[a-z0-9=,$+/._-]{40,}+"
    r"|\{(?:ssha|ssha256|ssha512|crypt)\}[a-z0-9+/=$.]{28,}+"
)


def _password_hash(text: str, low: str) -> Iterator[Finding]:
    for found in _PASSWORD_HASH.finditer(low):
        yield _guess("password-hash", found)


_SIGNED: Final = re.compile(
    r"[?&](?:sig=[a-z0-9%+/=]{20,}|x-amz-(?:signature|security-token)=[a-z0-9%+/=]{40,}"
    r"|x-goog-signature=[a-f0-9]{40,})"
)


def _signed_url(text: str, low: str) -> Iterator[Finding]:
    for found in _SIGNED.finditer(low):
        yield _certain("signed-url", found)


def _assigned(text: str, low: str) -> Iterator[Finding]:
    for pair in _PAIR.finditer(low):
        value = text[pair.start("value") : pair.end("value")]
        if looks_made(value) and not is_stand_in(value):
            yield _guess("assigned-credential", pair, "value")


# What is looked for, and the marks (in small letters) without one of which it cannot be there.
_FORMS: Final[tuple[tuple[tuple[str, ...], _Find], ...]] = (
    (("private key-----", "private key block-----"), _pem),
    (("putty-user-key-file-",), _putty),
    (("m",), _der),
    (("eyj",), _jwt),
    (("://", ":thin:", "@"), _user_info),
    (("basic",), _basic),
    ((*_PAIR_MARKS, "pass"), _connection_string),
    (("sig=", "signature=", "security-token="), _signed_url),
    (("bearer",), _bearer),
    (("$", "{ssha", "{crypt"), _password_hash),
    (_PAIR_MARKS, _assigned),
)
