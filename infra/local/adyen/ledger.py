"""What Adyen owes the merchant: entries of money, closed in batches, reported line by line.

An entry is booked when money moves, ripens, and enters the batch that is closed next; the batch
then pays out its balance, or carries it over when it is negative. The lines of a batch sum to zero.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from infra.local.adyen import reports
from infra.local.adyen.records import Batch, Entry
from infra.local.adyen.webhooks import announce_report

if TYPE_CHECKING:
    from collections.abc import Iterable

    from infra.local.adyen.records import Json, Payment
    from infra.local.adyen.world import World

ZONE = ZoneInfo("Europe/Amsterdam")
CLOSED_AT = time(3)
# A contract of this kind: hundredths of a percent on cards, minor units elsewhere.
CARD_BPS = {"interchange_minor": 20, "scheme_minor": 8, "markup_minor": 60}
METHOD_FEE_MINOR = {"paypal": 0, "sepadirectdebit": 25}
DISPUTE_FEE_MINOR = 750
PROCESSING_FEE_MINOR = 11
WHOLE_BPS = 10_000


def book(
    world: World,
    kind: str,
    payment: Payment,
    minor: int,
    *,
    psp: str,
    reference: str = "",
) -> None:
    """Book a movement of a payment's money; `psp` names the capture, refund or dispute."""
    entry = Entry(
        kind=kind,
        psp=payment.psp,
        reference=payment.order.reference,
        modification_psp=psp,
        modification_reference=reference,
        method=payment.instrument.label,
        currency=payment.order.currency,
        gross_minor=minor,
        created_at=payment.created_at,
        booked_at=world.now(),
        **_fees(kind, payment, minor),
    )
    world.state.books.waiting.append(entry)


def foreign(world: World, line: Json) -> Entry:
    """A line that no payment of this memory explains: another shop's, or a correction.

    Raises:
        TypeError, ValueError: an unknown field, or an amount that is none.
    """
    known = {"kind": "Settled", "psp": "", "reference": "", "currency": "EUR"}
    minor = int(line.pop("amount_minor"))
    unknown = sorted(set(line) - set(known))
    if unknown or minor <= 0:
        raise ValueError(f"fields {sorted(known)} and a positive amount_minor; unknown: {unknown}")
    said = known | {name: str(value) for name, value in line.items()}
    return Entry(
        kind=said["kind"],
        psp=said["psp"],
        reference=said["reference"],
        currency=said["currency"],
        modification_psp=said["psp"],
        modification_reference="",
        method="visa",
        gross_minor=minor,
        created_at=world.now(),
        booked_at=world.now(),
    )


def unbook(world: World, payment: Payment, minor: int, *, psp: str) -> None:
    """A capture failed: it never settles, or is taken back when it has settled already."""
    waiting = world.state.books.waiting
    for entry in waiting:
        if (entry.kind, entry.psp, entry.gross_minor) == ("Settled", payment.psp, minor):
            waiting.remove(entry)
            return
    book(world, "SettledReversed", payment, minor, psp=psp)


def _fees(kind: str, payment: Payment, minor: int) -> dict[str, int]:
    if kind in ("Chargeback", "SecondChargeback"):
        return {"commission_minor": DISPUTE_FEE_MINOR}
    if kind != "Settled":
        return {}
    if payment.instrument.type == "scheme":
        half = WHOLE_BPS // 2
        return {name: (minor * bps + half) // WHOLE_BPS for name, bps in CARD_BPS.items()}
    return {"commission_minor": METHOD_FEE_MINOR.get(payment.instrument.type, 0)}


def next_close(world: World) -> datetime | None:
    """When a batch will next be closed by itself; None while nothing ripens."""
    if not world.options.settles_daily or not world.state.books.waiting:
        return None
    ripe_at = min(_ripe_at(world, entry) for entry in world.state.books.waiting)
    return _closing_from(max(ripe_at, world.state.books.closed_until or ripe_at))


def run_due(world: World) -> None:
    """Close every batch that the clock has made due, a day after the other."""
    while True:
        at = next_close(world)
        if at is None or at > world.now():
            return
        world.state.books.closed_until = at
        close(world, at, [e for e in world.state.books.waiting if _ripe_at(world, e) <= at])


def _ripe_at(world: World, entry: Entry) -> datetime:
    return entry.booked_at + timedelta(days=world.options.settlement_days)


def _closing_from(instant: datetime) -> datetime:
    """The first closing time strictly after `instant`."""
    local = instant.astimezone(ZONE)
    at = datetime.combine(local.date(), CLOSED_AT, ZONE)
    if at <= local:
        at = datetime.combine(local.date() + timedelta(days=1), CLOSED_AT, ZONE)
    return at.astimezone(instant.tzinfo)


def close(world: World, at: datetime, entries: Iterable[Entry]) -> list[Batch]:
    """Close one batch for each currency of `entries`, and say that its report is there."""
    closed = []
    for currency, group in groupby(
        sorted(entries, key=lambda entry: entry.currency), key=lambda entry: entry.currency
    ):
        books = world.state.books
        batch = Batch(number=len(books.batches) + 1, currency=currency, closed_at=at)
        batch.entries = sorted(group, key=lambda entry: entry.booked_at)
        for entry in batch.entries:
            if entry in books.waiting:
                books.waiting.remove(entry)
        _balance(world, batch)
        books.batches.append(batch)
        announce_report(world, reports.name(batch), reports.address(world, batch))
        closed.append(batch)
    return closed


def _balance(world: World, batch: Batch) -> None:
    """Processing fees, what the last batch left, and the payout that brings all to zero."""
    books = world.state.books
    moved = [entry for entry in batch.entries if entry.kind in ("Settled", "Refunded")]
    batch.fee_minor = PROCESSING_FEE_MINOR * len(moved)
    batch.brought_minor = books.carried_minor.pop(batch.currency, 0)
    balance = batch.brought_minor - batch.fee_minor
    balance += sum(entry.signed_minor for entry in batch.entries)
    if balance > 0:
        batch.payout_minor = balance
    elif balance < 0:
        batch.carried_minor = books.carried_minor[batch.currency] = balance
