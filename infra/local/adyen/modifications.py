"""Captures, refunds, cancels and reversals: accepted at once, answered by webhook."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from infra.local.adyen import acquiring, incidents
from infra.local.adyen.errors import unprocessable
from infra.local.adyen.outcomes import read_plan
from infra.local.adyen.records import Modification
from infra.local.adyen.webhooks import Notice, announce

if TYPE_CHECKING:
    from infra.local.adyen.records import Json, Payment
    from infra.local.adyen.world import World

EVENTS = {
    "captures": "CAPTURE",
    "refunds": "REFUND",
    "cancels": "CANCELLATION",
    "reversals": "CANCEL_OR_REFUND",
    "technical_cancels": "TECHNICAL_CANCEL",
}
SHORT = "Insufficient balance on payment"
NOT_CAPTURED = "Transaction hasn't been captured, refund not possible"
ALREADY_CAPTURED = "Transaction is already captured, cancel not possible"
NOT_ALIVE = "Transaction is not authorised"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of a modification; an empty `reason` is a success."""

    reason: str = ""
    extra: Json = field(default_factory=dict)

    @property
    def success(self) -> bool:
        """Whether it was carried out."""
        return not self.reason


def find_payment(world: World, psp: str) -> Payment:
    """The payment of that reference.

    Raises:
        ApiError: 422/167, no such payment.
    """
    payment = world.state.payments.get(psp)
    if payment is None:
        raise unprocessable("167", "Original pspReference required for this operation")
    return payment


def modify(world: World, kind: str, payment: Payment, body: Json) -> str:
    """Carry out a modification and queue its webhook; give its own reference.

    Raises:
        ApiError: 422, another currency than the payment's, or an amount that is not positive.
    """
    amount = body.get("amount", payment.amount)
    if amount["currency"] != payment.order.currency:
        raise unprocessable("138", "Unsupported currency specified")
    if "amount" in body and amount["value"] <= 0:
        raise unprocessable("137", "Invalid amount specified")
    verdict = _carried_out(world, kind, payment, amount["value"])
    record = Modification(
        psp=world.state.references.psp(),
        kind=kind,
        payment_psp=payment.psp,
        reference=body.get("reference", payment.order.reference),
        amount_minor=amount["value"],
        success=verdict.success,
        created_at=world.now(),
    )
    world.state.modifications[record.psp] = record
    _announce(world, record, payment, verdict)
    return record.psp


def _announce(world: World, record: Modification, payment: Payment, verdict: Verdict) -> None:
    announce(
        world,
        Notice(
            event=EVENTS[record.kind],
            payment=payment,
            success=verdict.success,
            reason=verdict.reason,
            psp=record.psp,
            reference=record.reference,
            amount_minor=record.amount_minor,
            extra=verdict.extra,
        ),
    )
    omen = read_plan(payment.instrument.holder_name).omen
    if record.kind == "refunds" and verdict.success and omen == "refund failed":
        incidents.happen(
            world, payment, "REFUND_FAILED", amount_minor=record.amount_minor, psp=record.psp
        )


def _carried_out(world: World, kind: str, payment: Payment, minor: int) -> Verdict:
    if not payment.decision.accepted or payment.is_cancelled:
        return Verdict(reason=NOT_ALIVE)
    if kind == "captures":
        return _captured(world, payment, minor)
    if kind == "refunds":
        return _refunded(payment, minor)
    if kind == "reversals":
        return _reversed(payment)
    return _cancelled(payment)


def _captured(world: World, payment: Payment, minor: int) -> Verdict:
    if payment.captured_minor + minor > payment.order.amount_minor:
        return Verdict(reason=SHORT)
    acquiring.capture(world, payment, minor)
    return Verdict()


def _refunded(payment: Payment, minor: int) -> Verdict:
    if not payment.captured_minor:
        return Verdict(reason=NOT_CAPTURED)
    if payment.refunded_minor + minor > payment.captured_minor - payment.disputed_minor:
        return Verdict(reason=SHORT)
    payment.refunded_minor += minor
    return Verdict()


def _cancelled(payment: Payment) -> Verdict:
    if payment.captured_minor:
        return Verdict(reason=ALREADY_CAPTURED)
    payment.is_cancelled = True
    return Verdict()


def _reversed(payment: Payment) -> Verdict:
    """Undo all of it: a cancel before the capture, a full refund after it."""
    if not payment.captured_minor:
        payment.is_cancelled = True
        return Verdict(extra={"modification.action": "cancel"})
    outcome = _refunded(payment, payment.captured_minor)
    return Verdict(reason=outcome.reason, extra={"modification.action": "refund"})
