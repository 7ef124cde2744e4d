"""Tacit renewal (REN-1): which period is owed next, when it is charged, what stops it."""

from datetime import datetime, timedelta

from chalicelib.domain.billing.agenda import LEASE, PAGE_OPEN_FOR, token_rests_until
from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.contract.subscription import Status, Subscription
from chalicelib.domain.kernel.calendar import start_of_day
from chalicelib.domain.kernel.change import NOTHING, Change, Insert, Replace, Write
from chalicelib.domain.kernel.policy import Policy, policy_named
from chalicelib.domain.papers.tax import extract_vat

EXCEEDED = "attempts_exceeded"


def due_item(subscription: Subscription, period: int) -> DueItem:
    """The money owed for a period, at the contract's price, not charged yet."""
    from_on, to_on = subscription.period(period)
    hour = policy_named(subscription.policy).charge_hour
    return DueItem(
        subscription_id=subscription.id,
        period=period,
        customer_id=subscription.customer_id,
        plan=subscription.plan,
        lang=subscription.lang,
        from_on=from_on,
        to_on=to_on,
        currency=subscription.currency,
        gross_minor=subscription.gross_minor,
        net_minor=extract_vat(subscription.gross, subscription.rate_bps).net.minor,
        rate_bps=subscription.rate_bps,
        price_row=subscription.price_row,
        identity_number=subscription.identity_number,
        method_label=subscription.method.label() if subscription.method else None,
        agenda_at=start_of_day(from_on, hour),
    )


def following(paid: DueItem, subscription: Subscription, now: datetime) -> DueItem | None:
    """The due item after a paid one, or None when the contract ends there.

    A contract that was suspended takes up again with the first period that starts after the
    payment: no service, no price (DUN-1). Its anchor never moves.
    """
    period = max(paid.period + 1, paid.resumes_with or 0)
    if subscription.status is Status.SUSPENDED:
        period = max(period, subscription.period_at(now) + 1)
    upcoming = due_item(subscription, period)
    return upcoming if subscription.runs_past(upcoming.from_on) else None


def charge_at(due: DueItem, policy: Policy) -> datetime | None:
    """The instant from which a scheduled due item is charged; None when no retry is left."""
    if due.retry_at is None and not due.refusals:
        return start_of_day(due.from_on, policy.charge_hour)
    return due.retry_at


def suspension_at(due: DueItem, policy: Policy) -> datetime:
    """When an unpaid period suspends the service (CGS 3.2).

    When a payment failed to come after it had been told, the days count from the day that was
    learnt: until then the learner had paid.
    """
    unpaid_on = due.owed_again_on or due.from_on
    return start_of_day(unpaid_on + timedelta(days=policy.suspend_after_days))


def claim(due: DueItem, subscription: Subscription, *, policy: Policy, now: datetime) -> Change:
    """Take a due item in charge: the attempt exists before money moves.

    The agenda entry stays where it is, so that a crash is found by the next sweep. A due item
    already being charged is claimed again, with the same attempt, once its lease is over. While a
    payment page is open, and while the schemes' limits bar the method, it waits instead.
    """
    if due.state is DueState.CHARGING:
        return _reclaim(due, now)
    at = charge_at(due, policy)
    if due.state is not DueState.SCHEDULED or at is None or at > now:
        return NOTHING
    if subscription.held is not None:
        return withhold(due, subscription)
    waits_until = _barred_until(due, subscription, now)
    if waits_until is not None:
        return Change((Replace(due.next(agenda_at=waits_until)),))
    owed = at_contract_price(due, subscription)
    attempt = Attempt(number=due.next_number, opened_at=now)
    charging = owed.next(
        state=DueState.CHARGING,
        attempts=(*closed_pages(due), attempt),
        retry_at=None,
        # written a month ago, perhaps before the provider had told the method, or for another one
        method_label=subscription.method.label() if subscription.method else due.method_label,
    )
    return Change((Replace(charging),))


def _barred_until(due: DueItem, subscription: Subscription, now: datetime) -> datetime | None:
    """Until when no automatic charge may be made; None when one may."""
    page = due.open_page
    if page is not None and now < page.opened_at + PAGE_OPEN_FOR:
        return page.opened_at + PAGE_OPEN_FOR
    return token_rests_until(subscription.failed_tries, now)


