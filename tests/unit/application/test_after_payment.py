"""What happens to money after its payment: refunds, reversals, captures, disputes."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.application.billing.apply_notification import apply_notification
from chalicelib.application.billing.returns.enter_dispute import lift_hold
from chalicelib.application.billing.returns.refund_due import ask_again, ask_refund, give_back_again
from chalicelib.application.selling.open_payment import open_payment
from chalicelib.domain.billing.due import DueState
from chalicelib.domain.billing.journal import Account, balances
from chalicelib.domain.billing.returns.dispute import Dispute
from chalicelib.domain.billing.returns.refund import Refund
from chalicelib.domain.billing.reversal import Reversal
from chalicelib.domain.contract.subscription import Status
from chalicelib.domain.kernel.change import Change, Insert, Replace
from chalicelib.domain.kernel.errors import Conflict, NotFound, Refused
from chalicelib.domain.kernel.ids import RefundKey
from chalicelib.domain.kernel.money import Money
from tests.crash import Saboteur
from tests.examples import Shop, paris
from tests.fakes import VISA, NoAnswer
from tests.fakes_gateway import Happening
from tests.fakes_things import a_reversal
from tests.world_news import happening_item

PRICE = Money(minor=2000, currency="EUR")
NOON = paris(2026, 11, 5, 12)


def renewed(**method: Any) -> Shop:
    """A contract whose first renewal is paid, with every paper out."""
    shop = Shop()
    shop.subscribe()
    if method:
        subscription = shop.subscription()
        other = VISA.replace(**method)
        shop.ports.store.commit(Change((Replace(subscription.next(method=other)),)))
    shop.run_until(NOON)
    assert shop.due(1).state is DueState.PAID
    return shop


def payment(shop: Shop, period: int = 1) -> str:
    """What the provider calls the payment of a period."""
    paying = shop.due(period).paying_attempt
    assert paying is not None
    assert paying.provider_reference is not None
    return paying.provider_reference


def tell(shop: Shop, happening: Happening, **changes: Any) -> tuple[str, str]:
    """Apply the notification of something; `changes` replace fields of its item."""
    world = shop.world
    raw = json.dumps(happening_item(happening, world.clock(), **changes)).encode()
    answer = apply_notification(raw, now=world.clock(), ports=world)
    shop.rest()
    return answer


def tell_all(shop: Shop) -> None:
    """Apply everything the gateway has to tell, each of it twice."""
    for happening in shop.ports.gateway.happenings:
        for _ in range(2):
            assert tell(shop, happening) == ("applied", "")


def about(shop: Shop, event: str, *, success: bool = True, **changes: Any) -> Happening:
    """An event about the payment of the first renewal."""
    told = Happening(event, "E1", "", shop.key(1).reference(1), PRICE, success)
    return replace(told, **({"payment": payment(shop)} | changes))


def the_refund(shop: Shop) -> Refund:
    (refund,) = shop.ports.store.every_refund()
    return refund


def the_dispute(shop: Shop) -> Dispute:
    (dispute,) = shop.ports.store.every_dispute()
    return dispute


def journal(shop: Shop) -> dict[Account, int]:
    """The balances of everything booked, all contracts together."""
    store = shop.ports.store
    things: list[Any] = [*store.every_due_item(), *store.every_reversal()]
    things += [*store.every_refund(), *store.every_dispute()]
    booked = tuple(posting for thing in things for posting in thing.postings)
    assert sum(posting.minor for posting in booked) == 0
    return balances(booked)


def clearing(shop: Shop) -> int:
    """What the provider holds, by our books."""
    return journal(shop).get(Account.CLEARING, 0)


class TestWdr5:
    """WDR-5: money promised back is sent once, and owed until it has arrived."""

    def test_a_refund_is_promised_sent_and_told(self) -> None:
        """From the promise to the mail, with every word told twice."""
        shop = renewed()
        before = clearing(shop)
        refund = ask_refund(shop.key(1), 1533, cause="withdrawal", ports=shop.ports)
        assert (refund.vat_minor, shop.due(1).refunded_minor) == (255, 1533)
        assert ask_refund(shop.key(1), 1533, cause="withdrawal", ports=shop.ports) == refund
        assert journal(shop)[Account.REFUNDS] == -1533
        shop.sweep()
        assert the_refund(shop).latest.state == "asked"
        tell_all(shop)
        assert (the_refund(shop).latest.state, the_refund(shop).agenda_at) == ("sent", None)
        assert (journal(shop)[Account.REFUNDS], clearing(shop)) == (0, before - 1533)
        assert len(shop.ports.gateway.refunds) == 1

    def test_more_than_came_is_not_promised(self) -> None:
        """Two refunds of one payment together, by two people at once."""
        shop = renewed()
        ask_refund(shop.key(1), 1500, cause="one", ports=shop.ports)
        with pytest.raises(Refused, match="MORE_THAN_CAPTURED"):
            ask_refund(shop.key(1), 501, cause="two", ports=shop.ports)
        rival = Saboteur(shop.ports, at=0, how="conflict")
        ask_refund(shop.key(1), 500, cause="three", ports=rival)
        assert [refund.refund for refund in shop.ports.store.refunds(shop.subscription_id)] == [
            1,
            2,
        ]

    def test_a_silent_provider_is_asked_again_with_the_same_key_for_a_day(self) -> None:
        """Then a person is told; its notification still settles it."""
        shop = renewed()
        ask_refund(shop.key(1), 2000, cause="withdrawal", ports=shop.ports)
        shop.ports.gateway.is_down = True
        shop.run_until(NOON + timedelta(hours=1))
        assert the_refund(shop).latest.state == "open"
        assert "GATEWAY_UNAVAILABLE" in shop.replies
        shop.run_until(NOON + timedelta(hours=25))
        assert (the_refund(shop).parked, shop.alarms) == ("refund_unanswered", ["Parked"])
        told = Happening("REFUND", "M7", payment(shop), the_refund(shop).reference, PRICE)
        assert tell(shop, told) == ("applied", "")
        assert (the_refund(shop).latest.state, the_refund(shop).parked) == ("sent", None)

    def test_no_outcome_for_five_days_is_shown_to_a_person(self) -> None:
        """Its notification was lost."""
        shop = renewed()
        ask_refund(shop.key(1), 2000, cause="withdrawal", ports=shop.ports)
        shop.run_until(NOON + timedelta(days=6))
        assert the_refund(shop).parked == "refund_unconfirmed"

    def test_an_order_that_is_turned_down_has_failed(self) -> None:
        """A person asks again; that order has another key."""
        shop = renewed()
        shop.ports.gateway.refuses_orders = True
        ask_refund(shop.key(1), 2000, cause="withdrawal", ports=shop.ports)
        shop.sweep()
        assert (the_refund(shop).parked, the_refund(shop).latest.code) == ("refund_failed", "137")
        shop.ports.gateway.refuses_orders = False
        shop.ports.gateway.refunds.clear()
        ask_again(the_refund(shop).key, ports=shop.ports)
        shop.sweep()
        tell_all(shop)
        assert the_refund(shop).latest.number == 2
        assert the_refund(shop).latest.state == "sent"

    @pytest.mark.parametrize("event", ["REFUND_FAILED", "REFUNDED_REVERSED"])
    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_money_that_comes_back_is_owed_again(self, event: str, order: tuple[int, int]) -> None:
        """Told before or after the word that it had gone, under the payment's own reference."""
        shop = renewed()
        before = clearing(shop)
        ask_refund(shop.key(1), 2000, cause="withdrawal", ports=shop.ports)
        shop.sweep()
        shop.ports.gateway.fail_order(event, the_refund(shop).reference)
        news = shop.ports.gateway.happenings
        for index in (*order, *order):
            assert tell(shop, news[index]) == ("applied", "")
        assert (the_refund(shop).parked, the_refund(shop).latest.state) == (
            "refund_failed", "failed",
        )  # fmt: skip
        assert (clearing(shop), journal(shop)[Account.REFUNDS]) == (before, -2000)
        ask_again(the_refund(shop).key, ports=shop.ports)
        shop.sweep()
        tell_all(shop)
        assert (clearing(shop), journal(shop)[Account.REFUNDS]) == (before - 2000, 0)
        assert len(set(shop.ports.gateway.orders)) == 2

    def test_a_refund_the_provider_refuses_afterwards_has_failed(self) -> None:
        """REFUND with success false."""
        shop = renewed()
        ask_refund(shop.key(1), 2000, cause="withdrawal", ports=shop.ports)
        shop.sweep()
        (told,) = shop.ports.gateway.happenings
        assert tell(shop, told, success="false") == ("applied", "")
        assert the_refund(shop).latest.code == "turned_down"

    def test_a_failure_before_our_own_answer_is_found_by_its_amount(self) -> None:
        """We do not know yet what the provider calls the order."""
        shop = renewed()
        ask_refund(shop.key(1), 700, cause="one", ports=shop.ports)
        ask_refund(shop.key(1), 600, cause="two", ports=shop.ports)
        came_back = about(shop, "REFUND_FAILED", amount=Money(minor=600, currency="EUR"))
        assert tell(shop, came_back) == ("applied", "")
        states = [r.latest.state for r in shop.ports.store.refunds(shop.subscription_id)]
        assert states == ["open", "failed"]
        shop.sweep()
        assert [r.latest.state for r in shop.ports.store.refunds(shop.subscription_id)] == [
            "asked", "failed",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"amount": {"currency": "EUR", "value": 1}}, "another amount"),
            ({"amount": None}, "another amount"),
            ({"originalReference": "P999"}, "another payment"),
            ({"merchantReference": "01JDABCDEFGHJKMNPQRSTVWXYZ.0001.1.R2.1"}, "NOT_FOUND"),
            (
                {"merchantReference": "01JDABCDEFGHJKMNPQRSTVWXYZ.0001.1.R1.2"},
                "a try that was never made",
            ),
            ({"merchantReference": "01JDABCDEFGHJKMNPQRSTVWXYZ.0001.1.1"}, "no refund of ours"),
            ({"merchantReference": "made in the Customer Area"}, "not one of our references"),
        ],
    )
    def test_a_refund_that_is_not_ours_is_shown_to_a_person(
        self, changes: dict[str, Any], reason: str
    ) -> None:
        """It may have been ordered at the provider's own desk."""
        shop = renewed()
        ask_refund(shop.key(1), 2000, cause="withdrawal", ports=shop.ports)
        told = Happening("REFUND", "M7", payment(shop), the_refund(shop).reference, PRICE)
        assert tell(shop, told, **changes) == ("set_aside", reason)
        assert the_refund(shop).latest.state == "open"
        assert [fact.reason for fact in shop.ports.store.every_unplaced_money()] == [reason]

    def test_two_refunds_of_one_amount_are_not_guessed_between(self) -> None:
        """A person looks."""
        shop = renewed()
        for cause in ("one", "two"):
            ask_refund(shop.key(1), 500, cause=cause, ports=shop.ports)
        came_back = about(shop, "REFUND_FAILED", amount=Money(minor=500, currency="EUR"))
        assert tell(shop, came_back) == ("set_aside", "no refund of ours")

    def test_a_failure_that_failed_is_no_news(self) -> None:
        """Nothing came back."""
        shop = renewed()
        told = about(shop, "REFUND_FAILED", success=False)
        assert tell(shop, told) == ("set_aside", "nothing came back")

    def test_what_does_not_exist_is_not_refunded(self) -> None:
        """Nor asked again."""
        shop = renewed()
        with pytest.raises(NotFound):
            ask_refund(shop.key(9), 1, cause="withdrawal", ports=shop.ports)
        with pytest.raises(NotFound):
            ask_again(RefundKey(due=shop.key(1), number=1), ports=shop.ports)


