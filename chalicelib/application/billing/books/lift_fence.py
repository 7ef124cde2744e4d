"""Lift the fence of a restored table: compare it with the provider's reports and the papers first.

Every step may be taken again: what is known already changes nothing.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from chalicelib.application.billing.books import unheard
from chalicelib.application.billing.books.reconcile_report import announce
from chalicelib.application.billing.charging import move
from chalicelib.application.billing.settle_due import settle_due
from chalicelib.application.billing.settle_first_charge import settle_first_charge
from chalicelib.application.ports import Ports
from chalicelib.domain.billing import guards
from chalicelib.domain.billing.books import restore
from chalicelib.domain.billing.books.report import batch_of, read_report
from chalicelib.domain.billing.books.restore import Filed, Taken
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.billing.numbering import Series
from chalicelib.domain.billing.outcomes import Authorised
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.calendar import paris_date
from chalicelib.domain.kernel.change import Change, Insert, Replace
from chalicelib.domain.kernel.ids import DueKey, parse_reference
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.papers.invoice import InvoiceRecord
from chalicelib.domain.papers.numbering import INVOICE_SERIES, invoice_name, number_text
from chalicelib.domain.selling.checkout import ATTEMPTS_MAX

NOWHERE = "restored"
"""Where a counter counts that is found in a restored table, until the fence is lifted."""

KNOWN = ("authorised", "returned", "uncaptured")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was found, and whether charging goes on.

    Attributes:
        payments: how many the reports tell.
        entered: those the table had forgotten.
        renumbered: invoices given their numbers back.
        placed: notifications that had found no place in the copy, and now have.
        unresolved: what a person must settle or accept by name before charging goes on.
    """

    payments: int
    entered: int
    renumbered: int
    unresolved: tuple[str, ...]
    is_lifted: bool
    placed: int = 0


def lift_fence(
    reports: tuple[str, ...],
    *,
    until_at: datetime,
    ports: Ports,
    accepted: Collection[str] = (),
) -> Comparison:
    """Enter every payment of these settlement reports, give numbers back, then let charges go on.

    Payments that notifications told of since, and nobody could place, count like those of reports.
    `reports` are the names of all reports from the instant of the copy on, `until_at` the instant
    up to which they tell everything; `accepted` are findings that a person answers for.

    Raises:
        Refused: `NOT_FENCED`; `EVIDENCE_TOO_SHORT` when the reports end before the fence began;
            `UNKNOWN_REPORT`, `REPORT_UNREADABLE`.
        NotFound, GatewayUnavailable: the provider has no such report, or does not answer.
    """
    _require_evidence(until_at, ports)
    reported = [taken for name in reports for taken in _settled(name, ports)]
    found = [(taken, _enter(taken, ports)) for taken in reported]
    unresolved = [
        f"{taken.reference or taken.payment} {what}"
        for taken, what in found
        if what not in ("known", "entered")
    ]
    waiting = unheard.waiting(ports)
    notified = unheard.taken(waiting)
    for taken in notified:  # one without a place waits for a person, as it did before
        _enter(taken, ports)
    every = [*reported, *notified]
    renumbered = 0
    this_year = paris_date(ports.clock()).year
    for year in (this_year - 1, this_year):
        count, open_ends = _renumber(year, every, ports)
        renumbered += count
        unresolved += open_ends
    placed = unheard.enter(waiting, ports)
    is_lifted = set(unresolved) <= set(accepted)
    if is_lifted:
        table_id = ports.store.identity()
        for year in (this_year - 1, this_year):
            _adopt(_counter(year, ports), table_id, ports)
        for name in reports:  # read once the fence is down; announced after it, a death loses them
            announce(_batch(name), name, now=ports.clock(), ports=ports)
        move(lambda brake: guards.lift(brake, table_id), ports=ports)
    return Comparison(
        payments=len(found),
        entered=sum(what == "entered" for _, what in found),
        renumbered=renumbered,
        unresolved=tuple(unresolved),
        is_lifted=is_lifted,
        placed=placed,
    )


def _require_evidence(until_at: datetime, ports: Ports) -> None:
    """Let pass what reaches to the fence; a fence nobody has run into yet begins now."""
    now, table_id = ports.clock(), ports.store.identity()
    brake = ports.store.charging()
    if brake is None or guards.held_by(brake, table_id) != "fenced":
        raise errors.Refused("NOT_FENCED")
    move(lambda brake: guards.fence(brake, now), ports=ports)
    if until_at < (brake.fenced_since or now):
        raise errors.Refused("EVIDENCE_TOO_SHORT")


