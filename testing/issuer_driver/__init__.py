"""An OpenID issuer of a test's own: its keys, its tokens, and what it can be made to do wrong."""

from .issuer import AUDIENCE, KEY_ID, LoopbackIssuer, compact, encoded, running_issuer

__all__ = ["AUDIENCE", "KEY_ID", "LoopbackIssuer", "compact", "encoded", "running_issuer"]