class TestPay5:
    """PAY-5: what was paid twice goes back once; a failure is owed and shown."""

    def twice(self) -> Shop:
        """A renewal refused, paid at the second try, and told paid at the first as well."""
        shop = renewed()
        surplus = a_reversal(
            subscription_id=shop.subscription_id, attempt=1, provider_reference=payment(shop),
            agenda_at=NOON,
        )  # fmt: skip
        shop.ports.store.commit(Change((Insert(surplus),)))
        return shop

    def reversal(self, shop: Shop) -> Reversal:
        return shop.ports.store.reversal(shop.key(1), 1)

    def test_a_reversal_is_confirmed_by_its_notification(self) -> None:
        """Told twice."""
        shop = self.twice()
        shop.sweep()
        tell_all(shop)
        assert self.reversal(shop).confirmed_at == NOON

    @pytest.mark.parametrize(
        ("event", "success"), [("CANCEL_OR_REFUND", False), ("REFUND_FAILED", True)]
    )
    def test_a_reversal_that_fails_is_owed_and_asked_again_under_another_key(
        self,
        event: str,
        *,
        success: bool,
    ) -> None:
        """By a person."""
        shop = self.twice()
        shop.sweep()
        told = about(shop, event, success=success)
        for _ in range(2):
            assert tell(shop, told) == ("applied", "")
        assert (self.reversal(shop).parked, shop.alarms) == ("reversal_failed", ["Parked"])
        assert journal(shop)[Account.RETURNS] == -2000
        shop.ports.gateway.returns.clear()
        give_back_again(shop.key(1), 1, ports=shop.ports)
        shop.sweep()
        assert journal(shop)[Account.RETURNS] == 0
        assert len(shop.ports.gateway.orders) == 2

    def test_an_order_that_is_turned_down_is_owed_and_shown(self) -> None:
        """It does not stay on the agenda for ever."""
        shop = self.twice()
        shop.ports.gateway.refuses_orders = True
        shop.sweep()
        assert (self.reversal(shop).parked, self.reversal(shop).agenda_at) == (
            "reversal_failed", None,
        )  # fmt: skip

    def test_a_failure_heard_before_the_reply_is_not_forgotten_by_it(self) -> None:
        """The reply is about the order that failed."""
        shop = self.twice()
        told = about(shop, "CANCEL_OR_REFUND", success=False)
        gateway = shop.ports.gateway

        class Early(type(gateway)):  # type: ignore[misc]  # the fake, with a word in between
            def give_back(self, *args: Any, **named: Any) -> None:
                gateway.give_back(*args, **named)
                tell(shop, told)

        early = Early(shop.ports.clock)
        with shop.through(shop.bundled(gateway=early)):
            shop.sweep()
        assert self.reversal(shop).parked == "reversal_failed"

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"amount": {"currency": "EUR", "value": 1}}, "another amount"),
            ({"originalReference": "P999"}, "another payment"),
            (
                {"merchantReference": "01JDABCDEFGHJKMNPQRSTVWXYZ.0001.1.2"},
                "a payment we never gave back",
            ),
        ],
    )
    def test_a_reversal_that_is_not_ours_is_shown_to_a_person(
        self, changes: dict[str, Any], reason: str
    ) -> None:
        """Whether it succeeded or failed."""
        shop = self.twice()
        for success in (True, False):
            told = about(shop, "CANCEL_OR_REFUND", success=success)
            assert tell(shop, told, **changes) == ("set_aside", reason)

    @pytest.mark.parametrize(
        ("event", "success", "code"),
        [
            ("CAPTURE_FAILED", True, "capture_failed"),
            ("CAPTURE", False, "capture_refused"),
            ("CANCELLATION", True, "cancelled"),
            ("TECHNICAL_CANCEL", True, "cancelled"),
            ("EXPIRE", True, "expired"),
        ],
    )
    def test_a_payment_whose_money_does_not_come_is_tried_again(
        self,
        event: str,
        *,
        success: bool,
        code: str,
    ) -> None:
        """Owed again at once, charged the next morning, once."""
        shop = renewed()
        told = about(shop, event, success=success)
        changes = {"pspReference": payment(shop), "originalReference": ""}
        for _ in range(2):
            assert tell(shop, told, **(changes if event == "EXPIRE" else {})) == ("applied", "")
        due = shop.due(1)
        assert (due.state, due.attempts[0].code) == (DueState.SCHEDULED, code)
        assert shop.subscription().status is Status.PAST_DUE
        assert [each.period for each in shop.dues()] == [0, 1]
        shop.run_until(paris(2026, 11, 6, 12))
        assert shop.due(1).state is DueState.PAID
        assert (shop.subscription().status, clearing(shop)) == (Status.ACTIVE, 4000)
        assert [each.period for each in shop.dues()] == [0, 1, 2]
        assert tell(shop, told, **(changes if event == "EXPIRE" else {})) == ("applied", "")
        assert shop.due(1).state is DueState.PAID

    def test_a_capture_after_its_failure_pays_again(self) -> None:
        """Adyen mends some failures itself."""
        shop = renewed()
        captured = about(shop, "CAPTURE")
        tell(shop, about(shop, "CAPTURE_FAILED"))
        for _ in range(2):
            assert tell(shop, captured, originalReference="") == ("applied", "")
        assert (shop.due(1).state, clearing(shop)) == (DueState.PAID, 4000)
        assert payment(shop) == captured.payment
        assert tell(shop, about(shop, "CAPTURE_FAILED")) == ("applied", "")
        assert shop.due(1).state is DueState.PAID

    def test_a_first_payment_whose_money_does_not_come_is_charged_under_a_new_number(self) -> None:
        """None of the order's own payment pages is used again; its notification finds it."""
        shop = Shop()
        shop.subscribe()
        told = about_first(shop, "CAPTURE_FAILED")
        assert tell(shop, told) == ("applied", "")
        shop.run_until(paris(2026, 10, 6, 12))
        due = shop.due(0)
        assert (due.state, [attempt.number for attempt in due.attempts]) == (DueState.PAID, [1, 9])
        assert shop.notify(shop.ports.gateway.news[-1]) == ("applied", "")
        assert tell(shop, about_first(shop, "CAPTURE", "P000000000000001")) == ("applied", "")
        assert [each.attempt for each in shop.ports.store.every_reversal()] == [1]
        assert tell(shop, about_first(shop, "CAPTURE_FAILED", "P000000000000001")) == (
            "applied", "",
        )  # fmt: skip

    def test_a_capture_told_before_its_authorisation_concludes_the_order(self) -> None:
        """It says more."""
        shop = waiting_for_its_bank()
        told = Happening("CAPTURE", "C1", "P000000000000001", shop.key(0).reference(1), PRICE)
        short = {"amount": {"currency": "EUR", "value": 1999}}
        assert tell(shop, told, **short) == ("set_aside", "another amount")
        assert tell(shop, told) == ("applied", "")
        assert payment(shop, 0) == "P000000000000001"

    def test_its_failure_told_first_ends_in_the_same_books(self) -> None:
        """Failure 20: authorised and not captured, whichever of the two is heard first."""
        books = []
        for order in ((0, 1), (1, 0)):
            shop = waiting_for_its_bank()
            reference = shop.key(0).reference(1)
            news = [Happening("AUTHORISATION", "P1", "", reference, PRICE),
                    Happening("CAPTURE_FAILED", "X1", "P1", reference, PRICE)]  # fmt: skip
            for which in order:
                assert tell(shop, news[which]) == ("applied", "")
            due = shop.due(0)
            assert (due.state, due.attempts[0].state) == (DueState.UNPAID, "uncaptured")
            assert list(shop.ports.store.every_unplaced_money()) == []
            books.append(journal(shop))
        assert books[0] == books[1]

    def test_the_failure_of_a_payment_that_goes_back_anyway_is_no_news(self) -> None:
        """Somebody who has the plan already ordered it once more."""
        shop = Shop()
        again = waiting_for_its_bank(shop)
        shop.subscribe()
        told = Happening("CAPTURE_FAILED", "X1", "P1", again.key(0).reference(1), PRICE)
        assert tell(again, told) == ("applied", "")
        assert [each.reason for each in shop.ports.store.every_reversal()] == ["already_subscribed"]

    def test_an_attempt_the_order_never_opened_is_shown_to_a_person(self) -> None:
        shop = waiting_for_its_bank()
        told = Happening("CAPTURE_FAILED", "X1", "P1", shop.key(0).reference(3), PRICE)
        assert tell(shop, told) == ("set_aside", "UNKNOWN_ATTEMPT")
        assert tell(shop, replace(told, payment="")) == ("set_aside", "no payment is named")

    def test_a_capture_that_names_no_payment_is_shown_to_a_person(self) -> None:
        """Nor do we know one under that reference yet."""
        shop = Shop()
        shop.subscribe()
        shop.ports.gateway.script(VISA.token, NoAnswer())
        shop.run_until(paris(2026, 11, 5, 5))
        told = Happening("CAPTURE", "C1", "", shop.key(1).reference(1), PRICE)
        assert tell(shop, told) == ("set_aside", "no payment is named")

    def test_the_capture_of_money_that_went_back_is_no_news(self) -> None:
        """Neither its success nor its failure."""
        shop = renewed()
        surplus = a_reversal(subscription_id=shop.subscription_id, attempt=7)
        shop.ports.store.commit(Change((Insert(surplus),)))
        for success in (True, False):
            told = about(shop, "CAPTURE", success=success, reference=shop.key(1).reference(7))
            assert tell(shop, told) == ("applied", "")
        assert shop.due(1).state is DueState.PAID

    @pytest.mark.parametrize("event", ["CAPTURE", "CAPTURE_FAILED"])
    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"amount": {"currency": "EUR", "value": 1}}, "another amount"),
            ({"originalReference": "P999"}, "another payment"),
            (
                {"merchantReference": "01JDABCDEFGHJKMNPQRSTVWXYZ.0001.1.2"},
                "an attempt that was never made",
            ),
            ({"merchantReference": "01JDABCDEFGHJKMNPQRSTVWXY0.0001.1.1"}, "NOT_FOUND"),
        ],
    )
    def test_the_capture_of_another_payment_is_shown_to_a_person(
        self, event: str, changes: dict[str, Any], reason: str
    ) -> None:
        """Nothing of ours moves."""
        shop = renewed()
        before = shop.due(1)
        assert tell(shop, about(shop, event), **changes) == ("set_aside", reason)
        assert shop.due(1) == before
        assert len(list(shop.ports.store.every_unplaced_money())) == 1

    def test_a_cancellation_that_failed_is_no_news(self) -> None:
        """The payment stands."""
        shop = renewed()
        told = about(shop, "CANCELLATION", success=False)
        assert tell(shop, told) == ("set_aside", "nothing was cancelled")


