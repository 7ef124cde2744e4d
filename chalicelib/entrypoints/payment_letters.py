"""Letters about money that is owed, and about the method that pays it (DUN-1, PAY-5)."""

from collections.abc import Callable
from datetime import date

from chalicelib.application.billing.pay_page import pay_link, standing_of
from chalicelib.application.letters import post_letter
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.due import DueItem, DueState
from chalicelib.domain.billing.refusals import NO_METHOD
from chalicelib.domain.billing.renewal import suspension_at
from chalicelib.domain.contract.subscription import Status, Subscription
from chalicelib.domain.kernel.calendar import due_date, paris_date, period_index
from chalicelib.domain.kernel.policy import policy_named
from chalicelib.domain.kernel.seals import Link, link_token
from chalicelib.entrypoints.stationery import (
    Message,
    due_of,
    method_label,
    plan_name,
    site,
    subscription_of,
    written,
)
from chalicelib.mails import facts

OPEN_STATUSES = (Status.ACTIVE, Status.PAST_DUE)


def _refused(message: Message, ports: Ports) -> None:
    """With a link to pay where nothing is tried again by itself, whatever the reason."""
    due = due_of(message)
    subscription = ports.store.subscription(due.subscription_id, fresh=True)
    met = due.refused[-1]
    link = None if due.retry_at else pay_link(due, ports.clock())
    fact = facts.PaymentRefused(
        seller=ports.facts.seller,
        site=ports.facts.public_url,
        plan=plan_name(ports, due.plan, due.lang),
        amount=due.gross,
        due_on=due.from_on,
        refused_at=met.opened_at,
        payment_method=method_label(subscription),
        why="none" if met.code == NO_METHOD else met.kind or "soft",
        next_attempt_on=paris_date(due.retry_at) if due.retry_at else None,
        suspension_on=_suspension_on(due, subscription, ports),
        access_closed=subscription.status not in OPEN_STATUSES,
        termination_on=None,
        pay=_address(due, link, ports),
        pay_until_at=link.expires_at if link else None,
    )
    customer = ports.store.customer(due.customer_id)
    letter = written(fact, customer.email, due.lang)
    post_letter(letter, due.subscription_id, message["id"], ports=ports)


def _address(due: DueItem, link: Link | None, ports: Ports) -> str:
    if link is None:
        return site(ports, due.lang, "/account/method")
    return site(ports, due.lang, f"/pay/{link_token(ports.keys.link, link)}")


def _suspension_on(due: DueItem, subscription: Subscription, ports: Ports) -> date | None:
    """The day on which access closes, while it is still open."""
    closes_at = suspension_at(due, policy_named(subscription.policy))
    is_open = subscription.status in OPEN_STATUSES and closes_at > ports.clock()
    return paris_date(closes_at) if is_open else None


def _link_again(message: Message, ports: Ports) -> None:
    """A fresh payment link, unless the month was paid since."""
    asked = due_of(message)
    due = ports.store.due_item(asked.key, fresh=True)
    subscription = ports.store.subscription(due.subscription_id, fresh=True)
    if standing_of(due, subscription, ports.clock()) != "owed":
        return
    link = pay_link(due, ports.clock())
    fact = facts.PaymentLinkSent(
        seller=ports.facts.seller,
        site=ports.facts.public_url,
        plan=plan_name(ports, due.plan, due.lang),
        amount=due.gross,
        due_on=due.from_on,
        method_gone=subscription.method is None,
        suspension_on=_suspension_on(due, subscription, ports),
        access_closed=subscription.status not in OPEN_STATUSES,
        pay=_address(due, link, ports),
        valid_until_at=link.expires_at,
    )
    customer = ports.store.customer(due.customer_id)
    letter = written(fact, customer.email, due.lang)
    post_letter(letter, due.subscription_id, message["id"], ports=ports)


