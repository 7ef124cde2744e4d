"""One transition for every news about money."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain.billing import journal
from chalicelib.domain.billing import settle as settling
from chalicelib.domain.billing.agenda import REPORT_PATIENCE
from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.billing.outcomes import Authorised, Outcome, Refused, Unknown
from chalicelib.domain.billing.reversal import Reversal
from chalicelib.domain.contract.subscription import Status, Subscription
from chalicelib.domain.kernel.change import NOTHING, Change, Insert, Replace
from chalicelib.domain.kernel.policy import current_policy
from tests.examples import paris
from tests.fakes_things import a_due, a_subscription

AT = paris(2026, 11, 5, 5)
PAID = Authorised(provider_reference="PSP1", method_label="visa •••• 1111")
NO = Refused(provider_reference="PSP2", code="2")


def charging(number: int = 1, **changes: Any) -> DueItem:
    """A due item whose attempt `number` is in flight, the earlier ones refused."""
    earlier = tuple(
        Attempt(number=n, state="refused", opened_at=AT, code="2", kind="soft")
        for n in range(1, number)
    )
    attempts = (*earlier, Attempt(number=number, opened_at=AT))
    return a_due(state=DueState.CHARGING, attempts=attempts).replace(**changes)


def settle(
    due: DueItem,
    outcome: Outcome,
    number: int = 1,
    *,
    subscription: Subscription | None = None,
    profile: str = "recommended",
    now: datetime = AT,
) -> Change:
    return settling.settle(
        due,
        subscription or a_subscription(),
        number,
        outcome,
        policy=current_policy(profile),
        now=now,
    )


def the_due(change: Change) -> DueItem:
    (due,) = [w.entity for w in change.writes if isinstance(w, Replace)
              and isinstance(w.entity, DueItem)]  # fmt: skip
    return due


def the_subscription(change: Change) -> Subscription:
    (found,) = [w.entity for w in change.writes if isinstance(w, Replace)
                and isinstance(w.entity, Subscription)]  # fmt: skip
    return found


def the_status(change: Change) -> Status | None:
    found = [w.entity.status for w in change.writes if isinstance(w, Replace)
             and isinstance(w.entity, Subscription)]  # fmt: skip
    return found[0] if found else None


def events_of(change: Change) -> set[str]:
    return {event for w in change.writes if isinstance(w, Replace | Insert) for event in w.events}


class TestPay5:
    """PAY-5: success beats failure, unknown is asked about, a duplicate changes nothing."""

    def test_success_pays_the_month_and_owes_the_next(self) -> None:
        """Balanced postings, the method's name, and the following due item."""
        change = settle(charging(), PAID)
        due = the_due(change)
        assert (due.state, due.paid_at, due.method_label) == (
            DueState.PAID, AT, "visa •••• 1111",
        )  # fmt: skip
        assert due.paying_attempt == due.attempt(1)
        assert sum(posting.minor for posting in due.postings) == 0
        assert Insert(a_due(2)) in change.writes
        assert events_of(change) == {"PeriodPaid"}

    def test_the_last_month_of_a_contract_owes_no_next(self) -> None:
        """It ends there."""
        change = settle(charging(), PAID, subscription=a_subscription(ends_on=a_due(2).from_on))
        assert len(change.writes) == 1

    def test_a_refusal_counts_even_when_it_pays_after_all(self) -> None:
        """The budget is of tries: one that was refused, and whose money then went back, was one."""
        refused = Attempt(number=1, state="refused", opened_at=AT, code="2", kind="soft")
        other = Attempt(number=2, state="authorised", opened_at=AT, provider_reference="P2")
        due = a_due(state=DueState.PAID, attempts=(refused, other), paid_at=AT)
        after = the_due(settle(due, Authorised(provider_reference="P1"), number=1))
        assert (after.attempts[0].state, after.refusals) == ("returned", 1)

    def test_success_without_a_label_keeps_the_one_known(self) -> None:
        """What was charged by itself is known, whoever tells of it."""
        assert the_due(settle(charging(), Authorised(provider_reference="P"))).method_label

    def test_what_paid_on_a_page_is_not_taken_for_the_card_on_file(self) -> None:
        """PAY-4: the learner may have taken another; an invoice names what paid, or nothing."""
        page = Attempt(number=1, opened_at=AT, channel="page")
        due = a_due(state=DueState.CHARGING, attempts=(page,), method_label="Visa •••• 1111")
        assert the_due(settle(due, Authorised(provider_reference="P"))).method_label is None
        named = Authorised(provider_reference="P", method_label="Mastercard •••• 5454")
        assert the_due(settle(due, named)).method_label == named.method_label

    def test_the_same_success_again_changes_nothing(self) -> None:
        """A duplicate is success."""
        paid = the_due(settle(charging(), PAID))
        assert settle(paid, PAID) is NOTHING

    def test_a_refusal_after_success_changes_nothing(self) -> None:
        """News that comes late and in another order."""
        paid = the_due(settle(charging(), PAID))
        assert settle(paid, NO) is NOTHING
        assert settle(paid, Unknown()) is NOTHING

    def test_success_after_a_refusal_pays(self) -> None:
        """The refused attempt is the one that paid."""
        refused = the_due(settle(charging(), NO))
        paid = the_due(settle(refused, PAID))
        assert (paid.state, paid.attempts[0].state, paid.attempts[0].code) == (
            DueState.PAID, "authorised", None,
        )  # fmt: skip

    def test_success_after_giving_up_takes_the_item_out_of_the_park(self) -> None:
        """Its papers are due at once."""
        given_up = charging(2).replace(
            state=DueState.UNPAID, parked="unpaid", agenda_at=None,
            attempts=(*charging(2).attempts[:1], Attempt(number=2, state="refused", opened_at=AT)),
        )  # fmt: skip
        paid = the_due(settle(given_up, PAID, 2))
        assert (paid.parked, paid.agenda_at) == (None, AT)

    def test_a_second_success_goes_back_in_full(self) -> None:
        """The first payment stays; the reversal has an identity of its own."""
        first = charging(2)
        paid = the_due(settle(first, PAID, 2))
        late = Authorised(provider_reference="PSP9")
        change = settle(paid, late, 1)
        (back,) = [w.entity for w in change.writes if isinstance(w, Insert)]
        assert isinstance(back, Reversal)
        assert (back.attempt, back.gross_minor, back.reason) == (1, 2000, "paid_twice")
        after = the_due(change)
        assert [attempt.state for attempt in after.attempts] == ["returned", "authorised"]
        assert settle(after, late, 1) is NOTHING

    def test_no_answer_is_asked_about_later(self) -> None:
        """The state does not move, only the agenda."""
        change = settle(charging(), Unknown())
        assert the_due(change).agenda_at == AT + timedelta(minutes=5)
        assert the_due(change).state is DueState.CHARGING

    def test_no_answer_for_a_day_waits_for_the_settlement_report(self) -> None:
        """The key is not sent again; five days are left to notification and report."""
        change = settle(charging(), Unknown(), now=AT + timedelta(hours=23))
        assert (the_due(change).parked, the_due(change).agenda_at) == (None, AT + REPORT_PATIENCE)

    def test_no_answer_and_no_report_is_for_a_person(self) -> None:
        """Parked, with an alarm."""
        change = settle(charging(), Unknown(), now=AT + REPORT_PATIENCE)
        assert (the_due(change).parked, the_due(change).agenda_at) == ("outcome_unknown", None)
        assert events_of(change) == {"Parked"}

    def test_no_answer_on_a_month_that_is_paid_is_left_to_notifications(self) -> None:
        """Sending the charge again to find out could charge again."""
        both = charging(2)
        paid = the_due(settle(both, PAID, 1))
        assert paid.open_attempt == both.attempts[1]
        assert settle(paid, Unknown(), 2) is NOTHING

    def test_a_refusal_of_another_attempt_of_a_paid_month_is_noted(self) -> None:
        """Nothing else moves."""
        paid = the_due(settle(charging(2), PAID, 1))
        change = settle(paid, NO, 2)
        assert the_due(change).attempts[1].state == "refused"
        assert the_due(change).state is DueState.PAID

    def test_an_outcome_without_an_attempt_is_a_bug(self) -> None:
        """Intent always comes first."""
        with pytest.raises(AssertionError, match="attempt"):
            settle(a_due(), PAID)


