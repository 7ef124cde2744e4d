"""The payment method of a contract: given anew, deleted, brought up to date, revoked elsewhere."""

import json
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.application.billing.advance import advance
from chalicelib.application.billing.apply_notification import apply_notification
from chalicelib.application.billing.learn_method import learn_method
from chalicelib.application.billing.replace_method import (
    PAGE_OPEN_FOR,
    delete_method,
    has_method_page,
    method_session,
    open_method_page,
    report_method,
)
from chalicelib.application.ports import AgendaEntry, PaymentSession
from chalicelib.domain.billing.due import DueState
from chalicelib.domain.billing.outcomes import Authorised, Outcome, Refused
from chalicelib.domain.billing.refusals import NO_METHOD
from chalicelib.domain.billing.renewal import due_item
from chalicelib.domain.contract.subscription import Status
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.change import Change, Insert, Replace
from chalicelib.domain.selling.checkout import StoredMethod
from tests.crash import Killed, Saboteur
from tests.examples import Shop, paris
from tests.fakes import FACTS, OPENING, VISA, FakeClock, FakePorts
from tests.simulation.world.table import Table

DUE_AT = paris(2026, 11, 5, 5)
NEW = StoredMethod(token="TOKEN00000000002", kind="scheme", brand="mc", last_four="2222",
                   expires="12/2031", stored_at=DUE_AT)  # fmt: skip
PAYPAL = StoredMethod(token="TOKEN00000000003", kind="paypal")


PAYPAL = StoredMethod(token="TOKENPAYPAL00001", kind="paypal", brand="paypal")


def subscribed() -> Shop:
    shop = Shop()
    shop.subscribe()
    return shop


def paying_with(method: StoredMethod) -> Shop:
    """A contract whose order was paid with that method."""
    shop = Shop()
    shop.start()
    shop.place()
    shop.pay(Authorised(provider_reference="P1", method=method))
    shop.rest()
    return shop


def refused(*codes: str) -> Shop:
    """A contract whose renewal was refused with these codes, one after the other."""
    shop = subscribed()
    shop.ports.gateway.script(VISA.token, *(Refused(code=code) for code in codes or ("6",)))
    shop.run_until(DUE_AT)
    return shop


def owner(shop: Shop) -> str:
    return shop.subscription().customer_id


def page(shop: Shop) -> PaymentSession:
    """The page for another method, open at the provider."""
    open_method_page(shop.subscription_id, owner(shop), ports=shop.ports)
    return method_session(shop.subscription(), return_url="https://x.example", ports=shop.ports)


def give(shop: Shop, method: StoredMethod = NEW, outcome: Outcome | None = None) -> bool:
    """Give another method on the page, and come back."""
    session = page(shop)
    stored = outcome or Authorised(provider_reference="P-METHOD", method=method)
    result = shop.ports.gateway.pay(session.session_id, stored)
    return report_method(shop.subscription(), session.session_id, result, ports=shop.ports)


def tell(shop: Shop, event: str, token: str, name: str = "EV1", **data: Any) -> tuple[str, str]:
    """A token event of the provider."""
    content = {
        "merchantAccount": FACTS.merchant_account,
        "shopperReference": shop.subscription_id,
        "storedPaymentMethodId": token,
    }
    raw = {"type": f"recurring.token.{event}", "eventId": name, "data": content | data}
    now = shop.ports.clock()
    return apply_notification(json.dumps(raw).encode(), now=now, ports=shop.ports)


def events(shop: Shop) -> list[str]:
    return [event for record in shop.ports.store.committed for event in record.events]


