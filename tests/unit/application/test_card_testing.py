"""Stolen cards tried at the checkout, until one of them passes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.application.billing.charging import stop_charging
from chalicelib.application.billing.pay_page import page_session
from chalicelib.application.billing.settle_first_charge import settle_first_charge
from chalicelib.application.selling.open_payment import open_payment, try_again
from chalicelib.application.selling.start_checkout import OrderForm
from chalicelib.domain.billing.due import Attempt
from chalicelib.domain.billing.guards import LIMITS, Limits
from chalicelib.domain.billing.outcomes import Authorised, Refused
from chalicelib.domain.kernel.errors import Throttled
from chalicelib.domain.selling.checkout import Stage
from tests.examples import RETURN_URL, Shop, an_order_form
from tests.fakes import FACTS, FakePorts

CARDS = 40
GOOD_CARD = 33
PRICE = 20
NO_LIMITS = LIMITS.replace(refused_per_address=10**6, refused_per_mailbox=10**6)


def a_form(number: int, network: str = "198.51.100.7", email: str | None = None) -> OrderForm:
    form = an_order_form(email=email or f"buyer{number}@example.org")
    return replace(form, network=network)


def an_order(ports: FakePorts, form: OrderForm) -> Shop:
    shop = Shop(ports=ports, subscription_id=ports.ids())
    shop.start(form)
    shop.place()
    return shop


def refused(number: int) -> Refused:
    return Refused(code="2", provider_reference=f"NO{number}")


def a_thief_at_work(limits: Limits, **same: str) -> tuple[FakePorts, list[str]]:
    """A thief tries one card after the other, each in an order of its own; what they were told."""
    ports = FakePorts(facts=replace(FACTS, limits=limits))
    told: list[str] = []
    for number in range(CARDS):
        shop = an_order(ports, a_form(number, **same))
        good = Authorised(provider_reference="STOLEN")
        try:
            shop.pay(good if number == GOOD_CARD else refused(number))
        except Throttled as error:
            told.append(error.code)
    return ports, told


def taken(ports: FakePorts) -> int:
    return sum(capture.amount.minor for capture in ports.gateway.captures) // 100


class TestGuardThrottle:
    """Throttles: after so many refusals no payment page opens any more, for an hour."""

    def test_without_them_one_card_passes_and_a_stranger_pays(self) -> None:
        ports, told = a_thief_at_work(NO_LIMITS)
        assert (taken(ports), told) == (PRICE, [])

    def test_from_one_address_nothing_is_taken(self) -> None:
        """Whatever mailboxes are given."""
        ports, told = a_thief_at_work(LIMITS)
        assert taken(ports) == 0
        assert told == ["TOO_MANY_REFUSALS"] * (CARDS - LIMITS.refused_per_address)

    def test_for_one_mailbox_nothing_is_taken(self) -> None:
        """Whatever addresses it comes from."""
        ports, told = a_thief_at_work(LIMITS, network="", email="zoe@example.org")
        assert taken(ports) == 0
        assert len(told) == CARDS - LIMITS.refused_per_mailbox

    def test_everybody_else_pays_and_the_hour_ends_it(self) -> None:
        """A good order is counted for nobody in particular, and writes no name."""
        ports, _ = a_thief_at_work(LIMITS)
        an_order(ports, a_form(90, network="203.0.113.9")).pay()
        assert taken(ports) == PRICE
        everybody = ports.store.tries("all", ports.clock())
        assert everybody is not None
        assert (everybody.refused, everybody.paid) == (LIMITS.refused_per_address, 1)
        ports.clock.move_to(ports.clock().replace(minute=0).replace(hour=ports.clock().hour + 1))
        an_order(ports, a_form(91)).pay()
        assert taken(ports) == 2 * PRICE

    def test_another_try_on_the_same_order_is_held_too(self) -> None:
        ports = FakePorts(facts=replace(FACTS, limits=LIMITS.replace(refused_per_mailbox=1)))
        shop = an_order(ports, a_form(1))
        shop.pay(refused(1))
        with pytest.raises(Throttled) as caught:
            try_again(shop.subscription_id, ports=ports)
        assert caught.value.retry_after.total_seconds() == 30 * 60

    def test_several_refusals_on_one_page_count_each(self) -> None:
        """The same one told twice counts once, and a page that was given up not at all."""
        ports = FakePorts()
        shop = an_order(ports, a_form(1))
        given_up = Refused(code="session")
        for outcome in (refused(1), refused(1), refused(2), given_up):
            settle_first_charge(shop.subscription_id, 1, outcome, now=ports.clock(), ports=ports)
        everybody = ports.store.tries("all", ports.clock())
        assert everybody is not None
        assert everybody.refused == 2

    def test_the_seal_of_an_address_goes_with_its_use(self) -> None:
        """Once the order is paid, or void."""
        ports = FakePorts()
        paid, left = an_order(ports, a_form(1)), an_order(ports, a_form(2))
        assert paid.checkout().address_digest is not None
        paid.pay()
        ports.clock.advance(timedelta(hours=25))
        left.sweep()
        assert left.checkout().stage is Stage.VOID
        assert (paid.checkout().address_digest, left.checkout().address_digest) == (None, None)

    def test_no_address_is_kept_in_clear(self) -> None:
        """Nor in any item of the table."""
        ports, _ = a_thief_at_work(LIMITS)
        kept = [thing.model_dump_json() for thing in ports.store.things.values()]
        assert not [text for text in kept if "198.51.100.7" in text]


class TestGuardStop:
    """The switch closes the payment pages as well."""

    def test_no_page_opens_while_payments_are_paused(self) -> None:
        ports = FakePorts()
        shop = an_order(ports, a_form(1))
        stop_charging(reason="a wrong price", by="odile", ports=ports)
        with pytest.raises(Throttled, match="PAYMENTS_PAUSED"):
            open_payment(shop.checkout(), return_url=RETURN_URL, ports=ports)
        assert not ports.gateway.pages

    def test_nor_does_the_page_of_a_month_that_is_owed(self) -> None:
        """A mailed link waits, and pays later."""
        shop = Shop()
        shop.subscribe()
        due = shop.due(1)
        page = Attempt(number=1, opened_at=shop.ports.clock(), channel="page")
        stop_charging(reason="a wrong price", by="odile", ports=shop.ports)
        with pytest.raises(Throttled, match="PAYMENTS_PAUSED"):
            page_session(due, page, return_url=RETURN_URL, ports=shop.ports)
        assert len(shop.ports.gateway.pages) == 1
