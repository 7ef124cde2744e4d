"""A batch the provider settled (règlement): announced, read portion by portion, booked whole.

    announced --read--> reading --> read: postings balance, what does not fit is named and parked
        |-- no report in five days, or none that can be read --> parked
    read, parked --a person found out what each line is--> answered

A batch is identified by its number: announced twice, under whatever name, it is one batch. Every
line enters the books on its own and may enter again.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from chalicelib.domain.billing import journal
from chalicelib.domain.billing.agenda import REPORT_PATIENCE
from chalicelib.domain.billing.books.report import (
    BACK_KINDS,
    FEE_KINDS,
    HELD_KINDS,
    PAYMENT_KINDS,
    PAYOUT_KINDS,
    Line,
    Report,
)
from chalicelib.domain.billing.due import Attempt, DueItem
from chalicelib.domain.billing.journal import Account, Posting
from chalicelib.domain.billing.reversal import Reversal
from chalicelib.domain.kernel.change import NOTHING, Change, Insert, Replace
from chalicelib.domain.kernel.value import Entity, Value

AGAIN_AFTER = timedelta(hours=1)
STRAYS_KEPT = 50
UNREAD = "settlement_unread"
DIFFERS = "settlement_differs"

Why = Literal[
    "foreign",
    "another_amount",
    "another_payment",
    "settled_twice",
    "movement_unknown",
    "kind_unknown",
]


class KindSum(Value):
    """Every line of a kind in one batch, under the provider's own word for it."""

    kind: str
    count: int
    gross_minor: int
    net_minor: int


class Stray(Value):
    """A line that does not fit our books, with what a person needs to find it.

    Attributes:
        subject: our reference, else the provider's.
    """

    why: Why
    row: int
    kind: str
    subject: str
    minor: int


class Settlement(Entity):
    """One batch, as its report tells it.

    Attributes:
        batch: the provider's number of it.
        report: the name of its report.
        sha256: of the report as it was kept.
        rows: how many lines the report has.
        done: how many of them are entered.
        unexplained_minor: gross of the lines that do not fit; `unexplained_back_minor` of those
            among them about money that went back.
        strays: the first lines that do not fit; `stray_count` counts all.
        read_at: when the last line was entered.
        parked: why nobody will act on it without a person, else None.
        answer: what a person found out about the lines that do not fit, in a few words.
    """

    batch: int = Field(ge=0)
    report: str
    announced_at: datetime
    currency: str | None = None
    sha256: str | None = None
    rows: int = 0
    done: int = 0
    sums: tuple[KindSum, ...] = ()
    unexplained_minor: int = 0
    unexplained_back_minor: int = 0
    strays: tuple[Stray, ...] = ()
    stray_count: int = 0
    postings: tuple[Posting, ...] = ()
    read_at: datetime | None = None
    parked: str | None = None
    answer: str | None = Field(default=None, max_length=200)
    agenda_at: datetime | None = None

    def gross_of(self, *kinds: str) -> int:
        """The gross of every line of these kinds."""
        return sum(one.gross_minor for one in self.sums if one.kind in kinds)

    @property
    def gone_minor(self) -> int:
        """What of payments, refunds and disputes it says went back, of what the books know."""
        return self.unexplained_back_minor - self.gross_of(*BACK_KINDS)

    def net_of(self, *kinds: str) -> int:
        """What the lines of these kinds add to what the provider owes us."""
        return sum(one.net_minor for one in self.sums if one.kind in kinds)


def announced(batch: int, report: str, now: datetime) -> Change:
    """A batch was closed: its report is to be read at once."""
    return Change(
        (Insert(Settlement(batch=batch, report=report, announced_at=now, agenda_at=now)),)
    )


def is_waiting(settlement: Settlement, now: datetime) -> bool:
    """Whether it is to be read now."""
    return settlement.agenda_at is not None and settlement.agenda_at <= now


def put_off(settlement: Settlement, now: datetime) -> Change:
    """No report yet, or none that can be read: again later, in the end a person is told."""
    again_at = now + AGAIN_AFTER
    if again_at < settlement.announced_at + REPORT_PATIENCE:
        return Change((Replace(settlement.next(agenda_at=again_at)),))
    parked = settlement.next(parked=UNREAD, agenda_at=None)
    return Change((Replace(parked, events=("Parked",)),))


def held_back(settlement: Settlement, now: datetime) -> Change:
    """The table is a restored copy: it waits until what the copy forgot is entered."""
    return Change((Replace(settlement.next(agenda_at=now + AGAIN_AFTER)),))