def waiting_for_its_bank(shop: Shop | None = None) -> Shop:
    """An order placed, its payment page open, and nothing heard yet."""
    shop = Shop(shop.ports, "01JDAAAAAAAAAAAAAAAAAAAAAA") if shop else Shop()
    shop.start()
    shop.place()
    open_payment(shop.checkout(), return_url="https://clairiere.example/r", ports=shop.ports)
    return shop


def about_first(shop: Shop, event: str, psp: str | None = None) -> Happening:
    """An event about the first attempt of the order."""
    reference = shop.key(0).reference(1)
    return Happening(event, "E1", psp or payment(shop, 0), reference, PRICE)


class TestPay3:
    """PAY-3: a bank that takes money back holds the contract, until the dispute is won."""

    def test_the_whole_life_of_a_dispute_is_in_the_postings(self) -> None:
        """Announced, taken, given back, taken again, lost: told twice each, then all backwards."""
        shop = renewed()
        psp = payment(shop)
        life = {
            "REQUEST_FOR_INFORMATION": (0, 0),
            "NOTIFICATION_OF_CHARGEBACK": (0, 0),
            "CHARGEBACK": (2000, 0),
            "CHARGEBACK_REVERSED": (0, 0),
            "SECOND_CHARGEBACK": (2000, 0),
            "PREARBITRATION_LOST": (0, 2000),
        }
        for event, (in_dispute, lost) in life.items():
            shop.ports.gateway.dispute(event, psp)
            tell_all(shop)
            assert journal(shop).get(Account.DISPUTES, 0) == in_dispute
            assert journal(shop).get(Account.LOSSES, 0) == lost
            assert shop.due(1).disputed_minor == in_dispute + lost
        lost_by_now = the_dispute(shop)
        for happening in reversed(shop.ports.gateway.happenings):
            tell(shop, happening)
        assert the_dispute(shop) == lost_by_now
        assert (shop.subscription().held, shop.alarms) == ("disputed", ["Parked", "Parked"])

    def test_no_automatic_charge_is_made_while_it_lasts(self) -> None:
        """The next period is withheld on its date, and charged once the dispute is won."""
        shop = renewed()
        shop.ports.gateway.dispute("CHARGEBACK", payment(shop))
        tell_all(shop)
        shop.run_until(paris(2026, 12, 10))
        assert (shop.due(2).parked, shop.due(2).attempts) == ("disputed", ())
        assert shop.subscription().status is Status.SUSPENDED
        shop.ports.gateway.dispute("CHARGEBACK_REVERSED", payment(shop))
        tell_all(shop)
        assert shop.subscription().held is None
        shop.run_until(paris(2026, 12, 11))
        assert shop.due(2).state is DueState.PAID
        assert shop.subscription().status is Status.ACTIVE

    def test_a_person_may_lift_the_hold(self) -> None:
        """A report of fraud is never won; somebody decides."""
        shop = renewed()
        shop.ports.gateway.dispute("NOTIFICATION_OF_FRAUD", payment(shop))
        tell_all(shop)
        for _ in range(2):
            lift_hold(shop.subscription_id, ports=shop.ports)
        assert shop.subscription().held is None
        shop.run_until(paris(2026, 12, 6))
        assert shop.due(2).state is DueState.PAID

    def test_a_charge_without_an_answer_is_not_asked_about_while_it_is_held(self) -> None:
        """The first try may never have arrived: asking again would charge."""
        shop = renewed()
        shop.ports.gateway.script(VISA.token, NoAnswer())
        at = shop.next_due()
        assert at is not None
        shop.run_until(at)
        shop.ports.gateway.dispute("NOTIFICATION_OF_CHARGEBACK", payment(shop))
        tell_all(shop)
        shop.run_until(at + timedelta(hours=2))
        assert shop.ports.gateway.captured(shop.key(2)) == ()
        shop.ports.gateway.dispute("CHARGEBACK_REVERSED", payment(shop))
        tell_all(shop)
        shop.run_until(at + timedelta(hours=10))
        assert len(shop.ports.gateway.captured(shop.key(2))) == 1

    def test_money_in_dispute_is_not_refunded_as_well(self) -> None:
        """Refundable is what came, less what left."""
        shop = renewed()
        shop.ports.gateway.dispute("CHARGEBACK", payment(shop), minor=1500)
        tell_all(shop)
        with pytest.raises(Refused, match="MORE_THAN_CAPTURED"):
            ask_refund(shop.key(1), 501, cause="goodwill", ports=shop.ports)
        ask_refund(shop.key(1), 500, cause="goodwill", ports=shop.ports)

    def test_a_dispute_is_placed_by_its_reference_alone(self) -> None:
        """Many of its events name no payment."""
        shop = renewed()
        told = about(shop, "PREARBITRATION_WON")
        assert tell(shop, told, originalReference="") == ("applied", "")
        assert the_dispute(shop).payment_reference == payment(shop)

    @pytest.mark.parametrize(
        ("event", "changes", "reason"),
        [
            ("CHARGEBACK", {"amount": {"currency": "USD", "value": 2000}}, "another currency"),
            ("CHARGEBACK", {"amount": None}, "another currency"),
            ("CHARGEBACK", {"amount": {"currency": "EUR", "value": 2001}}, "another amount"),
            ("CHARGEBACK", {"amount": {"currency": "EUR", "value": -1}}, "another amount"),
            ("NOTIFICATION_OF_FRAUD", {"originalReference": "P999"}, "another payment"),
            ("CHARGEBACK", {"merchantReference": "order-7"}, "not one of our references"),
        ],
    )
    def test_a_dispute_about_other_money_is_shown_to_a_person(
        self, event: str, changes: dict[str, Any], reason: str
    ) -> None:
        """Nothing is booked on a guess."""
        shop = renewed()
        assert tell(shop, about(shop, event), **changes) == ("set_aside", reason)
        assert list(shop.ports.store.every_dispute()) == []
        assert shop.subscription().held is None

    def test_events_that_only_speak_of_money_may_name_any(self) -> None:
        """Issuers write in their own currency."""
        shop = renewed()
        other = {"amount": {"currency": "USD", "value": 10_000}}
        assert tell(shop, about(shop, "INFORMATION_SUPPLIED"), **other) == ("applied", "")
        assert tell(shop, about(shop, "ISSUER_COMMENTS"), amount="nothing") == ("applied", "")
        assert the_dispute(shop).standing == "asked"

    def test_an_event_that_did_not_happen_is_no_news(self) -> None:
        """Success false."""
        shop = renewed()
        told = about(shop, "CHARGEBACK", success=False)
        assert tell(shop, told) == ("set_aside", "nothing happened")

    def test_the_reason_of_the_scheme_is_kept_without_its_blank(self) -> None:
        """For people: nobody signs it."""
        shop = renewed()
        extra = {"chargebackReasonCode": " 4853"}
        tell(shop, about(shop, "CHARGEBACK"), additionalData=extra)
        assert the_dispute(shop).heard[0].reason == "4853"


