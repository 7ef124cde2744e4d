"""Two calendars that share no line agree, so the auditor's is worth something."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.domain.contract.subscription import effective_on
from chalicelib.domain.kernel.calendar import due_date, paris_date, period_index, start_of_day
from tests.simulation.auditor import months

pytestmark = pytest.mark.simulation

DAYS = [date(2026, 12, 1) + timedelta(days=days) for days in range(5 * 366)]


class TestTwoCalendars:
    def test_every_month_from_every_anchor(self) -> None:
        for anchor in DAYS:
            for number in (0, 1, 2, 3, 11, 12, 13, 25, 36):
                begins = months.starts_on(anchor, number)
                assert begins == due_date(anchor, number)
                assert months.month_at(anchor, begins) == period_index(anchor, begins) == number

    def test_every_half_hour_around_every_midnight(self) -> None:
        for day in DAYS:
            assert months.midnight(day) == start_of_day(day)
            for halves in range(-6, 7):
                at = datetime(day.year, day.month, day.day, tzinfo=UTC)
                at += timedelta(minutes=30 * halves)
                assert months.paris_day(at) == paris_date(at)

    def test_every_end_of_the_right_of_withdrawal(self) -> None:
        for day in DAYS:
            at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
            assert months.anchor_of(at, at_once=False) == effective_on(at, starts_at_once=False)
