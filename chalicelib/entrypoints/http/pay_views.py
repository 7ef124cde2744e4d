"""What the pages of a payment link show, out of what the books say."""

from datetime import date, timedelta
from typing import Literal

from chalicelib.application.billing.pay_page import pay_link, standing_of
from chalicelib.domain.billing.due import DueItem, DueState
from chalicelib.domain.billing.renewal import suspension_at
from chalicelib.domain.contract.subscription import Status, Subscription
from chalicelib.domain.kernel.calendar import paris_date
from chalicelib.domain.kernel.policy import policy_named
from chalicelib.domain.kernel.seals import link_token
from chalicelib.entrypoints.http import payment_page
from chalicelib.entrypoints.http.visit import Visit
from chalicelib.pages.billing import OpenSession, PaymentView, RedirectReturn
from chalicelib.pages.instalment import InstalmentView

Tried = Literal["paid", "pending", "refused"]
OPEN_STATUSES = (Status.ACTIVE, Status.PAST_DUE)


def pay_path(visit: Visit, due: DueItem) -> str:
    """A payment link for somebody who is signed in, after the language."""
    link = pay_link(due, visit.ports.clock())
    return f"/pay/{link_token(visit.ports.keys.link, link)}"


def month(
    visit: Visit, token: str, due: DueItem, just_tried: Tried | None = None
) -> InstalmentView:
    """A month that is owed, or was."""
    ports, now = visit.ports, visit.ports.clock()
    subscription = ports.store.subscription(due.subscription_id, fresh=True)
    plan = next(plan for plan in ports.facts.catalogue.plans if plan.key == due.plan)
    closes_at = suspension_at(due, policy_named(subscription.policy))
    is_open = subscription.status in OPEN_STATUSES and closes_at > now
    retries = due.retry_at if due.retry_at and due.retry_at > now else None
    return InstalmentView(
        token=token,
        standing=standing_of(due, subscription, now),
        offer_name=plan.name(visit.lang),
        amount=due.gross,
        from_on=due.from_on,
        last_on=due.to_on - timedelta(days=1),
        method_label=due.method_label,
        retry_on=paris_date(retries) if retries else None,
        access_until_on=paris_date(closes_at) if is_open else None,
        is_suspended=subscription.status is Status.SUSPENDED,
        has_access=subscription.status in OPEN_STATUSES,
        next_due_on=_next_due_on(visit, subscription),
        just_tried=just_tried,
    )


def outcome(visit: Visit, token: str, due: DueItem) -> InstalmentView:
    """The same month, right after somebody tried to pay it on the page."""
    pages = [attempt for attempt in due.attempts if attempt.channel == "page"]
    tried: Tried = "pending"
    if due.state is DueState.PAID:
        tried = "paid"
    elif not pages or pages[-1].state != "open":
        tried = "refused"
    return month(visit, token, due, tried)


def payment(
    visit: Visit, token: str, due: DueItem, session: OpenSession | RedirectReturn
) -> PaymentView:
    """The page where the month is paid."""
    base = f"/pay/{token}"
    return payment_page.view(
        visit,
        session,
        purpose="instalment",
        base=base,
        here=f"{base}/form",
        check=f"{base}/standing",
        plan=due.plan,
        amount=due.gross,
    )


def _next_due_on(visit: Visit, subscription: Subscription) -> date | None:
    latest = visit.ports.store.due_items(subscription.id)[-1]
    is_to_come = latest.state is DueState.SCHEDULED and not latest.refusals
    return latest.from_on if is_to_come else None
