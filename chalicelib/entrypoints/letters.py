"""Events into mails: what happened becomes a fact, a fact becomes words, words go out once."""

import json
from collections.abc import Callable

from chalicelib.application.letters import Written, post_letter
from chalicelib.application.papers.confirm_contract import invite, post_confirmation
from chalicelib.application.papers.post_invoice import post_invoice
from chalicelib.application.people.account import password_link
from chalicelib.application.ports import Attachment, Ports
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.billing.returns.refund import Refund
from chalicelib.domain.billing.reversal import Reversal
from chalicelib.domain.contract.subscription import Contract, Subscription, effective_on
from chalicelib.domain.kernel.calendar import due_date, paris_date
from chalicelib.domain.kernel.seals import Link, link_token
from chalicelib.domain.people.customer import Customer
from chalicelib.entrypoints.confirmations import withdrawal_of
from chalicelib.entrypoints.http.ownership import resume_key
from chalicelib.entrypoints.payment_letters import PAYMENT_LETTERS
from chalicelib.entrypoints.stationery import (
    Message,
    checkout_of,
    due_of,
    method_label,
    plan_name,
    site,
    subscription_of,
    written,
)
from chalicelib.mails import facts


def send_letter(message: Message, ports: Ports) -> None:
    """Send the mail an event asks for, at most once on record.

    Raises:
        KeyError: no mail belongs to this event.
    """
    LETTERS[message["event"]](message, ports)


# ---- the contract and its access --------------------------------------------------------------


def _confirmation(message: Message, ports: Ports) -> None:
    def write(
        subscription: Subscription, contract: Contract, customer: Customer, pdf: bytes
    ) -> Written:
        lang = subscription.lang
        name = f"{plan_name(ports, subscription.plan, lang)} {subscription.id}.pdf".replace(
            " ", "-"
        )
        fact = _confirmed(subscription, contract, name, ports)
        return written(fact, customer.email, lang, (Attachment(file_name=name, content=pdf),))

    post_confirmation(message["record"]["id"], message["id"], write, ports=ports)


def _confirmed(
    subscription: Subscription, contract: Contract, file_name: str, ports: Ports
) -> facts.SubscriptionConfirmed:
    lang = subscription.lang
    from_on, to_on = subscription.period(0)
    return facts.SubscriptionConfirmed(
        seller=ports.facts.seller,
        site=ports.facts.public_url,
        contract=subscription.id,
        concluded_at=contract.concluded_at,
        plan=plan_name(ports, subscription.plan, lang),
        price=subscription.gross,
        paid=subscription.gross,
        payment_method=method_label(subscription),
        period=facts.Period(start_on=from_on, end_on=to_on),
        access_from_on=None if subscription.starts_at_once else from_on,
        withdrawal=withdrawal_of(subscription),
        withdraw=site(ports, lang, "/contact"),
        terms_version=contract.terms_version,
        terms=site(ports, lang, f"/terms/{contract.terms_version}"),
        attachment=file_name,
    )


def _access(message: Message, ports: Ports) -> None:
    def write(subscription: Subscription, customer: Customer, link: Link, token: str) -> Written:
        lang = subscription.lang
        fact = facts.AccessOpened(
            seller=ports.facts.seller,
            site=ports.facts.public_url,
            plan=plan_name(ports, subscription.plan, lang),
            login=customer.email,
            set_password=site(ports, lang, f"/password/{token}"),
            valid_until_at=link.expires_at,
            access_from_on=None if subscription.starts_at_once else subscription.anchor_on,
        )
        return written(fact, customer.email, lang)

    invite(message["record"]["id"], message["id"], write, ports=ports)


def _password(message: Message, ports: Ports) -> None:
    customer = ports.store.customer(message["record"]["id"], fresh=True)
    link = password_link(customer, ports=ports)
    path = f"/password/{link_token(ports.keys.link, link)}"
    fact = facts.PasswordLinkAsked(
        seller=ports.facts.seller,
        site=ports.facts.public_url,
        asked_at=customer.link_asked_at or ports.clock(),
        set_password=site(ports, customer.lang, path),
        valid_until_at=link.expires_at,
    )
    letter = written(fact, customer.email, customer.lang)
    post_letter(letter, customer.subscription_ids[-1], message["id"], ports=ports)


