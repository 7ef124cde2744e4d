"""A settled batch enters the books: what was known is confirmed, what was not is learnt."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.application.billing.books import reconcile_report
from chalicelib.application.billing.books.prove_day import prove_day
from chalicelib.application.billing.books.reconcile_report import (
    announce,
    read_settlement,
    report_file,
)
from chalicelib.application.billing.returns.refund_due import ask_refund
from chalicelib.domain.billing.books.report import PAYMENT_KINDS
from chalicelib.domain.billing.books.settlement import Settlement
from chalicelib.domain.billing.due import DueState
from chalicelib.domain.billing.journal import Account, balances
from chalicelib.domain.billing.outcomes import Authorised, Refused
from chalicelib.domain.billing.returns.refund import sent
from chalicelib.domain.contract.subscription import Status
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.ids import DueKey
from tests.crash import Saboteur
from tests.examples import RETURN_URL, Shop, paris
from tests.fakes import VISA, LostReply
from tests.fakes_reports import Told, paid_out, renamed, report_name, report_text, settled
from tests.fakes_things import SUBSCRIPTION_ID

STRANGER = DueKey(subscription_id="01JDAAAAAAAAAAAAAAAAAAAAAA", period=0).reference(1)


def subscribed() -> Shop:
    shop = Shop()
    shop.subscribe()
    return shop


def whys(settlement: Settlement | None) -> list[str]:
    assert settlement is not None
    return [one.why for one in settlement.strays]


class TestAnnouncement:
    def test_only_the_name_is_believed_and_once(self) -> None:
        shop = subscribed()
        name = report_name(3)
        assert shop.tell_report(name) == ("applied", "")
        assert shop.tell_report(name) == ("applied", "")
        announce(
            3,
            "settlement_detail_report_batch_3_again.csv",
            now=shop.ports.clock(),
            ports=shop.ports,
        )
        assert shop.ports.store.settlement(3).report == name

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"pspReference": "payments_accounting_report.csv"}, "another report"),
            ({"pspReference": None}, "another report"),
            ({"merchantAccountCode": "Other"}, "another merchant"),
        ],
    )
    def test_other_reports_are_set_aside(self, changes: dict[str, Any], reason: str) -> None:
        shop = subscribed()
        assert shop.tell_report(report_name(3), **changes) == ("set_aside", reason)

    def test_one_that_traffic_kept_out_comes_again(self) -> None:
        shop = subscribed()
        ports = Saboteur(shop.ports, at=0, how="conflict")
        with pytest.raises(errors.Conflict):
            announce(3, report_name(3), now=shop.ports.clock(), ports=ports)
        announce(3, report_name(3), now=shop.ports.clock(), ports=ports)
        assert shop.ports.store.settlement(3).agenda_at == shop.ports.clock()


class TestKnownMoney:
    def test_a_first_charge_and_a_renewal_know_their_batches(self) -> None:
        shop = subscribed()
        first = shop.settle()
        assert first is not None
        assert (first.parked, first.rows, first.stray_count) == (None, 3, 0)
        shop.run_until(paris(2026, 11, 6))
        second = shop.settle()
        assert [shop.due(n).paying_attempt.settled_in for n in (0, 1)] == [1, 2]  # type: ignore[union-attr]
        assert second is not None
        assert balances(second.postings)[Account.FEES] == 31
        kept = shop.ports.files.contents[report_file(2)]
        assert kept.decode() == shop.ports.gateway.reports[report_name(2)]

    def test_reading_it_again_changes_nothing(self) -> None:
        shop = subscribed()
        settlement = shop.settle()
        before = dict(shop.ports.store.things)
        read_settlement(1, ports=shop.ports)
        assert settlement is not None
        assert shop.ports.store.things == before

    def test_another_payment_under_a_reference_that_is_paid_is_named(self) -> None:
        """One attempt is one payment; a second one of the provider's making needs a person."""
        shop = subscribed()
        shop.ports.gateway._note(
            shop.key(0).reference(1), shop.due(0).gross, Authorised(provider_reference="PLATE")
        )
        settlement = shop.settle()
        assert whys(settlement) == ["another_payment"]