def opened(settlement: Settlement, report: Report, sha256: str) -> Settlement:
    """The batch with the sums of its report; the same however often it is opened."""
    return settlement.replace(
        currency=report.currency,
        sha256=sha256,
        rows=len(report.lines),
        sums=_sums(report.lines),
    )


def entered(settlement: Settlement, count: int, strays: Sequence[Stray], now: datetime) -> Change:
    """The next `count` lines are in the books, but for `strays`; after the last one it is read."""
    after = settlement.replace(
        done=settlement.done + count,
        unexplained_minor=settlement.unexplained_minor + sum(one.minor for one in strays),
        unexplained_back_minor=settlement.unexplained_back_minor
        + sum(one.minor for one in strays if one.kind in BACK_KINDS),
        strays=(*settlement.strays, *strays)[:STRAYS_KEPT],
        stray_count=settlement.stray_count + len(strays),
    )
    if after.done < after.rows:
        return Change((Replace(after.next(agenda_at=now)),))
    parked = DIFFERS if after.stray_count else None
    read = after.next(read_at=now, postings=_postings(after), parked=parked, agenda_at=None)
    return Change((Replace(read, events=("Parked",) if parked else ()),))


def _sums(lines: Iterable[Line]) -> tuple[KindSum, ...]:
    count: Counter[str] = Counter()
    gross: Counter[str] = Counter()
    net: Counter[str] = Counter()
    for line in lines:
        count[line.kind] += 1
        gross[line.kind] += line.gross_minor
        net[line.kind] += line.net_minor
    return tuple(
        KindSum(kind=kind, count=count[kind], gross_minor=gross[kind], net_minor=net[kind])
        for kind in sorted(count)
    )


def _postings(settlement: Settlement) -> tuple[Posting, ...]:
    """What the batch moves out of what the provider holds: fees, payouts, the unexplained.

    Payments, refunds and disputes are booked where they happen, not here.
    """
    moved = [one for one in settlement.sums if one.kind in PAYMENT_KINDS]
    fees = sum(one.gross_minor - one.net_minor for one in moved)
    fees -= settlement.net_of(*FEE_KINDS)
    payouts = -settlement.net_of(*PAYOUT_KINDS)
    unexplained = settlement.unexplained_minor
    return journal.balanced(
        (Account.FEES, fees),
        (Account.BANK, payouts),
        (Account.SUSPENSE, -unexplained),
        (Account.CLEARING, unexplained - fees - payouts),
    )


def whole_batch_stray(line: Line) -> Stray | None:
    """What is wrong with a line about no payment: nothing, or its kind is not known."""
    if line.kind in (*FEE_KINDS, *PAYOUT_KINDS, *HELD_KINDS):
        return None
    return stray(line, "kind_unknown")


def stray(line: Line, why: Why) -> Stray:
    """The line, named; of an unknown kind the net is all that is known."""
    minor = line.gross_minor if line.kind in PAYMENT_KINDS else line.net_minor
    subject = line.reference or line.movement_reference or line.payment or line.movement
    return Stray(why=why, row=line.row, kind=line.kind[:40], subject=subject[:80], minor=minor)


def mark_attempt(due: DueItem, attempt: Attempt, line: Line, batch: int) -> Change | Why:
    """The payment of an attempt is in a batch; repeats change nothing."""
    if attempt.provider_reference != line.payment:
        return "another_payment"
    if attempt.settled_in is not None:
        return NOTHING if attempt.settled_in == batch else "settled_twice"
    settled = attempt.replace(settled_in=batch)
    return Change((Replace(due.next(attempts=due.with_attempt(settled))),))


def mark_surplus(reversal: Reversal, line: Line, batch: int) -> Change | Why:
    """The payment that goes back came in a batch; repeats change nothing."""
    if reversal.provider_reference != line.payment:
        return "another_payment"
    if reversal.settled_in is not None:
        return NOTHING if reversal.settled_in == batch else "settled_twice"
    return Change((Replace(reversal.next(settled_in=batch)),))


def mark_way_back(reversal: Reversal, line: Line, batch: int) -> Change | Why:
    """The payment that goes back has gone in a batch; repeats change nothing."""
    if reversal.gross_minor != -line.gross_minor:
        return "another_amount"
    if reversal.returned_in == batch:
        return NOTHING
    # a return that failed is sent once more, and told once more
    return Change((Replace(reversal.next(returned_in=batch)),))
