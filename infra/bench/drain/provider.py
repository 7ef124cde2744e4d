"""The payment provider: the simulator as a process, with a stored method for each who is due."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import requests

from infra.bench.drain.odds import Odds
from infra.bench.drain.population import CONCLUDED_AT, Renewal
from infra.local import simulator
from infra.local.keys import API_KEY, MERCHANT_ACCOUNT, Keys
from infra.local.ports import Ports
from infra.local.simulator import Simulator

AT_ONCE: Final = 4
READY: Final = "ready"
SECONDS_MAX: Final = 60.0
FIRST: Final = "first"


@dataclass(frozen=True)
class Provider:
    """A running simulator, and what a run asks of it."""

    simulator: Simulator

    @property
    def checkout_url(self) -> str:
        return f"{self.simulator.address}/checkout/v72"

    def store_methods(self, due: Sequence[Renewal]) -> list[Renewal]:
        """Let each pay once by card and have it stored; nothing is notified."""
        self._set_clock(CONCLUDED_AT)
        self._ask("PUT", "faults/weather", {"webhooks": {"lose": 1}})
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(self._first_payment, due))
        self._ask("DELETE", "faults")
        tokens = {each["shopper_reference"]: each["id"] for each in self.simulator.tokens()}
        self._ask("PUT", f"snapshots/{READY}", {})
        return [replace(each, token=tokens[each.subscription_id]) for each in due]

    def go_back(self) -> None:
        """Go back to when every method was stored."""
        self._ask("POST", f"snapshots/{READY}/restore", {})

    def begin(self, at: datetime, odds: Odds, seed: int) -> None:
        """Let the clock run from `at`, in that weather."""
        self._set_clock(at)
        self._ask("PUT", "faults/weather", odds.weather(seed))

    def _set_clock(self, at: datetime) -> None:
        self._ask("PUT", "clock", {"now": f"{at:%Y-%m-%dT%H:%M:%SZ}", "backwards": True})

    def _first_payment(self, renewal: Renewal) -> None:
        body = {
            "merchantAccount": MERCHANT_ACCOUNT,
            "amount": {"currency": "EUR", "value": 2000},
            "reference": f"{FIRST}.{renewal.subscription_id}",
            "paymentMethod": {
                "type": "scheme",
                "holderName": "Camille Exemple",
                "encryptedCardNumber": "test_4111111111111111",
                "encryptedExpiryMonth": "test_03",
                "encryptedExpiryYear": "test_2031",
                "encryptedSecurityCode": "test_737",
            },
            "shopperReference": renewal.subscription_id,
            "shopperInteraction": "Ecommerce",
            "recurringProcessingModel": "Subscription",
            "storePaymentMethod": True,
            "returnUrl": "https://clairiere.example/fr/account",
        }
        answer = requests.post(
            f"{self.checkout_url}/payments",
            json=body,
            headers={"x-api-key": API_KEY},
            timeout=SECONDS_MAX,
        )
        assert answer.json()["resultCode"] == "Authorised", answer.text

    def _ask(self, verb: str, path: str, body: dict[str, Any] | None = None) -> None:
        answer = requests.request(
            verb, f"{self.simulator.address}/_sim/{path}", json=body, timeout=SECONDS_MAX
        )
        answer.raise_for_status()


@contextmanager
def running(ports: Ports, keys: Keys, log: Path) -> Iterator[Provider]:
    """A provider for the length of a `with`; it sends its notices by itself."""
    with log.open("wb") as lines:
        started = simulator.start(
            ports.simulator,
            shop=f"http://localhost:{ports.front}",
            environment=keys.for_simulator(ports),
            log=lines,
            delivery="automatic",
        )
        try:
            yield Provider(started.simulator)
        finally:
            started.stop()