class TestFailure13:
    """Unknown is never retried: the report settles it, by the same transition as an answer."""

    def unheard(self) -> Shop:
        """A renewal that was captured while answer and notification were lost for a day."""
        shop = subscribed()
        shop.settle()
        lost = LostReply(Authorised(provider_reference="PLOST"))
        shop.ports.gateway.script(VISA.token, lost)
        shop.run_until(paris(2026, 11, 5, 5, 1))
        shop.ports.gateway.is_down = True
        shop.run_until(paris(2026, 11, 7))
        shop.ports.gateway.is_down = False
        assert shop.due(1).state is DueState.CHARGING
        return shop

    def test_a_charge_found_only_in_the_report_is_paid_once(self) -> None:
        shop = self.unheard()
        settlement = shop.settle()
        assert whys(settlement) == []
        due = shop.due(1)
        assert (due.state, due.number is not None) == (DueState.PAID, True)
        assert due.paying_attempt is not None
        assert due.paying_attempt.settled_in == 2
        assert len(shop.ports.gateway.captured(due.key)) == 1
        shop.run_until(paris(2026, 11, 20))
        assert len(shop.ports.gateway.captured(due.key)) == 1

    def test_after_five_days_without_it_a_person_is_told_and_the_report_still_pays(self) -> None:
        shop = self.unheard()
        shop.run_until(paris(2026, 11, 11))
        assert shop.due(1).parked == "outcome_unknown"
        shop.settle()
        assert (shop.due(1).state, shop.due(1).parked) == (DueState.PAID, None)
        assert shop.subscription().status is Status.ACTIVE


class TestFailure15:
    """A learner who paid twice: the second payment, found in the report, goes back by itself."""

    def test_a_refused_charge_that_was_captured_after_all_goes_back(self) -> None:
        shop = subscribed()
        shop.ports.gateway.script(VISA.token, Refused(code="2"))
        shop.run_until(paris(2026, 12, 30))
        due = shop.due(1)
        assert [attempt.state for attempt in due.attempts] == ["refused", "authorised"]
        shop.ports.gateway._note(
            due.key.reference(1), due.gross, Authorised(provider_reference="PLATE")
        )
        settlement = shop.settle()
        assert whys(settlement) == []
        assert shop.due(1).attempts[0].state == "returned"
        reversal = shop.ports.store.reversal(due.key, 1)
        assert reversal.settled_in == 1
        shop.run_until(paris(2026, 12, 31))
        assert whys(shop.settle()) == []
        assert shop.ports.store.reversal(due.key, 1).returned_in == 2


class TestFirstCharge:
    def test_a_first_charge_found_only_in_the_report_concludes_the_contract(self) -> None:
        """CGS 2.1: the order was placed and paid; only the news was lost."""
        shop = Shop()
        shop.start()
        shop.place()
        self.paid_in_silence(shop)
        assert whys(shop.settle()) == []
        assert shop.subscription().status is Status.ACTIVE
        assert shop.due(0).paying_attempt.settled_in == 1  # type: ignore[union-attr]

    def test_money_for_an_order_that_is_void_goes_back(self) -> None:
        shop = Shop()
        shop.start()
        shop.place()
        self.paid_in_silence(shop)
        shop.run_until(paris(2026, 11, 20))
        assert whys(shop.settle()) == []
        shop.run_until(paris(2026, 11, 21))
        assert whys(shop.settle()) == []
        reversal = shop.ports.store.reversal(shop.key(0), 1)
        assert (reversal.settled_in, reversal.returned_in) == (1, 2)

    def test_another_amount_than_the_order_is_a_difference(self) -> None:
        shop = Shop()
        shop.start()
        shop.place()
        self.paid_in_silence(shop)
        line = settled(shop.key(0).reference(1), "PX", gross=1)
        psp = shop.ports.gateway.captures[0].provider_reference
        assert whys(shop.settle(line, without=[psp])) == ["another_amount"]

    def paid_in_silence(self, shop: Shop) -> None:
        from chalicelib.application.selling.open_payment import open_payment  # noqa: PLC0415

        session = open_payment(shop.checkout(), return_url=RETURN_URL, ports=shop.ports)
        shop.ports.gateway.pay(session.session_id)


