"""What a dispute does to the contract it is about: it is held, money is counted, then released."""

from collections.abc import Iterable
from datetime import datetime

from chalicelib.domain.billing.due import DueItem, DueState
from chalicelib.domain.billing.renewal import following
from chalicelib.domain.billing.returns.dispute import Dispute
from chalicelib.domain.contract.subscription import Subscription
from chalicelib.domain.kernel.calendar import paris_date
from chalicelib.domain.kernel.change import Change, Insert, Replace, Write

HELD = "disputed"


def contest(
    before: Dispute | None,
    after: Dispute,
    due: DueItem,
    subscription: Subscription,
    *,
    dues: Iterable[DueItem],
    others: Iterable[Dispute],
    now: datetime,
) -> Change:
    """Enter what a dispute has heard, with everything that follows, in one commit.

    From its announcement on nothing is charged by itself; once it is won, and no other dispute of
    the contract holds, what was withheld is owed again. `dues` and `others` are the due items
    and the disputes of the contract.
    """
    is_news = after.parked is not None and (before is None or before.parked is None)
    events = ("DisputeHeard", "Parked") if is_news else ("DisputeHeard",)
    held_before = before is not None and before.holds
    writes: list[Write] = [Replace(after, events) if before else Insert(after, events)]
    taken = after.taken_minor - (before.taken_minor if before else 0)
    counted = due.replace(disputed_minor=due.disputed_minor + taken)
    releases = held_before and not after.holds and not any(other.holds for other in others)
    if after.holds and not held_before:
        # Written even when it is held already: two disputes that cross must not miss each other.
        writes.append(Replace(subscription.next(held=HELD)))
    if releases:
        known = (counted if one.key == due.key else one for one in dues)
        writes += release(subscription, known, now).writes
    if taken and not (releases and due.parked == HELD):
        writes.append(Replace(counted.next()))
    return Change(tuple(writes))


def release(subscription: Subscription, dues: Iterable[DueItem], now: datetime) -> Change:
    """Charge a held contract again: what was withheld is due now, or was never served.

    A period that went by while the contract was suspended costs nothing; the next one that starts
    is owed instead (DUN-1).
    """
    free = subscription.next(held=None)
    writes: list[Write] = [Replace(free)]
    for due in dues:
        if due.parked == HELD:
            writes += _released(due, subscription, now)
    return Change(tuple(writes))


def _released(due: DueItem, subscription: Subscription, now: datetime) -> list[Write]:
    if due.postings or paris_date(now) < due.to_on:
        return [Replace(due.next(parked=None, agenda_at=now))]
    gone = due.next(state=DueState.LAPSED, parked=None, agenda_at=None)
    upcoming = following(due, subscription, now)
    return [Replace(gone), *([Insert(upcoming)] if upcoming else [])]