def closed_pages(due: DueItem) -> tuple[Attempt, ...]:
    """Every attempt, with the payment pages that nobody used in time as expired ones."""
    return tuple(
        attempt.replace(state="expired")
        if attempt.state == "open" and attempt.channel == "page"
        else attempt
        for attempt in due.attempts
    )


def withhold(due: DueItem, subscription: Subscription) -> Change:
    """A contract in dispute is not charged: no money is asked for, no service is given.

    The due item is parked for a person.
    """
    writes: list[Write] = [
        Replace(due.next(parked=subscription.held, agenda_at=None), events=("Parked",))
    ]
    if subscription.status in (Status.ACTIVE, Status.PAST_DUE):
        suspended = subscription.next(status=Status.SUSPENDED)
        writes.append(Replace(suspended, events=("EntitlementChanged",)))
    return Change(tuple(writes))


def exceed(due: DueItem, subscription: Subscription, *, policy: Policy, now: datetime) -> Change:
    """The budget of a month is used up: a person decides what comes next.

    A suspension that is still to come keeps its date.
    """
    if due.parked == EXCEEDED:
        return NOTHING
    suspends_at = suspension_at(due, policy)
    is_open = subscription.status in (Status.ACTIVE, Status.PAST_DUE) and suspends_at > now
    after = due.next(
        state=DueState.UNPAID,
        retry_at=None,
        agenda_at=suspends_at if is_open else None,
        parked=EXCEEDED,
    )
    return Change((Replace(after, events=("Parked",)),))


def at_contract_price(due: DueItem, subscription: Subscription) -> DueItem:
    """A period nobody was asked to pay yet costs what the contract says now, VAT included."""
    if due.postings or due.gross == subscription.gross:
        return due
    net = extract_vat(subscription.gross, due.rate_bps).net
    return due.replace(gross_minor=subscription.gross_minor, net_minor=net.minor)


def _reclaim(due: DueItem, now: datetime) -> Change:
    attempt = due.open_attempt
    wakes_at = due.agenda_at
    if attempt is None or wakes_at is None:
        return NOTHING
    if now < max(attempt.opened_at + LEASE, wakes_at):
        return NOTHING
    return Change((Replace(due.next()),))


def lapse(due: DueItem) -> Change:
    """The contract ends before this period: nothing will be owed (REN-2)."""
    if due.state is not DueState.SCHEDULED or due.refusals:
        return NOTHING
    return Change((Replace(due.next(state=DueState.LAPSED, agenda_at=None)),))


def revive(due: DueItem, policy: Policy) -> DueItem:
    """A lapsed due item owed again, after a cancellation was undone."""
    at = start_of_day(due.from_on, policy.charge_hour)
    return due.next(state=DueState.SCHEDULED, agenda_at=at)


def suspend(due: DueItem, subscription: Subscription, *, policy: Policy, now: datetime) -> Change:
    """Suspend the service for a period unpaid too long; the due item is parked for a person.

    Never while an outcome is unknown (DUN-1).
    """
    if due.state not in (DueState.UNPAID, DueState.SCHEDULED) or not due.refusals:
        return NOTHING
    if now < suspension_at(due, policy):
        return NOTHING
    retry_at = due.retry_at if due.state is DueState.SCHEDULED else None
    parked = None if retry_at else left_unpaid(due, policy)
    writes: list[Write] = [
        Replace(due.next(agenda_at=retry_at, parked=parked), events=("Parked",) if parked else ())
    ]
    if subscription.status in (Status.ACTIVE, Status.PAST_DUE):
        suspended = subscription.next(status=Status.SUSPENDED)
        writes.append(Replace(suspended, events=("EntitlementChanged",)))
    return Change(tuple(writes))


def left_unpaid(due: DueItem, policy: Policy) -> str:
    """Why nothing more is tried by itself at an unpaid period."""
    return EXCEEDED if due.refusals >= policy.attempts_max else "unpaid"


def opening(subscription: Subscription, paid: DueItem) -> tuple[Insert, Insert]:
    """The first period, paid, and the one after it, as they stand when a contract is concluded."""
    return Insert(paid, events=("PeriodPaid",)), Insert(due_item(subscription, 1))