class TestStrayLines:
    """What does not fit is named, in suspense, parked and alarmed; the rest is entered."""

    @pytest.mark.parametrize(
        ("line", "why"),
        [
            (settled("somebody-else-42", "PX"), "foreign"),
            (settled(STRANGER, "PX"), "foreign"),
            (
                settled(DueKey(subscription_id=SUBSCRIPTION_ID, period=7).reference(1), "PX"),
                "foreign",
            ),
            (
                settled(DueKey(subscription_id=SUBSCRIPTION_ID, period=1).reference(3), "PX"),
                "foreign",
            ),
            (
                settled(DueKey(subscription_id=SUBSCRIPTION_ID, period=0).reference(9), "PX"),
                "foreign",
            ),
            (
                settled(DueKey(subscription_id=SUBSCRIPTION_ID, period=1).reference(1), "PX", 99),
                "another_amount",
            ),
            (Told("Refunded", -5, -5, "PX", "somebody-else-42"), "foreign"),
            (Told("Refunded", -5, -5, "PX", STRANGER), "movement_unknown"),
            (Told("Chargeback", -5, -5, "PX", STRANGER), "movement_unknown"),
            (Told("LunarTax", net=-5), "kind_unknown"),
        ],
    )
    def test_it_is_named_and_the_rest_is_entered(self, line: Told, why: str) -> None:
        shop = subscribed()
        settlement = shop.settle(line)
        assert whys(settlement) == [why]
        assert settlement is not None
        assert settlement.parked == "settlement_differs"
        assert "Parked" in shop.alarms
        assert shop.due(0).paying_attempt.settled_in == 1  # type: ignore[union-attr]
        assert balances(settlement.postings)[Account.SUSPENSE] == -settlement.unexplained_minor
        assert sum(posting.minor for posting in settlement.postings) == 0

    def test_the_same_payment_in_two_batches_is_named(self) -> None:
        shop = subscribed()
        shop.settle()
        psp = shop.ports.gateway.captures[0].provider_reference
        again = shop.settle(settled(shop.key(0).reference(1), psp))
        assert whys(again) == ["settled_twice"]