class TestPay5:
    """PAY-5: the method is given on the provider's page, at no cost, and learnt from its API."""

    def test_a_new_card_takes_the_place_of_the_old(self) -> None:
        """Which is forgotten at the provider; the next month is charged on the new one."""
        shop = subscribed()
        old = VISA.replace(stored_at=DUE_AT - timedelta(days=30))
        shop.ports.gateway.methods[shop.subscription_id][:] = [old]
        assert give(shop)
        assert shop.subscription().method == NEW
        assert shop.ports.gateway.stored_methods(shop.subscription_id) == (NEW,)
        assert events(shop).count("MethodReplaced") == 1
        shop.run_until(DUE_AT)
        assert shop.ports.gateway.charges[-1].method == NEW

    def test_the_page_asks_for_no_money(self) -> None:
        """With a reference of its own, which no payment can be mistaken for."""
        shop = subscribed()
        request = shop.ports.gateway.pages[page(shop).session_id].request
        assert request.amount.minor == 0
        assert request.reference == f"{shop.subscription_id}.M1"
        assert request.expires_at == shop.ports.clock() + PAGE_OPEN_FOR

    def test_pressing_twice_opens_one_page(self) -> None:
        """A used one, and one that is over, make room for the next."""
        shop = subscribed()
        assert page(shop) == page(shop)
        assert has_method_page(shop.subscription(), ports=shop.ports)
        give(shop)
        assert not has_method_page(shop.subscription(), ports=shop.ports)
        page(shop)
        shop.ports.clock.advance(PAGE_OPEN_FOR)
        page(shop)
        assert shop.subscription().method_pages == 3

    def test_a_bank_that_says_no_changes_nothing(self) -> None:
        shop = subscribed()
        page(shop)
        before = shop.subscription()
        assert not give(shop, outcome=Refused(code="2"))
        assert shop.subscription() == before

    def test_the_result_of_something_else_is_no_method(self) -> None:
        shop = refused()
        first = next(iter(shop.ports.gateway.pages))
        result = str(shop.ports.gateway.pages[first].result)
        with pytest.raises(errors.Refused, match="BAD_SESSION_RESULT"):
            report_method(shop.subscription(), first, result, ports=shop.ports)
        session = page(shop)
        result = shop.ports.gateway.pay(session.session_id)
        other = shop.subscription().replace(id="01JDABCDEFGHJKMNPQRSTVWXY0")
        with pytest.raises(errors.Refused, match="BAD_SESSION_RESULT"):
            report_method(other, session.session_id, result, ports=shop.ports)

    def test_nobody_changes_somebody_elses(self) -> None:
        shop = subscribed()
        with pytest.raises(errors.Forbidden, match="NOT_YOURS"):
            open_method_page(shop.subscription_id, "somebody", ports=shop.ports)
        with pytest.raises(errors.Forbidden, match="NOT_YOURS"):
            delete_method(shop.subscription_id, "somebody", ports=shop.ports)

    def test_told_by_the_return_and_by_the_event_it_is_tried_once(self) -> None:
        """Both name the same payment; a card without money is not asked twice."""
        shop = refused()
        shop.ports.gateway.script(NEW.token, Refused(code="2"), Refused(code="2"))
        assert give(shop)
        assert shop.due(1).retry_at == shop.ports.clock()
        shop.run_until(DUE_AT + timedelta(minutes=10))
        assert shop.due(1).refusals == 2
        for _ in range(2):
            tell(shop, "created", NEW.token, "P-METHOD")
        shop.run_until(DUE_AT + timedelta(hours=2))
        assert shop.due(1).refusals == 2

    def test_the_next_page_follows_one_that_another_replaced(self) -> None:
        """A late return of page one does not close page two."""
        shop = subscribed()
        session = page(shop)
        result = shop.ports.gateway.pay(
            session.session_id, Authorised(provider_reference="P-M1", method=NEW)
        )
        shop.ports.clock.advance(PAGE_OPEN_FOR)
        page(shop)
        assert report_method(shop.subscription(), session.session_id, result, ports=shop.ports)
        assert has_method_page(shop.subscription(), ports=shop.ports)

    def test_the_money_notice_of_a_verification_is_set_aside(self) -> None:
        """It says that nothing was paid; the token's own event says what was stored."""
        shop = subscribed()
        session = page(shop)
        shop.ports.gateway.pay(session.session_id)
        told = shop.notify(shop.ports.gateway.news[-1])
        assert told == ("set_aside", "the token's own event tells which method was stored")


