"""A simulator on a stopped clock, a receiver of its webhooks, and the real Python library."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import Adyen
import pytest

from infra.local.adyen import Options, Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.local.adyen.wire import Response

START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
SHOP = "http://localhost:8000"
BASE = "/checkoutshopper/test/"


def options(**changes: Any) -> Options:
    """Options of a test: any free port, a stopped clock, addresses for webhooks."""
    given: dict[str, Any] = {
        "port": 0,
        "frozen_at": START,
        "webhook_url": f"{SHOP}/webhooks/adyen",
        "token_webhook_url": f"{SHOP}/webhooks/adyen/tokens",
    }
    return Options(**(given | changes))


@dataclass
class Inbox:
    """Receives webhooks; answers 202, or the next of `answers`."""

    received: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def __call__(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        self.received.append((url, body, headers))
        return self.answers.pop(0) if self.answers else 202

    def items(self) -> list[dict[str, Any]]:
        """The items of the standard webhooks, in order."""
        bodies = [json.loads(body) for _, body, _ in self.received]
        return [
            wrapper["NotificationRequestItem"]
            for body in bodies
            for wrapper in body.get("notificationItems", [])
        ]

    def events(self) -> list[str]:
        """The names of the events, in order."""
        bodies = [json.loads(body) for _, body, _ in self.received]
        return [
            body["type"]
            if "type" in body
            else body["notificationItems"][0]["NotificationRequestItem"]["eventCode"]
            for body in bodies
        ]


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def sim(inbox: Inbox) -> Simulator:
    """In process: no socket is opened."""
    return Simulator(options(), transport=inbox)


@pytest.fixture(scope="session")
def served() -> Iterator[Simulator]:
    """Listening on any free port, for the whole run; each test starts from a reset."""
    with Simulator(options(), transport=Inbox()) as simulator:
        yield simulator


@pytest.fixture
def adyen(served: Simulator) -> Adyen.Adyen:
    """The published Python library, unchanged but for its address and key."""
    served.world.reset()
    client = Adyen.Adyen()
    client.client.xapikey = served.options.api_key
    client.client.platform = "test"
    checkout = client.checkout
    for service in (checkout.payments_api, checkout.modifications_api, checkout.recurring_api):
        service.baseUrl = served.checkout_url
    return client


def session_request(**changes: Any) -> dict[str, Any]:
    """A session for the first month of a subscription."""
    return {
        "merchantAccount": "ClairiereECOM",
        "amount": {"currency": "EUR", "value": 2000},
        "reference": "O1",
        "returnUrl": f"{SHOP}/fr/checkout/1/result",
        "countryCode": "FR",
        "shopperLocale": "fr-FR",
        "channel": "Web",
        "shopperReference": "shopper1",
        "shopperInteraction": "Ecommerce",
        "recurringProcessingModel": "Subscription",
        "storePaymentMethodMode": "enabled",
        "authenticationData": {"attemptAuthentication": "always"},
    } | changes


def charge_request(token_id: str, **changes: Any) -> dict[str, Any]:
    """A monthly charge of a stored card."""
    return {
        "merchantAccount": "ClairiereECOM",
        "amount": {"currency": "EUR", "value": 2000},
        "reference": "S1M2A1",
        "merchantOrderReference": "S1M2",
        "paymentMethod": {"type": "scheme", "storedPaymentMethodId": token_id},
        "shopperReference": "shopper1",
        "shopperInteraction": "ContAuth",
        "recurringProcessingModel": "Subscription",
        "returnUrl": f"{SHOP}/fr/account",
    } | changes


def open_session(sim: Simulator, **changes: Any) -> dict[str, Any]:
    """A session that was just created."""
    answer = sim.api("POST", "/sessions", session_request(**changes))
    assert answer.status == 201, answer.body
    session: dict[str, Any] = answer.json()
    return session


def subscribe(sim: Simulator, *, holder_name: str = "Camille Exemple", **changes: Any) -> str:
    """Pay a first session; the identifier of the stored card."""
    session = open_session(sim, **changes)
    result = sim.pay(session["id"], holder_name=holder_name)
    assert result["resultCode"] == "Authorised"
    shopper = session["shopperReference"]
    tokens = sim.admin("GET", f"/tokens?shopper_reference={shopper}")["tokens"]
    return str(tokens[-1]["id"])


def charge(sim: Simulator, token_id: str, *, key: str = "", **changes: Any) -> dict[str, Any]:
    """Charge a stored card; the body of the answer."""
    answer = sim.api("POST", "/payments", charge_request(token_id, **changes), key=key)
    body: dict[str, Any] = answer.json()
    return body


def post_from_page(sim: Simulator, path: str, body: dict[str, Any], origin: str = SHOP) -> Response:
    """Call the browser API as adyen-web does from a page of `origin`."""
    key = f"clientKey={sim.options.client_key}&token={sim.options.client_key}"
    return sim.call("POST", f"{BASE}{path}?{key}", body, {"origin": origin})
