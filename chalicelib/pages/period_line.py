"""The period line: what is paid, where today stands, what comes next, where it ends.

The signature motif of the product. The facts come as dates; the drawing is an SVG in percentages,
without styles of its own, and always stands beside the same facts in words.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from chalicelib.domain.kernel.money import Money

_AFTER_NEXT = 0.35


@dataclass(frozen=True, kw_only=True, slots=True)
class PeriodLine:
    """One subscription on a line of time; dates are Paris dates.

    The paid period runs from `paid_from` up to, but without, `paid_until`. `next_due_on` and
    `amount` tell the next payment: none once the contract has an end, `ends_on` (its first day
    without access). From `paid_until` on, without a new payment, the days are owed. On a review
    `is_paid` is false: the first period is shown as it will be.
    """

    paid_from: date
    paid_until: date
    today: date
    next_due_on: date | None = None
    amount: Money | None = None
    ends_on: date | None = None
    is_paid: bool = True

    def __post_init__(self) -> None:
        """A line that goes backwards, or neither ends nor goes on, is a mistake of the caller."""
        assert self.paid_from < self.paid_until
        assert (self.next_due_on is None) != (self.ends_on is None)
        assert (self.next_due_on is None) == (self.amount is None)

    @property
    def last_paid_on(self) -> date:
        """The last day that is paid."""
        return self.paid_until - timedelta(days=1)

    @property
    def days_left(self) -> int:
        """Full days of access left after today, within what is paid."""
        return max(0, (self.paid_until - self.today).days)

    @property
    def is_owed(self) -> bool:
        """Whether the paid period is over while the contract goes on."""
        return self.today >= self.paid_until and self.ends_on is None


@dataclass(frozen=True, kw_only=True, slots=True)
class Marks:
    """Places on the line, in percent of its width."""

    start: float
    paid: float
    today: float
    close: float
    tail: float


def marks(line: PeriodLine) -> Marks:
    """Where each date falls; past the next payment the line goes on for a while."""
    close = line.ends_on or line.next_due_on or line.paid_until
    first = min(line.paid_from, line.today)
    last = max(close, line.paid_until, line.today)
    if line.ends_on is None:
        last += timedelta(days=round((last - first).days * _AFTER_NEXT))
    length = (last - first).days

    def place(day: date) -> float:
        return round(100 * (day - first).days / length, 2)

    return Marks(
        start=place(line.paid_from),
        paid=place(line.paid_until),
        today=place(line.today),
        close=place(close),
        tail=place(last),
    )
