"""One transition for every news about money: reply, webhook, inquiry and report all enter here.

A lattice: success beats failure, unknown is asked and never retried blindly, a duplicate changes
nothing, a second success is money to give back. A payment page is an attempt like another, but
its refusals are the learner's to see: they move no date and send no mail.
"""

from datetime import datetime
from typing import assert_never

from chalicelib.domain.billing import journal
from chalicelib.domain.billing.agenda import (
    FAILED_TRIES_KEPT,
    REPORT_PATIENCE,
    next_question,
    next_retry,
)
from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.billing.journal import Posting
from chalicelib.domain.billing.outcomes import Authorised, Outcome, Refused, Unknown
from chalicelib.domain.billing.refusals import NO_METHOD, is_our_fault, kind_of
from chalicelib.domain.billing.renewal import exceed, following, left_unpaid, suspension_at
from chalicelib.domain.billing.reversal import give_back
from chalicelib.domain.contract.subscription import Status, Subscription
from chalicelib.domain.kernel.calendar import paris_date
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
    latest: DueItem | None = None,
) -> Change:
    """Enter the outcome of attempt `number` of a due item.

    `latest` is the contract's last due item, where the money of this one had failed to come
    before: others may have been paid since.

    Raises:
        AssertionError: the attempt was never opened; intent always comes first.
    """
    attempt = due.attempt(number)
    assert attempt is not None, "an outcome without an attempt"
    match outcome:
        case Authorised():
            return _authorised(due, subscription, attempt, outcome, now, latest)
        case Refused():
            return _refused(due, subscription, attempt, outcome, policy, now)
        case Unknown():
            return _unknown(due, attempt, now)
        case _:
            assert_never(outcome)


def _authorised(
    due: DueItem,
    subscription: Subscription,
    attempt: Attempt,
    outcome: Authorised,
    now: datetime,
    latest: DueItem | None,
) -> Change:
    if attempt.state == "authorised":
        return _confirmed(due, attempt) if outcome.captured else NOTHING
    if attempt.state == "returned" or (attempt.state == "uncaptured" and not outcome.captured):
        return NOTHING
    if due.paying_attempt is not None:
        return _second_success(due, attempt, outcome, now)
    paid = attempt.replace(
        state="authorised",
        provider_reference=outcome.provider_reference,
        code=None,
        kind=None,
        captured=outcome.captured,
    )
    payment = journal.payment(gross_minor=due.gross_minor, vat_minor=due.vat_minor)
    settled = due.next(
        state=DueState.PAID,
        attempts=due.with_attempt(paid),
        postings=(*_owed(due), *payment),
        method_label=outcome.method_label or _charged_label(due, attempt),
        retry_at=None,
        paid_at=now,
        owed_again_on=None,
        resumes_with=None,
        parked=None,
        agenda_at=None if due.mailed_at else due.agenda_at or now,
    )
    writes: list[Write] = [Replace(settled, events=("PeriodPaid",))]
    writes += _recovered(subscription, now)
    upcoming = _upcoming(due, subscription, latest, now)
    if upcoming is not None:
        writes.append(Insert(upcoming))
    return Change(tuple(writes))


def _charged_label(due: DueItem, attempt: Attempt) -> str | None:
    """What was charged by itself is known; on a page the learner may have taken anything."""
    return due.method_label if attempt.channel == "auto" else None


def _upcoming(
    due: DueItem, subscription: Subscription, latest: DueItem | None, now: datetime
) -> DueItem | None:
    """The due item that this payment brings about, unless it stands already or another brings it.

    Paid for the second time, after its money had failed to come, it may have later ones beside it.
    """
    if due.paid_at is not None:
        return None
    if latest is None or latest.period <= due.period:
        return following(due, subscription, now)
    return following(latest, subscription, now) if latest.state is DueState.PAID else None


def _confirmed(due: DueItem, attempt: Attempt) -> Change:
    """Remember that the capture was confirmed: news of its failure is then older."""
    if attempt.captured:
        return NOTHING
    return Change((Replace(due.next(attempts=due.with_attempt(attempt.replace(captured=True)))),))


