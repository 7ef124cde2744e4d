"""Cancellation of the tacit renewal, at the end of the period that runs (REN-2, REN-3)."""

from collections.abc import Iterable
from datetime import datetime

from chalicelib.domain.billing.due import DueItem, DueState
from chalicelib.domain.billing.renewal import due_item, lapse, revive
from chalicelib.domain.contract.subscription import Status, Subscription, next_wake
from chalicelib.domain.kernel.calendar import start_of_day
from chalicelib.domain.kernel.change import NOTHING, Change, Insert, Remove, Replace, Write
from chalicelib.domain.kernel.errors import Refused
from chalicelib.domain.kernel.policy import Policy
from chalicelib.domain.kernel.unique import Unique

SETTLED = (DueState.PAID, DueState.WRITTEN_OFF)


def cancel(subscription: Subscription, upcoming: DueItem | None, *, now: datetime) -> Change:
    """End the contract with the period that runs when the request is received (CGS 2.1 d §3).

    The month begun is due; nothing after it. Cancelling again changes nothing. `upcoming` is the
    next due item as stored: taking it off in the same commit is what stops its charge.

    Raises:
        Refused: `ALREADY_ENDED`.
    """
    if subscription.status is Status.ENDED:
        raise Refused("ALREADY_ENDED", subscription.id)
    if subscription.ends_on is not None:
        return NOTHING
    _, ends_on = subscription.period(subscription.period_at(now))
    ending = subscription.replace(ends_on=ends_on, cancelled_at=now)
    ending = ending.next(agenda_at=next_wake(ending, now))
    writes: list[Write] = [Replace(ending, events=("CancellationScheduled",))]
    if upcoming is not None and upcoming.from_on >= ends_on:
        writes += lapse(upcoming).writes
    return Change(tuple(writes))


def undo_cancellation(
    subscription: Subscription, latest: DueItem, *, policy: Policy, now: datetime
) -> Change:
    """Take a cancellation back before its date: contract and price stand as before (REN-2).

    `latest` is the contract's last due item as stored. Lapsed, it is owed again; paid, the next
    one is owed; still to be paid, it brings the next one itself.

    Raises:
        Refused: `ALREADY_ENDED`; the end has come.
    """
    if subscription.status is Status.ENDED:
        raise Refused("ALREADY_ENDED", subscription.id)
    if subscription.ends_on is None:
        return NOTHING
    if now >= start_of_day(subscription.ends_on):
        raise Refused("ALREADY_ENDED", subscription.id)
    running = subscription.replace(ends_on=None, cancelled_at=None)
    running = running.next(agenda_at=next_wake(running, now))
    writes: list[Write] = [Replace(running, events=("CancellationUndone",))]
    if latest.state is DueState.LAPSED:
        writes.append(Replace(revive(latest, policy)))
    elif latest.state is DueState.PAID:
        period = max(latest.period, running.period_at(now)) + 1
        writes.append(Insert(due_item(running, period)))
    return Change(tuple(writes))


def end(subscription: Subscription, held: Unique | None, *, now: datetime) -> Change:
    """Close a contract whose last period is over: access off, the plan free to be taken again.

    It stays on the agenda until the provider has forgotten the payment method.
    """
    if subscription.status is Status.ENDED or subscription.ends_on is None:
        return NOTHING
    if now < start_of_day(subscription.ends_on):
        return NOTHING
    wakes_at = now if subscription.method else None
    ended = subscription.next(status=Status.ENDED, ended_at=now, agenda_at=wakes_at)
    writes: list[Write] = [Replace(ended, events=("SubscriptionEnded", "EntitlementChanged"))]
    if held is not None and held.holder == subscription.id:
        writes.append(Remove(held))
    return Change(tuple(writes))


def forgotten(subscription: Subscription) -> Change:
    """The payment method of an ended contract is deleted at the provider (REN-2)."""
    return Change((Replace(subscription.next(method=None, agenda_at=None)),))


def owes(dues: Iterable[DueItem]) -> bool:
    """Whether a period that was served is still unpaid."""
    return any(due.refusals and due.state not in SETTLED for due in dues)


def kept_for_debt(subscription: Subscription) -> Change:
    """An ended contract that owes keeps its payment method until the debt is settled (REN-2)."""
    return Change((Replace(subscription.next(agenda_at=None)),))
