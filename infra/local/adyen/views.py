"""What the admin API shows: sums and references, never a number, a key or a name."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict
from typing import TYPE_CHECKING

from infra.local.adyen import acquiring, reports
from infra.local.adyen.clock import format_instant
from infra.local.adyen.outbox import next_due_at

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from infra.local.adyen.parcels import Parcel
    from infra.local.adyen.records import Batch, Json, Payment, Session, Token
    from infra.local.adyen.world import World


def _instant(instant: datetime | None) -> str | None:
    return format_instant(instant) if instant else None


def clock_view(world: World) -> Json:
    """The business clock."""
    return {"now": format_instant(world.now()), "frozen": world.clock.is_frozen}


def state_view(world: World) -> Json:
    """The whole system at a glance; at rest when `webhooks.due` is 0."""
    state, journal, now = world.state, world.journal, world.now()
    return {
        "clock": clock_view(world),
        "webhooks": {
            "queued": len(state.mailbag.queue),
            "due": sum(1 for parcel in state.mailbag.queue if parcel.due_at <= now),
            "by_status": state.mailbag.counts(),
            "forgeries_accepted": journal.forgeries_accepted,
        },
        "next_due_at": _instant(next_due_at(world)),
        "counts": {
            "sessions": len(state.sessions),
            "payments": len(state.payments),
            "modifications": len(state.modifications),
            "tokens": len(state.tokens),
            "batches": len(state.books.batches),
            "unsettled": len(state.books.waiting),
            "requests": len(journal.lines),
        },
        "faults": {
            "api": [asdict(fault) for fault in state.faults.api],
            "webhooks": [asdict(fault) for fault in state.faults.webhooks],
            "profile": state.faults.profile,
            "weather": state.faults.weather.document(),
        },
        "violations": list(journal.violations),
        "idempotency_conflicts": list(journal.key_conflicts),
        "snapshots": sorted(world.snapshots),
    }


def payment_view(payment: Payment) -> Json:
    """One payment and its money, in minor units."""
    order, instrument, decision = payment.order, payment.instrument, payment.decision
    return {
        "psp_reference": payment.psp,
        "reference": order.reference,
        "merchant_order_reference": order.merchant_order_reference,
        "shopper_reference": order.shopper_reference,
        "session_id": order.session_id,
        "interaction": order.shopper_interaction,
        "method": instrument.type,
        "brand": instrument.brand,
        "last4": instrument.last4,
        "currency": order.currency,
        "amount_minor": order.amount_minor,
        "captured_minor": payment.captured_minor,
        "capture_count": payment.capture_count,
        "refunded_minor": payment.refunded_minor,
        "disputed_minor": payment.disputed_minor,
        "result_code": acquiring.result_code(payment),
        "accepted": decision.accepted,
        "refusal_code": decision.code,
        "cancelled": payment.is_cancelled,
        "token_id": payment.token_id,
        "created_at": format_instant(payment.created_at),
    }


def sums_by(payments: Iterable[Payment], key: str) -> Json:
    """Captures and sums for each value of the order's field `key`, in minor units."""
    sums: dict[str, dict[str, int]] = defaultdict(
        lambda: {
            "authorised_count": 0,
            "capture_count": 0,
            "captured_minor": 0,
            "refunded_minor": 0,
        }
    )
    for payment in payments:
        line = sums[getattr(payment.order, key)]
        line["authorised_count"] += payment.decision.accepted
        line["capture_count"] += payment.capture_count
        line["captured_minor"] += payment.captured_minor
        line["refunded_minor"] += payment.refunded_minor
    sums.pop("", None)
    return dict(sums)


def _matches(view: Json, wanted: Json) -> bool:
    unknown = sorted(set(wanted) - set(view))
    if unknown:
        raise ValueError(f"no such field: {unknown}")
    return all(str(view[name]) == value for name, value in wanted.items())


def payments_view(world: World, wanted: Json) -> Json:
    """Payments that match the query, and their sums by reference.

    Raises:
        ValueError: the query names a field that payments do not have.
    """
    found = [
        payment
        for payment in world.state.payments.values()
        if _matches(payment_view(payment), wanted)
    ]
    return {
        "payments": [payment_view(payment) for payment in found],
        "by_reference": sums_by(found, "reference"),
        "by_merchant_order_reference": sums_by(found, "merchant_order_reference"),
    }


def batch_view(batch: Batch) -> Json:
    """One settled batch, in minor units."""
    return {
        "number": batch.number,
        "report": reports.name(batch),
        "currency": batch.currency,
        "closed_at": _instant(batch.closed_at),
        "lines": dict(Counter(entry.kind for entry in batch.entries)),
        "gross_minor": sum(e.gross_minor for e in batch.entries if e.kind == "Settled"),
        "withheld_minor": sum(entry.fees_minor for entry in batch.entries),
        "fee_minor": batch.fee_minor,
        "brought_minor": batch.brought_minor,
        "carried_minor": batch.carried_minor,
        "payout_minor": batch.payout_minor,
    }


def token_view(token: Token) -> Json:
    """One stored method."""
    return {
        "id": token.id,
        "shopper_reference": token.shopper_reference,
        "method": token.instrument.type,
        "brand": token.instrument.brand,
        "last4": token.instrument.last4,
        "models": list(token.models),
        "first_psp_reference": token.first_psp,
        "created_at": _instant(token.created_at),
        "disabled_at": _instant(token.disabled_at),
        "expires_at": _instant(token.expires_at),
        "revoked_at": _instant(token.revoked_at),
        "attempts": dict(token.attempts),
    }


def session_view(session: Session) -> Json:
    """One session."""
    return {
        "id": session.id,
        "reference": session.request["reference"],
        "shopper_reference": session.request.get("shopperReference", ""),
        "amount_minor": session.request["amount"]["value"],
        "status": session.status,
        "refused_count": session.refused_count,
        "payments": list(session.payments),
        "created_at": _instant(session.created_at),
        "expires_at": _instant(session.expires_at),
    }


def parcel_view(parcel: Parcel) -> Json:
    """One webhook, without its body."""
    return {
        "id": parcel.id,
        "endpoint": parcel.endpoint,
        "event": parcel.event,
        "reference": parcel.reference,
        "psp_reference": parcel.psp,
        "status": parcel.status,
        "attempts": parcel.attempts,
        "last_answer": parcel.answer,
        "forged": parcel.forged,
        "due_at": _instant(parcel.due_at),
    }
