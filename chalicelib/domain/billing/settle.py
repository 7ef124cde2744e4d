"""One transition for every news about money: reply, webhook and inquiry all enter here.

A lattice: success beats failure, unknown is asked and never retried blindly, a duplicate changes
nothing, a second success is money to give back.
"""

from datetime import datetime
from typing import assert_never

from chalicelib.domain.billing import journal
from chalicelib.domain.billing.agenda import next_question, next_retry
from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.billing.outcomes import Authorised, Outcome, Refused, Unknown
from chalicelib.domain.billing.renewal import following, suspension_at
from chalicelib.domain.billing.reversal import give_back
from chalicelib.domain.contract.subscription import Status, Subscription
from chalicelib.domain.kernel.change import NOTHING, Change, Insert, Replace, Write
from chalicelib.domain.kernel.policy import Policy


def settle(
    due: DueItem,
    subscription: Subscription,
    number: int,
    outcome: Outcome,
    *,
    policy: Policy,
    now: datetime,
) -> Change:
    """Enter the outcome of attempt `number` of a due item.

    Raises:
        AssertionError: the attempt was never opened; intent always comes first.
    """
    attempt = due.attempt(number)
    assert attempt is not None, "an outcome without an attempt"
    match outcome:
        case Authorised():
            return _authorised(due, subscription, attempt, outcome, now)
        case Refused():
            return _refused(due, subscription, attempt, outcome, policy, now)
        case Unknown():
            return _unknown(due, attempt, now)
        case _:
            assert_never(outcome)


def _authorised(
    due: DueItem, subscription: Subscription, attempt: Attempt, outcome: Authorised, now: datetime
) -> Change:
    if attempt.state in ("authorised", "returned"):
        return NOTHING
    if due.paying_attempt is not None:
        return _second_success(due, attempt, outcome, now)
    paid = attempt.replace(
        state="authorised", provider_reference=outcome.provider_reference, code=None
    )
    first = not due.postings
    sale = journal.sale(net_minor=due.net_minor, vat_minor=due.vat_minor) if first else ()
    payment = journal.payment(gross_minor=due.gross_minor, vat_minor=due.vat_minor)
    settled = due.next(
        state=DueState.PAID,
        attempts=due.with_attempt(paid),
        postings=(*due.postings, *sale, *payment),
        method_label=outcome.method_label or due.method_label,
        paid_at=now,
        parked=None,
        agenda_at=due.agenda_at or now,
    )
    writes: list[Write] = [Replace(settled, events=("PeriodPaid",))]
    writes += _recovered(subscription, now)
    upcoming = following(settled, subscription, now)
    if upcoming is not None:
        writes.append(Insert(upcoming))
    return Change(tuple(writes))


def _recovered(subscription: Subscription, now: datetime) -> list[Write]:
    if subscription.status is Status.ENDED and subscription.method is not None:
        # The debt it was kept for is settled: it wakes to have its method forgotten.
        return [Replace(subscription.next(agenda_at=now))]
    if subscription.status not in (Status.PAST_DUE, Status.SUSPENDED):
        return []
    restored = subscription.next(status=Status.ACTIVE)
    return [Replace(restored, events=("PaymentRecovered", "EntitlementChanged"))]


def _second_success(due: DueItem, attempt: Attempt, outcome: Authorised, now: datetime) -> Change:
    reference = outcome.provider_reference
    twice = attempt.replace(state="returned", provider_reference=reference)
    flagged = due.next(attempts=due.with_attempt(twice))
    back = give_back(due.key, attempt.number, reference, due.gross, "paid_twice", now)
    return Change((Replace(flagged), back))


def _refused(
    due: DueItem,
    subscription: Subscription,
    attempt: Attempt,
    outcome: Refused,
    policy: Policy,
    now: datetime,
) -> Change:
    if attempt.state != "open":
        return NOTHING
    refused = attempt.replace(
        state="refused", code=outcome.code, provider_reference=outcome.provider_reference
    )
    attempts = due.with_attempt(refused)
    if due.state is not DueState.CHARGING:
        return Change((Replace(due.next(attempts=attempts)),))
    first = not due.postings
    sale = journal.sale(net_minor=due.net_minor, vat_minor=due.vat_minor) if first else ()
    retry_at = next_retry(due.refusals + 1, attempt.opened_at, policy)
    suspends_at = suspension_at(due, policy)
    suspends_now = suspends_at <= now or subscription.status is Status.SUSPENDED
    wakes = [at for at in (retry_at, None if suspends_now else suspends_at) if at]
    after = due.next(
        state=DueState.SCHEDULED if retry_at else DueState.UNPAID,
        attempts=attempts,
        postings=(*due.postings, *sale),
        agenda_at=min(wakes, default=None),
        parked=None if wakes else "unpaid",
    )
    events = ("PaymentRefused",) if wakes else ("PaymentRefused", "Parked")
    writes: list[Write] = [Replace(after, events=events)]
    writes += _fallen_behind(subscription, suspends_now=suspends_now)
    return Change(tuple(writes))


def _fallen_behind(subscription: Subscription, *, suspends_now: bool) -> list[Write]:
    status = Status.SUSPENDED if suspends_now else Status.PAST_DUE
    if subscription.status in (status, Status.SUSPENDED, Status.ENDED):
        return []
    events = ("EntitlementChanged",) if suspends_now else ()
    return [Replace(subscription.next(status=status), events=events)]


def _unknown(due: DueItem, attempt: Attempt, now: datetime) -> Change:
    if attempt.state != "open" or due.state is DueState.PAID:  # asking again could charge again
        return NOTHING
    again_at = next_question(attempt.opened_at, now)
    if again_at is None:
        parked = due.next(parked="outcome_unknown", agenda_at=None)
        return Change((Replace(parked, events=("Parked",)),))
    return Change((Replace(due.next(agenda_at=again_at)),))
