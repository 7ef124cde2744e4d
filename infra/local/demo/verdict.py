"""The promises, checked: what the story ought to come to against what the auditor found."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from infra.local.demo import almanac
from infra.local.demo.audit import NUMBER, Findings
from infra.local.demo.story import ENDS_AT, PARIS, PEOPLE, Person

ACCESS_TOLERANCE_DAYS = 1 / 86_400
"""A second: the business clock counts no finer."""


@dataclass(frozen=True)
class Figures:
    """The figures of one profile; what is counted from where stands beside each.

    Attributes:
        periods_due: the story's own calendar.
        periods_paid: months that the shop holds as paid.
        captures: times money was taken, by the provider.
        duplicate_captures: captures of a month beyond its first.
        missing_periods: months due without a capture on their day.
        unowed_captures: captures of months that the calendar does not know.
        invoices: PDF files in the bucket.
        numbering_gaps: numbers skipped or used twice, in each year's series.
        journal_sum_minor: the sum of every posting.
    """

    periods_due: int
    periods_paid: int
    captures: int
    captured_minor: int
    refusals: int
    duplicate_captures: int
    missing_periods: int
    unowed_captures: int
    invoices: int
    numbering_gaps: int
    journal_sum_minor: int
    clearing_minor: int
    receivable_minor: int
    subscribers: int
    access_days: float
    letters: int
    steps: int

    def document(self) -> dict[str, int | float]:
        """The figures by name."""
        return asdict(self)


def count(found: Findings, until: datetime = ENDS_AT) -> Figures:
    """The figures of what was found."""
    due = {
        (person.key, period.number): period.paid_at
        for person in PEOPLE
        for period in almanac.periods(person, until)
    }
    taken: Counter[tuple[str, int]] = Counter()
    days = defaultdict(set)
    for charge in found.charges:
        month = (charge.key, charge.period)
        taken[month] += charge.captures
        if charge.captures:
            days[month].add(charge.at.astimezone(PARIS).date())
    return Figures(
        periods_due=len(due),
        periods_paid=len(found.paid),
        captures=taken.total(),
        captured_minor=sum(charge.minor for charge in found.charges),
        refusals=sum(1 for charge in found.charges if charge.refusal),
        duplicate_captures=sum(max(0, times - 1) for times in taken.values()),
        missing_periods=sum(1 for month, at in due.items() if at.date() not in days[month]),
        unowed_captures=sum(times for month, times in taken.items() if month not in due),
        invoices=len(found.invoices),
        numbering_gaps=_gaps(found),
        journal_sum_minor=sum(found.posting_minor.values()),
        # what it holds, what it paid out, what it kept
        clearing_minor=sum(found.posting_minor.get(a, 0) for a in ("clearing", "bank", "fees")),
        receivable_minor=found.posting_minor.get("receivable", 0),
        subscribers=len(found.shown),
        access_days=round(sum(found.access_days.values()), 4),
        letters=len(found.letters),
        steps=found.steps,
    )


def broken(found: Findings, figures: Figures, until: datetime = ENDS_AT) -> Iterator[str]:
    """Every promise that was not kept, in plain words; nothing when all were."""
    due = figures.periods_due
    for name in ("periods_paid", "captures", "invoices"):
        told = getattr(figures, name)
        if told != due:
            yield f"{due} months were due, but {name} is {told}"
    zeros = ("duplicate_captures", "missing_periods", "unowed_captures", "numbering_gaps")
    for name in (*zeros, "journal_sum_minor", "receivable_minor"):
        told = getattr(figures, name)
        if told:
            yield f"{name} is {told} and should be 0"
    if figures.clearing_minor != figures.captured_minor:
        yield (
            f"the journal holds {figures.clearing_minor} at the provider, "
            f"who took {figures.captured_minor}"
        )
    for person in PEOPLE:
        yield from _broken_to(person, found, until)
    yield from found.faults


def _broken_to(person: Person, found: Findings, until: datetime) -> Iterator[str]:
    periods = almanac.periods(person, until)
    owed = [(period.from_on, period.to_on, period.minor) for period in periods]
    own = [invoice for invoice in found.invoices if invoice.key == person.key]
    if sorted((each.from_on, each.to_on, each.gross_minor) for each in own) != owed:
        yield f"{person.name}: the invoices do not cover the {len(owed)} months owed, one by one"
    paid = sum(charge.minor for charge in found.charges if charge.key == person.key)
    if paid != sum(period.minor for period in periods):
        yield f"{person.name} paid {paid} minor units for {len(owed)} months"
    shown = found.shown.get(person.key, frozenset())
    if shown != {invoice.number for invoice in own}:
        yield f"{person.name}: the account shows {len(shown)} of {len(own)} invoices"
    promised = almanac.access_days(person, found.profile, until)
    had = found.access_days.get(person.key, 0.0)
    if abs(promised - had) > ACCESS_TOLERANCE_DAYS:
        yield f"{person.name} had {had:.4f} days of access instead of {promised:.4f}"
    if person.orders_at <= until:
        stage, reached = ("paid" if person.pays else "void"), found.stages.get(person.key)
        if reached != stage:
            yield f"{person.name}: the order is {reached} instead of {stage}"


def _gaps(found: Findings) -> int:
    """Ranks missing below the highest of each year, and ranks used more than once."""
    ranks: dict[str, Counter[int]] = defaultdict(Counter)
    for invoice in found.invoices:
        named = NUMBER.fullmatch(invoice.number)
        assert named is not None, f"{invoice.number} is not a number of the series"
        ranks[named["year"]][int(named["rank"])] += 1
    return sum(
        max(used) - len(used) + sum(times - 1 for times in used.values()) for used in ranks.values()
    )
