"""The simulator on a port of its own, called by the adapter that is deployed."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.adapters.adyen.connection import connect
from chalicelib.application.ports import ChargeRequest, SessionRequest
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.selling.checkout import StoredMethod
from infra.local.adyen import Options, Simulator
from tests.fakes import OPENING, FakeClock
from tests.fakes_things import SUBSCRIPTION_ID
from tests.integration.adyen.in_a_world import InAWorld
from tests.integration.adyen.providers import Provider, Simulated, in_memory, simulated

PRICE = Money(minor=2000, currency="EUR")
KEY = DueKey(subscription_id=SUBSCRIPTION_ID, period=1)
FIRST = DueKey(subscription_id=SUBSCRIPTION_ID, period=0).reference(1)


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    """One simulator for the run; its clock stands still."""
    with Simulator(Options(port=0, frozen_at=OPENING)) as started:
        yield started


@pytest.fixture
def adyen(simulator: Simulator) -> Simulated:
    """The real gateway in front of the simulator."""
    facade = connect(
        api_key=simulator.options.api_key,
        platform="test",
        live_prefix="",
        checkout_url=simulator.checkout_url,
    )
    return simulated(simulator, lambda: facade)


@pytest.fixture(params=["memory", "world", "simulator"])
def provider(request: pytest.FixtureRequest) -> Provider:
    """Each test of the contract runs on all of them."""
    if request.param == "memory":
        return in_memory(FakeClock(OPENING))
    if request.param == "world":
        return InAWorld(FakeClock(OPENING))
    found: Provider = request.getfixturevalue("adyen")
    return found


def session_request(key: str = "session key 1", reference: str = FIRST) -> SessionRequest:
    """A payment page for the first month."""
    return SessionRequest(
        reference=reference,
        amount=PRICE,
        shopper_reference=SUBSCRIPTION_ID,
        shopper_email="zoe@example.org",
        shopper_address=None,
        country="FR",
        lang="fr",
        return_url="https://clairiere.example/fr/checkout/1/pay",
        expires_at=OPENING + timedelta(hours=24),
        idempotency_key=key,
    )


def charge_request(method: StoredMethod, attempt: int = 1) -> ChargeRequest:
    """The first renewal, charged on a stored method."""
    return ChargeRequest(
        reference=KEY.reference(attempt),
        cycle=f"{SUBSCRIPTION_ID}.0001.1",
        amount=PRICE,
        method=method,
        shopper_reference=SUBSCRIPTION_ID,
        return_url="https://clairiere.example/fr/account",
        attempt=attempt,
        idempotency_key=f"charge key {attempt}",
    )


def stored(provider: Provider) -> StoredMethod:
    """The method that a paid first month left with the provider."""
    page = provider.gateway.open_session(session_request())
    provider.pay(page.session_id)
    (method,) = provider.gateway.stored_methods(SUBSCRIPTION_ID)
    return method