class TestRen2:
    """REN-2: deleting the method ends nothing; the next due date sends a link."""

    def test_deleted_here_and_at_the_provider(self) -> None:
        shop = subscribed()
        delete_method(shop.subscription_id, owner(shop), ports=shop.ports)
        assert shop.subscription().method is None
        assert shop.ports.gateway.stored_methods(shop.subscription_id) == ()
        assert events(shop).count("MethodRemoved") == 1
        with pytest.raises(errors.Refused, match="NO_METHOD"):
            delete_method(shop.subscription_id, owner(shop), ports=shop.ports)

    def test_the_next_due_date_asks_for_a_payment_by_link(self) -> None:
        """The contract goes on: the month is owed, nothing is charged, a letter goes out."""
        shop = subscribed()
        delete_method(shop.subscription_id, owner(shop), ports=shop.ports)
        shop.run_until(DUE_AT)
        (attempt,) = shop.due(1).attempts
        assert (attempt.code, attempt.kind) == (NO_METHOD, "update")
        assert shop.due(1).retry_at is None
        assert shop.ports.gateway.charges == []
        assert shop.subscription().status is Status.PAST_DUE

    def test_added_again_the_month_is_charged_at_once(self) -> None:
        shop = subscribed()
        delete_method(shop.subscription_id, owner(shop), ports=shop.ports)
        shop.run_until(DUE_AT)
        assert give(shop)
        shop.run_until(DUE_AT + timedelta(minutes=10))
        assert shop.due(1).state is DueState.PAID
        assert shop.subscription().status is Status.ACTIVE

    def test_a_crash_between_the_provider_and_us_heals(self) -> None:
        """The provider's own event, or pressing again, finishes it."""
        shop = subscribed()
        with pytest.raises(Killed):
            delete_method(
                shop.subscription_id, owner(shop), ports=Saboteur(shop.ports, at=1, how="kill")
            )
        assert shop.subscription().method == VISA
        assert tell(shop, "disabled", VISA.token) == ("applied", "")
        assert shop.subscription().method is None
        assert events(shop).count("MethodRemoved") == 1

    def test_replaced_in_between_the_new_one_stays(self) -> None:
        """Another window gave a card while this one deleted the old."""
        shop = subscribed()
        store = shop.ports.store

        class Slow:
            def forget_method(self, *_: str) -> None:
                replaced = shop.subscription().next(method=NEW)
                store.commit(Change((Replace(replaced),)))

        delete_method(shop.subscription_id, owner(shop), ports=shop.bundled(gateway=Slow()))
        assert shop.subscription().method == NEW


