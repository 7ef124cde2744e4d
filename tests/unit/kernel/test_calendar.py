"""Civil dates of Paris: months, deadlines, working days, ages."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.domain.kernel.calendar import (
    anchor_days,
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


class TestRen1:
    """REN-1: date n of a contract is counted from its anchor, never from the date before."""

    @pytest.mark.parametrize(
        ("anchor", "months", "expected"),
        [
            (date(2027, 1, 31), 0, date(2027, 1, 31)),
            (date(2027, 1, 31), 1, date(2027, 2, 28)),
            (date(2027, 1, 31), 2, date(2027, 3, 31)),
            (date(2027, 1, 31), 3, date(2027, 4, 30)),
            (date(2028, 2, 29), 1, date(2028, 3, 29)),
            (date(2028, 2, 29), 12, date(2029, 2, 28)),
            (date(2028, 2, 29), 48, date(2032, 2, 29)),
            (date(2026, 12, 15), 1, date(2027, 1, 15)),
            (date(2027, 1, 31), -1, date(2026, 12, 31)),
        ],
    )
    def test_a_shorter_month_is_due_on_its_last_day(
        self, anchor: date, months: int, expected: date
    ) -> None:
        """31 January gives 28 February, and then 31 March again."""
        assert due_date(anchor, months) == expected

    @pytest.mark.parametrize(
        ("on", "expected"),
        [
            (date(2027, 1, 30), -1),
            (date(2027, 1, 31), 0),
            (date(2027, 2, 27), 0),
            (date(2027, 2, 28), 1),
            (date(2027, 3, 30), 1),
            (date(2027, 3, 31), 2),
        ],
    )
    def test_a_period_holds_its_first_day_and_not_its_last(self, on: date, expected: int) -> None:
        """The period runs from one due date to the day before the next."""
        assert period_index(date(2027, 1, 31), on) == expected

    def test_the_nights_when_clocks_change_neither_lose_nor_repeat_a_day(self) -> None:
        """Midnight of Paris exists once on every date."""
        spring, autumn = date(2027, 3, 28), date(2027, 10, 31)
        assert start_of_day(spring + timedelta(days=1)) - start_of_day(spring) == timedelta(
            hours=23
        )
        assert start_of_day(autumn + timedelta(days=1)) - start_of_day(autumn) == timedelta(
            hours=25
        )


class TestRen2:
    """REN-2: the Paris date of an instant decides, in winter and in summer."""

    @pytest.mark.parametrize(
        ("instant", "expected"),
        [
            (datetime(2026, 12, 14, 22, 59, 59, tzinfo=UTC), date(2026, 12, 14)),
            (datetime(2026, 12, 14, 23, 0, 0, tzinfo=UTC), date(2026, 12, 15)),
            (datetime(2027, 7, 14, 21, 59, 59, tzinfo=UTC), date(2027, 7, 14)),
            (datetime(2027, 7, 14, 22, 0, 0, tzinfo=UTC), date(2027, 7, 15)),
        ],
    )
    def test_a_day_ends_at_midnight_in_paris(self, instant: datetime, expected: date) -> None:
        """One second before midnight is still the day before."""
        assert paris_date(instant) == expected
        assert start_of_day(expected) <= instant < start_of_day(expected + timedelta(days=1))

    def test_an_instant_without_a_zone_is_a_bug(self) -> None:
        """What zone it was cannot be guessed."""
        with pytest.raises(AssertionError, match="zone"):
            paris_date(datetime(2026, 12, 14, 22, 59))  # noqa: DTZ001 - the mistake itself


class TestWdr1:
    """WDR-1: a deadline that falls on a weekend or holiday moves to the next working day."""

    @pytest.mark.parametrize(
        ("year", "expected"),
        [
            (2026, date(2026, 4, 5)),
            (2027, date(2027, 3, 28)),
            (2038, date(2038, 4, 25)),
            (2285, date(2285, 3, 22)),
        ],
    )
    def test_easter_is_where_the_almanac_puts_it(self, year: int, expected: date) -> None:
        """Earliest and latest Easters among them."""
        assert easter(year) == expected

    @pytest.mark.parametrize(
        "holiday",
        [
            date(2027, 1, 1), date(2027, 3, 29), date(2027, 5, 1), date(2027, 5, 6),
            date(2027, 5, 8), date(2027, 5, 17), date(2027, 7, 14), date(2027, 8, 15),
            date(2027, 11, 1), date(2027, 11, 11), date(2027, 12, 25),
        ],
    )  # fmt: skip
    def test_the_eleven_holidays_of_the_labour_code(self, holiday: date) -> None:
        """Fixed and movable; Easter Sunday and Good Friday are none."""
        assert is_holiday(holiday)
        holidays = [d for n in range(365) if is_holiday(d := date(2027, 1, 1) + timedelta(n))]
        assert len(holidays) == 11

    @pytest.mark.parametrize(
        ("on", "expected"),
        [
            (date(2026, 11, 20), date(2026, 11, 20)),
            (date(2026, 11, 21), date(2026, 11, 23)),
            (date(2026, 11, 11), date(2026, 11, 12)),
            (date(2027, 5, 8), date(2027, 5, 10)),
            (date(2026, 12, 25), date(2026, 12, 28)),
        ],
    )
    def test_rolling_skips_saturday_sunday_and_holidays(self, on: date, expected: date) -> None:
        """A working day stays where it is."""
        assert roll(on) == expected


class TestAvl2:
    """AVL-2: an answer within five working days."""

    @pytest.mark.parametrize(
        ("sent_on", "expected"),
        [
            (date(2026, 11, 20), date(2026, 11, 27)),
            (date(2026, 11, 10), date(2026, 11, 18)),
            (date(2026, 11, 21), date(2026, 11, 27)),
        ],
    )
    def test_weekends_and_holidays_do_not_count(self, sent_on: date, expected: date) -> None:
        """Friday to Friday; over 11 November a day more."""
        assert working_days_after(sent_on, 5) == expected

    def test_no_days_is_the_same_day(self) -> None:
        """Nothing is added to nothing."""
        assert working_days_after(date(2026, 11, 21), 0) == date(2026, 11, 21)


class TestCap1:
    """CAP-1: age is counted in completed years at the Paris date."""

    @pytest.mark.parametrize(
        ("born_on", "on", "expected"),
        [
            (date(2008, 11, 22), date(2026, 11, 22), 18),
            (date(2008, 11, 23), date(2026, 11, 22), 17),
            (date(2010, 11, 23), date(2026, 11, 22), 15),
            (date(2008, 2, 29), date(2026, 2, 28), 17),
            (date(2008, 2, 29), date(2026, 3, 1), 18),
            (date(2008, 2, 29), date(2028, 2, 29), 20),
        ],
    )
    def test_somebody_born_on_29_february_has_a_birthday_on_1_march(
        self, born_on: date, on: date, expected: int
    ) -> None:
        """In a common year; in a leap year on the day itself."""
        assert completed_years(born_on, on) == expected


@pytest.mark.parametrize("year", [2027, 2028])
def test_every_anchor_day_falls_due_once_a_month(year: int) -> None:
    """The days due on a date are those whose date n it is, counted the other way round."""
    for n in range(12):
        days = [date(year, 1, 31) + timedelta(days=back) for back in range(-30, 1)]
        by_date: dict[date, list[int]] = {}
        for anchor in days:
            by_date.setdefault(due_date(anchor, n), []).append(anchor.day)
        assert {on: list(anchor_days(on)) for on in by_date} == by_date
