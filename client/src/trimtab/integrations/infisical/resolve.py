"""References to secrets resolved in the application's own process."""

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any, Protocol

from pydantic import SecretStr

from trimtab.errors import TrimtabError, Unresolved
from trimtab.integrations.extras import load
from trimtab.integrations.failures import (
    ServiceError,
    ServiceOff,
    ServiceRefused,
    required,
)
from trimtab.integrations.leases import Leases
from trimtab.store import Store

from .reference import Reference, parse_reference
from .settings import InfisicalSettings

SERVICE = "Infisical"
SITE_URL = "https://app.infisical.com"
MOST_KEPT = 1000

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Identity:
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Kept:
    secret: SecretStr
    at_seconds: float


class Refreshing(Protocol):
    """What resolves references: a client of Trimtab."""

    @property
    def store(self) -> Store:
        """The set in force."""


class Infisical:
    """Gives the secret for a reference.

    INFISICAL_ENABLED turns it on, INFISICAL_CACHE_TTL says for how many milliseconds a secret is
    good without asking again (through an outage, too), INFISICAL_ENVIRONMENT completes references
    that name no environment. With INFISICAL_FALLBACK_TO_ENV the variable of the same name in this
    process stands in while Infisical is off, away or has no credentials; what Infisical refuses
    (no such secret, no right to it) is an error all the same. Each call takes one consistent set.
    The address comes from INFISICAL_SITE_URL in the environment. Thread-safe.
    """

    def __init__(
        self,
        settings: InfisicalSettings | None = None,
        *,
        site_url: str | None = None,
        timeout_seconds: float = 5.0,
        max_retries: int = 2,
        retry_delay_seconds: float = 0.5,
        process: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._settings = settings
        self._site_url = site_url or process.get("INFISICAL_SITE_URL") or SITE_URL
        self._limits = {
            "timeout_seconds": timeout_seconds,
            "max_retries": max_retries,
            "retry_delay_seconds": retry_delay_seconds,
        }
        self._process = process
        self._clock = clock
        self._vaults: Leases[_Identity, Any] = Leases(self._vault, lambda vault: vault.close())
        self._kept: dict[tuple[Reference, str], _Kept] = {}
        self._lock = Lock()
        self._followed: list[Callable[[], None]] = []

    def follow(self, settings: InfisicalSettings, client: "Refreshing") -> None:
        """From now on obey `settings`, and let `client` resolve its references again: now, and
        whenever one of the settings changes.

        The settings come out of the client, and the client's references need them: so the client is
        made with `schemes={"infisical": infisical}`, and then followed.
        """
        self._unfollow()
        self._settings = settings
        self._followed = [
            settings.on_change(field, lambda _old, _new: client.store.refresh())
            for field in InfisicalSettings.model_fields
        ]
        client.store.refresh()

    def __call__(self, reference: str) -> str:
        """The secret's text: the form in which the SDK asks whoever knows a scheme.

        Raises Unresolved.
        """
        try:
            return self.resolve(reference).get_secret_value()
        except TrimtabError as error:
            raise Unresolved(str(error).rstrip(".")) from None

    def resolve(self, text: str) -> SecretStr:
        """The secret that an `infisical://` reference stands for.

        Raises BadReference, ServiceOff, MissingCredential, ServiceRefused, ServiceUnavailable or
        UnreadableAnswer; none of them holds a secret.
        """
        reference = parse_reference(text)
        if self._settings is None:
            raise ServiceError(SERVICE, "Infisical follows no settings yet.")
        with self._settings.frozen() as s:
            try:
                return self._from_infisical(reference, s)
            except ServiceRefused:
                raise
            except ServiceError as error:
                if not s.infisical_fallback_to_env or reference.name not in self._process:
                    raise
                if not isinstance(error, ServiceOff):
                    _LOG.warning("%s %s comes from the environment.", error, reference.name)
                return SecretStr(self._process[reference.name])

    @property
    def open_clients(self) -> int:
        """How many clients of the SDK are open."""
        return self._vaults.open

    def close(self) -> None:
        """Forget every secret and close the client, when the last call that uses it has ended."""
        self._unfollow()
        with self._lock:
            self._kept.clear()
        self._vaults.close()

    def _unfollow(self) -> None:
        for end in self._followed:
            end()
        self._followed = []

    def _from_infisical(self, reference: Reference, s: InfisicalSettings) -> SecretStr:
        if not s.infisical_enabled:
            raise ServiceOff(SERVICE, "INFISICAL_ENABLED")
        environment = reference.environment or s.infisical_environment
        place = (reference, environment)
        kept = self._kept.get(place)
        if kept and self._clock() - kept.at_seconds < s.infisical_cache_ttl / 1000:
            return kept.secret
        identity = _Identity(
            required(s.infisical_client_id, SERVICE, "INFISICAL_CLIENT_ID"),
            required(s.infisical_client_secret, SERVICE, "INFISICAL_CLIENT_SECRET"),
        )
        with self._vaults.using(identity) as vault:
            secret = SecretStr(vault.secret(reference, environment))
        self._keep(place, secret)
        return secret

    def _keep(self, place: tuple[Reference, str], secret: SecretStr) -> None:
        with self._lock:
            self._kept.pop(place, None)
            self._kept[place] = _Kept(secret, self._clock())
            if len(self._kept) > MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))

    def _vault(self, identity: _Identity) -> Any:
        module = load(
            f"{__package__}.vault",
            packages=("infisical_sdk", "requests", "tenacity"),
            remedy="trimtab[infisical]",
        )
        return module.Vault(
            self._site_url, identity.client_id, identity.client_secret, **self._limits
        )
