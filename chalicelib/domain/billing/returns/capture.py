"""Money that was told and does not come: captures that fail, direct debits that are returned.

A payment is a lattice here too: authorised, then failed to come, then captured after all. The
first does not undo the second, nor the second the third, in whatever order they are heard.
"""

from datetime import datetime

from chalicelib.domain.billing import journal
from chalicelib.domain.billing.agenda import next_retry
from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.billing.journal import Posting
from chalicelib.domain.billing.refusals import RefusalKind
from chalicelib.domain.billing.renewal import left_unpaid, suspension_at
from chalicelib.domain.contract.subscription import Status, Subscription
from chalicelib.domain.kernel.calendar import paris_date
from chalicelib.domain.kernel.change import NOTHING, Change, Remove, Replace, Write
from chalicelib.domain.kernel.policy import Policy

RETURNS_MAX = 2
"""How often a returned direct debit is tried again: the schemes allow two."""

RETRIED_RETURNS = ("AM04", "MS03")
"""Reasons of a return after which another debit may succeed: no funds, no reason given."""


def uncapture(
    due: DueItem,
    subscription: Subscription,
    upcoming: DueItem | None,
    number: int,
    *,
    code: str,
    kind: RefusalKind,
    policy: Policy,
    now: datetime,
) -> Change:
    """The money of attempt `number` does not come: a period it had paid is owed again.

    Its next automatic try follows the calendar, counted from today. `upcoming` is the contract's
    last due item: untouched, it waits until this one is paid, which brings it back.

    Raises:
        AssertionError: the attempt was never opened; intent always comes first.
    """
    attempt = due.attempt(number)
    assert attempt is not None, "a capture without an attempt"
    if attempt.captured or attempt.state in ("returned", "uncaptured"):
        return NOTHING
    failed = attempt.replace(state="uncaptured", code=code, kind=kind)
    noted = due.replace(attempts=due.with_attempt(failed))
    if not _decides(due, attempt):
        return Change((Replace(noted.next()),))
    following = upcoming if upcoming is not None and upcoming.period > due.period else None
    waits = following is not None and _is_untouched(following)
    owed = noted.replace(
        postings=_owed_again(due),
        owed_again_on=paris_date(now),
        paid_at=due.paid_at if following is not None and not waits else None,
        resumes_with=following.period if following is not None and waits else due.resumes_with,
    )
    writes: list[Write] = [_rescheduled(owed, subscription, failed, policy, now)]
    if subscription.status is Status.ACTIVE:
        writes.append(Replace(subscription.next(status=Status.PAST_DUE)))
    if following is not None and waits:
        writes.append(Remove(following))
    return Change(tuple(writes))


def kind_of_return(due: DueItem, reason: str | None) -> RefusalKind:
    """What the return of a direct debit means for the next try."""
    returned = sum(attempt.state == "uncaptured" for attempt in due.attempts)
    may_again = (reason or "").strip().upper() in RETRIED_RETURNS and returned < RETURNS_MAX
    return "soft" if may_again else "update"


def _decides(due: DueItem, attempt: Attempt) -> bool:
    """Whether the due item depends on that attempt: it paid it, or is the charge in flight."""
    if due.state is DueState.PAID:
        return attempt.state == "authorised"
    return due.state is DueState.CHARGING and attempt == due.open_attempt


def _is_untouched(due: DueItem) -> bool:
    return due.state is DueState.SCHEDULED and not due.attempts


def _owed_again(due: DueItem) -> tuple[Posting, ...]:
    if due.state is DueState.PAID:
        payment = journal.payment(gross_minor=due.gross_minor, vat_minor=due.vat_minor)
        return (*due.postings, *journal.undone(payment))
    return due.postings or journal.sale(net_minor=due.net_minor, vat_minor=due.vat_minor)


def _rescheduled(
    due: DueItem, subscription: Subscription, failed: Attempt, policy: Policy, now: datetime
) -> Replace:
    """The due item with its next step: a retry, else its suspension, else a person."""
    retry_at = None
    has_tries = due.refusals < policy.attempts_max - 1
    if has_tries and subscription.method is not None and not due.refunded_minor:
        retry_at = next_retry((failed.replace(opened_at=now),), policy)
    suspends_at = suspension_at(due, policy)
    wakes_at = retry_at or (suspends_at if subscription.status is not Status.ENDED else None)
    after = due.next(
        state=DueState.SCHEDULED if retry_at else DueState.UNPAID,
        retry_at=retry_at,
        agenda_at=wakes_at,
        parked=None if wakes_at else left_unpaid(due, policy),
    )
    events = ("PaymentRefused",) if wakes_at else ("PaymentRefused", "Parked")
    return Replace(after, events=events)
