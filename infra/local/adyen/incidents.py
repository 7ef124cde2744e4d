"""Events that nobody asked for: disputes, failed captures and refunds, reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from infra.local.adyen import ledger
from infra.local.adyen.clock import format_instant
from infra.local.adyen.webhooks import Notice, announce

if TYPE_CHECKING:
    from infra.local.adyen.records import Json, Payment
    from infra.local.adyen.world import World

# A direct debit comes back for want of money more often than for anything else.
REASON_CODES = {"mc": " 4853", "sepadirectdebit": "AM04"}
DEFENCE_SECONDS = 18 * 24 * 3600
Purse = Literal["", "captured", "refunded", "disputed"]


@dataclass(frozen=True, kw_only=True)
class Incident:
    """How an event moves money: which sum, in which direction, and as what it is settled."""

    reason: str
    purse: Purse = ""
    sign: int = 0
    entry: str = ""
    is_dispute: bool = False


INCIDENTS = {
    "CAPTURE_FAILED": Incident(reason="Capture Failed", purse="captured", sign=-1),
    "REFUND_FAILED": Incident(
        reason="Refund Failed", purse="refunded", sign=-1, entry="RefundedReversed"
    ),
    "REFUNDED_REVERSED": Incident(
        reason="Refund reversed", purse="refunded", sign=-1, entry="RefundedReversed"
    ),
    "EXPIRE": Incident(reason=""),
    "NOTIFICATION_OF_FRAUD": Incident(reason="Fraud reported by the issuer", is_dispute=True),
    "REQUEST_FOR_INFORMATION": Incident(reason="Information requested", is_dispute=True),
    "NOTIFICATION_OF_CHARGEBACK": Incident(reason="Dispute opened", is_dispute=True),
    "CHARGEBACK": Incident(
        reason="Dispute", purse="disputed", sign=1, entry="Chargeback", is_dispute=True
    ),
    "CHARGEBACK_REVERSED": Incident(
        reason="Dispute defended",
        purse="disputed",
        sign=-1,
        entry="ChargebackReversed",
        is_dispute=True,
    ),
    "SECOND_CHARGEBACK": Incident(
        reason="Defence declined",
        purse="disputed",
        sign=1,
        entry="SecondChargeback",
        is_dispute=True,
    ),
    "PREARBITRATION_WON": Incident(
        reason="Pre-arbitration won",
        purse="disputed",
        sign=-1,
        entry="ChargebackReversed",
        is_dispute=True,
    ),
    "PREARBITRATION_LOST": Incident(reason="Pre-arbitration lost", is_dispute=True),
    "DISPUTE_DEFENSE_PERIOD_ENDED": Incident(reason="Defence period ended", is_dispute=True),
    "INFORMATION_SUPPLIED": Incident(reason="Information supplied", is_dispute=True),
}


def happen(
    world: World,
    payment: Payment,
    event: str,
    *,
    amount_minor: int | None = None,
    reason: str = "",
    psp: str = "",
) -> None:
    """Make `event` happen to `payment`: money moves, then its webhook is queued.

    All events of one dispute share one reference, as at Adyen. `psp` names the capture or
    refund that failed.

    Raises:
        KeyError: no such event.
    """
    incident = INCIDENTS[event]
    minor = payment.order.amount_minor if amount_minor is None else amount_minor
    own = psp or _own_reference(world, payment, event, incident)
    if incident.purse:
        name = f"{incident.purse}_minor"
        setattr(payment, name, max(0, getattr(payment, name) + incident.sign * minor))
    if event == "CAPTURE_FAILED":
        payment.capture_count = max(0, payment.capture_count - 1)
        ledger.unbook(world, payment, minor, psp=own)
    elif incident.entry:
        ledger.book(world, incident.entry, payment, minor, psp=own)
    notice = Notice(
        event=event,
        payment=payment,
        reason=reason or incident.reason,
        psp=own,
        amount_minor=minor,
        extra=_dispute_extra(world, payment) if incident.is_dispute else {},
    )
    announce(world, notice)


def _own_reference(world: World, payment: Payment, event: str, incident: Incident) -> str:
    if event == "EXPIRE":
        return payment.psp
    if not incident.is_dispute:
        return world.state.references.psp()
    payment.dispute_psp = payment.dispute_psp or world.state.references.psp()
    return payment.dispute_psp


def _dispute_extra(world: World, payment: Payment) -> Json:
    scheme = payment.instrument.label
    return {
        "chargebackReasonCode": REASON_CODES.get(scheme, "10.4"),
        "chargebackSchemeCode": scheme,
        "defendable": "false" if payment.instrument.type == "sepadirectdebit" else "true",
        "defensePeriodEndsAt": format_instant(world.later(DEFENCE_SECONDS)),
        "disputeStatus": "Undefended",
        "paymentMethodVariant": scheme,
        "shopperReference": payment.order.shopper_reference,
    }
