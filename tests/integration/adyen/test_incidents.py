"""Everything that the simulated provider can do to a payment afterwards is entered in the books."""

import json
from typing import Any

import pytest

from chalicelib.application.billing.apply_notification import apply_notification
from chalicelib.application.billing.returns.refund_due import ask_again, ask_refund, send_refund
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.billing.journal import Account, balances
from chalicelib.domain.billing.outcomes import Authorised
from chalicelib.domain.kernel.change import Change, Insert
from infra.local.adyen.incidents import INCIDENTS
from tests.fakes import OPENING, FakePorts
from tests.fakes_things import SUBSCRIPTION_ID, a_checkout, a_due, a_subscription
from tests.integration.adyen.conftest import KEY, charge_request, stored
from tests.integration.adyen.providers import Simulated


@pytest.fixture
def books(adyen: Simulated) -> Ports:
    """Fake ports with the real gateway, and a renewal that the simulator charged."""
    fakes = FakePorts()
    paid = adyen.gateway.charge(charge_request(stored(adyen)))
    assert isinstance(paid, Authorised)
    attempt = Attempt(
        number=1,
        state="authorised",
        opened_at=OPENING,
        provider_reference=paid.provider_reference,
    )
    due = a_due(state=DueState.PAID, attempts=(attempt,))
    things = (a_checkout(), a_subscription(), due)
    fakes.store.commit(Change(tuple(Insert(thing) for thing in things)))
    return fakes.bundle(gateway=adyen.gateway)


def payment(books: Ports) -> str:
    """What the simulator calls the renewal's payment."""
    name = books.store.due_item(KEY).attempts[0].provider_reference
    assert name is not None
    return name


def apply_all(adyen: Simulated, books: Ports) -> set[tuple[str, str]]:
    """Apply every webhook of the simulator twice, the newest first; what became of them."""
    parcels = adyen.simulator.world.state.mailbag.parcels
    items: list[dict[str, Any]] = [
        json.loads(parcel.body)["notificationItems"][0]["NotificationRequestItem"]
        for parcel in parcels
        if parcel.endpoint == "standard" and parcel.reference.startswith(f"{SUBSCRIPTION_ID}.0001")
    ]
    outcomes: set[tuple[str, str]] = set()
    for item in [*reversed(items), *items]:
        raw = json.dumps(item).encode()
        outcomes.add(apply_notification(raw, now=books.clock(), ports=books))
    return outcomes


@pytest.mark.parametrize("event", sorted(INCIDENTS))
def test_every_incident_is_entered(adyen: Simulated, books: Ports, event: str) -> None:
    """None of them is money that nobody answers for."""
    if event.startswith("REFUND"):
        refund = ask_refund(KEY, 1533, cause="withdrawal", ports=books)
        send_refund(refund.key, ports=books)
        order = books.store.refund(refund.key).latest.provider_reference
        told = {"event": event, "amount_minor": 1533, "psp_reference": order}
    else:
        told = {"event": event}
    adyen.simulator.admin("POST", f"/payments/{payment(books)}/events", told)
    assert apply_all(adyen, books) == {("applied", "")}
    assert list(books.store.every_unplaced_money()) == []


def test_a_refund_that_comes_back_goes_again(adyen: Simulated, books: Ports) -> None:
    """Promised, sent, lost, sent once more: the simulator's books and ours agree."""
    refund = ask_refund(KEY, 1533, cause="withdrawal", ports=books)
    send_refund(refund.key, ports=books)
    order = books.store.refund(refund.key).latest.provider_reference
    assert order is not None
    adyen.return_refund(order, refund.reference)
    apply_all(adyen, books)
    assert books.store.refund(refund.key).parked == "refund_failed"
    ask_again(refund.key, ports=books)
    send_refund(refund.key, ports=books)
    apply_all(adyen, books)
    again = books.store.refund(refund.key)
    assert [one.state for one in again.tries] == ["failed", "sent"]
    assert balances(again.postings)[Account.CLEARING] == -1533
    assert adyen.returned_minor(KEY.reference(1)) == 1533


def test_a_dispute_to_its_last_word(adyen: Simulated, books: Ports) -> None:
    """Our position is what the simulator says that the bank holds, after each event."""
    life = ("CHARGEBACK", "CHARGEBACK_REVERSED", "SECOND_CHARGEBACK", "PREARBITRATION_WON")
    psp = payment(books)
    for event in life:
        adyen.simulator.admin("POST", f"/payments/{psp}/events", {"event": event})
        assert apply_all(adyen, books) == {("applied", "")}
        (dispute,) = books.store.disputes(SUBSCRIPTION_ID)
        held = adyen.simulator.world.state.payments[psp].disputed_minor
        assert dispute.taken_minor == the_due(books).disputed_minor == held
    assert books.store.subscription(SUBSCRIPTION_ID).held is None


def the_due(books: Ports) -> DueItem:
    """The renewal as it stands."""
    return books.store.due_item(KEY, fresh=True)
