"""The payment method of a contract: taken, renewed, lost; each change tries a debt once more.

The provider alone says what is stored. What changed a method is remembered with it
(`method_cause`), so that hearing of it again, by whatever channel, changes nothing.
"""

from collections.abc import Iterable
from datetime import datetime

from chalicelib.domain.billing.due import DueItem, DueState
from chalicelib.domain.billing.renewal import left_unpaid, suspension_at
from chalicelib.domain.contract.subscription import Status, Subscription, next_wake
from chalicelib.domain.kernel.change import NOTHING, Change, Replace, Write
from chalicelib.domain.kernel.policy import Policy
from chalicelib.domain.selling.checkout import StoredMethod


def is_owed(due: DueItem) -> bool:
    """Whether a month was refused and is still to be paid."""
    return due.state in (DueState.SCHEDULED, DueState.UNPAID) and due.refusals > 0


def first_owed(dues: Iterable[DueItem]) -> DueItem | None:
    """The oldest month that is owed, if any."""
    return next((due for due in dues if is_owed(due)), None)


def take_method(
    subscription: Subscription,
    method: StoredMethod,
    due: DueItem | None,
    *,
    cause: str | None,
    policy: Policy,
    now: datetime,
) -> Change:
    """The provider stores this method: it pays from now on.

    `due` is the month that is owed, if any; a method that changed re-arms one charge of it. Told
    again, the same method does nothing.
    """
    if method == subscription.method:
        return NOTHING
    return renew_method(subscription, method, due, cause=cause, policy=policy, now=now)


def renew_method(
    subscription: Subscription,
    method: StoredMethod,
    due: DueItem | None,
    *,
    cause: str | None,
    policy: Policy,
    now: datetime,
) -> Change:
    """The method was given, or brought up to date: worth one more charge of a month that is owed.

    A cause heard before, and a method stored before the present one, change nothing.
    """
    known = subscription.method
    if cause is not None and cause == subscription.method_cause:
        return NOTHING
    if known is not None and known.token != method.token and method.is_older_than(known):
        return NOTHING
    again = rearm(due, subscription, policy=policy, now=now) if due else None
    if again is None and method == known:
        return NOTHING
    after = _with_method(subscription, method, cause)
    writes: list[Write] = [
        Replace(after.next(agenda_at=_wakes_at(after, now)), events=_told(subscription, method))
    ]
    if again is not None:
        writes.append(Replace(again))
    return Change(tuple(writes))


def rearm(
    due: DueItem, subscription: Subscription, *, policy: Policy, now: datetime
) -> DueItem | None:
    """An unpaid month, to be charged at once and once; None where no charge may be made.

    The budget of the month and the schemes' limits stand: a method does not buy more tries.
    """
    if not is_owed(due) or due.refusals >= policy.attempts_max or subscription.held is not None:
        return None
    return due.next(state=DueState.SCHEDULED, retry_at=now, agenda_at=now, parked=None)


def lose_method(
    subscription: Subscription,
    due: DueItem | None,
    *,
    cause: str,
    policy: Policy,
    now: datetime,
) -> Change:
    """The method is gone at the provider: nothing is charged, the learner is told.

    A month that is owed is not tried again by itself: a payment link goes out at once.
    """
    if subscription.method is None:
        return NOTHING
    after = subscription.replace(
        method=None, method_cause=cause, failed_tries=(), barred_token=None, expiry_told_on=None
    )
    writes: list[Write] = [
        Replace(after.next(agenda_at=_wakes_at(after, now)), events=("MethodRemoved",))
    ]
    if due is not None:
        writes.append(_left_to_the_learner(due, subscription, policy, now))
    return Change(tuple(writes))


def _left_to_the_learner(
    due: DueItem, subscription: Subscription, policy: Policy, now: datetime
) -> Replace:
    suspends_at = suspension_at(due, policy)
    is_open = subscription.status in (Status.ACTIVE, Status.PAST_DUE) and suspends_at > now
    left = due.next(
        state=DueState.UNPAID,
        retry_at=None,
        link_asked_at=now,
        agenda_at=suspends_at if is_open else None,
        parked=None if is_open else left_unpaid(due, policy),
    )
    alarm = ("Parked",) if left.parked and left.parked != due.parked else ()
    return Replace(left, events=("PayLinkAsked", *alarm))


def _with_method(
    subscription: Subscription, method: StoredMethod, cause: str | None
) -> Subscription:
    """With the new method; what was held against the one before does not follow it."""
    after = subscription.replace(method=method, method_cause=cause or subscription.method_cause)
    if subscription.method is not None and subscription.method.token == method.token:
        return after
    return after.replace(failed_tries=(), barred_token=None, expiry_told_on=None)


def _wakes_at(subscription: Subscription, now: datetime) -> datetime | None:
    """An ended contract wakes for nothing of its method but to have it forgotten.

    Whether a debt keeps the method is looked at then: it may be settled at this very moment.
    """
    if subscription.status is not Status.ENDED:
        return next_wake(subscription, now)
    return now if subscription.method else subscription.agenda_at


def _told(before: Subscription, method: StoredMethod) -> tuple[str, ...]:
    """A method in the place of another, or of one that was removed, is worth a letter."""
    if before.method is None:
        return ("MethodReplaced",) if before.method_cause else ()
    return () if before.method.token == method.token else ("MethodReplaced",)
