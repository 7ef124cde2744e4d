"""Civil dates of Europe/Paris and the one function that counts months.

Instants are UTC; a date is what a Paris calendar shows at that instant. Every deadline of the
terms is counted here, always from its anchor and never from a date that was itself computed.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
SATURDAY = 5


def paris_date(instant: datetime) -> date:
    """The date a Paris calendar shows at `instant` (aware)."""
    assert instant.tzinfo is not None, "an instant knows its zone"
    return instant.astimezone(PARIS).date()


def start_of_day(on: date, hour: int = 0) -> datetime:
    """The UTC instant at which the Paris clock shows `hour`:00 on that date."""
    return datetime.combine(on, time(hour), PARIS).astimezone(UTC)


def due_date(anchor: date, months: int) -> date:
    """The due date `months` after `anchor`; a shorter month is due on its last day (REN-1)."""
    year, month0 = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    last = month_end(year, month0 + 1)
    return last.replace(day=min(anchor.day, last.day))


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, monthrange(year, month)[1])


def anchor_days(on: date) -> tuple[int, ...]:
    """The anchor days that fall due on a date: its own, and those its month lacks on its last."""
    last = monthrange(on.year, on.month)[1]
    return tuple(range(on.day, (31 if on.day == last else on.day) + 1))


def period_index(anchor: date, on: date) -> int:
    """The number of the period that holds `on` (0 for the first; negative before `anchor`)."""
    months = (on.year - anchor.year) * 12 + on.month - anchor.month
    return months if due_date(anchor, months) <= on else months - 1


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    drift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - drift + 15) % 30
    leaps, years_rest = divmod(of_century, 4)
    weekday = (32 + 2 * century_rest + 2 * leaps - epact - years_rest) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day0 = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day0 + 1)


def is_holiday(on: date) -> bool:
    """A public holiday of mainland France (L3133-1 C. trav.)."""
    fixed = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
    sunday = easter(on.year)
    movable = {sunday + timedelta(days=days) for days in (1, 39, 50)}
    return (on.month, on.day) in fixed or on in movable


def roll(on: date) -> date:
    """`on`, or the next day that is neither Saturday, Sunday nor holiday (L221-19 3°)."""
    while on.weekday() >= SATURDAY or is_holiday(on):
        on += timedelta(days=1)
    return on


def working_days_after(on: date, days: int) -> date:
    """The date `days` working days after `on` (AVL-2)."""
    for _ in range(days):
        on = roll(on + timedelta(days=1))
    return on


def completed_years(born_on: date, on: date) -> int:
    """Age on a date; somebody born on 29 February has a birthday on 1 March otherwise (CAP-1 b)."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))
