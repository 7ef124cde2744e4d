"""What the story ought to come to, counted with its own calendar.

Written from the terms alone and sharing nothing with the shop's calendar: when the two disagree,
the demo fails. A year's public holidays are listed, not computed, and months are walked one by one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from infra.local.demo.story import ENDS_AT, PARIS, PRICE_MINOR, Person

CHARGE_HOUR: Final = 5
WITHDRAWAL_DAYS: Final = 14
MONTH_LENGTHS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
HOLIDAYS: Final = frozenset(
    date.fromisoformat(text)
    for text in (
        *("2027-01-01", "2027-03-29", "2027-05-01", "2027-05-06", "2027-05-08", "2027-05-17"),
        *("2027-07-14", "2027-08-15", "2027-11-01", "2027-11-11", "2027-12-25", "2028-01-01"),
    )
)
DAY: Final = timedelta(days=1)
REPAIRED_AFTER: Final = timedelta(days=1, hours=4)
"""From the charge at five to the next morning at nine, when it is tried again."""


@dataclass(frozen=True)
class Period:
    """A month that is owed: `[from_on, to_on)`, charged at `charged_at`.

    `paid_at` is the same instant, or the one of the charge that repairs a refusal.
    """

    number: int
    from_on: date
    to_on: date
    charged_at: datetime
    paid_at: datetime
    minor: int = PRICE_MINOR


def anchor(person: Person) -> date:
    """The first day of the first period: the day of the order, or the day after the withdrawal."""
    ordered_on = person.orders_at.date()
    if person.starts_at_once:
        return ordered_on
    last = ordered_on + WITHDRAWAL_DAYS * DAY
    while last.isoweekday() > 5 or last in HOLIDAYS:  # noqa: PLR2004 - Monday is 1, Friday 5
        last += DAY
    return last + DAY


def due_dates(anchor_on: date) -> Iterator[date]:
    """The first days of the periods, without end: the anchor's day, or the month's last one."""
    year, month = anchor_on.year, anchor_on.month
    while True:
        is_leap = year % 4 == 0  # no century ends within the story
        length = 29 if month == 2 and is_leap else MONTH_LENGTHS[month - 1]  # noqa: PLR2004
        yield date(year, month, min(anchor_on.day, length))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)  # noqa: PLR2004


def periods(person: Person, until: datetime = ENDS_AT) -> Sequence[Period]:
    """Every period owed before `until`; none for somebody who never pays."""
    if not person.pays:
        return ()
    found: list[Period] = []
    dates = due_dates(anchor(person))
    from_on = next(dates)
    while True:
        to_on = next(dates)
        charged_at = _charged_at(person, len(found), from_on)
        if charged_at > until or _is_over(person, from_on):
            return tuple(found)
        late = REPAIRED_AFTER if len(found) + 1 == person.refused_month else timedelta()
        found.append(Period(len(found), from_on, to_on, charged_at, charged_at + late))
        from_on = to_on


def ends_on(person: Person) -> date | None:
    """The first day without access of somebody who cancelled for good."""
    if person.cancels_at is None or person.undoes_at is not None:
        return None
    return next(on for on in due_dates(anchor(person)) if on > person.cancels_at.date())


def access_days(person: Person, profile: str, until: datetime = ENDS_AT) -> float:
    """Days of access that the terms promise, to the minute.

    Access runs from the order, or from the first period when it begins later, to the end of the
    contract. The month whose charge was refused and repaired the next morning costs that time under
    `as_written`, which suspends at once, and nothing under `recommended`, which waits seven days.
    """
    if not person.pays:
        return 0.0
    opens_at = person.orders_at if person.starts_at_once else _midnight(anchor(person))
    end = ends_on(person)
    closes_at = min(until, _midnight(end)) if end else until
    lost = sum(
        (each.paid_at - each.charged_at for each in periods(person, until)),
        start=timedelta(),
    )
    kept = _elapsed(opens_at, closes_at) - (lost if profile == "as_written" else timedelta())
    return kept / DAY


def looks_at(person: Person) -> Sequence[datetime]:
    """When access changes by the calendar alone, so that somebody has to look."""
    if not person.pays or person.starts_at_once:
        return ()
    return (_midnight(anchor(person)),)


def _charged_at(person: Person, number: int, from_on: date) -> datetime:
    if number == 0:
        return person.orders_at
    return datetime(from_on.year, from_on.month, from_on.day, CHARGE_HOUR, tzinfo=PARIS)


def _is_over(person: Person, from_on: date) -> bool:
    end = ends_on(person)
    return end is not None and from_on >= end


def _midnight(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, tzinfo=PARIS)


def _elapsed(start: datetime, end: datetime) -> timedelta:
    """Time that really passes, summer time included."""
    return timedelta(seconds=end.timestamp() - start.timestamp())
