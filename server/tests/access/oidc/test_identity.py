"""Who an issuer's token lets in, as whom, and what they may do."""

from pathlib import Path

import pytest

from api_driver import CONFIG, Served, serving
from issuer_driver import LoopbackIssuer, compact
from trimtab_server.access.principal import Grant, Role
from trimtab_server.app import create_app
from trimtab_server.settings import BadSettings, Settings

WHO = "/api/v1/whoami"


async def test_token__of_the_issuer__names_issuer_and_subject_and_may_nothing(
    served: Served, issuer: LoopbackIssuer
) -> None:
    ada = served.api.as_(issuer.token("ada", email="ada@example.org", groups=["unheard-of"]))
    said = (await ada.get(WHO)).json()
    assert said["identity"] == {"issuer": issuer.url, "subject": "ada"}
    assert (said["grants"], said["kind"], said["token"]["id"]) == ([], "person", "oidc")
    assert (await ada.get(CONFIG, environment="dev")).status_code == 403


async def test_token__by_the_other_key_or_without_naming_one__is_taken_where_it_is_plain(
    served: Served, issuer: LoopbackIssuer
) -> None:
    claims = issuer.claims("ada", aud=["other", "trimtab"])
    by_curve = compact({"alg": "ES256", "kid": "curve"}, claims, issuer.curve_key)
    unnamed = compact({"alg": "ES256", "typ": "at+jwt"}, claims, issuer.curve_key)
    for token in (by_curve, unnamed):
        assert (await served.api.as_(token).get(WHO)).status_code == 200


async def test_case_10_identity__same_email_other_subject__is_somebody_else(
    served: Served, issuer: LoopbackIssuer
) -> None:
    """CVE-2023-3128: an e-mail address is nobody's for good."""
    same = {"email": "ada@example.org", "preferred_username": "ada", "name": "Ada"}
    first = (await served.api.as_(issuer.token("s-1", **same)).get(WHO)).json()
    again = (await served.api.as_(issuer.token("s-1", email="new@example.org")).get(WHO)).json()
    other = (await served.api.as_(issuer.token("s-2", **same)).get(WHO)).json()
    assert first["id"] == again["id"] != other["id"]
    assert first["name"] != other["name"]


async def test_name__that_somebody_has_already__makes_nobody_them(
    served: Served, issuer: LoopbackIssuer
) -> None:
    taken = f"ada ({issuer.url})"
    await served.as_(taken, Grant(Role.ADMIN))
    said = (await served.api.as_(issuer.token("ada")).get(WHO)).json()
    assert said["grants"] == []
    assert said["name"] != taken
    assert said["name"].startswith("ada (")


async def test_groups__give_their_roles__as_long_as_the_token_says_so(
    served: Served, issuer: LoopbackIssuer
) -> None:
    await served.api.create("GREETING", "string", "hello")
    reader = served.api.as_(issuer.token("ada", groups=["readers", "other"]))
    assert (await reader.get(CONFIG, environment="dev")).status_code == 200
    assert (await reader.put("GREETING", "bye", "dev")).status_code == 403
    voice = served.api.as_(issuer.token("ada", groups=["voice"]))
    assert (await voice.get(WHO)).json()["grants"] == [
        {"role": "editor", "application": None, "environment": "dev", "category": "voice"}
    ]
    without = served.api.as_(issuer.token("ada"))
    assert (await without.get(CONFIG, environment="dev")).status_code == 403


async def test_groups__in_another_form__give_nothing(
    served: Served, issuer: LoopbackIssuer
) -> None:
    for groups in (None, "ops-not", ["Ops"], [["ops"]], {"ops": True}, 1, [None], "ops ops"):
        said = (await served.api.as_(issuer.token("ada", groups=groups)).get(WHO)).json()
        assert said["grants"] == [], groups


async def test_grant__given_to_the_principal__adds_to_what_the_groups_give(
    served: Served, issuer: LoopbackIssuer
) -> None:
    ada = served.api.as_(issuer.token("ada", groups=["readers"]))
    name = (await ada.get(WHO)).json()["name"]
    given = await served.api.post("/api/v1/grants", {"principal": name, "role": "auditor"})
    assert given.status_code == 201
    served.forget()
    roles = [one["role"] for one in (await ada.get(WHO)).json()["grants"]]
    assert roles == ["auditor", "viewer"]


async def test_principal__disabled__is_out_whatever_their_groups(
    served: Served, issuer: LoopbackIssuer
) -> None:
    ada = served.api.as_(issuer.token("ada", groups=["ops"]))
    said = (await ada.get(WHO)).json()
    gone = await served.api.call("DELETE", f"/api/v1/principals/{said['id']}")
    assert gone.status_code == 200
    served.forget()
    assert (await ada.get(WHO)).status_code == 401
    assert (await served.api.as_(issuer.token("ada")).get(WHO)).status_code == 401


async def test_trail__of_what_they_do__names_issuer_and_subject_and_holds_no_token(
    served: Served, issuer: LoopbackIssuer
) -> None:
    token = issuer.token("ada", groups=["ops"])
    ada = served.api.as_(token)
    await ada.create("GREETING", "string", "hello")
    [made] = [one for one in await served.trail("principal-created") if "issuer" in one["subject"]]
    assert (made["subject"]["issuer"], made["subject"]["subject"]) == (issuer.url, "ada")
    entries = (await served.api.get("/api/v1/audit", action="change")).json()["items"]
    assert entries[0]["actor"] == f"ada ({issuer.url})"
    assert token.split(".")[1] not in str(await served.store.dump()) + str(await served.trail())


async def test_own_token__that_the_issuer_made__is_not_ours_to_rotate_or_revoke(
    served: Served, issuer: LoopbackIssuer
) -> None:
    ada = served.api.as_(issuer.token("ada", groups=["ops"]))
    assert (await ada.post("/api/v1/tokens/self/rotate", {})).status_code == 404
    assert (await ada.call("DELETE", "/api/v1/tokens/self")).status_code == 404


async def test_issuer__not_configured__its_tokens_are_401(
    tmp_path: Path, issuer: LoopbackIssuer
) -> None:
    async with serving(f"sqlite:///{tmp_path / 'other.sqlite3'}") as served:
        assert (await served.api.as_(issuer.token()).get(WHO)).status_code == 401
    assert issuer.asked == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"oidc_issuer": "http://issuer.example"},
        {"oidc_issuer": "issuer.example"},
        {"oidc_issuer": "https://user:secret@issuer.example"},
        {"oidc_audience": ""},
        {"oidc_algorithms": "RS256,HS256"},
        {"oidc_algorithms": "none"},
        {"oidc_roles": "nowhere.json"},
        {"oidc_roles": '{"ops": "admin"}'},
        {"oidc_roles": '[{"group": "ops"}]'},
        {"oidc_roles": '[{"group": "ops", "role": "owner"}]'},
        {"oidc_roles": '[{"group": "ops", "role": "editor", "environment": "Prod"}]'},
        {"oidc_roles": '[{"group": "ops", "role": "editor", "env": "prod"}]'},
        {"oidc_roles": '[{"group": "ops", "group": "x", "role": "editor"}]'},
    ],
)
def test_settings__that_cannot_be_meant__do_not_start(
    issuer: LoopbackIssuer, wrong: dict[str, str]
) -> None:
    with pytest.raises(BadSettings, match="TRIMTAB_OIDC") as raised:
        create_app(Settings(**issuer.settings() | wrong))
    assert "secret" not in str(raised.value)