# ---- money ------------------------------------------------------------------------------------


def _invoice(message: Message, ports: Ports) -> None:
    def write(due: DueItem, customer: Customer) -> Written:
        assert due.number is not None
        assert due.issued_on is not None
        assert due.paid_at is not None
        fact = facts.InvoiceReady(
            seller=ports.facts.seller,
            site=ports.facts.public_url,
            number=due.number,
            issued_on=due.issued_on,
            plan=plan_name(ports, due.plan, due.lang),
            total=due.gross,
            paid_on=paris_date(due.paid_at),
            period=facts.Period(start_on=due.from_on, end_on=due.to_on),
            invoice=site(ports, due.lang, f"/account/documents/{due.number}"),
        )
        return written(fact, customer.email, due.lang)

    post_invoice(due_of(message).key, message["id"], write, ports=ports)


def _returned(message: Message, ports: Ports) -> None:
    reversal = Reversal.model_validate_json(json.dumps(message["record"]))
    checkout = ports.store.checkout(reversal.subscription_id)
    asked_at = reversal.asked_at or ports.clock()
    ordered_at = checkout.placed_at or checkout.started_at
    anchor_on = effective_on(ordered_at, starts_at_once=checkout.starts_at_once())
    fact = facts.DuplicatePaymentReturned(
        seller=ports.facts.seller,
        site=ports.facts.public_url,
        plan=plan_name(ports, checkout.plan, checkout.lang),
        amount=reversal.gross,
        received_at=asked_at,
        returned_at=asked_at,
        payment_method=checkout.method.label() if checkout.method else "—",
        reference=reversal.provider_reference,
        period=facts.Period(
            start_on=due_date(anchor_on, reversal.period),
            end_on=due_date(anchor_on, reversal.period + 1),
        ),
    )
    letter = written(fact, checkout.buyer.email, checkout.lang)
    post_letter(letter, checkout.id, message["id"], ports=ports)


def _refund_sent(message: Message, ports: Ports) -> None:
    refund = _refund(message)
    due = ports.store.due_item(refund.due_key)
    fact = facts.RefundSent(
        seller=ports.facts.seller,
        site=ports.facts.public_url,
        amount=refund.gross,
        promised_at=refund.promised_at,
        sent_at=refund.sent_at or ports.clock(),
        payment_method=due.method_label or "—",
        reference=refund.payment_reference,
        period=facts.Period(start_on=due.from_on, end_on=due.to_on),
    )
    _to_customer(fact, due, message["id"], ports)


def _refund_failed(message: Message, ports: Ports) -> None:
    refund = _refund(message)
    due = ports.store.due_item(refund.due_key)
    fact = facts.RefundFailed(
        seller=ports.facts.seller,
        site=ports.facts.public_url,
        amount=refund.gross,
        promised_at=refund.promised_at,
        payment_method=due.method_label or "—",
        reference=refund.payment_reference,
        contact=site(ports, due.lang, "/contact"),
    )
    _to_customer(fact, due, message["id"], ports)


def _to_customer(fact: facts.Fact, due: DueItem, event_id: str, ports: Ports) -> None:
    customer = ports.store.customer(due.customer_id)
    letter = written(fact, customer.email, due.lang)
    post_letter(letter, due.subscription_id, event_id, ports=ports)


# ---- exits ------------------------------------------------------------------------------------


