"""Plans on what the provider's settlement reports prove, and on the reports themselves."""

import re
from contextlib import suppress
from datetime import datetime

from chalicelib.application.billing.books.reconcile_report import report_file
from chalicelib.application.billing.repairs.amounts import ANSWER_LENGTH_MAX, about_one
from chalicelib.application.billing.settle_due import latest_beside
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.books import evidence
from chalicelib.domain.billing.books.report import Report, read_report
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.billing.operating import repair
from chalicelib.domain.billing.operating.plainly import amount, planned
from chalicelib.domain.billing.operating.proposal import Order, Plan
from chalicelib.domain.billing.outcomes import Outcome
from chalicelib.domain.billing.settle import settle
from chalicelib.domain.contract.subscription import Subscription
from chalicelib.domain.kernel.change import Change
from chalicelib.domain.kernel.errors import Invalid, NotFound, Refused
from chalicelib.domain.kernel.ids import DueKey, parse_reference
from chalicelib.domain.kernel.policy import policy_named

BATCH = re.compile(r"[0-9]{1,9}")
BATCHES = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
BATCHES_MAX = 40


def settle_by_evidence(order: Order, now: datetime, ports: Ports) -> Plan:
    """An attempt of unknown outcome took the money, as a line of a report tells."""
    key, number = _attempt_of(order.arguments["attempt"])
    batch = _batch_of(order)
    due = ports.store.due_item(key, fresh=True)
    evidence.unknown_attempt(due, number)
    payment = order.arguments["payment"]
    outcome = evidence.payment_in(_report(batch, ports), due, number, payment)
    note = f"batch {batch} settles {payment}: {amount(due.gross_minor, due.currency)}"
    return _settled(key, number, outcome, note, now, ports)


def settle_by_absence(order: Order, now: datetime, ports: Ports) -> Plan:
    """An attempt of unknown outcome took nothing, as reports without a gap do not tell it."""
    key, number = _attempt_of(order.arguments["attempt"])
    numbers = batches_of(order.arguments["batches"])
    due = ports.store.due_item(key, fresh=True)
    attempt = evidence.unknown_attempt(due, number)
    batches = [ports.store.settlement(batch) for batch in numbers]
    if any(batch.read_at is None for batch in batches):
        raise Refused("BATCH_UNREAD", order.arguments["batches"])
    reads = [(batch, _report(batch.batch, ports)) for batch in batches]
    outcome = evidence.absence(reads, due, attempt)
    lines = sum(len(report.lines) for _, report in reads)
    note = f"batches {order.arguments['batches']}, {lines} lines, do not tell it"
    return _settled(key, number, outcome, note, now, ports)


def _settled(
    key: DueKey, number: int, outcome: Outcome, note: str, now: datetime, ports: Ports
) -> Plan:
    """The transition that every other news of that attempt would enter."""

    def decide(due: DueItem, subscription: Subscription) -> Change:
        policy = policy_named(subscription.policy)
        latest = latest_beside(due, ports)
        return settle(due, subscription, number, outcome, policy=policy, now=now, latest=latest)

    return about_one(key, decide, now, ports, notes=(note,))


def read_batch(order: Order, now: datetime, ports: Ports) -> Plan:
    """A batch whose announcement was lost, or whose report could not be read in time."""
    batch = _batch_of(order)
    known = None
    with suppress(NotFound):
        known = ports.store.settlement(batch)
    change = repair.read_batch(known, batch, now=now)
    return planned(change, () if known is None else (known,), now=now)


def answer_batch(order: Order, now: datetime, ports: Ports) -> Plan:
    """A batch whose lines do not all fit, once a person knows what each of them is."""
    batch, answer = _batch_of(order), order.arguments["answer"]
    if len(answer) > ANSWER_LENGTH_MAX:
        raise Invalid({"answer": "BAD_ANSWER"})
    known = ports.store.settlement(batch)
    notes = tuple(
        f"row {each.row} {each.kind} {each.subject}: {each.why}, "
        f"{amount(each.minor, str(known.currency))}"
        for each in known.strays
    )
    return planned(repair.answer_batch(known, answer), (known,), now=now, notes=notes)


def _batch_of(order: Order) -> int:
    if not BATCH.fullmatch(order.arguments["batch"]):
        raise Invalid({"batch": "BAD_BATCH"})
    return int(order.arguments["batch"])


def _report(batch: int, ports: Ports) -> Report:
    """The provider's report as it was kept when it was fetched.

    Raises:
        NotFound: no report of that batch was fetched yet.
    """
    text = ports.files.get(report_file(batch)).decode()
    return read_report(text, merchant_account=ports.facts.merchant_account, batch=batch)


def _attempt_of(text: str) -> tuple[DueKey, int]:
    named = parse_reference(text)
    if named is None:
        raise Invalid({"attempt": "BAD_ATTEMPT"})
    return named


def batches_of(text: str) -> range:
    """The batches from the first to the last that `41-46` names.

    Raises:
        Invalid: `BAD_BATCHES`; none, or more than forty.
    """
    named = BATCHES.fullmatch(text)
    numbers = range(int(named[1]), int(named[2]) + 1) if named else range(0)
    if not 0 < len(numbers) <= BATCHES_MAX:
        raise Invalid({"batches": "BAD_BATCHES"})
    return numbers
