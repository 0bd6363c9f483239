"""What every refusal must look like."""

from typing import Any

import httpx2

from trimtab_server.http.problem_examples import EXAMPLES

_MEMBERS = {"type", "title", "status", "detail", "code", "requestId", "errors"}


def assert_problem(
    response: httpx2.Response,
    status: int,
    code: str | None = None,
    *,
    key: str | None = None,
    rule: str | None = None,
    pointer: str | None = None,
) -> dict[str, Any]:
    """A problem document of this status, and one of its errors as described; returns it."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert set(document) == _MEMBERS
    assert document["status"] == status
    assert document["type"] == f"urn:trimtab:problem:{document['code']}"
    assert document["requestId"] == response.headers["x-request-id"]
    known = EXAMPLES[document["code"]]
    assert (status, document["title"]) == (known.status, known.title)
    assert all(name in response.headers for name in known.headers)
    assert document["detail"]
    if code is not None:
        assert document["code"] == code, document
    wanted = {"key": key, "rule": rule, "pointer": pointer}
    wanted = {name: value for name, value in wanted.items() if value is not None}
    if wanted:
        assert any(wanted.items() <= one.items() for one in document["errors"]), document
    for one in document["errors"]:
        assert set(one) == {"pointer", "key", "rule", "message"}
        assert one["message"]
    return document
