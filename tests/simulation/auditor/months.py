"""The auditor's own calendar: it shares no line with the product's.

Paris is an hour ahead of UTC, two from the last Sunday of March to that of October, at 1:00 UTC.
"""

from datetime import UTC, date, datetime, timedelta

WITHDRAWAL_DAYS = 14
EASTER = {
    2026: (4, 5), 2027: (3, 28), 2028: (4, 16), 2029: (4, 1), 2030: (4, 21), 2031: (4, 13),
    2032: (3, 28), 2033: (4, 17), 2034: (4, 9),
}  # fmt: skip
FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
AFTER_EASTER = (1, 39, 50)


def paris_day(at: datetime) -> date:
    """The day it is in Paris."""
    return (at + timedelta(hours=2 if _is_summer(at) else 1)).date()


def midnight(on: date) -> datetime:
    """The instant at which a day begins in Paris."""
    utc = datetime(on.year, on.month, on.day, tzinfo=UTC)
    for hours in (2, 1):
        if paris_day(utc - timedelta(hours=hours)) == on:
            return utc - timedelta(hours=hours)
    raise AssertionError(on)


def _is_summer(at: datetime) -> bool:
    return _last_sunday(at.year, 3) <= at < _last_sunday(at.year, 10)


def _last_sunday(year: int, month: int) -> datetime:
    day = datetime(year, month, 31, 1, tzinfo=UTC)
    while day.weekday() != 6:
        day -= timedelta(days=1)
    return day


def clock_changes(year: int) -> tuple[datetime, datetime]:
    """The two instants of a year at which the clocks of Paris change."""
    return _last_sunday(year, 3), _last_sunday(year, 10)


def starts_on(anchor: date, number: int) -> date:
    """The first day of month `number` of a contract that begins on `anchor`."""
    year, month = anchor.year, anchor.month + number
    while month > 12:
        year, month = year + 1, month - 12
    for day in range(anchor.day, 27, -1):
        if _exists(year, month, day):
            return date(year, month, day)
    return date(year, month, anchor.day)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def month_at(anchor: date, on: date) -> int:
    """The number of the month that runs on a day; 0 before the first."""
    number = 0
    while starts_on(anchor, number + 1) <= on:
        number += 1
    return number


def ends_on(anchor: date, cancelled_at: datetime) -> date:
    """The first day that is not served any more after a cancellation."""
    return starts_on(anchor, month_at(anchor, paris_day(cancelled_at)) + 1)


def anchor_of(ordered_at: datetime, *, at_once: bool) -> date:
    """The first day of a contract."""
    on = paris_day(ordered_at)
    return on if at_once else _withdrawal_ends_on(on) + timedelta(days=1)


def _withdrawal_ends_on(ordered_on: date) -> date:
    last = ordered_on + timedelta(days=WITHDRAWAL_DAYS)
    while last.weekday() in (5, 6) or _is_holiday(last):
        last += timedelta(days=1)
    return last


def _is_holiday(on: date) -> bool:
    easter = date(on.year, *EASTER[on.year])
    return (on.month, on.day) in FIXED or (on - easter).days in AFTER_EASTER
