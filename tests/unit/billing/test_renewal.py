"""Which period is owed next, when it is charged, what stops it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain.billing import journal
from chalicelib.domain.billing.agenda import LEASE
from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.billing.renewal import (
    charge_at,
    claim,
    due_item,
    following,
    lapse,
    revive,
    suspend,
    suspension_at,
)
from chalicelib.domain.contract.subscription import Status, Subscription
from chalicelib.domain.kernel.change import NOTHING, Change, Replace
from chalicelib.domain.kernel.policy import current_policy
from tests.examples import paris
from tests.fakes import VISA
from tests.fakes_things import a_due, a_subscription

CHARGED_AT = paris(2026, 11, 5, 5)
POLICY = current_policy("recommended")


def the_due(change: Change) -> DueItem:
    first = change.writes[0]
    assert isinstance(first, Replace)
    assert isinstance(first.entity, DueItem)
    return first.entity


def refused(count: int = 1, at: datetime = CHARGED_AT, **changes: Any) -> DueItem:
    attempts = tuple(
        Attempt(number=n, state="refused", opened_at=at, code="2", kind="soft")
        for n in range(1, count + 1)
    )
    return a_due(attempts=attempts, **changes)


def a_due_paid() -> DueItem:
    return a_due(state=DueState.PAID, postings=journal.sale(net_minor=1667, vat_minor=333))


def claimed(due: DueItem, at: datetime = CHARGED_AT) -> DueItem:
    return the_due(claim(due, a_subscription(), policy=POLICY, now=at))


class TestRen1:
    """REN-1: each month is owed at its first day, at the contract's price, charged that morning."""

    def test_a_month_owed(self) -> None:
        """Dates from the anchor, net and VAT from the price, agenda at five in Paris."""
        due = due_item(a_subscription(anchor_on=date(2027, 1, 31)), 1)
        assert (due.from_on, due.to_on) == (date(2027, 2, 28), date(2027, 3, 31))
        assert (due.gross_minor, due.net_minor, due.vat_minor) == (2000, 1667, 333)
        assert due.agenda_at == paris(2027, 2, 28, 5)
        assert due.method_label == VISA.label()

    def test_a_contract_without_a_method_yet_names_none(self) -> None:
        """The label comes with the payment."""
        assert due_item(a_subscription(method=None), 1).method_label is None

    def test_the_next_month_is_owed_once_this_one_is_paid(self) -> None:
        """One at a time, and never skipped."""
        upcoming = following(a_due(1), a_subscription(), CHARGED_AT)
        assert upcoming == a_due(2)

    def test_nothing_follows_the_last_month(self) -> None:
        """A contract that ends on a due date owes nothing there."""
        ending = a_subscription(ends_on=date(2026, 12, 5))
        assert following(a_due(1), ending, CHARGED_AT) is None

    def test_it_is_not_charged_before_its_hour(self) -> None:
        """A minute early is too early."""
        early = CHARGED_AT - timedelta(minutes=1)
        assert claim(a_due(), a_subscription(), policy=POLICY, now=early) is NOTHING

    def test_a_claim_opens_the_attempt_before_money_moves(self) -> None:
        """The agenda entry stays, so that a crash is found."""
        due = claimed(a_due())
        assert due.state is DueState.CHARGING
        assert due.attempts == (Attempt(number=1, opened_at=CHARGED_AT),)
        assert due.agenda_at == CHARGED_AT

    def test_a_claim_names_the_method_that_is_about_to_be_charged(self) -> None:
        """Not the one of a month ago, when it may not have been known."""
        assert claimed(a_due(method_label=None)).method_label == VISA.label()

    def test_a_claim_asks_for_the_contracts_price_with_its_own_vat(self) -> None:
        """24.00 are 20.00 and 4.00."""
        dearer = a_subscription(gross_minor=2400)
        due = the_due(claim(a_due(), dearer, policy=POLICY, now=CHARGED_AT))
        assert (due.gross_minor, due.net_minor, due.vat_minor) == (2400, 2000, 400)

    def test_a_debt_that_was_booked_keeps_its_amount(self) -> None:
        """A price that changes later does not touch a month already owed."""
        later = paris(2026, 11, 6, 9)
        owed = refused(postings=a_due_paid().postings, retry_at=later)
        change = claim(owed, a_subscription(gross_minor=2400), policy=POLICY, now=later)
        assert the_due(change).gross_minor == 2000

    @pytest.mark.parametrize("state", [DueState.PAID, DueState.LAPSED, DueState.UNPAID])
    def test_what_is_settled_is_not_charged(self, state: DueState) -> None:
        """Paid, lapsed or given up."""
        settled = a_due(state=state)
        assert claim(settled, a_subscription(), policy=POLICY, now=CHARGED_AT) is NOTHING