class TestDun1:
    """DUN-1: a refusal makes the contract past due; the profile says when it is suspended."""

    def test_the_first_refusal_is_told_and_tried_again_tomorrow(self) -> None:
        """Access stays in the recommended profile; the refusal counts against the method."""
        change = settle(charging(), NO)
        due = the_due(change)
        assert (due.state, due.agenda_at) == (DueState.SCHEDULED, paris(2026, 11, 6, 9))
        assert due.retry_at == due.agenda_at
        assert (due.attempts[0].code, due.attempts[0].kind, due.refusals) == ("2", "soft", 1)
        assert the_subscription(change).failed_tries == (AT,)
        assert the_status(change) is Status.PAST_DUE
        assert events_of(change) == {"PaymentRefused"}

    def test_the_last_refusal_waits_for_the_day_of_suspension(self) -> None:
        """The sale is booked once."""
        postings = the_due(settle(charging(), NO)).postings
        change = settle(charging(4, postings=postings), NO, 4, now=paris(2026, 11, 6, 5))
        due = the_due(change)
        assert (due.state, due.agenda_at) == (DueState.UNPAID, paris(2026, 11, 12))
        assert (due.postings, due.parked) == (postings, None)

    def test_the_retry_of_the_day_of_suspension_comes_first(self) -> None:
        """Seven days, so that retries come first: at nine, and suspended only if refused."""
        tries = [AT, paris(2026, 11, 6, 9), paris(2026, 11, 8, 18)]
        due = charging(3)
        attempts = [a.replace(opened_at=at) for a, at in zip(due.attempts, tries, strict=True)]
        last = paris(2026, 11, 12, 9)
        change = settle(due.replace(attempts=tuple(attempts)), NO, 3, now=tries[-1])
        assert the_due(change).agenda_at == the_due(change).retry_at == last
        fourth = Attempt(number=4, opened_at=last)
        again = the_due(change).replace(
            state=DueState.CHARGING, attempts=(*the_due(change).attempts, fourth), retry_at=None
        )
        behind = a_subscription(status=Status.PAST_DUE)
        after = settle(again, NO, 4, subscription=behind, now=last)
        assert the_status(after) is Status.SUSPENDED
        assert (the_due(after).state, the_due(after).parked) == (DueState.UNPAID, "unpaid")

    def test_a_stop_code_suspends_at_once(self) -> None:
        """A mandate revoked, a fraud: nothing is tried again with this method."""
        change = settle(charging(), Refused(code="26"))
        assert the_status(change) is Status.SUSPENDED
        assert (the_due(change).state, the_due(change).parked) == (DueState.UNPAID, "unpaid")
        assert events_of(change) == {"PaymentRefused", "Parked", "EntitlementChanged"}

    @pytest.mark.parametrize("code", ["38", "6"])
    def test_where_the_learner_must_come_access_stays_until_its_day(self, code: str) -> None:
        """Strong authentication, or another card."""
        change = settle(charging(), Refused(code=code))
        due = the_due(change)
        assert (due.state, due.retry_at, due.agenda_at) == (
            DueState.UNPAID, None, paris(2026, 11, 12),
        )  # fmt: skip
        assert the_status(change) is Status.PAST_DUE

    @pytest.mark.parametrize("code", ["7", "422-702"])
    def test_a_request_of_ours_that_is_wrong_is_an_alarm(self, code: str) -> None:
        """No learner can mend it."""
        assert "RequestRejected" in events_of(settle(charging(), Refused(code=code)))

    def test_as_written_the_first_refusal_suspends_at_once(self) -> None:
        """CGS 3.2: no days are given; the retry still comes."""
        change = settle(charging(), NO, profile="as_written")
        assert the_status(change) is Status.SUSPENDED
        assert the_due(change).agenda_at == paris(2026, 11, 6, 9)
        assert events_of(change) == {"PaymentRefused", "EntitlementChanged"}

    def test_the_last_refusal_of_a_suspended_contract_is_for_a_person(self) -> None:
        """Nothing is left to be done by itself."""
        suspended = a_subscription(status=Status.SUSPENDED)
        change = settle(charging(4), NO, 4, subscription=suspended, now=paris(2026, 11, 6, 5))
        assert (the_due(change).parked, the_due(change).agenda_at) == ("unpaid", None)
        assert events_of(change) == {"PaymentRefused", "Parked"}
        assert the_status(change) is Status.SUSPENDED

    @pytest.mark.parametrize("status", [Status.PAST_DUE, Status.ENDED])
    def test_a_contract_already_behind_or_gone_does_not_move(self, status: Status) -> None:
        """Only the due item does."""
        gone = a_subscription(status=status)
        assert the_status(settle(charging(), NO, subscription=gone)) is status

    def test_a_refusal_for_want_of_a_method_counts_against_none(self) -> None:
        """A contract already behind is not written again for it."""
        behind = a_subscription(status=Status.PAST_DUE)
        change = settle(charging(), Refused(code="no_method"), subscription=behind)
        assert the_status(change) is None

    @pytest.mark.parametrize("status", [Status.PAST_DUE, Status.SUSPENDED])
    def test_payment_restores_the_service_and_leaves_the_anchor(self, status: Status) -> None:
        """The dates go on as they were."""
        behind = a_subscription(status=status)
        change = settle(charging(2), PAID, 2, subscription=behind, now=paris(2026, 11, 6, 5))
        assert the_status(change) is Status.ACTIVE
        assert events_of(change) == {"PeriodPaid", "PaymentRecovered", "EntitlementChanged"}
        assert Insert(a_due(2)) in change.writes