def _cancelled(message: Message, ports: Ports) -> None:
    subscription = subscription_of(message, ports)
    if subscription.ends_on is None or subscription.cancelled_at is None:
        return
    customer = ports.store.customer(subscription.customer_id)
    number = subscription.period_at(subscription.cancelled_at)
    from_on, _ = subscription.period(number)
    fact = facts.CancellationAcknowledged(
        seller=ports.facts.seller,
        site=ports.facts.public_url,
        contract=subscription.id,
        plan=plan_name(ports, subscription.plan, subscription.lang),
        received_at=subscription.cancelled_at,
        period=facts.Period(start_on=from_on, end_on=subscription.ends_on),
        amount_due=None,
        undo=site(ports, subscription.lang, "/account/cancel"),
    )
    letter = written(fact, customer.email, subscription.lang)
    post_letter(letter, subscription.id, message["id"], ports=ports)


def _undone(message: Message, ports: Ports) -> None:
    subscription = subscription_of(message, ports)
    customer = ports.store.customer(subscription.customer_id)
    now = ports.clock()
    from_on, to_on = subscription.period(subscription.period_at(now))
    fact = facts.CancellationUndone(
        seller=ports.facts.seller,
        site=ports.facts.public_url,
        contract=subscription.id,
        plan=plan_name(ports, subscription.plan, subscription.lang),
        undone_at=now,
        period=facts.Period(start_on=from_on, end_on=to_on),
        price=subscription.gross,
    )
    letter = written(fact, customer.email, subscription.lang)
    post_letter(letter, subscription.id, message["id"], ports=ports)


def _ended(message: Message, ports: Ports) -> None:
    subscription = subscription_of(message, ports)
    customer = ports.store.customer(subscription.customer_id)
    assert subscription.ends_on is not None
    fact = facts.SubscriptionEnded(
        seller=ports.facts.seller,
        site=ports.facts.public_url,
        contract=subscription.id,
        plan=plan_name(ports, subscription.plan, subscription.lang),
        ended_on=subscription.ends_on,
        cause="terminated",
        amount_due=None,
        subscribe=site(ports, subscription.lang),
    )
    letter = written(fact, customer.email, subscription.lang)
    post_letter(letter, subscription.id, message["id"], ports=ports)


# ---- orders on their way ----------------------------------------------------------------------


def _waiting(message: Message, ports: Ports) -> None:
    checkout = checkout_of(message, ports)
    if checkout.agenda_at is None:
        return
    key = resume_key(ports.keys.link, checkout.id)
    fact = facts.CheckoutWaiting(
        seller=ports.facts.seller,
        site=ports.facts.public_url,
        plan=plan_name(ports, checkout.plan, checkout.lang),
        price=checkout.gross,
        resume=site(ports, checkout.lang, f"/checkout/{checkout.id}?k={key}"),
        valid_until_at=checkout.agenda_at,
    )
    letter = written(fact, checkout.buyer.email, checkout.lang)
    post_letter(letter, checkout.id, message["id"], ports=ports)


def _voided(message: Message, ports: Ports) -> None:
    checkout = checkout_of(message, ports)
    fact = facts.CheckoutVoided(
        seller=ports.facts.seller,
        site=ports.facts.public_url,
        plan=plan_name(ports, checkout.plan, checkout.lang),
        price=checkout.gross,
        opened_at=checkout.placed_at or checkout.started_at,
        voided_at=ports.clock(),
        order=site(ports, checkout.lang, f"/order/{checkout.plan}"),
    )
    letter = written(fact, checkout.buyer.email, checkout.lang)
    post_letter(letter, checkout.id, message["id"], ports=ports)


def _refund(message: Message) -> Refund:
    return Refund.model_validate_json(json.dumps(message["record"]))


LETTERS: dict[str, Callable[[Message, Ports], None]] = {
    "ConfirmationFiled": _confirmation,
    "ConfirmationSent": _access,
    "PasswordLinkAsked": _password,
    "InvoiceFiled": _invoice,
    **PAYMENT_LETTERS,
    "MoneyReturned": _returned,
    "RefundSent": _refund_sent,
    "RefundFailed": _refund_failed,
    "CancellationScheduled": _cancelled,
    "CancellationUndone": _undone,
    "SubscriptionEnded": _ended,
    "CheckoutWaiting": _waiting,
    "CheckoutVoid": _voided,
}
