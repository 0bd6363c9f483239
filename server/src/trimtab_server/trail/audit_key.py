"""The key that signs checkpoints: a file of its owner's, outside the database."""

import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from trimtab_server.errors import TrimtabError


class NoAuditKey(TrimtabError):
    """The server has no audit key: `trimtab-server audit key` makes one."""

    code = "no-audit-key"
    status = 409
    title = "There is no key to sign checkpoints with."


class BadAuditKey(TrimtabError):
    """The audit key's file cannot be used; `trimtab-server audit key` says why."""

    code = "bad-audit-key"
    status = 409
    title = "The audit key cannot be used."


def create_key(path: Path) -> Ed25519PrivateKey:
    """Make a key in a new file that only its owner may read.

    Raises:
        BadAuditKey: there is a file of that name already, or it cannot be made.
    """
    key = Ed25519PrivateKey.generate()
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    try:
        with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise BadAuditKey(f"There is a file {path} already; a key is never replaced.") from None
    except OSError as error:
        raise BadAuditKey(f"{path} cannot be written ({error.strerror}).") from None
    return key


def load_key(path: Path) -> Ed25519PrivateKey:
    """The key in that file.

    Raises:
        NoAuditKey: there is no such file.
        BadAuditKey: others may read it, or it holds no Ed25519 key.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read()
    except FileNotFoundError:
        raise NoAuditKey from None
    except OSError as error:
        raise BadAuditKey(f"{path} cannot be read ({error.strerror}).") from None
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise BadAuditKey(f"{path} can be read by others than its owner: chmod 600 {path}")
    try:
        key = load_pem_private_key(text, password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadAuditKey(f"{path} holds no Ed25519 key in PEM form.")
    return key
