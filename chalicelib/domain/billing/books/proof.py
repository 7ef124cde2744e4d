"""The daily proof: nothing owed is forgotten, nothing is taken twice, no number is missing.

One pass over the books, in whatever order they come. What is kept meanwhile does not grow with the
number of contracts: counts, sums, one byte for each number given, and what is wrong.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from chalicelib.domain.billing.books.absence import Absent, Heard
from chalicelib.domain.billing.books.batches import SETTLED_WITHIN, Batches
from chalicelib.domain.billing.books.findings import KEPT, Finding, Named, ParkedThing
from chalicelib.domain.billing.books.numbers import Numbers
from chalicelib.domain.billing.books.settlement import Settlement
from chalicelib.domain.billing.due import DueItem, DueState
from chalicelib.domain.billing.journal import Account, Posting
from chalicelib.domain.billing.numbering import Series
from chalicelib.domain.billing.returns.dispute import Dispute
from chalicelib.domain.billing.returns.refund import Refund
from chalicelib.domain.billing.reversal import Reversal
from chalicelib.domain.kernel.calendar import start_of_day
from chalicelib.domain.kernel.change import NOTHING, Change, Insert, Replace
from chalicelib.domain.kernel.value import Entity, Value

LATE_AFTER = timedelta(days=1)


class Proof(Value):
    """What one pass over the books found.

    Attributes:
        due_count: due items by state.
        captures: payments kept, one per paid due item.
        journal_minor: the sum of every posting; zero, or the books are wrong.
        balances: the balance of each account.
        batches: settled batches that were read.
        unsettled_minor: payments kept that no report told yet.
        returning_minor: money that went back, by refund, dispute or failure, untold by reports yet.
        held_minor: what the provider keeps of settled batches: deposits, less debts carried over.
        parked: what waits for a person; `parked_count` counts all of it.
        findings: what is wrong; `finding_count` counts all of it.
    """

    made_at: datetime
    due_count: dict[str, int]
    captures: int
    captured_minor: int
    returned_minor: int
    numbers: int
    journal_minor: int
    balances: dict[str, int]
    batches: int
    unsettled_minor: int
    returning_minor: int
    held_minor: int
    parked: tuple[ParkedThing, ...]
    parked_count: int
    findings: tuple[Finding, ...]
    finding_count: int

    @property
    def is_green(self) -> bool:
        """Whether nothing needs a person."""
        return not (self.finding_count or self.parked_count)


class LatestProof(Entity):
    """Where the last proof is filed, and what it came to: the one item of its kind."""

    file: str
    made_at: datetime
    finding_count: int
    parked_count: int

    @classmethod
    def of(cls, proof: Proof, file: str, before: "LatestProof | None") -> Change:
        """The pointer moved to `proof`, never back to an older one."""
        latest = cls(
            file=file,
            made_at=proof.made_at,
            finding_count=proof.finding_count,
            parked_count=proof.parked_count,
        )
        if before is None:
            return Change((Insert(latest),))
        if before.made_at >= proof.made_at:
            return NOTHING
        return Change((Replace(latest.replace(version=before.version + 1)),))


def prove(entries: Iterable[Entity], *, now: datetime) -> Proof:
    """Every due item is done, scheduled or parked; postings sum to zero; numbers have no gap."""
    return read_books(entries, now=now).proof()


def read_books(entries: Iterable[Entity], *, now: datetime) -> "Books":
    """One pass over everything that is in the books."""
    books = Books(now)
    for entry in entries:
        books.add(entry)
    return books


class Books:
    """What a pass has seen so far."""

    def __init__(self, now: datetime) -> None:
        """`now` is the business instant the books are judged at."""
        self.now = now
        self._named = Named()
        self._parked: list[ParkedThing] = []
        self._parked_count = 0
        self._count: Counter[str] = Counter()
        self._balances: Counter[Account] = Counter()
        self._captures = self._captured_minor = self._returned_minor = 0
        self._gone_minor = self._lately_gone_minor = 0
        self._numbers = Numbers()
        self._batches = Batches(now)
        self._heard = Heard()

    def add(self, entry: Entity) -> None:
        """Enter one thing; a kind without a check of its own still has its postings counted."""
        match entry:
            case DueItem():
                self._add_due(entry)
            case Reversal():
                self._add_reversal(entry)
            case Refund() | Dispute():
                at = entry.sent_at if isinstance(entry, Refund) else entry.heard[-1].heard_at
                self._went(-_balance(entry.postings, Account.CLEARING), at)
            case Settlement():
                self._batches.add(entry)
            case Series():
                self._numbers.count(entry)
            case _:
                pass
        name = _name(entry)
        self._post(name, getattr(entry, "postings", ()))
        parked = getattr(entry, "parked", None)
        if parked is not None:
            self._parked_count += 1
            if len(self._parked) < KEPT:
                self._parked.append(ParkedThing(why=parked, subject=name))

    def proof(self) -> Proof:
        """What was found."""
        self._numbers.close(self._named)
        self._batches.close(self._named)
        journal = sum(self._balances.values())
        if journal:
            self._named.add("journal_open", "journal", journal)
        self._close_clearing()
        return Proof(
            made_at=self.now,
            due_count=dict(self._count),
            captures=self._captures,
            captured_minor=self._captured_minor,
            returned_minor=self._returned_minor,
            numbers=self._numbers.given,
            journal_minor=journal,
            balances={account.value: minor for account, minor in sorted(self._balances.items())},
            batches=self._batches.read_count,
            unsettled_minor=self._batches.unsettled_minor,
            returning_minor=self._gone_minor - self._batches.gone_minor,
            held_minor=self._batches.held_minor,
            parked=tuple(self._parked),
            parked_count=self._parked_count,
            findings=tuple(self._named.kept),
            finding_count=self._named.count,
        )

    def missing_batches(self) -> tuple[int, ...]:
        """Batches that were closed for certain and never announced."""
        return self._batches.missing()

    def absent(self) -> tuple[Absent, ...]:
        """Attempts that every report of their days left out."""
        return self._heard.absent(self._batches.complete_until())

    def _add_due(self, due: DueItem) -> None:
        name = due.key.reference(0)
        self._count[due.state.value] += 1
        paying = [attempt for attempt in due.attempts if attempt.state == "authorised"]
        self._captures += len(paying)
        self._captured_minor += len(paying) * due.gross_minor
        for attempt in paying:
            self._batches.expect(name, due.gross_minor, attempt.settled_in, due.paid_at)
        if due.number:
            self._numbers.give(due.number, self._named)
        for attempt in due.attempts:
            if attempt.state == "uncaptured" and attempt.settled_in is not None:
                since_on = due.owed_again_on
                self._went(due.gross_minor, start_of_day(since_on) if since_on else None)
        self._check_state(due, name, len(paying))

    def _check_state(self, due: DueItem, name: str, paying: int) -> None:
        if paying > 1:
            self._named.add("paid_twice", name)
        held = _balance(due.postings, Account.CLEARING)
        is_paid = due.state is DueState.PAID
        if is_paid != (paying == 1) or held != paying * due.gross_minor:
            self._named.add("state_disagrees", name)
        is_over = due.state in (DueState.LAPSED, DueState.WRITTEN_OFF)
        is_done = due.mailed_at is not None or is_over
        if due.agenda_at is None and not is_done and due.parked is None:
            self._named.add("forgotten", name)
        if not is_done and self._is_late(due.agenda_at):
            self._named.add("late", name)
        open_attempt = due.open_attempt if is_paid else None
        if open_attempt is not None and self._is_late(open_attempt.opened_at):
            self._heard.never(due.key, open_attempt)
            self._named.add("outcome_missing", due.key.reference(open_attempt.number))

    def _add_reversal(self, reversal: Reversal) -> None:
        name = reversal.reference
        self._returned_minor += reversal.gross_minor
        self._batches.expect(name, reversal.gross_minor, reversal.settled_in, reversal.asked_at)
        if reversal.asked_at is None and self._is_late(reversal.agenda_at):
            self._named.add("not_given_back", name)
        gone = reversal.gross_minor - _balance(reversal.postings, Account.CLEARING)
        self._went(gone, reversal.asked_at)
        is_asleep = reversal.asked_at is not None and reversal.asked_at + SETTLED_WITHIN < self.now
        if gone and is_asleep and reversal.returned_in is None:
            self._named.add("not_gone", name, reversal.gross_minor)

    def _went(self, minor: int, at: datetime | None) -> None:
        """Money left the books of the provider at about `at`; reports may take their days."""
        self._gone_minor += minor
        if at is not None and at + SETTLED_WITHIN >= self.now:
            self._lately_gone_minor += abs(minor)

    def _post(self, name: str, postings: tuple[Posting, ...]) -> None:
        for posting in postings:
            self._balances[posting.account] += posting.minor
        if sum(posting.minor for posting in postings):
            self._named.add("unbalanced", name)

    def _close_clearing(self) -> None:
        """What the provider holds is what it has not told yet and what it keeps, to the cent.

        Judged when every batch is entered whole: half of one says nothing.
        """
        if not self._batches.are_whole:
            return
        untold = self._gone_minor - self._batches.gone_minor
        if self._batches.read_count and abs(untold) > self._lately_gone_minor:
            self._named.add("returns_untold", "returns", untold)
        explained = self._batches.unsettled_minor + self._batches.held_minor - untold
        off = self._balances[Account.CLEARING] - explained
        if off:
            self._named.add("clearing_open", Account.CLEARING.value, off)

    def _is_late(self, agenda_at: datetime | None) -> bool:
        return agenda_at is not None and agenda_at + LATE_AFTER < self.now


def _balance(postings: tuple[Posting, ...], account: Account) -> int:
    return sum(posting.minor for posting in postings if posting.account is account)


def _name(entry: Entity) -> str:
    """What a command calls the thing."""
    match entry:
        case DueItem():
            return entry.key.reference(0)
        case Settlement():
            return f"batch {entry.batch}"
        case _:
            return str(getattr(entry, "reference", type(entry).__name__))
