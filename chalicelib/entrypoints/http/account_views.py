"""What the pages of the account show, out of what the books say."""

from datetime import date

from chalicelib.application.papers.names import confirmation_file, invoice_file
from chalicelib.domain.billing.due import DueItem, DueState
from chalicelib.domain.billing.renewal import suspension_at
from chalicelib.domain.contract.subscription import Status, Subscription, withdrawal_last_day
from chalicelib.domain.exits.termination import SETTLED
from chalicelib.domain.kernel.calendar import paris_date
from chalicelib.domain.kernel.policy import policy_named
from chalicelib.domain.people.customer import Customer
from chalicelib.entrypoints.http.pay_views import pay_path
from chalicelib.entrypoints.http.visit import Visit
from chalicelib.pages import people
from chalicelib.pages.exits import CancelledView, CancelView
from chalicelib.pages.papers import DocumentRow, DocumentsView
from chalicelib.pages.people import AccountView
from chalicelib.pages.period_line import PeriodLine


def latest(visit: Visit, customer: Customer) -> Subscription | None:
    """The contract the account page is about: the last one concluded."""
    if not customer.subscription_ids:
        return None
    return visit.ports.store.subscription(customer.subscription_ids[-1], fresh=True)


def running(visit: Visit, customer: Customer) -> Subscription | None:
    """The contract that still runs, if any."""
    subscription = latest(visit, customer)
    return subscription if subscription and subscription.status is not Status.ENDED else None


def _unpaid(visit: Visit, subscription: Subscription) -> DueItem | None:
    """The period that is owed and refused."""
    dues = visit.ports.store.due_items(subscription.id)
    return next((due for due in dues if due.refusals and due.state not in SETTLED), None)


def period_line(visit: Visit, subscription: Subscription) -> PeriodLine:
    """The period that runs, or the first one, with what comes after it."""
    now = visit.ports.clock()
    number = subscription.period_at(now)
    owed = _unpaid(visit, subscription)
    if owed is not None:
        number = owed.period - 1
    from_on, to_on = subscription.period(max(number, 0))
    ends_on = subscription.ends_on
    return PeriodLine(
        paid_from=from_on,
        paid_until=to_on,
        today=paris_date(now),
        next_due_on=None if ends_on else to_on,
        amount=None if ends_on else subscription.gross,
        ends_on=ends_on,
    )


def account(visit: Visit, customer: Customer) -> AccountView:
    """The account's first page."""
    subscription = latest(visit, customer)
    return AccountView(
        given_name=customer.given_name,
        email=customer.email,
        subscription=_subscription(visit, subscription) if subscription else None,
        notice="resumed" if visit.query.get("notice") == "resumed" else None,
    )


def _subscription(visit: Visit, subscription: Subscription) -> people.Subscription:
    facts, now = visit.ports.facts, visit.ports.clock()
    plan = next(plan for plan in facts.catalogue.plans if plan.key == subscription.plan)
    owed = _unpaid(visit, subscription)
    ended = subscription.status is Status.ENDED
    policy = policy_named(subscription.policy)
    late = owed is not None and subscription.status is Status.PAST_DUE
    return people.Subscription(
        offer_name=plan.name(visit.lang),
        state=_state(subscription, paris_date(now)),
        price=subscription.gross,
        period=None if ended else period_line(visit, subscription),
        owed=owed.gross if owed else None,
        pay=pay_path(visit, owed) if owed else None,
        retry_on=paris_date(owed.retry_at) if owed and owed.retry_at else None,
        suspends_on=paris_date(suspension_at(owed, policy)) if owed and late else None,
        ended_on=subscription.ends_on if ended else None,
        withdrawal_until=_withdrawal_until(subscription, paris_date(now)),
        can_resume=subscription.ends_on is not None and not ended,
    )


def _state(subscription: Subscription, today: date) -> people.SubscriptionState:
    if subscription.status is Status.ENDED:
        return "ended"
    if subscription.status is Status.SUSPENDED:
        return "suspended"
    if subscription.status is Status.PAST_DUE:
        return "past_due"
    if subscription.ends_on is not None:
        return "ending"
    return "waiting" if today < subscription.anchor_on else "active"


def _withdrawal_until(subscription: Subscription, today: date) -> date | None:
    """The last day of the right to withdraw, while it stands (WDR-1, WDR-2)."""
    last_on = withdrawal_last_day(paris_date(subscription.concluded_at))
    mode = policy_named(subscription.policy).solo_waiver_mode
    consented = subscription.starts_at_once or mode == "login_only"
    is_lost = (
        mode != "statutory_digital_service" and consented and subscription.first_used_at is not None
    )
    return None if is_lost or today > last_on else last_on


def documents(visit: Visit, customer: Customer) -> DocumentsView:
    """Every paper of every contract, the latest first."""
    rows: list[DocumentRow] = []
    for subscription_id in reversed(customer.subscription_ids):
        subscription = visit.ports.store.subscription(subscription_id, fresh=True)
        dues = visit.ports.store.due_items(subscription_id)
        rows += [_invoice_row(due) for due in reversed(dues) if due.state is DueState.PAID]
        if subscription.confirmation_sha256:
            rows.append(
                DocumentRow(
                    kind="contract",
                    dated_on=paris_date(subscription.concluded_at),
                    status="kept",
                    path=f"/account/documents/{subscription_id}",
                )
            )
    return DocumentsView(rows=tuple(rows))


def _invoice_row(due: DueItem) -> DocumentRow:
    assert due.paid_at is not None
    is_filed = due.sha256 is not None
    return DocumentRow(
        kind="invoice",
        dated_on=due.issued_on or paris_date(due.paid_at),
        status="paid" if is_filed else "in_preparation",
        number=due.number if is_filed else None,
        gross=due.gross,
        path=f"/account/documents/{due.number}" if is_filed else None,
    )


def files(visit: Visit, customer: Customer) -> dict[str, str]:
    """The person's own papers: the name in the address -> the name in the archive."""
    found: dict[str, str] = {}
    for subscription_id in customer.subscription_ids:
        subscription = visit.ports.store.subscription(subscription_id, fresh=True)
        if subscription.confirmation_sha256:
            found[subscription_id] = confirmation_file(subscription_id)
        for due in visit.ports.store.due_items(subscription_id):
            if due.number and due.sha256:
                found[due.number] = invoice_file(due)
    return found


def cancel(visit: Visit, subscription: Subscription) -> CancelView:
    """What a cancellation would do."""
    plan = visit.ports.facts.catalogue.plan(subscription.plan)
    number = subscription.period_at(visit.ports.clock())
    _, ends_on = subscription.period(number)
    owed = _unpaid(visit, subscription)
    return CancelView(
        offer_name=plan.name(visit.lang),
        period=period_line(visit, subscription),
        ends_on=ends_on,
        owed=owed.gross if owed else None,
    )


def cancelled(visit: Visit, customer: Customer, subscription: Subscription) -> CancelledView:
    """What the cancellation did."""
    assert subscription.ends_on is not None
    assert subscription.cancelled_at is not None
    plan = visit.ports.facts.catalogue.plan(subscription.plan)
    owed = _unpaid(visit, subscription)
    return CancelledView(
        offer_name=plan.name(visit.lang),
        period=period_line(visit, subscription),
        ends_on=subscription.ends_on,
        received_at=subscription.cancelled_at,
        email=customer.email,
        owed=owed.gross if owed else None,
    )
