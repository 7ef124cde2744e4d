"""Laws of calendar, money and identity."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.kernel.calendar import (
    completed_years,
    due_date,
    easter,
    is_holiday,
    paris_date,
    period_index,
    roll,
    start_of_day,
    working_days_after,
)
from chalicelib.domain.kernel.ids import DueKey, is_id, parse_reference, sortable_id
from chalicelib.domain.kernel.money import Money, round_half_up
from chalicelib.domain.kernel.seals import Link, link_token, read_link

pytestmark = pytest.mark.property

DATES = st.dates(date(1990, 1, 1), date(2190, 12, 31))
INSTANTS = st.datetimes(
    datetime(1990, 1, 1), datetime(2190, 12, 31), timezones=st.just(UTC)  # noqa: DTZ001
)  # fmt: skip


class TestRen1:
    """REN-1: due dates advance by one calendar month, always from the anchor."""

    @given(DATES, st.integers(0, 600))
    def test_due_dates_advance_one_calendar_month_at_a_time(self, anchor: date, n: int) -> None:
        """Never two in a month, and none without one."""
        a, b = due_date(anchor, n), due_date(anchor, n + 1)
        assert (b.year * 12 + b.month) - (a.year * 12 + a.month) == 1
        assert 28 <= (b - a).days <= 31

    @given(DATES, st.integers(0, 600))
    def test_the_anchor_is_never_rewritten_by_a_short_month(self, anchor: date, n: int) -> None:
        """The day is the anchor's, or the last of its month."""
        on = due_date(anchor, n)
        is_last = (on + timedelta(days=1)).day == 1
        assert on.day == anchor.day or (is_last and on.day < anchor.day)

    @given(DATES, DATES)
    def test_every_day_is_in_exactly_one_period(self, anchor: date, on: date) -> None:
        """Also before the first."""
        n = period_index(anchor, on)
        assert due_date(anchor, n) <= on < due_date(anchor, n + 1)


class TestRen2:
    """REN-2: every instant has one Paris date, and every Paris date its instants."""

    @given(INSTANTS)
    def test_an_instant_lies_between_two_midnights_of_paris(self, instant: datetime) -> None:
        """Whatever the season."""
        on = paris_date(instant)
        assert start_of_day(on) <= instant < start_of_day(on + timedelta(days=1))


class TestWdr1:
    """WDR-1: rolling a deadline gives the first working day at or after it."""

    @given(DATES)
    def test_rolling_stops_at_once_and_twice_is_once(self, on: date) -> None:
        """Nothing skipped is a working day."""
        rolled = roll(on)
        assert roll(rolled) == rolled
        assert all(
            skipped.weekday() >= 5 or is_holiday(skipped)
            for skipped in (on + timedelta(days=n) for n in range((rolled - on).days))
        )

    @given(st.integers(1990, 2190))
    def test_easter_is_a_sunday_in_spring(self, year: int) -> None:
        """From 22 March to 25 April."""
        sunday = easter(year)
        assert sunday.weekday() == 6
        assert date(year, 3, 22) <= sunday <= date(year, 4, 25)

    @given(DATES, st.integers(1, 15), st.integers(1, 15))
    def test_working_days_add_up(self, on: date, first: int, then: int) -> None:
        """Five and then five are ten (AVL-2)."""
        assert working_days_after(working_days_after(on, first), then) == working_days_after(
            on, first + then
        )


class TestCap1:
    """CAP-1: age grows by one a year, on one day."""

    @given(DATES, st.integers(1, 120 * 365))
    def test_nobody_grows_younger_nor_two_years_in_a_day(self, born_on: date, days: int) -> None:
        """Leap birthdays included."""
        on = born_on + timedelta(days=days)
        yesterday = completed_years(born_on, on - timedelta(days=1))
        assert completed_years(born_on, on) - yesterday in (0, 1)
        assert 0 <= completed_years(born_on, on) <= days // 365


class TestVat1:
    """VAT-1: sharing conserves the sum, rounding is to the nearest."""

    @given(
        st.integers(-(10**9), 10**9),
        st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any),
    )
    def test_the_parts_sum_to_the_whole_and_are_fair(self, minor: int, weights: list[int]) -> None:
        """Each part is within one minor unit of its exact share; no weight, no part."""
        parts = Money(minor=minor, currency="EUR").split(tuple(weights))
        assert sum(part.minor for part in parts) == minor
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part.minor * sum(weights) - minor * weight) < sum(weights)
            assert weight or not part.minor

    @given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
    def test_rounding_is_to_the_nearest_and_symmetric(self, top: int, bottom: int) -> None:
        """Half away from zero on either side."""
        rounded = round_half_up(top, bottom)
        assert abs(2 * (rounded * bottom - top)) <= bottom
        assert round_half_up(-top, bottom) == -rounded


class TestPay5:
    """PAY-5: identity survives the way to the provider and back."""

    @given(
        INSTANTS, st.integers(0, 2**80 - 1), st.integers(0, 9999), st.integers(1, 9),
        st.integers(1, 99),
    )  # fmt: skip
    def test_a_reference_is_read_back_as_it_was_written(
        self, at: datetime, randomness: int, period: int, instalment: int, attempt: int
    ) -> None:
        """For every id that can exist."""
        name = sortable_id(at, randomness)
        key = DueKey(subscription_id=name, period=period, instalment=instalment)
        assert is_id(name)
        assert parse_reference(key.reference(attempt)) == (key, attempt)

    @given(st.text())
    def test_no_text_makes_it_stumble(self, text: str) -> None:
        """What is not a reference is nobody's; what is not a link opens nothing."""
        parsed = parse_reference(text)
        assert parsed is None or parsed[0].reference(parsed[1]) is not None
        assert read_link("key", "password", text, datetime(2026, 1, 1, tzinfo=UTC)) is None

    @given(INSTANTS, INSTANTS, st.integers(0, 10**6))
    def test_a_link_is_read_until_its_second_comes(
        self, expires_at: datetime, now: datetime, edition: int
    ) -> None:
        """And not from then on."""
        link = Link(purpose="p", subject="s", edition=edition, expires_at=expires_at)
        read = read_link("key", "p", link_token("key", link), now)
        is_alive = now < expires_at.replace(microsecond=0)
        assert read == (("s", edition) if is_alive else None)
