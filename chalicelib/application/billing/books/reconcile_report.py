"""Reconcile a settled batch: its report is fetched, kept, and entered line by line.

A line is news like any other: a payment nobody heard of enters the same transition as an answer or
a notification would. Portions are small, each ends in one commit, and any of them may come again.
"""

import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from typing import Any, Literal

from chalicelib.application.billing.notices import Notice, Unplaced
from chalicelib.application.billing.returns.enter_capture import enter_failure
from chalicelib.application.billing.returns.enter_dispute import enter_dispute
from chalicelib.application.billing.returns.refund_due import enter_refund, enter_reversal
from chalicelib.application.billing.settle_due import settle_due
from chalicelib.application.billing.settle_first_charge import settle_first_charge
from chalicelib.application.patience import commit_fresh
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.agenda import shard
from chalicelib.domain.billing.books.report import (
    PAYMENT_KINDS,
    Line,
    Report,
    batch_of,
    read_report,
)
from chalicelib.domain.billing.books.settlement import (
    Settlement,
    Stray,
    Why,
    announced,
    entered,
    held_back,
    is_waiting,
    mark_attempt,
    mark_surplus,
    mark_way_back,
    opened,
    put_off,
    stray,
    whole_batch_stray,
)
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.billing.guards import held_by
from chalicelib.domain.billing.outcomes import Authorised
from chalicelib.domain.billing.returns.dispute import DISPUTE_EVENTS
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.change import NOTHING, Change
from chalicelib.domain.kernel.ids import DueKey, parse_reference, parse_refund_reference
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.selling.checkout import ATTEMPTS_MAX

Enter = Callable[[Notice, datetime, Ports], str]
Entry = Callable[[Line, int, datetime, Ports], Why | None]

PORTION = 500
AT_ONCE = 10
Disposition = Literal["applied", "set_aside"]


def apply_report_available(
    item: Mapping[str, Any], now: datetime, ports: Ports
) -> tuple[Disposition, str]:
    """Put a batch on the agenda; of the notification only the name of the report is believed."""
    if item.get("merchantAccountCode") != ports.facts.merchant_account:
        return "set_aside", "another merchant"
    name = str(item.get("pspReference", ""))
    batch = batch_of(name)
    if batch is None:
        return "set_aside", "another report"
    announce(batch, name, now=now, ports=ports)
    return "applied", ""


def announce(batch: int, name: str, *, now: datetime, ports: Ports) -> None:
    """Have the report of a batch read; announcing it again changes nothing.

    Raises:
        Conflict: traffic kept the announcement out.
    """
    try:
        ports.store.commit(announced(batch, name, now))
    except errors.Conflict as lost:
        # told before: finding it is success, not finding it is a commit that must come again
        try:
            ports.store.settlement(batch)
        except errors.NotFound:
            raise lost from None


def read_settlement(batch: int, *, ports: Ports, at_once: int = AT_ONCE) -> None:
    """Enter the next portion of a batch, and ask for the next one at once.

    In a restored table it waits for the fence to be lifted: a payment the copy forgot would look
    like a stranger's.

    Raises:
        Conflict: somebody else is reading it; the next sweep finds what is left.
    """
    now = ports.clock()
    settlement = ports.store.settlement(batch)
    if not is_waiting(settlement, now):
        return
    brake = ports.store.charging()
    if brake is not None and held_by(brake, ports.store.identity()) == "fenced":
        ports.store.commit(held_back(settlement, now))
        return
    try:
        text, report = _report(settlement, ports)
    except (errors.NotFound, errors.Refused, errors.GatewayUnavailable):
        ports.store.commit(put_off(settlement, now))
        return
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    portion = report.lines[settlement.done : settlement.done + PORTION]
    strays = _enter(portion, batch, now, ports, at_once)
    change = entered(opened(settlement, report, sha256), len(portion), strays, now)
    ports.store.commit(change)
    if settlement.done + len(portion) < len(report.lines):
        due = {"schema": 1, "event": "ShardDue", "shard": shard(str(batch))}
        ports.queues.send("agenda", (due,))


def report_file(batch: int) -> str:
    """Where the report of a batch is kept, as it came."""
    return f"settlements/{batch:09}.csv"


def _report(settlement: Settlement, ports: Ports) -> tuple[str, Report]:
    """The report as it is kept, read; the first time it is fetched, and kept once it can be read.

    A report cut short must not stand for the whole one.
    """
    name = report_file(settlement.batch)
    merchant, batch = ports.facts.merchant_account, settlement.batch
    if settlement.sha256 is None:
        text = ports.gateway.report(settlement.report)
        report = read_report(text, merchant_account=merchant, batch=batch)
        if ports.files.put_once(name, text.encode(), "text/csv"):
            return text, report
    text = ports.files.get(name).decode()
    return text, read_report(text, merchant_account=merchant, batch=batch)


def _enter(
    lines: tuple[Line, ...], batch: int, now: datetime, ports: Ports, at_once: int
) -> list[Stray]:
    def enter(line: Line) -> Stray | None:
        if line.kind not in PAYMENT_KINDS:
            return whole_batch_stray(line)
        why = ENTRIES[line.kind](line, batch, now, ports)
        return stray(line, why) if why else None

    with ThreadPoolExecutor(at_once) as pool:
        return [found for found in pool.map(enter, lines) if found is not None]


