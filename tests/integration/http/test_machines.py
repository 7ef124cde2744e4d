"""What machines send: the platform's interface and the provider's notifications (RFC 9457)."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from tests.fakes import FACTS, KEYS
from tests.integration.http.pages import Page
from tests.integration.http.site import Site, subscribe
from tests.integration.http.verdicts import details

KEY = {"authorization": f"Bearer {KEYS.platform}"}
JSON = {"content-type": "application/json"}
WRONG_KEYS = [
    {}, {"authorization": ""}, {"authorization": "Bearer"}, {"authorization": "Bearer wrong"},
    {"authorization": f"Basic {KEYS.platform}"}, {"authorization": f"Bearer {KEYS.platform} "},
    {"authorization": "Bearer é"},
]  # fmt: skip


def first_use(site: Site, body: Any, **headers: str) -> Page:
    """Tell a first use, as text or as an object."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = KEY | JSON | headers
    return site.browser().send("POST", "/api/first-use", body=raw, headers=sent)


@pytest.mark.parametrize("headers", WRONG_KEYS)
def test_the_platform_shows_its_key(site: Site, headers: dict[str, str]) -> None:
    """Nothing is told before: not even whether a learner exists."""
    learner = site.world.ports.store.subscription(subscribe(site, site.browser())).customer_id
    for path in (f"/api/entitlements/{learner}", f"/api/entitlements/{'0' * 26}"):
        page = site.browser().get(path, **headers)
        details(page, 401, "BAD_PLATFORM_KEY")
        assert page.headers["www-authenticate"].startswith("Bearer")
        assert page.cookies == ()
    page = site.browser().send("POST", "/api/first-use", body=b"{", headers=JSON | headers)
    details(page, 401, "BAD_PLATFORM_KEY")


@pytest.mark.parametrize("learner", ["x", "0" * 26, "..%2f..", "%00", "é" * 26, "i" * 26])
def test_a_learner_nobody_knows_is_not_found(site: Site, learner: str) -> None:
    details(site.browser().get(f"/api/entitlements/{learner}", **KEY), 404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "BAD_JSON"),
        (b"{", 400, "BAD_JSON"),
        (b"\xff\xfe", 400, "BAD_JSON"),
        (b"[" * 10_000, 400, "BAD_JSON"),
        ([], 400, "BAD_JSON"),
        ("learner", 400, "BAD_JSON"),
        (None, 400, "BAD_JSON"),
        (b'{"learner_id": NaN}', 422, "INVALID"),
        ({}, 422, "INVALID"),
        ({"learner_id": 12}, 422, "INVALID"),
        ({"learner_id": ["0" * 26]}, 422, "INVALID"),
        ({"learner_id": "x"}, 422, "INVALID"),
        ({"learner_id": "0" * 26}, 404, "NOT_FOUND"),
        (b'{"learner_id": "' + b"0" * 20_000 + b'"}', 413, "BODY_TOO_LARGE"),
    ],
)
def test_unknown_json_is_told_what_is_wrong(site: Site, body: Any, status: int, code: str) -> None:
    told = details(first_use(site, body), status, code)
    assert (told.get("errors") == {"learner_id": "MISSING_FIELD"}) == (code == "INVALID")
    assert list(site.world.read_stream()) == []


@pytest.mark.parametrize(
    "used_at",
    ["yesterday", "", 5, [], True, "2026-10-05", "2026-10-05T09:00:00", "0001-01-01T00:00:00+23:59",
     "1999-12-31T00:00:00Z", "9999-12-31T23:59:59-23:59x"],
)  # fmt: skip
def test_an_instant_that_is_none_is_refused(site: Site, used_at: object) -> None:
    page = first_use(site, {"learner_id": "0" * 26, "used_at": used_at})
    assert details(page, 422, "INVALID")["errors"] == {"used_at": "BAD_INSTANT"}


@pytest.mark.parametrize("used_at", ["9999-12-31T23:59:59-23:59", "2026-10-05T12:00:00+02:00"])
def test_a_first_use_counts_once_and_never_later_than_now(site: Site, used_at: str) -> None:
    """WDR-2: the first use ends the right to withdraw; the platform's clock may run ahead."""
    subscription_id = subscribe(site, site.browser())
    store = site.world.ports.store
    learner = store.subscription(subscription_id).customer_id
    told = first_use(site, {"learner_id": learner, "used_at": used_at, "unknown": 1})
    assert (told.status, json.loads(told.html)) == (200, {"recorded": True})
    assert store.subscription(subscription_id, fresh=True).first_used_at == site.world.now
    again = first_use(site, {"learner_id": learner})
    assert json.loads(again.html) == {"recorded": False}
    answer = site.browser().get(f"/api/entitlements/{learner}", **KEY)
    assert json.loads(answer.html)["features"][:2] == ["courses", "exercises"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("asked", "lang"), [("fr-FR,fr;q=0.9", "fr"), ("en", "en"), ("", "en")])