class TestPay5:
    """PAY-5: an attempt in flight is asked about with its own key, after its lease."""

    def test_within_the_lease_nobody_else_asks(self) -> None:
        """The first worker may still be at it."""
        due = claimed(a_due())
        soon = CHARGED_AT + LEASE - timedelta(seconds=1)
        assert claim(due, a_subscription(), policy=POLICY, now=soon) is NOTHING

    def test_after_the_lease_it_is_the_same_attempt(self) -> None:
        """Only the version moves, so that two workers cannot both have it."""
        due = claimed(a_due())
        again = claimed(due, CHARGED_AT + LEASE)
        assert again == due.replace(version=due.version + 1)

    def test_the_agenda_says_when_to_ask_again(self) -> None:
        """Not before the next question is due."""
        waiting = claimed(a_due()).replace(agenda_at=CHARGED_AT + timedelta(hours=1))
        half = CHARGED_AT + timedelta(minutes=30)
        assert claim(waiting, a_subscription(), policy=POLICY, now=half) is NOTHING

    def test_a_parked_outcome_is_not_asked_about_any_more(self) -> None:
        """A person or a notification brings it."""
        parked = claimed(a_due()).replace(agenda_at=None, parked="outcome_unknown")
        later = CHARGED_AT + timedelta(days=3)
        assert claim(parked, a_subscription(), policy=POLICY, now=later) is NOTHING

    def test_a_refused_charge_waits_for_its_retry(self) -> None:
        """The instant that the refusal left, as the second attempt."""
        retry = paris(2026, 11, 6, 9)
        due = refused(retry_at=retry)
        assert charge_at(due, POLICY) == retry
        early = retry - timedelta(seconds=1)
        assert claim(due, a_subscription(), policy=POLICY, now=early) is NOTHING
        again = claimed(due, retry)
        assert again.attempts[-1] == Attempt(number=2, opened_at=retry)
        assert again.retry_at is None

    def test_when_the_calendar_is_used_up_nothing_is_charged(self) -> None:
        """However long one waits."""
        assert charge_at(refused(2), POLICY) is None
        later = CHARGED_AT + timedelta(days=9)
        assert claim(refused(2), a_subscription(), policy=POLICY, now=later) is NOTHING


class TestFailure15:
    """Failure 15: an open payment page is waited for, and closed before anybody else charges."""

    def page(self, opened_at: datetime) -> DueItem:
        due = refused(retry_at=paris(2026, 11, 6, 9))
        opened = Attempt(number=2, opened_at=opened_at, channel="page")
        return due.replace(attempts=(*due.attempts, opened))

    def test_while_a_page_is_open_no_automatic_charge_is_made(self) -> None:
        """The retry moves to the end of the page's hour."""
        due = self.page(paris(2026, 11, 6, 8, 30))
        waiting = claimed(due, paris(2026, 11, 6, 9))
        assert (waiting.state, waiting.agenda_at) == (
            DueState.SCHEDULED, paris(2026, 11, 6, 9, 30),
        )  # fmt: skip
        assert waiting.open_page == due.attempts[1]
        assert waiting.open_attempt is None

    def test_a_page_nobody_used_is_closed_by_the_next_charge(self) -> None:
        """It counts as no try."""
        due = claimed(self.page(paris(2026, 11, 6, 7)), paris(2026, 11, 6, 9))
        assert [attempt.state for attempt in due.attempts] == ["refused", "expired", "open"]
        assert (due.refusals, due.open_page) == (1, None)


class TestFailure22:
    """Failure 22: the schemes' limits hold for a method, whatever it is charged for."""

    def test_a_method_that_failed_too_often_rests(self) -> None:
        """The charge waits until the oldest of ten tries is a day old."""
        tries = tuple(CHARGED_AT - timedelta(minutes=n) for n in range(1, 11))
        tired = a_subscription(failed_tries=tries)
        due = the_due(claim(a_due(), tired, policy=POLICY, now=CHARGED_AT))
        assert (due.state, due.agenda_at) == (
            DueState.SCHEDULED, tries[-1] + timedelta(hours=24),
        )  # fmt: skip