class TestReading:
    def test_a_long_report_is_read_in_portions_each_of_which_may_come_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reconcile_report, "PORTION", 2)
        shop = subscribed()
        foreign = [settled(f"else-{n}", f"P{n}") for n in range(4)]
        shop.ports.gateway.close_batch(*foreign)
        shop.tell_report(report_name(1))
        versions = []
        for _ in range(4):
            read_settlement(1, ports=shop.ports, at_once=1)
            versions.append(shop.ports.store.settlement(1).done)
        assert versions == [2, 4, 6, 7]
        settlement = shop.ports.store.settlement(1)
        assert (settlement.stray_count, settlement.read_at is not None) == (4, True)
        assert len(shop.ports.queues.take("agenda")) == 3

    def test_a_provider_that_is_down_or_late_is_asked_again_in_an_hour(self) -> None:
        shop = subscribed()
        shop.tell_report(report_name(1))
        shop.sweep()
        waiting = shop.ports.store.settlement(1)
        assert waiting.agenda_at is not None
        assert waiting.agenda_at > shop.ports.clock()
        shop.ports.gateway.close_batch()
        shop.run_until(paris(2026, 11, 6))
        assert shop.ports.store.settlement(1).read_at is not None

    def test_a_report_cut_short_is_not_kept_and_fetched_again(self) -> None:
        shop = subscribed()
        name = shop.ports.gateway.close_batch()
        assert name is not None
        whole = shop.ports.gateway.reports[name]
        shop.ports.gateway.reports[name] = whole[: len(whole) // 2]
        shop.tell_report(name)
        shop.sweep()
        assert report_file(1) not in shop.ports.files.contents
        shop.ports.gateway.reports[name] = whole
        shop.run_until(paris(2026, 11, 6))
        assert shop.ports.store.settlement(1).read_at is not None

    def test_a_report_that_never_comes_is_parked_with_an_alarm(self) -> None:
        shop = subscribed()
        shop.tell_report(report_name(1))
        shop.run_until(paris(2026, 11, 25))
        assert shop.ports.store.settlement(1).parked == "settlement_unread"
        assert "Parked" in shop.alarms

    def test_once_kept_the_file_is_what_counts(self) -> None:
        """A report regenerated under the same name changes nothing that was entered."""
        shop = subscribed()
        shop.tell_report(report_name(1))
        text = report_text(1, paid_out([settled("else-1", "P1")]))
        shop.ports.files.put_once(report_file(1), text.encode(), "text/csv")
        shop.ports.gateway.close_batch()
        shop.sweep()
        assert whys(shop.ports.store.settlement(1)) == ["foreign"]


class TestWhatFollowsAPayment:
    """Refunds, disputes and failed captures enter as their notifications would have."""

    REFUND = "back for the week without service"

    def paid(self) -> Shop:
        shop = subscribed()
        shop.run_until(paris(2026, 11, 6))
        shop.settle()
        return shop

    def line(self, shop: Shop, kind: str, minor: int = 2000, **changes: str) -> Told:
        """A movement of the first renewal's money, in or out by its kind."""
        payment = shop.due(1).attempts[0].provider_reference or ""
        signed = PAYMENT_KINDS[kind] * minor
        told = Told(kind, signed, signed, payment, shop.key(1).reference(1), f"M-{kind}")
        return renamed(told, **changes)

    def refunded(self, shop: Shop) -> str:
        """A refund that was ordered; nobody heard yet what became of it."""
        refund = ask_refund(shop.key(1), 700, cause=self.REFUND, ports=shop.ports)
        shop.sweep()
        return refund.reference

    def test_a_refund_is_sent_and_one_that_comes_back_is_owed_again(self) -> None:
        shop = self.paid()
        reference = self.refunded(shop)
        there = self.line(shop, "Refunded", 700, movement_reference=reference)
        assert whys(shop.settle(there)) == []
        (refund,) = shop.ports.store.refunds(shop.subscription_id)
        assert refund.latest.state == "sent"
        assert self.green(shop)
        back = self.line(shop, "RefundedReversed", 700, movement_reference=reference)
        assert whys(shop.settle(back)) == []
        (refund,) = shop.ports.store.refunds(shop.subscription_id)
        assert (refund.latest.state, refund.parked) == ("failed", "refund_failed")
        assert self.green(shop)

    @pytest.mark.parametrize(
        ("kinds", "standing"),
        [
            (["Chargeback"], "taken"),
            (["Chargeback", "ChargebackReversed"], "won"),
            (["Chargeback", "ChargebackReversed", "SecondChargeback"], "taken"),
        ],
    )
    def test_a_dispute_is_followed_through_the_reports_alone(
        self, kinds: list[str], standing: str
    ) -> None:
        shop = self.paid()
        for kind in kinds:
            assert whys(shop.settle(self.line(shop, kind, movement="DSP1"))) == []
        (dispute,) = shop.ports.store.disputes(shop.subscription_id)
        assert dispute.standing == standing
        assert self.green(shop)

    def test_a_capture_that_was_taken_back_is_owed_again(self) -> None:
        shop = self.paid()
        assert whys(shop.settle(self.line(shop, "SettledReversed"))) == []
        assert shop.due(1).attempts[0].state == "uncaptured"
        assert self.green(shop)
        shop.run_until(shop.ports.clock() + timedelta(days=9))
        shop.settle()
        assert shop.due(1).state is DueState.PAID
        assert self.green(shop)

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"payment": "OTHER"}, "another_payment"),
            ({"reference": "somebody-else"}, "foreign"),
            ({"gross": -9999, "net": -9999}, "another_amount"),
        ],
    )
    def test_one_that_does_not_fit_is_named(self, changes: dict[str, Any], why: str) -> None:
        shop = self.paid()
        told = renamed(self.line(shop, "Chargeback"), **changes)
        settlement = shop.settle(told)
        assert whys(settlement) == [why]
        assert settlement is not None
        assert settlement.unexplained_back_minor == told.gross
        assert settlement.gone_minor == 0
        codes = {finding.code for finding in prove_day(ports=shop.ports).findings}
        assert codes == {f"line_{why}"}

    def test_a_refund_that_no_report_tells_in_a_week_is_found(self) -> None:
        shop = self.paid()
        self.refunded(shop)
        (refund,) = shop.ports.store.refunds(shop.subscription_id)
        change = sent(refund, 1, "REF1", shop.ports.clock())
        shop.ports.store.commit(change)
        shop.rest()
        assert self.green(shop)
        shop.run_until(shop.ports.clock() + timedelta(days=8))
        shop.settle(Told("Fee", net=-1))
        found = [str(finding) for finding in prove_day(ports=shop.ports).findings]
        assert found == ["returns_untold returns 700"]

    def green(self, shop: Shop) -> bool:
        """Nothing is wrong; a person may be waited for."""
        proof = prove_day(ports=shop.ports)
        assert proof.findings == (), proof
        return True
