"""Whatever is due: bring it one step forward. The whole agenda passes through here."""

from typing import assert_never

from chalicelib.application.billing.books.reconcile_report import read_settlement
from chalicelib.application.billing.charge_due import charge_due
from chalicelib.application.billing.charging import Gate
from chalicelib.application.billing.learn_method import learn_method
from chalicelib.application.billing.returns.refund_due import give_back, send_refund
from chalicelib.application.messages import message
from chalicelib.application.ports import AgendaEntry, Ports
from chalicelib.domain.billing.agenda import PAPERS_PATIENCE
from chalicelib.domain.billing.due import DueItem, DueState
from chalicelib.domain.contract.subscription import (
    Status,
    Subscription,
    expiry_reminder_at,
    next_wake,
    remind_of_expiry,
)
from chalicelib.domain.exits.termination import end, forgotten, kept_for_debt, owes
from chalicelib.domain.kernel.change import Change, Replace
from chalicelib.domain.kernel.ids import DueKey, RefundKey
from chalicelib.domain.kernel.policy import policy_named
from chalicelib.domain.selling.checkout import wait


def advance(entry: AgendaEntry, *, ports: Ports, gate: Gate | None = None) -> None:
    """Do what an agenda entry asks for, if it is still to be done.

    A charge passes the worker's `gate`; without one it asks for a permit of its own.

    Raises:
        Conflict, GatewayUnavailable: nothing is lost, the next sweep finds it again.
    """
    match entry.kind:
        case "due":
            assert entry.due is not None
            _advance_due(entry.due, ports, gate)
        case "checkout":
            checkout = ports.store.checkout(entry.subscription_id, fresh=True)
            ports.store.commit(wait(checkout, policy_named(checkout.policy), ports.clock()))
        case "subscription":
            _advance_subscription(entry.subscription_id, ports)
        case "reversal":
            assert entry.due is not None
            assert entry.attempt is not None
            give_back(entry.due, entry.attempt, ports=ports)
        case "settlement":
            read_settlement(int(entry.subscription_id), ports=ports)
        case "refund":
            assert entry.due is not None
            assert entry.refund is not None
            send_refund(RefundKey(due=entry.due, number=entry.refund), ports=ports)
        case _:
            assert_never(entry.kind)


def _advance_due(key: DueKey, ports: Ports, gate: Gate | None) -> None:
    due = ports.store.due_item(key)
    if due.state is DueState.PAID:
        _drive_papers(due, ports)
    elif due.state is not DueState.LAPSED:
        charge_due(due, ports=ports, gate=gate)


def _drive_papers(due: DueItem, ports: Ports) -> None:
    """Paid without number, numbered without file, filed without mail: ask again, from state."""
    assert due.paid_at is not None, "a paid item knows when"
    if ports.clock() < due.paid_at + PAPERS_PATIENCE:
        return
    if due.number is None:
        ports.queues.send("numbering", (message("PeriodPaid", due),))
    elif due.sha256 is None:
        ports.queues.send("documents", (message("InvoiceNumbered", due),))
    elif due.mailed_at is None:
        ports.queues.send("mail", (message("InvoiceFiled", due),))


def _advance_subscription(subscription_id: str, ports: Ports) -> None:
    now = ports.clock()
    subscription = ports.store.subscription(subscription_id, fresh=True)
    if subscription.status is Status.ENDED:
        _forget(subscription, ports)
        return
    if subscription.ends_on is not None:
        held = ports.store.unique("live", f"{subscription.plan}#{subscription.customer_id}")
        change = end(subscription, held, now=now)
        if change:
            ports.store.commit(change)
            return
    if subscription.agenda_at is None or subscription.agenda_at > now:
        return
    if subscription.method is None:
        learn_method(subscription_id, ports=ports)
        subscription = ports.store.subscription(subscription_id, fresh=True)
    _drive_confirmation(subscription, ports)
    reminds_at = expiry_reminder_at(subscription)
    if reminds_at is not None and reminds_at <= now and subscription.invited_at is not None:
        ports.store.commit(remind_of_expiry(subscription, now))
        return
    again = subscription.next(agenda_at=next_wake(subscription, now))
    ports.store.commit(Change((Replace(again),)))


def _forget(subscription: Subscription, ports: Ports) -> None:
    if subscription.agenda_at is None:
        return
    if owes(ports.store.due_items(subscription.id)):
        ports.store.commit(kept_for_debt(subscription))
        return
    if subscription.method is not None:
        for method in ports.gateway.stored_methods(subscription.id):
            ports.gateway.forget_method(subscription.id, method.token)
    ports.store.commit(forgotten(subscription))


def _drive_confirmation(subscription: Subscription, ports: Ports) -> None:
    if subscription.confirmation_sha256 is None:
        ports.queues.send("documents", (message("SubscriptionConcluded", subscription),))
    elif subscription.confirmed_at is None:
        ports.queues.send("mail", (message("ConfirmationFiled", subscription),))
    elif subscription.invited_at is None:
        ports.queues.send("mail", (message("ConfirmationSent", subscription),))