class TestDirectDebits:
    """PAY-5: a returned direct debit is money owed again, not a dispute."""

    def debited(self) -> Shop:
        return renewed(kind="sepadirectdebit", brand="sepadirectdebit", last_four="0123")

    def returned(self, shop: Shop, reason: str, psp: str, attempt: int = 1) -> tuple[str, str]:
        due = shop.due(1)
        paying = due.paying_attempt
        assert paying is not None
        told = about(
            shop, "CHARGEBACK", provider_reference=psp, payment=paying.provider_reference,
            reference=shop.key(1).reference(attempt),
        )  # fmt: skip
        return tell(shop, told, additionalData={"chargebackReasonCode": reason})

    def test_want_of_funds_is_tried_twice_then_left_to_the_learner(self) -> None:
        """Each return is a fact of its own; nothing is held."""
        shop = self.debited()
        for attempt, day in ((1, 6), (2, 7)):
            assert self.returned(shop, "AM04", f"D{attempt}", attempt) == ("applied", "")
            assert shop.due(1).state is DueState.SCHEDULED
            shop.run_until(paris(2026, 11, day, 12))
            assert shop.due(1).state is DueState.PAID
        assert self.returned(shop, "AM04", "D3", 3) == ("applied", "")
        assert (shop.due(1).state, shop.due(1).retry_at) == (DueState.UNPAID, None)
        assert shop.subscription().held is None
        assert [d.standing for d in shop.ports.store.every_dispute()] == ["returned"] * 3
        assert journal(shop)[Account.RECEIVABLE] == 2000

    def test_told_again_a_return_is_one_return(self) -> None:
        """Its other events change nothing either."""
        shop = self.debited()
        for _ in range(2):
            assert self.returned_first(shop) == ("applied", "")
        tell(shop, about_direct(shop, "NOTIFICATION_OF_CHARGEBACK"))
        assert shop.due(1).refusals == 1

    def returned_first(self, shop: Shop) -> tuple[str, str]:
        told = about_direct(shop, "CHARGEBACK")
        return tell(shop, told)

    def test_a_return_that_the_bank_takes_back_pays_again(self) -> None:
        """The money came after all."""
        shop = self.debited()
        self.returned_first(shop)
        assert shop.due(1).state is DueState.UNPAID
        assert tell(shop, about_direct(shop, "CHARGEBACK_REVERSED")) == ("applied", "")
        assert shop.due(1).state is DueState.PAID


