"""Authorises, captures and tells: what happens between Adyen, the issuer and us."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from infra.local.adyen import incidents, ledger, outcomes, tokens
from infra.local.adyen.outcomes import ACCEPTED, read_plan
from infra.local.adyen.records import Due, Payment
from infra.local.adyen.webhooks import Notice, announce

if TYPE_CHECKING:
    from infra.local.adyen.records import Decision, Instrument, Json, Order
    from infra.local.adyen.world import World

PENDING_SECONDS = 3600
REQUESTED_OUTCOME = "RequestedTestAcquirerResponseCode"


def authorise(
    world: World, order: Order, instrument: Instrument, decision: Decision, *, token_id: str = ""
) -> Payment:
    """Record an authorisation, move the money of an accepted one, and queue its webhooks."""
    payment = Payment(
        psp=world.state.references.psp(),
        order=order,
        instrument=instrument,
        decision=decision,
        created_at=world.now(),
        token_id=token_id,
    )
    world.state.payments[payment.psp] = payment
    if decision.later is not None:
        due = Due(
            at=world.later(PENDING_SECONDS),
            kind="decide",
            psp=payment.psp,
            decision=decision.later,
        )
        world.state.agenda.append(due)
        return payment
    conclude(world, payment)
    return payment


def conclude(world: World, payment: Payment) -> None:
    """Carry out the decision of a payment: token, capture, AUTHORISATION webhook."""
    decision, order = payment.decision, payment.order
    if decision.accepted and order.stores:
        payment.token_id = tokens.store(world, payment).id
    announce(
        world,
        Notice(
            event="AUTHORISATION",
            payment=payment,
            success=decision.accepted,
            reason=_reason(world, payment),
            extra=additional(payment),
        ),
    )
    if decision.accepted:
        _arrange_capture(world, payment)


def _arrange_capture(world: World, payment: Payment) -> None:
    order = payment.order
    if not order.amount_minor or order.manual_capture or not world.options.automatic_capture:
        return
    if order.capture_delay_hours:
        at = world.now() + timedelta(hours=order.capture_delay_hours)
        world.state.agenda.append(Due(at=at, kind="capture", psp=payment.psp))
        return
    capture(world, payment, order.amount_minor)


def capture(world: World, payment: Payment, amount_minor: int, *, psp: str = "") -> None:
    """Take the money under the reference `psp`; the holder name may foretell an incident."""
    payment.captured_minor += amount_minor
    payment.capture_count += 1
    ledger.book(world, "Settled", payment, amount_minor, psp=psp or world.state.references.psp())
    omen = read_plan(payment.instrument.holder_name).omen
    event = {"capture failed": "CAPTURE_FAILED", "chargeback": "CHARGEBACK"}.get(omen)
    if event is not None:
        incidents.happen(world, payment, event)


def run_due(world: World) -> int:
    """Do what the clock has made due: late answers and delayed captures; count them."""
    now = world.now()
    ripe = sorted((due for due in world.state.agenda if due.at <= now), key=lambda due: due.at)
    for due in ripe:
        world.state.agenda.remove(due)
        payment = world.state.payments[due.psp]
        if due.kind == "capture" and not payment.is_cancelled:
            capture(world, payment, payment.order.amount_minor)
        if due.decision is not None:
            payment.decision = due.decision
            conclude(world, payment)
    ledger.run_due(world)
    return len(ripe)


def result_code(payment: Payment) -> str:
    """The immediate answer: a direct debit is only ever received."""
    if payment.instrument.type == "sepadirectdebit" and payment.decision.accepted:
        return "Received"
    return payment.decision.result_code


def first_decision(
    world: World, order: Order, instrument: Instrument, additional_data: Json, attempt: int = 1
) -> Decision:
    """The outcome of a payment that the shopper makes.

    Raises:
        UnknownOutcome: a requested test code that names no outcome.
    """
    requested = additional_data.get(REQUESTED_OUTCOME)
    if requested:
        return outcomes.decide(str(requested))
    if has_expired(world, instrument):
        return outcomes.decide(outcomes.EXPIRED)
    plan = read_plan(instrument.holder_name)
    scripted = outcomes.next_decision(
        world.state.scripts.get(f"checkout:{order.shopper_reference}")
    )
    month = 1 if order.amount_minor else 0
    return scripted or plan.first or plan.outcome(month, attempt) or ACCEPTED


def has_expired(world: World, instrument: Instrument) -> bool:
    """Whether the card's last month is over."""
    if not instrument.expiry_year:
        return False
    today = world.now()
    return (int(instrument.expiry_year), int(instrument.expiry_month)) < (today.year, today.month)


def _reason(world: World, payment: Payment) -> str:
    if not payment.decision.accepted:
        return payment.decision.reason
    instrument = payment.instrument
    if instrument.type != "scheme":
        return ""
    code = world.state.references.number(6)
    return f"{code}:{instrument.last4}:{instrument.expiry_month}/{instrument.expiry_year}"


def _is_said_by_network(payment: Payment) -> bool:
    """Whether raw words are known: a card's network has them, others only when scripted."""
    decision = payment.decision
    is_card = payment.instrument.type == "scheme"
    return bool(decision.raw) and (
        is_card or decision.raw != outcomes.NETWORK_WORDS.get(decision.code)
    )


def additional(payment: Payment) -> Json:
    """The additional data of the answer and of the webhook; never signed."""
    instrument, order, decision = payment.instrument, payment.order, payment.decision
    extra: Json = {"paymentMethodVariant": instrument.label}
    if instrument.type == "scheme":
        extra["cardSummary"] = instrument.last4
        extra["expiryDate"] = f"{int(instrument.expiry_month)}/{instrument.expiry_year}"
    if order.shopper_reference:
        extra["shopperReference"] = order.shopper_reference
    if order.processing_model:
        extra["recurringProcessingModel"] = order.processing_model
    if not decision.accepted and _is_said_by_network(payment):
        extra["refusalReasonRaw"] = decision.raw
    if decision.advice:
        extra["merchantAdviceCode"] = decision.advice
    if payment.token_id and order.stores:
        extra |= {
            "tokenization.shopperReference": order.shopper_reference,
            "tokenization.storedPaymentMethodId": payment.token_id,
            "tokenization.store.operationType": "created",
            "recurring.recurringDetailReference": payment.token_id,
            "recurring.shopperReference": order.shopper_reference,
        }
    return extra
