"""The configured issuer: whose tokens let somebody in besides our own."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from trimtab_server.access.identity import IdentityProof, ProvenIdentity
from trimtab_server.settings import BadSettings, Settings

from .claims import check_claims, check_is_for_us, groups_of
from .fetch_keys import fetch_keys, is_safe_url
from .group_roles import BadGroupRoles, GroupRole, grants_of, parse_group_roles
from .issuer_keys import IssuerKeys
from .public_key import ALGORITHMS
from .signed_token import check_signature, read_token


class Issuer:
    """Proves tokens by the issuer's keys; see `IdentityProof`."""

    def __init__(
        self,
        keys: IssuerKeys,
        *,
        issuer: str,
        audience: str,
        algorithms: frozenset[str],
        groups_claim: str,
        roles: Sequence[GroupRole],
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._algorithms = algorithms
        self._groups_claim = groups_claim
        self._roles = tuple(roles)

    async def prove(self, text: str, now: datetime) -> ProvenIdentity:
        """Whom the token names, which must be valid in every respect."""
        token = read_token(text, self._algorithms)
        # What the claims say counts for nothing before the signature; but a token that does not
        # even call itself one for us must not make us look for a key.
        check_is_for_us(token.claims, issuer=self._issuer, audience=self._audience)
        check_signature(token, await self._keys.find(token.key_id, token.algorithm))
        identity, expires_at = check_claims(token.claims, issuer=self._issuer, now=now)
        grants = grants_of(groups_of(token.claims, self._groups_claim), self._roles)
        return ProvenIdentity(identity, grants, expires_at)


def configured_issuer(settings: Settings) -> IdentityProof:
    """The issuer that the settings name.

    Raises:
        BadSettings: what is said about it cannot be so.
    """
    issuer = settings.oidc_issuer
    algorithms = frozenset(settings.oidc_algorithms.split(","))
    if not is_safe_url(issuer) or "?" in issuer or "#" in issuer or len(issuer) > _MOST_ISSUER:
        raise BadSettings("TRIMTAB_OIDC_ISSUER: must be an https:// URL (http only on loopback)")
    if not settings.oidc_audience:
        raise BadSettings("TRIMTAB_OIDC_AUDIENCE: is needed: the audience of tokens made for us")
    if not algorithms <= ALGORITHMS:
        raise BadSettings(f"TRIMTAB_OIDC_ALGORITHMS: may only be {', '.join(sorted(ALGORITHMS))}")
    return Issuer(
        IssuerKeys(partial(fetch_keys, issuer, algorithms)),
        issuer=issuer,
        audience=settings.oidc_audience,
        algorithms=algorithms,
        groups_claim=settings.oidc_groups_claim,
        roles=_roles(settings.oidc_roles),
    )


_MOST_ISSUER = 200


def _roles(given: str) -> tuple[GroupRole, ...]:
    text = given
    if given.strip() and not given.lstrip().startswith(("[", "{")):
        try:
            text = Path(given).read_text(encoding="utf-8")
        except (OSError, ValueError):
            raise BadSettings("TRIMTAB_OIDC_ROLES: is neither JSON nor a file to read") from None
    try:
        return parse_group_roles(text)
    except BadGroupRoles as error:
        raise BadSettings(f"TRIMTAB_OIDC_ROLES: {error}") from None