def about_direct(shop: Shop, event: str) -> Happening:
    """An event about the first direct debit, whatever became of it."""
    first = shop.due(1).attempts[0].provider_reference
    assert first is not None
    return Happening(event, "D1", first, shop.key(1).reference(1), PRICE)


class TestFailure19:
    """Failure 19: a duplicate is success, and a commit that was kept out comes again."""

    def test_unplaced_money_is_kept_once(self) -> None:
        """A second delivery finds it; a store that was busy lets it come again."""
        shop = renewed()
        told = about(shop, "CHARGEBACK", reference="order-7")
        busy = Saboteur(shop.ports, at=0, how="conflict")
        raw = json.dumps(happening_item(told, NOON)).encode()
        with pytest.raises(Conflict):
            apply_notification(raw, now=NOON, ports=busy)
        for _ in range(2):
            assert tell(shop, told) == ("set_aside", "not one of our references")
        assert len(list(shop.ports.store.every_unplaced_money())) == 1

    @pytest.mark.parametrize(
        "event", ["CHARGEBACK", "CAPTURE_FAILED", "REFUND", "CANCEL_OR_REFUND"]
    )
    def test_a_lost_race_is_decided_again(self, event: str) -> None:
        """On what stands then."""
        shop = renewed()
        ask_refund(shop.key(1), 500, cause="goodwill", ports=shop.ports)
        surplus = a_reversal(
            subscription_id=shop.subscription_id, attempt=1, provider_reference=payment(shop)
        )
        shop.ports.store.commit(Change((Insert(surplus),)))
        told = about(shop, event)
        if event == "REFUND":
            reference = next(iter(shop.ports.store.every_refund())).reference
            told = about(shop, event, reference=reference, amount=Money(minor=500, currency="EUR"))
        rival = Saboteur(shop.ports, at=0, how="conflict")
        with shop.through(rival):
            assert tell(shop, told) == ("applied", "")
        assert rival.has_struck