def _settled(line: Line, batch: int, now: datetime, ports: Ports) -> Why | None:
    """A payment that came: known already, or news."""
    named = parse_reference(line.reference)
    if named is None:
        return "foreign"
    key, number = named
    amount = Money(minor=line.gross_minor, currency=line.currency)
    known = _due_item(key, amount, ports)
    if known is not None and known.gross != amount:
        return "another_amount"
    attempt = known.attempt(number) if known else None
    try:
        if attempt is None or attempt.state not in KNOWN:
            if known is None and amount != ports.store.checkout(key.subscription_id).gross:
                return "another_amount"
            _learn(key, number, line, now, ports)
            known = None
        return _mark_payment(key, number, line, batch, ports, known)
    except (errors.NotFound, errors.Refused):
        return "foreign"


def _due_item(key: DueKey, amount: Money, ports: Ports) -> DueItem | None:
    """The due item; read again consistently before its amount may contradict the provider."""
    try:
        due = ports.store.due_item(key)
        return due if due.gross == amount else ports.store.due_item(key, fresh=True)
    except errors.NotFound:
        return None


def _learn(key: DueKey, number: int, line: Line, now: datetime, ports: Ports) -> None:
    """Nobody heard of this payment yet: it enters where every outcome enters."""
    outcome = Authorised(provider_reference=line.payment, captured=True)
    if key.period == 0 and number <= ATTEMPTS_MAX:
        settle_first_charge(key.subscription_id, number, outcome, now=now, ports=ports)
    else:
        settle_due(key, number, outcome, now=now, ports=ports)


def _mark_payment(
    key: DueKey, number: int, line: Line, batch: int, ports: Ports, known: DueItem | None
) -> Why | None:
    """Note in which batch a payment came: on its attempt, or on its return when it was too much.

    `known` spares the first try what was just read.
    """

    def decide(tried: int) -> Change | Why:
        with suppress(errors.NotFound):
            due = ports.store.due_item(key, fresh=True) if tried or known is None else known
            attempt = due.attempt(number)
            if attempt is not None and attempt.state != "returned":
                return mark_attempt(due, attempt, line, batch)
        return mark_surplus(ports.store.reversal(key, number), line, batch)

    return _committed(decide, ports)


def _refunded(line: Line, batch: int, now: datetime, ports: Ports) -> Why | None:
    """Money that went back: a part that was promised, or a whole payment that was too much."""
    named = parse_reference(line.reference)
    if named is None:
        return "foreign"
    if parse_refund_reference(line.movement_reference) is None and _gave_back(named, ports):
        why = _entered(enter_reversal, "CANCEL_OR_REFUND", line, now, ports)
        return why or _committed(
            lambda _: mark_way_back(ports.store.reversal(*named), line, batch), ports
        )
    return _entered(enter_refund, "REFUND", line, now, ports)


def _gave_back(named: tuple[DueKey, int], ports: Ports) -> bool:
    try:
        ports.store.reversal(*named)
    except errors.NotFound:
        return False
    return True


def _told_as(enter: Enter, event: str) -> Entry:
    """The entry of a line that says what a notification of `event` would have said."""

    def entry(line: Line, _: int, now: datetime, ports: Ports) -> Why | None:
        return _entered(enter, event, line, now, ports)

    return entry


def _entered(enter: Enter, event: str, line: Line, now: datetime, ports: Ports) -> Why | None:
    """Enter a line where its notification would have entered; why it does not fit, if so."""
    is_dispute = event in DISPUTE_EVENTS
    notice = Notice(
        event=event,
        provider_reference=line.movement,
        original=line.payment,
        reference=line.reference if is_dispute else line.movement_reference or line.reference,
        amount=Money(minor=abs(line.gross_minor), currency=line.currency),
        success=True,
        reason=None,
    )
    try:
        enter(notice, now, ports)
    except Unplaced as lost:
        return WHYS.get(lost.code, "movement_unknown")
    except errors.NotFound:
        return "movement_unknown"
    return None


def _committed(decide: Callable[[int], Change | Why], ports: Ports) -> Why | None:
    """Commit what is decided, unless it is a reason why the line does not fit."""
    why: list[Why] = []

    def change(tried: int) -> Change:
        verdict = decide(tried)
        if isinstance(verdict, Change):
            return verdict
        why.append(verdict)
        return NOTHING

    commit_fresh(ports.store, change)
    return why[-1] if why else None


KNOWN = ("authorised", "returned")
WHYS: Mapping[str, Why] = {
    "another amount": "another_amount",
    "another payment": "another_payment",
    "not one of our references": "foreign",
}
ENTRIES: Mapping[str, Entry] = {
    "Settled": _settled,
    "SettledReversed": _told_as(enter_failure, "CAPTURE_FAILED"),
    "Refunded": _refunded,
    "RefundedReversed": _told_as(enter_refund, "REFUNDED_REVERSED"),
    "Chargeback": _told_as(enter_dispute, "CHARGEBACK"),
    "ChargebackReversed": _told_as(enter_dispute, "CHARGEBACK_REVERSED"),
    "SecondChargeback": _told_as(enter_dispute, "SECOND_CHARGEBACK"),
}
"""How each movement of a payment enters the books; every kind that is known has its entry."""
