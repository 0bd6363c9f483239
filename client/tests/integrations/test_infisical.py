"""References to secrets, seen from Infisical's side of the wire."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Event, active_count

import pytest

import trimtab
from live_settings import change, live
from loopback_vendor import Answer, LoopbackVendor, Request
from trimtab.integrations.failures import (
    MissingCredential,
    ServiceOff,
    ServiceRefused,
    ServiceUnavailable,
    UnreadableAnswer,
)
from trimtab.integrations.infisical import (
    BadReference,
    Infisical,
    InfisicalSettings,
    parse_reference,
)
from trimtab.integrations.llm import LlmSettings

LOGIN = "/api/v1/auth/universal-auth/login"
SECRETS = "/api/v3/secrets/raw/"
REFERENCE = "infisical://assistant/prod/llm#OPENAI_API_KEY"
OPEN = "infisical://assistant//llm#OPENAI_API_KEY"
SECRET = "the-secret-itself"


def login(_: Request) -> Answer:
    token = {"accessToken": "t1", "expiresIn": 7200, "accessTokenMaxTTL": 7200, "tokenType": "B"}
    return Answer(json=token)


def secret(request: Request) -> Answer:
    found = {
        "id": "1",
        "_id": "1",
        "workspace": "w",
        "environment": request.query["environment"],
        "version": 1,
        "type": "shared",
        "secretKey": request.path.rsplit("/", 1)[1],
        "secretValue": f"{SECRET}-{request.query['environment']}",
        "secretComment": "",
        "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": "2026-01-01T00:00:00Z",
    }
    return Answer(json={"secret": found})


@dataclass
class Scene:
    infisical: Infisical
    settings: InfisicalSettings
    vendor: LoopbackVendor
    process: dict[str, str]
    now: list[float]

    def value(self, reference: str = REFERENCE) -> str:
        return self.infisical.resolve(reference).get_secret_value()

    @property
    def asked(self) -> int:
        return len(self.vendor.sent(SECRETS))


@pytest.fixture
def scene(vendor: LoopbackVendor) -> Iterator[Scene]:
    vendor.on(LOGIN, login)
    vendor.on(SECRETS, secret)
    keys = {"INFISICAL_CLIENT_ID": "id-1", "INFISICAL_CLIENT_SECRET": "identity-secret"}
    process: dict[str, str] = {}
    now = [1000.0]
    with live(InfisicalSettings, INFISICAL_ENABLED=True, **keys) as settings:
        infisical = Infisical(
            settings,
            site_url=vendor.url,
            timeout_seconds=0.3,
            max_retries=1,
            retry_delay_seconds=0.001,
            process=process,
            clock=lambda: now[0],
        )
        yield Scene(infisical, settings, vendor, process, now)
        infisical.close()


def test_infisical_enabled__changed__infisical_is_asked_or_not(scene: Scene) -> None:
    scene.process["OPENAI_API_KEY"] = "from-the-process"
    change(scene.settings, INFISICAL_ENABLED=False)
    assert scene.value() == "from-the-process"
    assert scene.vendor.requests == []
    change(scene.settings, INFISICAL_ENABLED=True)
    assert scene.value() == f"{SECRET}-prod"
    assert [one.path for one in scene.vendor.requests] == [LOGIN, f"{SECRETS}OPENAI_API_KEY"]
    asked = scene.vendor.last(SECRETS)
    assert asked.headers["authorization"] == "Bearer t1"
    assert (asked.query["secretPath"], asked.query["workspaceSlug"]) == ("/llm", "assistant")


def test_infisical_cache_ttl__milliseconds__changed__acts_on_what_is_kept_already(
    scene: Scene,
) -> None:
    now = scene.now
    scene.value()
    now[0] += 299
    scene.value()
    assert scene.asked == 1
    change(scene.settings, INFISICAL_CACHE_TTL=298_000)
    scene.value()
    assert scene.asked == 2
    change(scene.settings, INFISICAL_CACHE_TTL=0)
    scene.value()
    scene.value()
    assert scene.asked == 4
    assert len(scene.vendor.sent(LOGIN)) == 1


def test_infisical_environment__changed__completes_references_that_name_none(
    scene: Scene,
) -> None:
    assert scene.value(OPEN) == f"{SECRET}-dev"
    change(scene.settings, INFISICAL_ENVIRONMENT="staging")
    assert scene.value(OPEN) == f"{SECRET}-staging"
    assert scene.value(REFERENCE) == f"{SECRET}-prod"


def test_infisical_fallback_to_env__changed__while_it_is_away(
    scene: Scene, said: pytest.LogCaptureFixture
) -> None:
    scene.process["OPENAI_API_KEY"] = "from-the-process"
    scene.vendor.on(SECRETS, Answer(503, json={"message": "down"}))
    assert scene.value() == "from-the-process"
    assert scene.asked == 2
    change(scene.settings, INFISICAL_FALLBACK_TO_ENV=False)
    with pytest.raises(ServiceUnavailable, match="2 attempts: HTTP 503"):
        scene.value()
    assert "from-the-process" not in said.text
    assert "OPENAI_API_KEY comes from the environment" in said.text


def test_secret__kept__survives_an_outage_as_long_as_the_ttl_says(
    scene: Scene,
) -> None:
    now = scene.now
    scene.value()
    scene.vendor.on(SECRETS, Answer(500, json={}))
    now[0] += 299
    assert scene.value() == f"{SECRET}-prod"
    now[0] += 2
    with pytest.raises(ServiceUnavailable):
        scene.value()


def test_fallback__refused_by_infisical__is_an_error_all_the_same(scene: Scene) -> None:
    scene.process["OPENAI_API_KEY"] = "from-the-process"
    scene.vendor.on(SECRETS, Answer(404, json={"message": "not found"}))
    with pytest.raises(ServiceRefused, match="404"):
        scene.value()
    assert scene.asked == 1


def test_login__worn_out__is_renewed_once(scene: Scene) -> None:
    answers = iter([Answer(401, json={"message": "expired"})])
    scene.vendor.on(SECRETS, lambda request: next(answers, None) or secret(request))
    assert scene.value() == f"{SECRET}-prod"
    assert len(scene.vendor.sent(LOGIN)) == 2


def test_credential__missing__names_the_variable(vendor: LoopbackVendor) -> None:
    with live(InfisicalSettings, INFISICAL_ENABLED=True) as settings:
        infisical = Infisical(settings, site_url=vendor.url, process={})
        with pytest.raises(MissingCredential, match="INFISICAL_CLIENT_ID"):
            infisical.resolve(REFERENCE)
        change(settings, INFISICAL_ENABLED=False)
        with pytest.raises(ServiceOff, match="INFISICAL_ENABLED"):
            infisical.resolve(REFERENCE)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body=b"<html>", content_type="text/html"),
        Answer(json=[]),
        Answer(json={"secret": None}),
        Answer(json={"secret": {"secretValue": SECRET}}),
    ],
    ids=["html", "list", "null", "half"],
)
def test_infisical__garbage__is_a_typed_error_and_nothing_of_it_is_repeated(
    answer: Answer, scene: Scene, said: pytest.LogCaptureFixture
) -> None:
    scene.vendor.on(SECRETS, answer)
    with pytest.raises(UnreadableAnswer) as caught:
        scene.value()
    assert SECRET not in f"{caught.value!r} {said.text}"


def test_infisical__silent_or_gone__is_given_up_in_time(scene: Scene) -> None:
    over = Event()
    scene.vendor.on(SECRETS, Answer(until=over))
    with pytest.raises(ServiceUnavailable, match="2 attempts: it took too long"):
        scene.value()
    over.set()
    with live(InfisicalSettings, INFISICAL_ENABLED=True, INFISICAL_CLIENT_ID="i",
              INFISICAL_CLIENT_SECRET="s") as settings:  # fmt: skip
        gone = Infisical(
            settings, site_url="http://127.0.0.1:9", max_retries=1, retry_delay_seconds=0.001
        )
        with pytest.raises(ServiceUnavailable, match="cannot be reached"):
            gone.resolve(REFERENCE)
        gone.close()


def test_secret__resolved__is_in_no_log_repr_or_thread(
    scene: Scene, said: pytest.LogCaptureFixture
) -> None:
    threads = active_count()
    shown = scene.infisical.resolve(REFERENCE)
    logging.getLogger("test").info("%r %s %r", shown, shown, scene.infisical.__dict__)
    assert SECRET not in said.text
    assert "identity-secret" not in said.text
    assert active_count() <= threads + 1  # the loopback vendor's own
    assert scene.infisical(REFERENCE) == f"{SECRET}-prod"


@pytest.mark.parametrize(
    "text",
    [
        "infisical://p/e",
        "infisical://p/e#",
        "infisical:///e/x#N",
        "infisical://p/e/../x#N",
        "infisical://p/e#A/../../B",
        "infisical://p/e?x=1#N",
        "env://N",
        "infisical://p/e#N\n",
    ],
)
def test_reference__not_one__is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(BadReference) as caught:
        parse_reference(text)
    assert text not in str(caught.value)


def test_reference__of_a_project_id__is_sent_as_an_id(scene: Scene) -> None:
    scene.value("infisical://5f0c8a52-6e55-4f0e-9a57-0f2ad7c9a111/dev#NAME")
    asked = scene.vendor.last(SECRETS)
    assert asked.query["workspaceId"] == "5f0c8a52-6e55-4f0e-9a57-0f2ad7c9a111"
    assert asked.query["secretPath"] == "/"


def test_reference__in_the_store__is_resolved_here_and_again_when_a_setting_changes(
    scene: Scene, said: pytest.LogCaptureFixture
) -> None:
    infisical = Infisical(site_url=scene.vendor.url, process={"OPENAI_API_KEY": "of-the-process"})
    with trimtab.connect(mode="memory", schemes={"infisical": infisical}) as client:
        client.memory.set({"OPENAI_API_KEY": REFERENCE}, isSecret=True)
        client.memory.set({"INFISICAL_CLIENT_ID": "id-1", "INFISICAL_CLIENT_SECRET": "s"})
        with trimtab.use(client):
            settings = LlmSettings()
            assert settings.openai_api_key is None
            infisical.follow(InfisicalSettings(), client)
        assert key_of(settings) == "of-the-process"
        client.memory.set({"INFISICAL_ENABLED": True})
        assert key_of(settings) == f"{SECRET}-prod"
        client.memory.set({"INFISICAL_CACHE_TTL": 0})
        scene.vendor.on(SECRETS, Answer(404, json={}))
        client.memory.set({"INFISICAL_ENVIRONMENT": "other"})
        assert key_of(settings) == f"{SECRET}-prod"  # what was found once is kept
        snapshot = client.store.state.snapshot
        assert snapshot
        shown = f"{[one.text for one in snapshot.items.values()]} {settings!r} {client.status()!r}"
    infisical.close()
    assert REFERENCE in shown
    assert SECRET not in f"{shown} {said.text}"


def key_of(settings: LlmSettings) -> str | None:
    key = settings.openai_api_key
    return key.get_secret_value() if key else None
