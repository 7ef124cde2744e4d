"""Settled batches against the payments of the books: each is told once, each told line is known."""

from datetime import datetime, timedelta

from chalicelib.domain.billing.agenda import REPORT_PATIENCE
from chalicelib.domain.billing.books.findings import Code, Named
from chalicelib.domain.billing.books.report import HELD_KINDS
from chalicelib.domain.billing.books.settlement import Settlement, Why

SETTLED_WITHIN = timedelta(days=7)
"""How long after a payment its settlement may take, weekends and holidays of banks included."""

EXPECTED_KEPT = 1_000
LINES: dict[Why, Code] = {
    "foreign": "line_foreign",
    "another_amount": "line_another_amount",
    "another_payment": "line_another_payment",
    "settled_twice": "line_settled_twice",
    "movement_unknown": "line_movement_unknown",
    "kind_unknown": "line_kind_unknown",
}


class Batches:
    """Every batch, and the payments that are still to be in one."""

    def __init__(self, now: datetime) -> None:
        """`now` is the business instant the books are judged at."""
        self.now = now
        self.read_count = 0
        self.held_minor = 0
        self.gone_minor = 0
        self.unsettled_minor = 0
        self.are_whole = True
        self._known: dict[int, datetime] = {}
        self._unread: list[Settlement] = []
        self._differing: list[Settlement] = []
        self._overdue: list[tuple[datetime, str, int]] = []
        self._overdue_count = 0

    def add(self, settlement: Settlement) -> None:
        """A batch, read or not."""
        self._known[settlement.batch] = settlement.announced_at
        if settlement.read_at is None:
            self._unread.append(settlement)
            self.are_whole = False
            return
        self.read_count += 1
        # of what was read while this pass went by, the payments seen before do not know
        self.are_whole &= settlement.read_at <= self.now
        self.gone_minor += settlement.gone_minor
        self.held_minor -= settlement.net_of(*HELD_KINDS)
        if settlement.parked is not None:
            self._differing.append(settlement)

    def expect(
        self, name: str, minor: int, settled_in: int | None, paid_at: datetime | None
    ) -> None:
        """A payment is to be told by a report within some days of `paid_at`."""
        if settled_in is not None:
            return
        self.unsettled_minor += minor
        if paid_at is None or paid_at + SETTLED_WITHIN >= self.now:
            return
        self._overdue_count += 1
        if len(self._overdue) < EXPECTED_KEPT:
            self._overdue.append((paid_at, name, minor))

    def missing(self) -> tuple[int, ...]:
        """Numbers that were never announced: up to the last batch, from the first we know of.

        A payment older than the first, that no report tells, may be in the one before it.
        """
        if not self._known:
            return ()
        first = min(self._known)
        is_told_later = any(paid_at < self._known[first] for paid_at, _, _ in self._overdue)
        if is_told_later and first > 1:
            first -= 1
        return tuple(n for n in range(first, max(self._known)) if n not in self._known)

    def complete_until(self) -> datetime | None:
        """The instant up to which every batch is read; None when some is not, or there is none."""
        if self._unread or self.missing() or not self._known:
            return None
        return max(self._known.values())

    def close(self, named: Named) -> None:
        """Batches that were not read, lines that do not fit, payments that no report tells."""
        for number in self.missing():
            named.add("batch_missing", f"batch {number}")
        for settlement in self._unread:
            if (
                settlement.parked is not None
                or settlement.announced_at + REPORT_PATIENCE < self.now
            ):
                named.add("batch_unread", f"batch {settlement.batch}")
        for settlement in self._differing:
            for stray in settlement.strays:
                subject = f"batch {settlement.batch} row {stray.row} {stray.subject}"
                named.add(LINES[stray.why], subject, stray.minor)
        self._close_overdue(named)

    def _close_overdue(self, named: Named) -> None:
        """Payments that reports left out; when reports have stopped, that is one finding."""
        latest = max(self._known.values(), default=None)
        left_out = [
            (name, minor)
            for paid_at, name, minor in sorted(self._overdue)
            if latest is not None and latest > paid_at + SETTLED_WITHIN
        ]
        for name, minor in left_out:
            named.add("unsettled", name, minor)
        if self._overdue_count > len(left_out):
            since = latest.isoformat(timespec="seconds") if latest else "never"
            named.add("reports_stopped", since, self.unsettled_minor)