def _recovered(message: Message, ports: Ports) -> None:
    subscription = subscription_of(message, ports)
    customer = ports.store.customer(subscription.customer_id)
    dues = ports.store.due_items(subscription.id)
    due = next(due for due in reversed(dues) if due.state is DueState.PAID)
    paid_at = due.paid_at or ports.clock()
    fact = facts.PaymentRecovered(
        seller=ports.facts.seller,
        site=ports.facts.public_url,
        plan=plan_name(ports, subscription.plan, subscription.lang),
        amount=due.gross,
        paid_at=paid_at,
        period=facts.Period(start_on=due.from_on, end_on=due.to_on),
        access_restored=_was_closed(due, subscription),
    )
    letter = written(fact, customer.email, subscription.lang)
    post_letter(letter, subscription.id, message["id"], ports=ports)


def _was_closed(due: DueItem, subscription: Subscription) -> bool:
    """Whether access was suspended before this payment: too late, or at once on a refusal."""
    closed_at = suspension_at(due, policy_named(subscription.policy))
    was_late = due.paid_at is not None and due.paid_at >= closed_at
    return was_late or any(attempt.kind == "stop" for attempt in due.refused)


def _replaced(message: Message, ports: Ports) -> None:
    subscription = subscription_of(message, ports)
    if subscription.method is None:
        return
    fact = facts.MethodReplaced(
        seller=ports.facts.seller,
        site=ports.facts.public_url,
        plan=plan_name(ports, subscription.plan, subscription.lang),
        payment_method=method_label(subscription),
        replaced_at=ports.clock(),
        price=subscription.gross,
        next_due_on=_next_due_on(subscription, ports),
        account=site(ports, subscription.lang, "/account/method"),
    )
    _post(fact, subscription, message, ports)


def _removed(message: Message, ports: Ports) -> None:
    subscription = subscription_of(message, ports)
    if subscription.method is not None:
        return
    fact = facts.MethodRemoved(
        seller=ports.facts.seller,
        site=ports.facts.public_url,
        plan=plan_name(ports, subscription.plan, subscription.lang),
        removed_at=ports.clock(),
        price=subscription.gross,
        next_due_on=_next_due_on(subscription, ports),
        account=site(ports, subscription.lang, "/account/method"),
    )
    _post(fact, subscription, message, ports)


def _expires(message: Message, ports: Ports) -> None:
    subscription = subscription_of(message, ports)
    last_on = subscription.method.expires_on if subscription.method else None
    if last_on is None:
        return
    anchor_on = subscription.anchor_on
    fact = facts.MethodExpires(
        seller=ports.facts.seller,
        site=ports.facts.public_url,
        plan=plan_name(ports, subscription.plan, subscription.lang),
        payment_method=method_label(subscription),
        last_on=last_on,
        price=subscription.gross,
        next_due_on=due_date(anchor_on, period_index(anchor_on, last_on) + 1),
        account=site(ports, subscription.lang, "/account/method"),
    )
    _post(fact, subscription, message, ports)


def _next_due_on(subscription: Subscription, ports: Ports) -> date | None:
    """The next date on which something is charged by itself, if one is written down."""
    latest = ports.store.due_items(subscription.id)[-1]
    is_to_come = latest.state is DueState.SCHEDULED and not latest.refusals
    return latest.from_on if is_to_come else None


def _post(fact: facts.Fact, subscription: Subscription, message: Message, ports: Ports) -> None:
    customer = ports.store.customer(subscription.customer_id)
    letter = written(fact, customer.email, subscription.lang)
    post_letter(letter, subscription.id, message["id"], ports=ports)


PAYMENT_LETTERS: dict[str, Callable[[Message, Ports], None]] = {
    "PaymentRefused": _refused,
    "PaymentRecovered": _recovered,
    "PayLinkAsked": _link_again,
    "MethodReplaced": _replaced,
    "MethodRemoved": _removed,
    "MethodExpires": _expires,
}