def test_details_speak_the_language_that_is_asked_for(site: Site, asked: str, lang: str) -> None:
    headers = {"accept_language": asked}
    told = details(site.browser().get("/api/entitlements/x", **KEY, **headers), 404, "NOT_FOUND")
    assert (
        told["title"] == {"fr": "Cette page n’existe pas", "en": "This page does not exist"}[lang]
    )


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "code"),
    [
        ("GET", "/api/first-use", {}, 405, "METHOD_NOT_ALLOWED"),
        ("DELETE", f"/api/entitlements/{'0' * 26}", {}, 405, "METHOD_NOT_ALLOWED"),
        ("OPTIONS", "/webhooks/adyen", {}, 405, "METHOD_NOT_ALLOWED"),
        ("POST", "/api/first-use", {"content-type": "text/xml"}, 415, "WRONG_CONTENT_TYPE"),
        ("POST", "/webhooks/adyen", {"content-type": "text/plain"}, 415, "WRONG_CONTENT_TYPE"),
        ("GET", "/api/unknown", {}, 404, "NOT_FOUND"),
        ("GET", "/webhooks/unknown", {}, 404, "NOT_FOUND"),
    ],
)
def test_the_framework_speaks_to_machines_as_we_do(
    site: Site, method: str, path: str, headers: dict[str, str], status: int, code: str
) -> None:
    page = site.browser().send(method, path, headers=headers)
    details(page, status, code)
    assert ("allow" in page.headers) == (status == 405)


# ---- the provider -------------------------------------------------------------------------------


def basic(user: str = KEYS.webhook_user, password: str = KEYS.webhook_password) -> dict[str, str]:
    """The credentials of a notification."""
    joined = base64.b64encode(f"{user}:{password}".encode()).decode()
    return JSON | {"authorization": f"Basic {joined}"}


def an_item(**changes: Any) -> dict[str, Any]:
    """A genuine item about a payment nobody ordered."""
    item: dict[str, Any] = {
        "amount": {"currency": "EUR", "value": 2000},
        "eventCode": "AUTHORISATION",
        "eventDate": "2026-10-05T11:30:00+02:00",
        "merchantAccountCode": FACTS.merchant_account,
        "merchantReference": "01JDABCDEFGHJKMNPQRSTVWXYZ.0000.1.1",
        "pspReference": "P000000000000001",
        "success": "true",
    } | changes
    signed = [item["pspReference"], "", item["merchantAccountCode"], item["merchantReference"],
              "2000", "EUR", item["eventCode"], item["success"]]  # fmt: skip
    key = bytes.fromhex(KEYS.standard_hmac[0])
    digest = hmac.new(key, ":".join(signed).encode(), hashlib.sha256).digest()
    return {**item, "additionalData": {"hmacSignature": base64.b64encode(digest).decode()}}


def notify(site: Site, body: Any, headers: dict[str, str], path: str = "/webhooks/adyen") -> Page:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return site.browser().send("POST", path, body=raw, headers=headers)


def wrapped(*items: Any, live: str = "false") -> dict[str, Any]:
    """The items as the provider sends them."""
    return {"live": live, "notificationItems": [{"NotificationRequestItem": i} for i in items]}


def test_a_genuine_notification_is_kept_once_and_accepted_twice(site: Site) -> None:
    for _ in range(2):
        page = notify(site, wrapped(an_item()), basic())
        assert (page.status, page.html) == (202, "[accepted]")
        assert page.headers["x-content-type-options"] == "nosniff"
    assert len(site.world.read_stream()) == 1


@pytest.mark.parametrize(
    "headers",
    [JSON, basic("x"), basic(password="x"), JSON | {"authorization": "Basic !"},
     JSON | {"authorization": "Basic é"}, JSON | {"authorization": KEY["authorization"]}],
)  # fmt: skip
def test_a_sender_nobody_knows_is_turned_away(site: Site, headers: dict[str, str]) -> None:
    for path in ("/webhooks/adyen", "/webhooks/adyen/tokens"):
        page = notify(site, wrapped(an_item()), headers, path)
        details(page, 401, "UNKNOWN_SENDER")
        assert page.headers["www-authenticate"].startswith("Basic")
    assert list(site.world.read_stream()) == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "BAD_JSON"),
        (b"[]", 400, "BAD_JSON"),
        (b"[" * 9_000, 400, "BAD_JSON"),
        (wrapped(), 400, "BAD_JSON"),
        (wrapped("x"), 400, "BAD_JSON"),
        (wrapped(*[an_item()] * 21), 400, "BAD_JSON"),
        (wrapped({**an_item(), "success": "false"}), 401, "UNKNOWN_SENDER"),
        (wrapped(an_item(), {**an_item(), "additionalData": {}}), 401, "UNKNOWN_SENDER"),
        (wrapped(an_item(), live="true"), 401, "UNKNOWN_SENDER"),
        (wrapped(an_item(eventCode="")), 400, "BAD_JSON"),
        (b'"' + b"x" * 300_000 + b'"', 413, "BODY_TOO_LARGE"),
    ],
)
def test_a_notification_that_is_not_genuine_is_not_kept(
    site: Site, body: Any, status: int, code: str
) -> None:
    details(notify(site, body, basic()), status, code)
    assert list(site.world.read_stream()) == []


def test_a_store_that_fails_asks_for_the_notification_again(site: Site) -> None:
    """Anything but an acceptance makes the provider send it again; nothing of ours leaks."""
    vars(site.container)["store"] = None
    details(notify(site, wrapped(an_item()), basic()), 500, "UNEXPECTED")
    details(site.browser().get(f"/api/entitlements/{'0' * 26}", **KEY), 500, "UNEXPECTED")
