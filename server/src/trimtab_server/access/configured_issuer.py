"""The issuer of the settings, if there is one; only then is what it needs imported."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from trimtab_server.settings import BadSettings, Settings

from .identity import IdentityProof

_NEEDED = ("joserfc", "httpx2")


def configured_issuer(settings: Settings) -> IdentityProof | None:
    """Whoever proves the tokens of the configured issuer; None where none is configured.

    Raises:
        BadSettings: it is configured wrongly, or the extra `oidc` is not installed.
    """
    if not settings.oidc_issuer:
        return None
    if any(find_spec(name) is None for name in _NEEDED):
        raise BadSettings("TRIMTAB_OIDC_ISSUER: needs `pip install 'trimtab-server[oidc]'`")
    module: Any = import_module("trimtab_server.access.oidc.issuer")
    proof: IdentityProof = module.configured_issuer(settings)
    return proof
