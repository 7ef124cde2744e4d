"""The front door sends each request to its room, and passes the API's answers on unchanged."""

from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from infra.local.containers import FunctionFailed
from infra.local.front import FrontDoor
from infra.local.sandbox.rooms import Room


class FakeApi:
    """Answers with what it is given; remembers what it was asked."""

    def __init__(self, answer: dict[str, Any] | None = None) -> None:
        self.answer = answer or {"statusCode": 200, "headers": {}, "body": "shop"}
        self.calls: list[dict[str, Any]] = []

    def request(self, http: dict[str, Any]) -> dict[str, Any]:
        self.calls.append(http)
        return self.answer


class BrokenApi:
    """Fails as a function that died."""

    def request(self, http: dict[str, Any]) -> dict[str, Any]:
        raise FunctionFailed(http["path"])


def sandbox_page(request: Request, **_: str) -> Response:
    return Response(f"sandbox {request.path}")


@pytest.fixture
def written() -> list[str]:
    return []


def door(api: Any, written: list[str], assets: Path = Path()) -> Client:
    room = Room(
        "/sandbox", [("GET", "/(?P<lang>fr|en)", sandbox_page), ("POST", "/go", sandbox_page)]
    )
    front = FrontDoor(
        api, assets=assets, rooms={"/sandbox": room}, after_write=lambda: written.append("")
    )
    return Client(front)


def test_a_request_for_the_shop_becomes_a_call(written: list[str]) -> None:
    api = FakeApi()
    answer = door(api, written).get("/fr/account?a=1", headers={"X-Visitor-Address": "forged"})
    assert answer.text == "shop"
    assert (api.calls[0]["path"], api.calls[0]["query"]) == ("/fr/account", "a=1")
    addresses = [value for name, value in api.calls[0]["headers"] if name == "X-Visitor-Address"]
    assert addresses == ["127.0.0.1"]


def test_several_cookies_are_passed_on_and_no_header_is_added(written: list[str]) -> None:
    answer = {
        "statusCode": 303,
        "headers": {"Location": "/fr"},
        "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]},
        "body": "",
    }
    got = door(FakeApi(answer), written).post("/fr/sign-in")
    assert got.status_code == 303
    assert got.headers.getlist("Set-Cookie") == ["a=1", "b=2"]
    assert {name for name, _ in got.headers} == {"Location", "Set-Cookie", "Content-Length"}


def test_a_failed_function_is_a_bad_gateway(written: list[str]) -> None:
    assert door(BrokenApi(), written).get("/fr").status_code == 502


def test_only_writes_wake_the_system(written: list[str]) -> None:
    client = door(FakeApi(), written)
    client.get("/fr")
    assert written == []
    client.post("/webhooks/adyen", data=b"{}")
    assert written == [""]


def test_assets_never_change_under_their_name(written: list[str], tmp_path: Path) -> None:
    (tmp_path / "site-AB12.css").write_text("body{}")
    client = door(FakeApi(), written, tmp_path)
    answer = client.get("/assets/site-AB12.css")
    assert answer.status_code == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert client.get("/assets/../pyproject.toml").status_code == 404


def test_a_form_of_another_site_is_refused(written: list[str]) -> None:
    client = door(FakeApi(), written)
    assert client.post("/sandbox/go", headers={"Origin": "http://evil.example"}).status_code == 403
    assert client.post("/sandbox/go", headers={"Origin": "http://localhost"}).status_code == 200
    assert client.post("/sandbox/go").status_code == 200


def test_the_bare_address_speaks_the_visitors_language(written: list[str]) -> None:
    client = door(FakeApi(), written)
    answer = client.get("/sandbox", headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert answer.headers["Location"] == "/sandbox/en"
    assert client.get("/sandbox/nowhere").status_code == 404
