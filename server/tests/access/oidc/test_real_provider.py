"""A real OpenID provider from a package: its discovery, its keys, its login and its tokens."""

import asyncio
import base64
import hashlib
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from api_driver import CONFIG, Served, serving

CALLBACK = "https://client.example/callback"


@pytest.fixture(scope="module")
def client(iam_server: Any) -> Any:
    """A program that people log into the provider with."""
    with iam_server.app.app_context():
        made = iam_server.models.Client(
            client_id="trimtab-cli",
            client_name="Trimtab's command line",
            client_secret=secrets.token_hex(16),
            redirect_uris=[CALLBACK],
            grant_types=["authorization_code"],
            response_types=["code"],
            token_endpoint_auth_method="client_secret_post",
            scope=["openid", "profile", "groups"],
        )
        iam_server.backend.save(made)
        made.audience = [made]
        iam_server.backend.save(made)
    return made


@pytest.fixture
async def served(tmp_path: Path, iam_server: Any, client: Any) -> AsyncIterator[Served]:
    settings = {
        "oidc_issuer": discovered(iam_server)["issuer"],
        "oidc_audience": client.client_id,
        "oidc_algorithms": "RS512",  # which this provider uses
        "oidc_roles": '[{"group": "operators", "role": "viewer"}]',
    }
    async with serving(f"sqlite:///{tmp_path / 'store.sqlite3'}", **settings) as served:
        yield served


def discovered(iam_server: Any) -> dict[str, Any]:
    found: dict[str, Any] = iam_server.test_client.get("/.well-known/openid-configuration").json
    return found


def logged_in(iam_server: Any, client: Any, user: Any) -> dict[str, Any]:
    """What the provider gives for an authorization code with PKCE (RFC 7636)."""
    iam_server.login(user)
    iam_server.consent(user, client)
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": CALLBACK,
        "scope": "openid profile groups",
        "nonce": secrets.token_hex(8),
        "state": secrets.token_hex(8),
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    reply = iam_server.test_client.get("/oauth/authorize", query_string=asked)
    assert reply.status_code == 302, reply.text
    said = parse_qs(urlsplit(reply.location).query)
    iam_server.logout()
    given = {
        "grant_type": "authorization_code",
        "code": said["code"][0],
        "redirect_uri": CALLBACK,
        "code_verifier": verifier,
        "client_id": client.client_id,
        "client_secret": client.client_secret,
    }
    tokens: dict[str, Any] = iam_server.test_client.post("/oauth/token", data=given).json
    return tokens


async def test_real_provider__login__is_known_by_subject_and_may_what_its_group_gives(
    served: Served, iam_server: Any, client: Any
) -> None:
    user = iam_server.random_user(user_name="ada", emails=["ada@example.org"])
    with iam_server.app.app_context():
        group = iam_server.models.Group(display_name="operators", members=[user])
        iam_server.backend.save(group)
    tokens = await asyncio.to_thread(logged_in, iam_server, client, user)
    for token in (tokens["id_token"], tokens["access_token"]):
        ada = served.api.as_(token)
        said = (await ada.get("/api/v1/whoami")).json()
        assert said["identity"] == {"issuer": discovered(iam_server)["issuer"], "subject": "ada"}
        assert [one["role"] for one in said["grants"]] == ["viewer"]
    assert (await ada.get(CONFIG, environment="dev")).status_code == 200


async def test_real_provider__token_with_another_name_in_it_or_for_somebody_else__is_401(
    served: Served, iam_server: Any, client: Any, tmp_path: Path
) -> None:
    user = iam_server.random_user(user_name="grace")
    tokens = await asyncio.to_thread(logged_in, iam_server, client, user)
    head, body, signature = tokens["id_token"].split(".")
    said = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    assert b'"grace"' in said
    swapped = base64.urlsafe_b64encode(said.replace(b'"grace"', b'"admin"')).rstrip(b"=").decode()
    for token in (f"{head}.{swapped}.{signature}", f"{head}.{body}.", tokens["id_token"][:-8]):
        assert (await served.api.as_(token).get("/api/v1/whoami")).status_code == 401
    other = {"oidc_issuer": discovered(iam_server)["issuer"], "oidc_algorithms": "RS512"}
    url = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    async with serving(url, **other, oidc_audience="another-client") as elsewhere:
        reply = await elsewhere.api.as_(tokens["id_token"]).get("/api/v1/whoami")
        assert reply.status_code == 401


def test_real_provider__is_real(iam_server: Any) -> None:
    with httpx2.Client(trust_env=False) as plain:
        found = plain.get(f"{iam_server.url}.well-known/openid-configuration").json()
    assert found["issuer"] == discovered(iam_server)["issuer"]
    assert found["jwks_uri"].startswith(iam_server.url)