def _owed(due: DueItem) -> tuple[Posting, ...]:
    """The postings of a period that is owed, whatever it was before."""
    sale = {"net_minor": due.net_minor, "vat_minor": due.vat_minor}
    if due.state is DueState.WRITTEN_OFF:
        return (*due.postings, *journal.undone(journal.write_off(**sale)))
    return due.postings or journal.sale(**sale)


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
    if attempt.state not in ("open", "expired"):
        return NOTHING
    kind = kind_of(outcome.code, advice=outcome.advice, raw=outcome.raw)
    refused = attempt.replace(
        state="refused",
        code=outcome.code,
        kind=kind,
        provider_reference=outcome.provider_reference,
    )
    noted = due.replace(attempts=due.with_attempt(refused))
    if due.state is not DueState.CHARGING or attempt.channel == "page":
        # the learner saw it, or another attempt decides: nothing else moves, but for a budget spent
        spent = _spent(noted, attempt, subscription, policy, now)
        return spent or Change((Replace(noted.next()),))
    retry_at = next_retry(noted.refused, policy, advice=outcome.advice)
    suspends_at = suspension_at(due, policy)
    suspends_now = kind == "stop" or suspends_at <= now or subscription.status is Status.SUSPENDED
    wakes_at = _next_step(retry_at, None if suspends_now else suspends_at)
    after = noted.next(
        state=DueState.SCHEDULED if retry_at else DueState.UNPAID,
        postings=_owed(due),
        retry_at=retry_at,
        agenda_at=wakes_at,
        parked=None if wakes_at else left_unpaid(noted, policy),
    )
    events = ["PaymentRefused"]
    events += [] if wakes_at else ["Parked"]
    events += ["RequestRejected"] if is_our_fault(outcome.code) else []
    met = _barred(subscription, attempt) if kind == "stop" else subscription
    behind = _fallen_behind(subscription, met, outcome, suspends_now=suspends_now, now=now)
    return Change((Replace(after, events=tuple(events)), *behind))


def _spent(
    due: DueItem, attempt: Attempt, subscription: Subscription, policy: Policy, now: datetime
) -> Change:
    """The end of the budget on a page: what was planned by itself is not tried any more."""
    is_idle = due.state in (DueState.SCHEDULED, DueState.UNPAID)
    if attempt.channel == "auto" or not is_idle or due.refusals < policy.attempts_max:
        return NOTHING
    return exceed(due, subscription, policy=policy, now=now)


def _next_step(retry_at: datetime | None, suspends_at: datetime | None) -> datetime | None:
    """When the due item acts next: a retry of the very day of the suspension comes first."""
    if retry_at and suspends_at and paris_date(retry_at) == paris_date(suspends_at):
        return retry_at
    return min((at for at in (retry_at, suspends_at) if at), default=None)


def _barred(subscription: Subscription, attempt: Attempt) -> Subscription:
    """Never again with the method that met this refusal; one stored since did not meet it."""
    method = subscription.method
    if method is None or (method.stored_at and method.stored_at > attempt.opened_at):
        return subscription
    return subscription.replace(barred_token=method.token)


def _fallen_behind(
    subscription: Subscription,
    met: Subscription,
    outcome: Refused,
    *,
    suspends_now: bool,
    now: datetime,
) -> list[Write]:
    """The contract behind on its payment; a refusal counts against the method that met it."""
    counted = () if outcome.code == NO_METHOD else (now,)
    recent = tuple(at for at in met.failed_tries if at + FAILED_TRIES_KEPT > now)
    after = met.replace(failed_tries=(*recent, *counted))
    status = Status.SUSPENDED if suspends_now else Status.PAST_DUE
    events: tuple[str, ...] = ()
    if subscription.status not in (status, Status.SUSPENDED, Status.ENDED):
        after = after.replace(status=status)
        events = ("EntitlementChanged",) if suspends_now else ()
    return [] if after == subscription else [Replace(after.next(), events=events)]


def _unknown(due: DueItem, attempt: Attempt, now: datetime) -> Change:
    """Ask again with the same key; then wait for notification and report; then a person.

    On a month that is paid asking again could charge again, and a page is never asked about.
    """
    if attempt.state != "open" or attempt.channel == "page" or due.state is DueState.PAID:
        return NOTHING
    again_at = next_question(attempt.opened_at, now) or attempt.opened_at + REPORT_PATIENCE
    if again_at <= now:
        parked = due.next(parked="outcome_unknown", agenda_at=None)
        return Change((Replace(parked, events=("Parked",)),))
    return Change((Replace(due.next(agenda_at=again_at)),))
