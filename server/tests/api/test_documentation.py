"""`/docs` in a browser without internet: the page, all it refers to, and what its policy allows."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import httpx2
import pytest
from fastapi import FastAPI

from api_driver import Api, assert_problem, running_app
from trimtab_server.app import create_app
from trimtab_server.settings import Settings


class Page(HTMLParser):
    """The addresses that a browser loads, and the scripts that stand in the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.scripts: list[str] = []
        self._in_script = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.addresses += [
            found[name] or "" for name in ("src", "href") if name in found and tag != "a"
        ]
        self._in_script = tag == "script" and "src" not in found
        assert not [name for name in found if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False


async def test_docs__and_everything_they_refer_to__come_from_this_server(api: Api) -> None:
    anonymous = api.as_(None)
    response = await anonymous.get("/docs")
    assert response.status_code == 200
    page = Page(response.text)
    referred = re.findall(r"""url:\s*['"]([^'"]+)""", "".join(page.scripts))
    assert referred == ["/openapi.json"]
    assert len(page.addresses) >= 3
    for address in page.addresses + referred:
        assert address.startswith("/")
        assert not address.startswith("//")
        found = await anonymous.get(address)
        assert found.status_code == 200, address
        assert len(found.content) > 500
    kinds = {address.rsplit(".", 1)[1] for address in page.addresses}
    assert {"js", "css", "png"} <= kinds


async def test_docs__their_policy__allows_them_and_nothing_else(api: Api) -> None:
    response = await api.as_(None).get("/docs")
    policy = dict(
        part.strip().split(" ", 1)
        for part in response.headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["connect-src"] == "'self'"
    allowed = policy["script-src"].split()
    assert "'unsafe-inline'" not in allowed
    assert "'unsafe-eval'" not in allowed
    assert "'self'" in allowed
    for script in Page(response.text).scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in allowed
    for directive in policy.values():
        assert not re.search(r"https?:|\*", directive)


async def test_docs__of_types__are_sent_as_what_they_are(api: Api) -> None:
    for path, media_type in [
        ("/docs", "text/html; charset=utf-8"),
        ("/openapi.json", "application/json"),
        ("/docs/swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
        ("/docs/swagger-ui.css", "text/css; charset=utf-8"),
        ("/docs/favicon.png", "image/png"),
    ]:
        response = await api.as_(None).get(path)
        assert response.headers["content-type"] == media_type
        assert response.headers["x-content-type-options"] == "nosniff"


async def test_openapi_json__as_served__is_the_contract(api: Api, app: FastAPI) -> None:
    assert (await api.as_(None).get("/openapi.json")).json() == app.openapi()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "trimtab.example"])
async def test_docs__where_others_can_connect__need_a_token(api: Api, host: str) -> None:
    app = create_app(Settings(host=host, database_url="sqlite:////nowhere/x.sqlite3"))
    async with running_app(app) as running:
        transport = httpx2.ASGITransport(running)
        async with httpx2.AsyncClient(transport=transport, base_url="http://public") as client:
            for path in ("/docs", "/openapi.json", "/docs/swagger-ui-bundle.js"):
                assert_problem(await client.get(path), 401)
            assert (await client.get("/livez")).status_code == 200


@pytest.mark.parametrize("path", ["/docs/", "/docs/x.js", "/docs/../x", "/redoc", "/docs/oauth2"])
async def test_docs__another_address__is_not_open(api: Api, path: str) -> None:
    assert (await api.as_(None).get(path)).status_code == 401
    assert (await api.get(path)).status_code == 404


async def test_metrics__without_a_token__are_401_and_hold_neither_key_nor_value(api: Api) -> None:
    assert_problem(await api.as_(None).get("/metrics"), 401)
    await api.create("SOME_KEY_OF_MINE", "string", "some-value-of-mine")
    await api.get("/api/v1/config/SOME_KEY_OF_MINE")
    await api.get("/api/v1/whatever/SOME_KEY_OF_MINE")
    response = await api.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    assert 'route="/api/v1/config/{key}"' in response.text
    assert "trimtab_changes_total" in response.text
    assert "MINE" not in response.text.upper()