class TestTokenEvents:
    """Token events are signed, and believed where the provider's API says the same."""

    def test_a_card_brought_up_to_date_is_tried_once(self) -> None:
        """The account updater: same token, new expiry; the month unpaid is charged at once."""
        shop = refused()
        updated = VISA.replace(expires="03/2034")
        shop.ports.gateway.methods[shop.subscription_id][:] = [updated]
        for _ in range(3):
            assert tell(shop, "updated", VISA.token) == ("applied", "")
        shop.run_until(DUE_AT + timedelta(minutes=10))
        assert shop.subscription().method == updated
        assert shop.due(1).state is DueState.PAID
        assert len(shop.ports.gateway.charges) == 2

    @pytest.mark.parametrize("event", ["updated", "disabled"])
    def test_another_method_than_the_contracts_is_set_aside(self, event: str) -> None:
        shop = refused()
        before = shop.subscription()
        assert tell(shop, event, "TOKEN99999999999")[0] == "set_aside"
        assert tell(shop, event, VISA.token, shopperReference="01JDABCDEFGHJKMNPQRSTVWXY0") == (
            "set_aside", "NOT_FOUND",
        )  # fmt: skip
        assert shop.subscription() == before

    def test_an_update_of_what_is_not_stored_is_set_aside(self) -> None:
        shop = refused()
        shop.ports.gateway.methods[shop.subscription_id].clear()
        assert tell(shop, "updated", VISA.token) == ("set_aside", "not the method of the contract")

    def test_a_method_that_is_still_stored_is_not_lost(self) -> None:
        """The event alone takes nothing away."""
        shop = subscribed()
        told = tell(shop, "disabled", VISA.token)
        assert told == ("set_aside", "not the method of the contract, or still stored")
        assert shop.subscription().method == VISA

    @pytest.mark.parametrize("method", [VISA, PAYPAL], ids=lambda method: method.kind)
    def test_an_agreement_revoked_while_a_month_is_owed_sends_a_link_at_once(
        self, method: StoredMethod
    ) -> None:
        """On PayPal's own site, say: nothing is tried any more, the learner is asked."""
        shop = paying_with(method)
        shop.ports.gateway.script(method.token, Refused(code="12"))
        shop.run_until(DUE_AT)
        assert shop.ports.gateway.charges[-1].method == method
        assert shop.due(1).retry_at is not None
        shop.ports.gateway.methods[shop.subscription_id].clear()
        for _ in range(2):
            tell(shop, "disabled", method.token)
        assert shop.due(1).retry_at is None
        assert events(shop).count("PayLinkAsked") == 1
        assert events(shop).count("MethodRemoved") == 1
        shop.run_until(paris(2026, 11, 30))
        assert len(shop.ports.gateway.charges) == 1
        assert shop.subscription().status is Status.SUSPENDED


class TestPayPal:
    """A PayPal agreement, cancelled on PayPal's own site, is never charged again (DUN-1)."""

    @pytest.fixture
    def shop(self) -> Shop:
        """A contract that PayPal pays."""
        shop = Shop()
        shop.start()
        shop.place()
        shop.pay(Authorised(provider_reference="P1", method=PAYPAL))
        shop.rest()
        assert shop.subscription().method == PAYPAL
        return shop

    def test_told_by_its_event_while_a_month_is_owed(self, shop: Shop) -> None:
        """The try that was planned is given up, and a link goes out, once."""
        shop.ports.gateway.script(PAYPAL.token, Refused(code="12"))
        shop.run_until(DUE_AT)
        assert shop.due(1).retry_at is not None
        shop.ports.gateway.methods[shop.subscription_id].clear()
        told = [tell(shop, "disabled", PAYPAL.token, name=name)[0] for name in ("EV1", "EV2")]
        assert told == ["applied", "set_aside"]
        assert (shop.due(1).retry_at, shop.subscription().method) == (None, None)
        assert [events(shop).count(one) for one in ("PayLinkAsked", "MethodRemoved")] == [1, 1]
        shop.run_until(paris(2026, 11, 30))
        assert len(shop.ports.gateway.charges) == 1
        assert shop.subscription().status is Status.SUSPENDED

    def test_told_by_its_event_before_anything_is_owed(self, shop: Shop) -> None:
        """The next due date asks for a payment by link, and charges nothing."""
        shop.ports.gateway.methods[shop.subscription_id].clear()
        assert tell(shop, "disabled", PAYPAL.token) == ("applied", "")
        shop.run_until(DUE_AT)
        assert shop.ports.gateway.charges == []
        assert shop.due(1).attempts[0].code == NO_METHOD

    def test_told_by_the_refusal_alone(self, shop: Shop) -> None:
        """Suspended at once; its event, when it comes after all, sends no second charge."""
        shop.ports.gateway.script(PAYPAL.token, Refused(code="26"))
        shop.run_until(DUE_AT)
        assert shop.subscription().status is Status.SUSPENDED
        assert shop.subscription().barred_token == PAYPAL.token
        shop.ports.gateway.methods[shop.subscription_id].clear()
        assert tell(shop, "disabled", PAYPAL.token) == ("applied", "")
        shop.run_until(paris(2026, 12, 20))
        assert len(shop.ports.gateway.charges) == 1