class TestFailure15:
    """Failure 15: a payment page is an attempt beside the others; success on it pays, once."""

    def owed(self, *attempts: Attempt) -> DueItem:
        first = Attempt(number=1, state="refused", opened_at=AT, code="38", kind="sca")
        return a_due(
            state=DueState.UNPAID,
            attempts=(first, *attempts),
            postings=journal.sale(net_minor=1667, vat_minor=333),
            agenda_at=paris(2026, 11, 12),
        )

    def page(self, **changes: Any) -> Attempt:
        return Attempt(number=2, opened_at=AT, channel="page").replace(**changes)

    @pytest.mark.parametrize("state", ["open", "expired", "refused"])
    def test_money_on_a_page_pays_whatever_became_of_the_page(self, state: str) -> None:
        """Success beats everything."""
        change = settle(self.owed(self.page(state=state)), PAID, 2)
        assert the_due(change).state is DueState.PAID
        assert the_due(change).retry_at is None

    @pytest.mark.parametrize("state", ["open", "expired"])
    def test_a_refusal_on_a_page_is_noted_and_moves_nothing(self, state: str) -> None:
        """The learner saw it; no mail, no date, no status."""
        owed = self.owed(self.page(state=state))
        change = settle(owed, NO, 2)
        due = the_due(change)
        assert (due.attempts[1].state, due.refusals) == ("refused", 2)
        assert (due.state, due.agenda_at) == (owed.state, owed.agenda_at)
        assert not events_of(change)
        assert the_status(change) is None

    def test_a_page_refused_while_a_charge_is_in_flight_does_not_decide_it(self) -> None:
        """The charge is still to be heard of."""
        both = charging().replace(attempts=(*charging().attempts, self.page()))
        assert the_due(settle(both, NO, 2)).state is DueState.CHARGING

    def test_a_page_is_never_asked_about(self) -> None:
        """Its session ends by itself."""
        assert settle(self.owed(self.page()), Unknown(), 2) is NOTHING


class TestWrittenOff:
    """DUN-1: what was given up is taken back when money comes all the same."""

    def test_money_beats_a_write_off(self) -> None:
        """The loss is undone, the payment booked, and everything sums to zero."""
        lost = journal.write_off(net_minor=1667, vat_minor=333)
        sale = journal.sale(net_minor=1667, vat_minor=333)
        attempt = Attempt(number=1, state="refused", opened_at=AT, code="2", kind="soft")
        given_up = a_due(
            state=DueState.WRITTEN_OFF, attempts=(attempt,), postings=(*sale, *lost), agenda_at=None
        )
        paid = the_due(settle(given_up, PAID))
        balances = journal.balances(paid.postings)
        assert (balances[journal.Account.LOSSES], balances[journal.Account.RECEIVABLE]) == (0, 0)
        assert balances[journal.Account.CLEARING] == 2000
        assert sum(balances.values()) == 0
