"""HEAD wherever there is GET: the same answer without its body."""

import pytest

from api_driver import SAMPLES, Api, Sample, arguments, prepare

READS = [one for one in SAMPLES if one.method == "GET"]
PAGES = [
    Sample("GET", path, {})
    for path in ("/docs", "/openapi.json", "/docs/swagger-ui.css", "/docs/favicon.png")
]
OWN = {"x-request-id", "date", "trimtab-age-ms"}


@pytest.mark.parametrize("sample", [*READS, *PAGES], ids=lambda one: one.path)
async def test_head__of_every_read__has_the_headers_of_get_and_no_body(
    api: Api, sample: Sample
) -> None:
    await prepare(api)
    get = await api.call("GET", sample.path, **arguments(sample))
    head = await api.call("HEAD", sample.path, **arguments(sample))
    assert head.status_code == get.status_code == sample.status
    assert head.content == b""
    if sample.path == "/metrics":  # it counts itself
        return
    assert {name: one for name, one in head.headers.items() if name not in OWN} == {
        name: one for name, one in get.headers.items() if name not in OWN
    }


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/config/NONE", 404),
        ("/api/v1/config?limit=0", 422),
        ("/api/v1/config/reload", 405),
        ("/nowhere", 404),
    ],
)
async def test_head__of_a_refusal__has_its_status_and_no_body(
    api: Api, path: str, status: int
) -> None:
    head, get = await api.call("HEAD", path), await api.get(path)
    assert head.status_code == get.status_code == status
    assert head.content == b""
    assert head.headers["content-type"] == "application/problem+json"
    assert head.headers["content-length"] == get.headers["content-length"]


async def test_head__with_the_tag_of_get__is_304(api: Api) -> None:
    await prepare(api)
    tag = (await api.get("/api/v1/snapshot")).headers["etag"]
    response = await api.call("HEAD", "/api/v1/snapshot", headers={"If-None-Match": tag})
    assert response.status_code == 304


async def test_head__in_the_metrics__counts_under_its_route(api: Api) -> None:
    await prepare(api)
    await api.call("HEAD", "/api/v1/config/RETRIES")
    said = (await api.get("/metrics")).text
    assert 'method="HEAD",route="/api/v1/config/{key}",status="200"' in said
    assert "RETRIES" not in said
