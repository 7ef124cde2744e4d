"""The renewals of a day in figures, and whether a day is like the days before it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from chalicelib.domain.billing.due import DueItem, DueState
from chalicelib.domain.billing.operating.plainly import amount
from chalicelib.domain.kernel.calendar import anchor_days
from chalicelib.domain.kernel.value import Entity, Value

COMPARED_DAYS: Final = 7
SMALL_COUNT: Final = 10
"""A difference of so few renewals says nothing, whatever its share."""

MONTHS_WITH_DAY: Final = {29: 11, 30: 11, 31: 7}


class Row(Value):
    """What is charged of one plan in one currency."""

    plan: str
    currency: str
    count: int
    minor: int


class DayFigures(Value):
    """The renewals whose date is one day, charged or not: what days are compared by."""

    on: date
    rows: tuple[Row, ...] = ()

    @property
    def count(self) -> int:
        """How many renewals."""
        return sum(row.count for row in self.rows)

    @property
    def sums(self) -> dict[str, int]:
        """Minor units by currency."""
        found: Counter[str] = Counter()
        for row in self.rows:
            found[row.currency] += row.minor
        return dict(found)


class DaysFigures(Value):
    """Figures of the days before one, oldest first, as the daily proof saw them."""

    days: tuple[DayFigures, ...]


def rows_of(dues: Iterable[DueItem]) -> tuple[Row, ...]:
    """Count and sum by plan and currency, in their order."""
    counts: Counter[tuple[str, str]] = Counter()
    sums: Counter[tuple[str, str]] = Counter()
    for due in dues:
        counts[due.plan, due.currency] += 1
        sums[due.plan, due.currency] += due.gross_minor
    return tuple(
        Row(plan=plan, currency=currency, count=counts[plan, currency], minor=sums[plan, currency])
        for plan, currency in sorted(counts)
    )


def is_renewal_of(due: DueItem, on: date) -> bool:
    """Whether a due item is a renewal whose date is that day; a first period was paid before."""
    return due.from_on == on and due.period > 0 and due.state is not DueState.LAPSED


def figures_of(dues: Iterable[DueItem], on: date) -> DayFigures:
    """The renewals of one day among due items."""
    return DayFigures(on=on, rows=rows_of(due for due in dues if is_renewal_of(due, on)))


class Recent:
    """Gathers the figures of the days before one out of books that pass by in any order."""

    def __init__(self, before: date) -> None:
        """`before` is the day itself, which is not over and not counted."""
        self._days = [before - timedelta(days=back) for back in range(COMPARED_DAYS, 0, -1)]
        self._dues: dict[date, list[DueItem]] = {on: [] for on in self._days}

    def passing(self, entries: Iterable[Entity]) -> Iterable[Entity]:
        """The same things, each due item among them looked at on its way."""
        for entry in entries:
            if isinstance(entry, DueItem) and is_renewal_of(entry, entry.from_on):
                self._dues.get(entry.from_on, []).append(entry)
            yield entry

    def figures(self) -> DaysFigures:
        """The figures of each day, oldest first."""
        return DaysFigures(
            days=tuple(DayFigures(on=on, rows=rows_of(self._dues[on])) for on in self._days)
        )


def weight(on: date) -> int:
    """How many twelfths of an anchor day's contracts renew on a date.

    On the last day of a short month those of the days that it lacks renew as well; fewer orders
    have the 31st for anchor, as five months do not have it.
    """
    return sum(MONTHS_WITH_DAY.get(day, 12) for day in anchor_days(on))


def deviations(today: DayFigures, before: Sequence[DayFigures]) -> tuple[tuple[str, str], ...]:
    """What is unlike the mean of the days before, each by its weight: `count`, or a currency.

    Each with a word on how far it is away. With no day before there is nothing to be unlike.
    """
    if not before:
        return ()
    share = sum(weight(day.on) for day in before)
    own = weight(today.on)
    found = []
    usual = sum(day.count for day in before) * own // share
    if _deviates(today.count, usual, SMALL_COUNT):
        found.append(("count", f"{today.count}, usually about {usual}"))
    for currency in sorted({currency for day in (today, *before) for currency in day.sums}):
        minor = today.sums.get(currency, 0)
        usual = sum(day.sums.get(currency, 0) for day in before) * own // share
        if _deviates(minor, usual, SMALL_COUNT * _dearest((today, *before), currency)):
            told = f"{amount(minor, currency)}, usually about {amount(usual, currency)}"
            found.append((currency, told))
    return tuple(found)


def _deviates(value: int, usual: int, small: int) -> bool:
    """More than half away from the usual, and by more than chance does in a small shop."""
    return abs(value - usual) > max(usual // 2, small)


def _dearest(days: Sequence[DayFigures], currency: str) -> int:
    """The highest price of a plan in that currency, in the mean."""
    rows = [row for day in days for row in day.rows if row.currency == currency]
    return max(row.minor // row.count for row in rows)
