"""Checkout sessions: created once, paid once, expired on the virtual clock."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from infra.local.adyen import acquiring
from infra.local.adyen.clock import format_instant, parse_instant
from infra.local.adyen.errors import unprocessable
from infra.local.adyen.records import Session

if TYPE_CHECKING:
    from datetime import datetime

    from infra.local.adyen.records import Json, Payment
    from infra.local.adyen.world import World

LIFE = timedelta(hours=1)
LIFE_MAX = timedelta(hours=24)
INVALID_RESULT = "14_041"
NOT_PAYABLE = "14_042"
UNKNOWN_SESSION = "14_043"
# What each immediate answer makes of its session.
STATUSES = {"Authorised": "completed", "Received": "paymentPending", "Pending": "paymentPending"}


def create(world: World, body: Json) -> Json:
    """Answer `POST /sessions`.

    Raises:
        ApiError: 422, a negative amount, an expiry out of bounds, or the hosted mode.
    """
    if body["amount"]["value"] < 0:
        raise unprocessable("137", "Invalid amount specified")
    if body.get("mode") == "hosted":
        raise unprocessable("702", "The hosted mode is not simulated.")
    references = world.state.references
    session = Session(
        id=references.session_id(),
        request=body,
        data=references.opaque("Ab02b4c0", 120),
        created_at=world.now(),
        expires_at=_expiry(world, body),
    )
    world.state.sessions[session.id] = session
    return {
        **body,
        "expiresAt": format_instant(session.expires_at),
        "id": session.id,
        "mode": "embedded",
        "sessionData": session.data,
    }


def _expiry(world: World, body: Json) -> datetime:
    now = world.now()
    if "expiresAt" not in body:
        return now + LIFE
    expires_at = parse_instant(body["expiresAt"])
    if not now < expires_at <= now + LIFE_MAX:
        raise unprocessable("14_044", "expiresAt must come within 24 hours.")
    return expires_at


def find(world: World, session_id: str) -> Session:
    """The session of that identifier, expired if its time has come.

    Raises:
        ApiError: 422, no such session.
    """
    session = world.state.sessions.get(session_id)
    if session is None:
        raise unprocessable(UNKNOWN_SESSION, "Unknown session.")
    if session.status == "active" and world.now() >= session.expires_at:
        session.status = "expired"
    return session


def find_payable(world: World, session_id: str) -> Session:
    """A session that may still be paid.

    Raises:
        ApiError: 422, unknown, paid, refused too often, or expired.
    """
    session = find(world, session_id)
    if session.status != "active":
        raise unprocessable(NOT_PAYABLE, f"The session is {session.status}.")
    return session


def close(world: World, session: Session, payment: Payment | None) -> Json:
    """Write down what a payment made of its session; None is a shopper who gave up."""
    code = acquiring.result_code(payment) if payment else "Cancelled"
    shown = "canceled"
    if payment is not None:
        session.payments.append(payment.psp)
        session.status = STATUSES.get(code, session.status)
        if code not in STATUSES:
            session.refused_count += 1
        if session.refused_count >= world.options.refused_attempts_max:
            session.status = "refused"
        shown = session.status
    result = world.state.references.opaque("X3XtfGC9")
    session.results[result] = _view(world, session, shown)
    return {"resultCode": code, "sessionData": session.data, "sessionResult": result}


def read_result(world: World, session_id: str, result: str) -> Json:
    """Answer `GET /sessions/{id}`: the view frozen behind `result`, never a fresher one.

    Raises:
        ApiError: 422, unknown session, or a result that is not of this session.
    """
    session = find(world, session_id)
    view = session.results.get(result)
    if view is None:
        raise unprocessable(INVALID_RESULT, "Invalid sessionResult.")
    return view


def _view(world: World, session: Session, status: str) -> Json:
    payments = [world.state.payments[psp] for psp in session.payments]
    return {
        "id": session.id,
        "status": status,
        "reference": session.request["reference"],
        "payments": [_paid(payment) for payment in payments if payment.decision.accepted],
    }


def _paid(payment: Payment) -> Json:
    method = {"type": payment.instrument.type}
    if payment.instrument.type == "scheme":
        method["brand"] = payment.instrument.brand
    return {
        "amount": payment.amount,
        "paymentMethod": method,
        "pspReference": payment.psp,
        "resultCode": acquiring.result_code(payment),
    }