class TestPay3:
    """PAY-3: a contract in dispute is not charged again until the dispute is over."""

    @pytest.mark.parametrize(
        ("status", "writes"), [(Status.ACTIVE, 2), (Status.PAST_DUE, 2), (Status.SUSPENDED, 1)]
    )
    def test_its_next_month_is_parked_and_gives_no_service(
        self, status: Status, writes: int
    ) -> None:
        """No money is asked for, so nothing is owed for it."""
        held = a_subscription(held="disputed", status=status)
        change = claim(a_due(), held, policy=POLICY, now=CHARGED_AT)
        assert (the_due(change).parked, the_due(change).agenda_at) == ("disputed", None)
        assert not the_due(change).postings
        assert len(change.writes) == writes


class TestRen2:
    """REN-2: what would have started after the end is not owed; taken back, it is owed again."""

    def test_a_month_that_will_not_start_lapses_and_leaves_the_agenda(self) -> None:
        """Nothing is charged, nobody is told."""
        lapsed = the_due(lapse(a_due()))
        assert (lapsed.state, lapsed.agenda_at) == (DueState.LAPSED, None)

    @pytest.mark.parametrize("due", [refused(), a_due(state=DueState.CHARGING), a_due_paid()])
    def test_a_month_that_was_charged_never_lapses(self, due: DueItem) -> None:
        """Whatever came of it."""
        assert lapse(due) is NOTHING

    def test_taken_back_it_is_due_on_its_old_date(self) -> None:
        """As if nothing had been."""
        lapsed = the_due(lapse(a_due()))
        revived = revive(lapsed, POLICY)
        assert revived == a_due(version=3)


class TestDun1:
    """DUN-1: an unpaid month suspends the service after the days of the profile."""

    @pytest.mark.parametrize(
        ("profile", "suspends_at"),
        [
            ("recommended", paris(2026, 11, 12)),
            ("as_written", paris(2026, 11, 5)),
            ("strict", paris(2026, 11, 20)),
        ],
    )
    def test_seven_days_none_or_fifteen(self, profile: str, suspends_at: datetime) -> None:
        """Counted from the due date, in whole Paris days."""
        assert suspension_at(a_due(), current_policy(profile)) == suspends_at

    def suspended(self, due: DueItem, subscription: Subscription, now: datetime) -> Change:
        return suspend(due, subscription, policy=POLICY, now=now)

    def test_the_day_has_come(self) -> None:
        """Access closes, and a person is told that nobody will act any more."""
        due = refused(2, state=DueState.UNPAID)
        change = self.suspended(due, a_subscription(status=Status.PAST_DUE), paris(2026, 11, 12))
        parked, closed = change.writes
        assert isinstance(parked, Replace)
        assert isinstance(closed, Replace)
        assert (the_due(change).parked, parked.events) == ("unpaid", ("Parked",))
        assert closed.entity == a_subscription(status=Status.SUSPENDED, version=2)
        assert closed.events == ("EntitlementChanged",)

    def test_a_day_early_nothing_happens(self) -> None:
        """The learner keeps the days the policy gives."""
        due = refused(2, state=DueState.UNPAID)
        assert self.suspended(due, a_subscription(), paris(2026, 11, 11, 23, 59)) is NOTHING

    def test_a_retry_still_to_come_is_kept(self) -> None:
        """Late charges, after an outage: suspended first, tried again at their hour."""
        retry = paris(2026, 11, 12, 9)
        due = refused(at=paris(2026, 11, 11, 5), retry_at=retry)
        change = self.suspended(due, a_subscription(), paris(2026, 11, 12))
        assert (the_due(change).parked, the_due(change).agenda_at) == (None, retry)
        assert len(change.writes) == 2

    @pytest.mark.parametrize("status", [Status.SUSPENDED, Status.ENDED])
    def test_who_is_suspended_or_gone_is_not_suspended_again(self, status: Status) -> None:
        """Only the due item is parked."""
        due = refused(2, state=DueState.UNPAID)
        change = self.suspended(due, a_subscription(status=status), paris(2026, 11, 12))
        assert len(change.writes) == 1

    @pytest.mark.parametrize("due", [a_due(), a_due(state=DueState.CHARGING), a_due_paid()])
    def test_never_without_a_refusal_nor_while_an_outcome_is_unknown(self, due: DueItem) -> None:
        """An open question is not a no."""
        assert self.suspended(due, a_subscription(), paris(2026, 12, 1)) is NOTHING

    @pytest.mark.parametrize(
        ("paid_at", "period"),
        [(paris(2026, 11, 20), 2), (paris(2026, 12, 20), 3), (paris(2027, 1, 5), 4)],
    )
    def test_months_without_service_are_not_billed_and_the_anchor_stays(
        self, paid_at: datetime, period: int
    ) -> None:
        """It takes up again with the first month that starts after the payment."""
        suspended = a_subscription(status=Status.SUSPENDED)
        assert following(a_due(1), suspended, paid_at) == a_due(period)
