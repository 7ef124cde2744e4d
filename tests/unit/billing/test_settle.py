"""One transition for every news about money."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain.billing import settle as settling
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
        Attempt(number=n, state="refused", opened_at=AT, code="2") for n in range(1, number)
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

    def test_success_without_a_label_keeps_the_one_known(self) -> None:
        """A notification does not name the card."""
        assert the_due(settle(charging(), Authorised(provider_reference="P"))).method_label

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

    def test_no_answer_for_a_day_is_for_a_person(self) -> None:
        """Parked, with an alarm."""
        change = settle(charging(), Unknown(), now=AT + timedelta(hours=23))
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
        """Access stays in the recommended profile."""
        change = settle(charging(), NO)
        due = the_due(change)
        assert (due.state, due.agenda_at) == (DueState.SCHEDULED, paris(2026, 11, 6, 5))
        assert (due.attempts[0].code, due.refusals) == ("2", 1)
        assert the_status(change) is Status.PAST_DUE
        assert events_of(change) == {"PaymentRefused"}

    def test_the_last_refusal_waits_for_the_day_of_suspension(self) -> None:
        """The sale is booked once."""
        postings = the_due(settle(charging(), NO)).postings
        change = settle(charging(2, postings=postings), NO, 2, now=paris(2026, 11, 6, 5))
        due = the_due(change)
        assert (due.state, due.agenda_at) == (DueState.UNPAID, paris(2026, 11, 12))
        assert due.postings == postings

    def test_as_written_the_first_refusal_suspends_at_once(self) -> None:
        """CGS 3.2: no days are given; the retry still comes."""
        change = settle(charging(), NO, profile="as_written")
        assert the_status(change) is Status.SUSPENDED
        assert the_due(change).agenda_at == paris(2026, 11, 6, 5)
        assert events_of(change) == {"PaymentRefused", "EntitlementChanged"}

    def test_the_last_refusal_of_a_suspended_contract_is_for_a_person(self) -> None:
        """Nothing is left to be done by itself."""
        suspended = a_subscription(status=Status.SUSPENDED)
        change = settle(charging(2), NO, 2, subscription=suspended, now=paris(2026, 11, 6, 5))
        assert (the_due(change).parked, the_due(change).agenda_at) == ("unpaid", None)
        assert events_of(change) == {"PaymentRefused", "Parked"}
        assert the_status(change) is None

    @pytest.mark.parametrize("status", [Status.PAST_DUE, Status.ENDED])
    def test_a_contract_already_behind_or_gone_does_not_move(self, status: Status) -> None:
        """Only the due item does."""
        assert (
            the_status(settle(charging(), NO, subscription=a_subscription(status=status))) is None
        )

    @pytest.mark.parametrize("status", [Status.PAST_DUE, Status.SUSPENDED])
    def test_payment_restores_the_service_and_leaves_the_anchor(self, status: Status) -> None:
        """The dates go on as they were."""
        behind = a_subscription(status=status)
        change = settle(charging(2), PAID, 2, subscription=behind, now=paris(2026, 11, 6, 5))
        assert the_status(change) is Status.ACTIVE
        assert events_of(change) == {"PeriodPaid", "PaymentRecovered", "EntitlementChanged"}
        assert Insert(a_due(2)) in change.writes
