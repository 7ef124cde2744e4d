"""The subscription: its periods, its anchor, when it wakes."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.domain.contract.subscription import (
    Status,
    Subscription,
    effective_on,
    expiry_reminder_at,
    next_wake,
    remind_of_expiry,
    withdrawal_last_day,
)
from chalicelib.domain.kernel.calendar import start_of_day
from chalicelib.domain.kernel.change import Replace
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.selling.checkout import StoredMethod
from tests.examples import paris
from tests.fakes import VISA
from tests.fakes_things import a_subscription

NOW = datetime(2026, 11, 5, 9, tzinfo=UTC)


class TestRen1:
    """REN-1: a monthly commitment, renewed month by month from an anchor that never moves."""

    def test_periods_follow_each_other_without_gap(self) -> None:
        """The first day of the next is the day after the last of this one."""
        subscription = a_subscription(anchor_on=date(2027, 1, 31))
        assert [subscription.period(n) for n in range(3)] == [
            (date(2027, 1, 31), date(2027, 2, 28)),
            (date(2027, 2, 28), date(2027, 3, 31)),
            (date(2027, 3, 31), date(2027, 4, 30)),
        ]

    @pytest.mark.parametrize(
        ("instant", "expected"),
        [
            (paris(2026, 10, 1), 0),
            (paris(2026, 11, 4, 23, 59), 0),
            (paris(2026, 11, 5), 1),
            (paris(2027, 10, 5), 12),
        ],
    )
    def test_the_period_that_runs_is_the_one_of_the_paris_date(
        self, instant: datetime, expected: int
    ) -> None:
        """Before the first it is the first."""
        assert a_subscription().period_at(instant) == expected

    def test_the_price_of_a_month_includes_taxes(self) -> None:
        """CGS 3 §1."""
        assert a_subscription().gross == Money(minor=2000, currency="EUR")


class TestRen2:
    """REN-2: a contract runs until its end, and owes nothing from then on."""

    @pytest.mark.parametrize(
        ("status", "ends_on", "runs"),
        [
            (Status.ACTIVE, None, True),
            (Status.SUSPENDED, None, True),
            (Status.ACTIVE, date(2026, 12, 6), True),
            (Status.ACTIVE, date(2026, 12, 5), False),
            (Status.ENDED, None, False),
        ],
    )
    def test_a_period_starting_at_the_end_is_not_owed(
        self, status: Status, ends_on: date | None, *, runs: bool
    ) -> None:
        """The end date is the first day without access."""
        subscription = a_subscription(status=status, ends_on=ends_on)
        assert subscription.runs_past(date(2026, 12, 5)) is runs


class TestWdr1:
    """WDR-1: fourteen days, the day of the contract not counted, rolled to a working day."""

    @pytest.mark.parametrize(
        ("concluded_on", "last_day"),
        [
            (date(2026, 11, 7), date(2026, 11, 23)),
            (date(2026, 10, 28), date(2026, 11, 12)),
            (date(2026, 11, 9), date(2026, 11, 23)),
            (date(2026, 12, 11), date(2026, 12, 28)),
        ],
    )
    def test_the_last_day_to_withdraw(self, concluded_on: date, last_day: date) -> None:
        """A Saturday gives the Monday after; 11 November gives the 12th."""
        assert withdrawal_last_day(concluded_on) == last_day


class TestWdr2:
    """WDR-2: without a request for immediate access, service and price start after the delay."""

    def test_asked_for_at_once_it_starts_the_day_of_the_order(self) -> None:
        """The Paris date of the order, here already the next day."""
        late = datetime(2026, 11, 6, 23, 30, tzinfo=UTC)
        assert effective_on(late, starts_at_once=True) == date(2026, 11, 7)

    def test_not_asked_for_it_starts_the_day_after_the_last_to_withdraw(self) -> None:
        """Nothing is owed for days on which nothing can be used."""
        ordered = datetime(2026, 11, 7, 9, tzinfo=UTC)
        assert effective_on(ordered, starts_at_once=False) == date(2026, 11, 24)


class TestNextWake:
    """FRM-4: a contract wakes for its papers first, then for its end."""

    def test_an_ended_contract_sleeps(self) -> None:
        """Nothing more to do."""
        assert next_wake(a_subscription(status=Status.ENDED), NOW) is None

    @pytest.mark.parametrize("missing", [{"invited_at": None}, {"method": None}])
    def test_until_papers_and_method_are_there_it_wakes_soon(
        self, missing: dict[str, object]
    ) -> None:
        """A quarter of an hour later, even when its end is known."""
        young = a_subscription(invited_at=NOW, ends_on=date(2026, 12, 5), concluded_at=NOW)
        assert next_wake(young.replace(**missing), NOW) == NOW + timedelta(minutes=15)

    def test_a_method_unknown_after_a_day_wakes_nobody(self) -> None:
        """It is asked for when it is next charged, not every quarter of an hour for ever."""
        unknown = a_subscription(invited_at=NOW, concluded_at=NOW - timedelta(days=1), method=None)
        assert next_wake(unknown, NOW) is None
        assert next_wake(unknown.replace(invited_at=None), NOW) == NOW + timedelta(minutes=15)

    def test_then_only_its_end_wakes_it(self) -> None:
        """None as long as it goes on, with a method that does not expire."""
        paypal = StoredMethod(token="PP1", kind="paypal")
        complete = a_subscription(invited_at=NOW, method=paypal)
        assert next_wake(complete, NOW) is None
        ending = complete.replace(ends_on=date(2026, 12, 5))
        assert next_wake(ending, NOW) == start_of_day(date(2026, 12, 5))


class TestPay5:
    """PAY-5: who pays by a card that is about to end is told a month before, once."""

    def test_the_first_morning_of_the_last_month(self) -> None:
        complete = a_subscription(invited_at=NOW)
        assert next_wake(complete, NOW) == paris(2030, 3, 1, 9)

    def test_not_where_no_charge_comes_after_it(self) -> None:
        """A contract that ends before needs no new card."""
        expiring = VISA.replace(expires="11/2026")
        complete = a_subscription(invited_at=NOW, method=expiring)
        assert expiry_reminder_at(complete) == paris(2026, 11, 1, 9)
        ending = complete.replace(ends_on=date(2026, 12, 5))
        assert expiry_reminder_at(ending) is None
        assert expiry_reminder_at(complete.replace(ends_on=date(2027, 1, 5))) is not None

    def test_once_a_card_and_expiry(self) -> None:
        """Told, it sleeps; brought up to date, the card is told of again in its time."""
        expiring = VISA.replace(expires="11/2026")
        complete = a_subscription(invited_at=NOW, method=expiring)
        (write,) = remind_of_expiry(complete, NOW).writes
        assert isinstance(write, Replace)
        assert write.events == ("MethodExpires",)
        told = write.entity
        assert isinstance(told, Subscription)
        assert (told.expiry_told_on, told.agenda_at) == (date(2026, 11, 30), None)
        renewed = told.replace(method=VISA)
        assert next_wake(renewed, NOW) == paris(2030, 3, 1, 9)

    def test_a_card_already_over_is_not_told_of(self) -> None:
        """Its refusal says more than a reminder."""
        over = a_subscription(invited_at=NOW, method=VISA.replace(expires="10/2026"))
        (write,) = remind_of_expiry(over, NOW).writes
        assert isinstance(write, Replace)
        assert write.events == ()
