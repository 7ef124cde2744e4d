"""What an operator may do about one amount owed when nothing else will act on it any more.

Each decision is refused where the machine, or the learner, still has something to do: a person
never competes with either. None of them moves money by itself.
"""

from datetime import datetime
from typing import Literal

from chalicelib.domain.billing import journal
from chalicelib.domain.billing.books.settlement import DIFFERS, Settlement, announced
from chalicelib.domain.billing.due import DueItem, DueState
from chalicelib.domain.billing.journal import Account, balances
from chalicelib.domain.contract.subscription import Status, Subscription
from chalicelib.domain.kernel.change import Change, Replace, Write
from chalicelib.domain.kernel.errors import Refused
from chalicelib.domain.kernel.policy import Policy

WriteOffReason = Literal[
    "uncollectable", "time_barred", "insolvent", "deceased", "goodwill", "our_mistake"
]
"""Why a debt is given up; `time_barred` is the two years of DUN-4."""

OWED = (DueState.UNPAID, DueState.SCHEDULED)


def re_drive(due: DueItem, subscription: Subscription, *, policy: Policy, now: datetime) -> Change:
    """Bring a due item back to work at once: an automatic attempt more, or its papers again.

    Raises:
        Refused: `NOTHING_TO_DRIVE`, `OUTCOME_UNKNOWN`, `CONTRACT_HELD`, `REFUSED_FOR_GOOD`, or
            `ATTEMPTS_EXCEEDED`; then one more attempt has to be granted.
    """
    if due.state is DueState.PAID and due.mailed_at is None:
        return Change((Replace(due.next(agenda_at=now)),))
    _may_be_tried(due, subscription)
    if due.refusals >= policy.attempts_max:
        raise Refused("ATTEMPTS_EXCEEDED", due.subscription_id)
    return _tried_at_once(due, now)


def grant_attempt(
    due: DueItem, subscription: Subscription, *, policy: Policy, now: datetime
) -> Change:
    """One automatic attempt beyond the budget of an amount owed, at once (PAY-5).

    The schemes' limits on the payment method hold all the same.

    Raises:
        Refused: `BUDGET_LEFT`, where driving it again is enough; otherwise as `re_drive`.
    """
    _may_be_tried(due, subscription)
    if due.refusals < policy.attempts_max:
        raise Refused("BUDGET_LEFT", due.subscription_id)
    return _tried_at_once(due, now)


def write_off(due: DueItem, subscription: Subscription, *, now: datetime) -> Change:
    """Give an unpaid amount up: the price is lost, its VAT was never due.

    It restores no service. Money that comes all the same takes it back: success beats everything.

    Raises:
        Refused: `PAID_ALREADY`, `OUTCOME_UNKNOWN`, `WRITTEN_OFF_ALREADY`, `STILL_TRIED` while a
            retry is due by itself, `NOT_OWED` where the books hold no debt of the whole amount.
    """
    if due.state is DueState.PAID:
        raise Refused("PAID_ALREADY", due.subscription_id)
    if due.state is DueState.WRITTEN_OFF:
        raise Refused("WRITTEN_OFF_ALREADY", due.subscription_id)
    if due.open_attempt is not None:
        raise Refused("OUTCOME_UNKNOWN", due.subscription_id)
    owed = balances(due.postings).get(Account.RECEIVABLE, 0)
    if owed != due.gross_minor or due.state not in OWED:
        raise Refused("NOT_OWED", due.subscription_id)
    if due.state is DueState.SCHEDULED and due.parked is None:
        raise Refused("STILL_TRIED", due.subscription_id)
    lost = journal.write_off(net_minor=due.net_minor, vat_minor=due.vat_minor)
    given_up = due.next(
        state=DueState.WRITTEN_OFF,
        postings=(*due.postings, *lost),
        retry_at=None,
        agenda_at=None,
        parked=None,
    )
    writes: list[Write] = [Replace(given_up)]
    if subscription.status is Status.ENDED and subscription.method is not None:
        # The debt it was kept for is gone: it wakes to have its method forgotten.
        writes.append(Replace(subscription.next(agenda_at=now)))
    return Change(tuple(writes))


def read_batch(known: Settlement | None, batch: int, *, now: datetime) -> Change:
    """Have the provider's report of a batch read whose announcement was lost, or once more.

    Raises:
        Refused: `NOTHING_TO_DRIVE`; it is read, or will be.
    """
    if known is None:
        return announced(batch, f"settlement_detail_report_batch_{batch}.csv", now)
    if known.read_at is not None or known.agenda_at is not None:
        raise Refused("NOTHING_TO_DRIVE", str(batch))
    again = known.next(announced_at=now, parked=None, agenda_at=now)
    return Change((Replace(again),))


def answer_batch(settlement: Settlement, answer: str) -> Change:
    """Close what a batch differs in, once a person knows what each line is.

    Its lines, and their money in suspense, stay as they were read.

    Raises:
        Refused: `ANSWERED_ALREADY`; `NO_DIFFERENCE`, where every line fits or none is read.
    """
    if settlement.answer is not None:
        raise Refused("ANSWERED_ALREADY", str(settlement.batch))
    if settlement.parked != DIFFERS:
        raise Refused("NO_DIFFERENCE", str(settlement.batch))
    return Change((Replace(settlement.next(parked=None, answer=answer)),))


def _may_be_tried(due: DueItem, subscription: Subscription) -> None:
    if due.open_attempt is not None:
        raise Refused("OUTCOME_UNKNOWN", due.subscription_id)
    waits = due.state is DueState.UNPAID or (
        due.state is DueState.SCHEDULED and due.parked is not None
    )
    if not waits:
        raise Refused("NOTHING_TO_DRIVE", due.subscription_id)
    if subscription.held is not None:
        raise Refused("CONTRACT_HELD", due.subscription_id)
    if due.refused and due.refused[-1].kind == "stop":
        raise Refused("REFUSED_FOR_GOOD", due.subscription_id)


def _tried_at_once(due: DueItem, now: datetime) -> Change:
    driven = due.next(
        state=DueState.SCHEDULED,
        retry_at=now if due.refusals else None,
        agenda_at=now,
        parked=None,
    )
    return Change((Replace(driven),))
