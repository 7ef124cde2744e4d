"""Captures, refunds, cancels and reversals: accepted at once, answered by webhook."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from infra.local.adyen import acquiring, incidents, ledger
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
class Asked:
    """A modification as it was asked for, under its own reference of Adyen's."""

    psp: str
    reference: str
    minor: int


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
    own = world.state.references.psp()
    asked = Asked(psp=own, reference=body.get("reference", ""), minor=amount["value"])
    verdict = _carried_out(world, kind, payment, asked)
    record = Modification(
        psp=own,
        kind=kind,
        payment_psp=payment.psp,
        reference=asked.reference or payment.order.reference,
        amount_minor=asked.minor,
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


def _carried_out(world: World, kind: str, payment: Payment, asked: Asked) -> Verdict:
    if not payment.decision.accepted or payment.is_cancelled:
        return Verdict(reason=NOT_ALIVE)
    if kind == "captures":
        return _captured(world, payment, asked)
    if kind == "refunds":
        return _refunded(world, payment, asked)
    if kind == "reversals":
        return _reversed(world, payment, asked)
    return _cancelled(payment)


def _captured(world: World, payment: Payment, asked: Asked) -> Verdict:
    if payment.captured_minor + asked.minor > payment.order.amount_minor:
        return Verdict(reason=SHORT)
    acquiring.capture(world, payment, asked.minor, psp=asked.psp)
    return Verdict()


def _refunded(world: World, payment: Payment, asked: Asked) -> Verdict:
    if not payment.captured_minor:
        return Verdict(reason=NOT_CAPTURED)
    if payment.refunded_minor + asked.minor > payment.captured_minor - payment.disputed_minor:
        return Verdict(reason=SHORT)
    payment.refunded_minor += asked.minor
    ledger.book(world, "Refunded", payment, asked.minor, psp=asked.psp, reference=asked.reference)
    return Verdict()


def _cancelled(payment: Payment) -> Verdict:
    if payment.captured_minor:
        return Verdict(reason=ALREADY_CAPTURED)
    payment.is_cancelled = True
    return Verdict()


def _reversed(world: World, payment: Payment, asked: Asked) -> Verdict:
    """Undo all of it: a cancel before the capture, a full refund after it."""
    if not payment.captured_minor:
        payment.is_cancelled = True
        return Verdict(extra={"modification.action": "cancel"})
    outcome = _refunded(world, payment, replace(asked, minor=payment.captured_minor))
    return Verdict(reason=outcome.reason, extra={"modification.action": "refund"})
