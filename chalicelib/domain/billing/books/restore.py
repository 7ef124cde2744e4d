"""What a table restored from a copy has forgotten: payments that were taken, numbers that are out.

The provider's settlement reports say what was taken, the frozen records beside the invoices say
which numbers stand on paper. A charge asked again with its own key would tell too, but only while
the provider keeps keys, only for the same body, and it takes the money where the answer is no.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from chalicelib.domain.billing.due import Attempt, DueItem
from chalicelib.domain.kernel.change import NOTHING, Change, Replace, Stamp
from chalicelib.domain.kernel.ids import DueKey, parse_reference
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.kernel.value import Value
from chalicelib.domain.papers.invoice import InvoiceRecord
from chalicelib.domain.papers.numbering import number_text, rank_of


class Taken(Value):
    """A payment that somebody signed for: a line of a report, or a notification.

    Attributes:
        reference: ours; whatever stands there.
        payment: what the provider calls it.
    """

    reference: str
    payment: str
    amount: Money


class Filed(Value):
    """An invoice that stands on paper, whatever the table remembers of it."""

    number: str
    issued_on: date
    key: DueKey
    provider_reference: str


def filed(record: InvoiceRecord) -> Filed:
    """What a frozen record says about the money it is for."""
    named = parse_reference(record.due_reference)
    assert named is not None, "an invoice names the money it is for"
    return Filed(
        number=record.number,
        issued_on=record.issued_on,
        key=named[0],
        provider_reference=record.provider_reference,
    )


def reopen(due: DueItem, number: int, now: datetime) -> Change:
    """Have the attempt again that a copy has forgotten, so that its payment can be entered."""
    if due.attempt(number) is not None:
        return NOTHING
    attempt = Attempt(number=number, opened_at=now)
    return Change((Replace(due.next(attempts=due.with_attempt(attempt))),))


@dataclass(frozen=True, slots=True)
class Renumbering:
    """Numbers given back to what bore them.

    Attributes:
        stamps: one for each number, on the due item it belongs to.
        following: the next number of the series.
        unaccounted: numbers on paper whose money the table does not know, and numbers that were
            given but stand on no paper, with nothing paid left to give them to.
    """

    stamps: tuple[Stamp, ...]
    following: int
    unaccounted: tuple[str, ...]


def renumber(
    year: int,
    following: int,
    papers: Sequence[Filed],
    paid: Mapping[DueKey, DueItem],
) -> Renumbering:
    """Give each number beyond a copy's counter back, and fill what was given but never filed.

    `papers` are those of the year; `paid` are the paid due items of the time that was lost, oldest
    first. A number without paper goes to one of them that has none, dated as the next paper is, so
    that numbers and dates keep one order.
    """
    beyond = {
        rank_of(paper.number): paper for paper in papers if rank_of(paper.number) >= following
    }
    named = {paper.key for paper in papers}
    free = [key for key, due in paid.items() if due.number is None and key not in named]
    end = max(beyond, default=following - 1) + 1
    stamps: list[Stamp] = []
    unaccounted: list[str] = []
    for rank in range(following, end):
        number = number_text(year, rank)
        paper = beyond.get(rank)
        key = paper.key if paper else next(iter(free), None)
        if key is None or key not in paid:
            unaccounted.append(number)
            continue
        if paper is None:
            free.remove(key)
        dated = paper or next(beyond[later] for later in range(rank, end) if later in beyond)
        if paid[key].number is None:
            stamps.append(_stamp(key, number, dated.issued_on))
    return Renumbering(tuple(stamps), end, tuple(unaccounted))


def _stamp(key: DueKey, number: str, issued_on: date) -> Stamp:
    return Stamp(
        key=key,
        mark="number",
        facts={"number": number, "issued_on": issued_on.isoformat()},
        requires=("paid_at",),
        events=("InvoiceNumbered",),
    )


def unproved(papers: Sequence[Filed], payments: Collection[str]) -> tuple[str, ...]:
    """Invoices whose payment nobody signed for: the reports do not reach far enough."""
    return tuple(
        f"{paper.number} not_in_reports"
        for paper in papers
        if paper.provider_reference not in payments
    )
