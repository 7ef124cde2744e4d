"""The daily proof: nothing owed is forgotten, nothing is taken twice, no number is missing."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from chalicelib.domain.billing.due import DueItem, DueState
from chalicelib.domain.billing.numbering import Series
from chalicelib.domain.billing.reversal import Reversal
from chalicelib.domain.kernel.value import Value
from chalicelib.domain.papers.numbering import number_text

LATE_AFTER = timedelta(days=1)


class Proof(Value):
    """What one pass over the books found; `findings` is empty when all is well.

    Attributes:
        due_count: due items by state.
        captures: payments kept, one per paid due item.
        journal_minor: the sum of every posting; zero, or the books are wrong.
    """

    made_at: datetime
    due_count: dict[str, int]
    captures: int
    captured_minor: int
    returned_minor: int
    numbers: int
    journal_minor: int
    parked: tuple[str, ...]
    findings: tuple[str, ...]

    @property
    def is_green(self) -> bool:
        """Whether nothing needs a person."""
        return not (self.findings or self.parked)


def prove(
    dues: Iterable[DueItem],
    reversals: Iterable[Reversal],
    series: Iterable[Series],
    *,
    now: datetime,
) -> Proof:
    """Every due item is done, scheduled or parked; postings sum to zero; numbers have no gap."""
    count: Counter[str] = Counter()
    numbers: Counter[str] = Counter()
    findings: list[str] = []
    parked: list[str] = []
    captures = captured = journal = 0
    for due in dues:
        name = due.key.reference(0)
        count[due.state.value] += 1
        journal += sum(posting.minor for posting in due.postings)
        paying = [attempt for attempt in due.attempts if attempt.state == "authorised"]
        captures += len(paying)
        captured += len(paying) * due.gross_minor
        if due.number:
            numbers[due.number] += 1
        if due.parked:
            parked.append(f"{name} {due.parked}")
        findings += [f"{name} {what}" for what in _wrong(due, len(paying), now)]
    returned = 0
    for reversal in reversals:
        journal += sum(posting.minor for posting in reversal.postings)
        returned += reversal.gross_minor
        if reversal.asked_at is None and _is_late(reversal.agenda_at, now):
            findings.append(f"{reversal.reference} not given back")
    findings += _gaps(numbers, tuple(series))
    if journal:
        findings.append(f"the journal sums to {journal}")
    return Proof(
        made_at=now,
        due_count=dict(count),
        captures=captures,
        captured_minor=captured,
        returned_minor=returned,
        numbers=len(numbers),
        journal_minor=journal,
        parked=tuple(parked),
        findings=tuple(findings),
    )


def _wrong(due: DueItem, paying: int, now: datetime) -> list[str]:
    wrong = []
    if paying > 1:
        wrong.append("paid twice")
    if (due.state is DueState.PAID) != (paying == 1):
        wrong.append("its state and its attempts disagree")
    is_done = due.mailed_at is not None or due.state in (DueState.LAPSED, DueState.WRITTEN_OFF)
    if due.agenda_at is None and not is_done and due.parked is None:
        wrong.append("neither done, scheduled nor parked")
    if not is_done and _is_late(due.agenda_at, now):
        wrong.append("late on the agenda")
    open_attempt = due.open_attempt if due.state is DueState.PAID else None
    if open_attempt is not None and _is_late(open_attempt.opened_at, now):
        wrong.append("paid, and another attempt has no outcome")
    return wrong


def _is_late(agenda_at: datetime | None, now: datetime) -> bool:
    return agenda_at is not None and agenda_at + LATE_AFTER < now


def _gaps(numbers: Counter[str], series: tuple[Series, ...]) -> list[str]:
    expected = {
        number_text(counter.year, rank, counter.series)
        for counter in series
        for rank in range(1, counter.following)
    }
    missing = sorted(expected - numbers.keys())
    unknown = sorted(numbers.keys() - expected)
    twice = sorted(number for number, times in numbers.items() if times > 1)
    return (
        [f"number {number} is missing" for number in missing]
        + [f"number {number} is not counted" for number in unknown]
        + [f"number {number} stands twice" for number in twice]
    )