def _batch(name: str) -> int:
    batch = batch_of(name)
    if batch is None:
        raise errors.Refused("UNKNOWN_REPORT")
    return batch


def _settled(name: str, ports: Ports) -> list[Taken]:
    """The payments that a report tells."""
    batch = _batch(name)
    text = ports.gateway.report(name)
    report = read_report(text, merchant_account=ports.facts.merchant_account, batch=batch)
    return [
        Taken(
            reference=line.reference,
            payment=line.payment,
            amount=Money(minor=line.gross_minor, currency=line.currency),
        )
        for line in report.lines
        if line.kind == "Settled"
    ]


def _enter(taken: Taken, ports: Ports) -> str:
    """`known`, `entered`, or why a payment has no place in the table."""
    named = parse_reference(taken.reference)
    if named is None:
        return "foreign"
    key, number = named
    outcome = Authorised(provider_reference=taken.payment)
    is_order = key.period == 0 and number <= ATTEMPTS_MAX
    enter = _enter_first if is_order else _enter_renewal
    try:
        return enter(key, number, taken.amount, outcome, ports)
    except (errors.NotFound, errors.Refused) as unknown:
        return unknown.code.lower()


def _enter_first(key: DueKey, number: int, amount: Money, outcome: Authorised, ports: Ports) -> str:
    if ports.store.checkout(key.subscription_id, fresh=True).gross != amount:
        return "another_amount"
    now = ports.clock()
    change = settle_first_charge(key.subscription_id, number, outcome, now=now, ports=ports)
    return "entered" if change else "known"


def _enter_renewal(
    key: DueKey, number: int, amount: Money, outcome: Authorised, ports: Ports
) -> str:
    due = ports.store.due_item(key, fresh=True)
    if due.gross != amount:
        return "another_amount"
    attempt = due.attempt(number)
    if attempt is not None and attempt.state in KNOWN:
        is_same = attempt.provider_reference == outcome.provider_reference
        return "known" if is_same else "another_payment"
    now = ports.clock()
    ports.store.commit(restore.reopen(due, number, now))
    settle_due(key, number, outcome, now=now, ports=ports)
    return "entered"


def _renumber(year: int, every: list[Taken], ports: Ports) -> tuple[int, list[str]]:
    """Give the numbers of a year back; how many, and what is left for a person."""
    counter = _counter(year, ports)
    entity = ports.facts.seller.siren
    series = counter or Series(
        legal_entity=entity, series=INVOICE_SERIES, year=year, table_id=NOWHERE
    )
    papers = list(_papers(series, ports))
    keys = [named[0] for taken in every if (named := parse_reference(taken.reference))]
    paid = _paid([*keys, *(paper.key for paper in papers)], ports)
    plan = restore.renumber(year, series.following, papers, paid)
    for stamp in plan.stamps:
        ports.store.commit(Change((stamp,)))
    if plan.following != series.following:
        moved = series.replace(following=plan.following)
        write = Replace(moved.next()) if counter else Insert(moved)
        ports.store.commit(Change((write,)))
    unproved = restore.unproved(papers, {taken.payment for taken in every})
    return len(plan.stamps), [f"{number} unaccounted" for number in plan.unaccounted] + [*unproved]


def _counter(year: int, ports: Ports) -> Series | None:
    return ports.store.series(ports.facts.seller.siren, INVOICE_SERIES, year)


def _adopt(counter: Series | None, table_id: str, ports: Ports) -> None:
    """Let numbers be given again in this table."""
    if counter is not None and counter.table_id != table_id:
        ports.store.commit(Change((Replace(counter.next(table_id=table_id)),)))


def _papers(series: Series, ports: Ports) -> Iterator[Filed]:
    """The invoices on paper that the counter does not reach, in the order of their numbers."""
    folder = invoice_name(number_text(series.year, 1)).rpartition("/")[0] + "/"
    last = number_text(series.year, series.following - 1) if series.following > 1 else ""
    after = f"{invoice_name(last)}.pdf" if last else ""
    for name in ports.files.names(folder, after=after):
        if name.endswith(".json"):
            yield restore.filed(InvoiceRecord.model_validate_json(ports.files.get(name)))


def _paid(keys: Iterable[DueKey], ports: Ports) -> dict[DueKey, DueItem]:
    """The due items of these keys that are paid, in the same order."""
    found: dict[DueKey, DueItem] = {}
    for key in dict.fromkeys(keys):
        with suppress(errors.NotFound):
            due = ports.store.due_item(key, fresh=True)
            if due.paid_at is not None:
                found[key] = due
    return found