class TestDun1:
    """DUN-1: suspended at once on a stop code; no automatic charge on that token, ever."""

    def test_a_mandate_revoked_is_never_charged_again(self) -> None:
        """Not this month, not the next one after the learner paid by hand with the same card."""
        shop = refused("26")
        assert shop.subscription().status is Status.SUSPENDED
        assert shop.subscription().barred_token == VISA.token
        paid = shop.due(1)
        shop.notify(shop.ports.gateway.news[-1])
        attempt = paid.attempts[0].replace(state="authorised", provider_reference="P9")
        settled = paid.next(state=DueState.PAID, attempts=(attempt,), parked=None)
        active = shop.subscription().next(status=Status.ACTIVE)
        shop.ports.store.commit(
            Change((Replace(settled), Replace(active), Insert(due_item(active, 2))))
        )
        charges = len(shop.ports.gateway.charges)
        shop.run_until(paris(2026, 12, 5, 5))
        assert len(shop.ports.gateway.charges) == charges
        assert shop.due(2).attempts[0].code == NO_METHOD

    def test_an_agreement_that_the_charge_finds_cancelled_is_a_stop(self) -> None:
        """PayPal's event may never come: its refusal says the same, and the letters name PayPal."""
        shop = paying_with(PAYPAL)
        shop.ports.gateway.script(PAYPAL.token, Refused(code="26"))
        shop.run_until(paris(2026, 11, 30))
        assert len(shop.ports.gateway.charges) == 1
        assert shop.due(1).method_label == "PayPal"
        assert shop.subscription().status is Status.SUSPENDED
        assert shop.subscription().barred_token == PAYPAL.token

    def test_a_new_token_lifts_the_bar(self) -> None:
        shop = refused("26")
        assert give(shop)
        assert shop.subscription().barred_token is None
        shop.run_until(DUE_AT + timedelta(minutes=10))
        assert shop.due(1).state is DueState.PAID


class TestExpiry:
    """A month before a card ends its holder is told, once."""

    def test_told_once(self) -> None:
        shop = Shop()
        shop.start()
        shop.place()
        soon = VISA.replace(expires="12/2026")
        shop.pay(Authorised(provider_reference="P1", method=soon))
        shop.rest()
        shop.run_until(paris(2026, 12, 31))
        assert events(shop).count("MethodExpires") == 1
        assert shop.subscription().expiry_told_on == soon.expires_on
        entry = AgendaEntry("subscription", shop.subscription_id, None, shop.ports.clock())
        advance(entry, ports=shop.ports)
        assert events(shop).count("MethodExpires") == 1


class TestFailure18:
    """Failure 18: what decides is the contract as it stands, not a copy of it that lags behind."""

    def test_a_charge_that_a_new_method_allows_is_made_with_that_method(self) -> None:
        clock = FakeClock(OPENING)
        table = Table(clock=clock)
        shop = Shop(ports=FakePorts(clock=clock, store=table))
        shop.subscribe()
        shop.ports.gateway.script(VISA.token, Refused(code="6"))
        shop.run_until(DUE_AT)
        shop.ports.gateway.methods[shop.subscription_id].append(NEW)
        learn_method(shop.subscription_id, ports=shop.ports, cause="P9")
        only_the_due_item_is_read_as_it_is = iter([False])
        table.lags = lambda: next(only_the_due_item_is_read_as_it_is, True)
        shop.sweep()
        assert [charge.method.token for charge in shop.ports.gateway.charges] == [
            VISA.token,
            NEW.token,
        ]
