"""The shopper's side of a session: setup, submit, authenticate, approve, conclude."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING

from infra.local.adyen import acquiring, contracts, outcomes, sessions
from infra.local.adyen.charges import read_order
from infra.local.adyen.checkout_api import refusal_of
from infra.local.adyen.clock import format_instant
from infra.local.adyen.errors import unprocessable
from infra.local.adyen.instruments import read_instrument
from infra.local.adyen.outcomes import read_plan
from infra.local.adyen.records import Attempt, Order

if TYPE_CHECKING:
    from infra.local.adyen.records import Decision, Instrument, Json, Session
    from infra.local.adyen.world import World

NAMES = {
    "scheme": {"fr": "Carte bancaire", "en": "Card"},
    "paypal": {"fr": "PayPal", "en": "PayPal"},
    "sepadirectdebit": {"fr": "Prélèvement SEPA", "en": "SEPA Direct Debit"},
    "simredirect": {"fr": "Banque simulée", "en": "Simulated bank"},
}
UNKNOWN_ATTEMPT = "14_045"
# Sent by adyen-web 6.45.2 and absent from the published schemas.
BROWSER_FIELDS = frozenset({"userAction"})
MESSAGE_VERSION = "2.2.0"


def encode(document: Json) -> str:
    """A JSON object in base64, as 3-D Secure tokens are."""
    return base64.b64encode(json.dumps(document).encode()).decode()


def decode(text: str) -> Json:
    """A JSON object from base64 of either alphabet; empty when it is none."""
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=False)
        document = json.loads(plain)
    except (binascii.Error, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def offered(world: World, session: Session) -> list[str]:
    """The methods a session offers; a mandate cannot be verified with a zero amount."""
    request = session.request
    allowed = request.get("allowedPaymentMethods") or world.options.payment_methods
    blocked = request.get("blockedPaymentMethods", [])
    methods = [m for m in world.options.payment_methods if m in allowed and m not in blocked]
    if not request["amount"]["value"]:
        methods = [method for method in methods if method != "sepadirectdebit"]
    return methods


def setup(world: World, session: Session) -> Json:
    """What the Drop-in needs to draw itself."""
    request = session.request
    locale = request.get("shopperLocale", "fr-FR")
    zero = not request["amount"]["value"]
    methods: list[Json] = []
    for kind in offered(world, session):
        method: Json = {"type": kind, "name": NAMES[kind]["fr" if locale[:2] == "fr" else "en"]}
        if kind == "scheme":
            method["brands"] = list(world.options.brands)
        if kind == "paypal":
            intent = "tokenize" if zero else "capture"
            method["configuration"] = {"merchantId": "SIMPAYPAL", "intent": intent}
        methods.append(method)
    asks = request.get("storePaymentMethodMode") == "askForConsent"
    return {
        "id": session.id,
        "amount": request["amount"],
        "countryCode": request.get("countryCode", "FR"),
        "shopperLocale": locale,
        "expiresAt": format_instant(session.expires_at),
        "returnUrl": request["returnUrl"],
        "sessionData": session.data,
        "configuration": {"enableStoreDetails": asks},
        "paymentMethods": {"paymentMethods": methods},
    }


def submit(world: World, session: Session, body: Json) -> Json:
    """Answer the Drop-in's `payments`: a result, or an action for the shopper.

    Raises:
        ApiError: 422, a method not offered, or data that cannot be read.
    """
    method = body.get("paymentMethod")
    if not isinstance(method, dict):
        raise unprocessable("702", "Required field 'paymentMethod' is missing.")
    kind = "scheme" if method.get("type") in ("card", None) else str(method["type"])
    if kind not in offered(world, session):
        raise unprocessable("905", "Payment method is not available for this session.")
    sent = {name: value for name, value in method.items() if name not in BROWSER_FIELDS}
    try:
        contracts.check_method(sent, world.options.payment_methods)
    except contracts.Breach as breach:
        raise refusal_of(breach, "PaymentRequest") from breach
    instrument = read_instrument(world, method, owner=session.id)
    order = _order(session, consents=body.get("storePaymentMethod") is True)
    if instrument.challenged and _authenticates(session):
        return _ask(session, _attempt(world, session, order, instrument, "fingerprint"), world)
    if kind in ("paypal", "simredirect"):
        step = {"paypal": "approval", "simredirect": "redirect"}[kind]
        return _ask(session, _attempt(world, session, order, instrument, step), world)
    return _finish(world, session, order, instrument)


def _order(session: Session, *, consents: bool) -> Order:
    mode = session.request.get("storePaymentMethodMode", "disabled")
    stores = mode == "enabled" or (mode == "askForConsent" and consents)
    return read_order(session.request, session_id=session.id, stores=stores)


def _authenticates(session: Session) -> bool:
    wish = session.request.get("authenticationData", {}).get("attemptAuthentication")
    return bool(wish != "never")


def _attempt(
    world: World, session: Session, order: Order, instrument: Instrument, step: str
) -> Attempt:
    references = world.state.references
    attempt = Attempt(
        id=references.opaque("Ab02b4c0"),
        order=order,
        instrument=instrument,
        step=step,
        return_url=session.request["returnUrl"],
        server_transaction_id=references.psp(),
    )
    world.state.attempts[attempt.id] = attempt
    return attempt


def _ask(session: Session, attempt: Attempt, world: World) -> Json:
    """The action that takes the shopper to the next step."""
    code, action = {
        "fingerprint": ("IdentifyShopper", _fingerprint_action),
        "approval": ("Pending", _approval_action),
        "redirect": ("RedirectShopper", _redirect_action),
    }[attempt.step]
    built = action(world, attempt)
    contracts.check_action(built)
    return {"resultCode": code, "sessionData": session.data, "action": built}


def _fingerprint_action(world: World, attempt: Attempt) -> Json:
    token = {
        "threeDSMethodNotificationURL": f"{world.origin}/3ds/method-done",
        "threeDSMethodUrl": f"{world.origin}/3ds/method",
        "threeDSServerTransID": attempt.server_transaction_id,
    }
    return {
        "type": "threeDS2",
        "subtype": "fingerprint",
        "paymentMethodType": "scheme",
        "paymentData": attempt.id,
        "authorisationToken": attempt.id,
        "token": encode(token),
    }


def _approval_action(_: World, attempt: Attempt) -> Json:
    return {
        "type": "sdk",
        "paymentMethodType": "paypal",
        "paymentData": attempt.id,
        "sdkData": {"token": f"EC-{attempt.server_transaction_id}"},
    }


def _redirect_action(world: World, attempt: Attempt) -> Json:
    return {
        "type": "redirect",
        "method": "GET",
        "paymentMethodType": attempt.instrument.type,
        "url": f"{world.origin}/bank?t={attempt.server_transaction_id}",
    }


def find_attempt(world: World, key: str, step: str) -> Attempt:
    """The attempt behind a `paymentData`, which waits for `step`.

    Raises:
        ApiError: 422, unknown, already used, or at another step.
    """
    attempt = world.state.attempts.get(key)
    if attempt is None or attempt.is_used or attempt.step != step:
        raise unprocessable(UNKNOWN_ATTEMPT, "Unknown or already used paymentData.")
    return attempt


def attempt_of_transaction(world: World, transaction_id: str) -> Attempt:
    """The attempt of a 3-D Secure transaction or of a bank page.

    Raises:
        ApiError: 422, no such attempt.
    """
    for attempt in world.state.attempts.values():
        if attempt.server_transaction_id == transaction_id and not attempt.is_used:
            return attempt
    raise unprocessable(UNKNOWN_ATTEMPT, "Unknown transaction.")


def fingerprint(world: World, body: Json) -> Json:
    """Answer the fingerprint of the browser: a challenge, or no friction at all.

    Raises:
        ApiError: 422, no attempt waits for a fingerprint.
    """
    attempt = find_attempt(world, str(body.get("paymentData", "")), "fingerprint")
    attempt.step = "challenge"
    if read_plan(attempt.instrument.holder_name).authentication == "FRICTIONLESS":
        attempt.verdict = "Y"
        result = encode({"transStatus": "Y", "authorisationToken": attempt.id})
        return {"type": "completed", "details": {"threeDSResult": result}}
    token = {
        "acsReferenceNumber": "SIMULATED-ACS",
        "acsTransID": world.state.references.psp(),
        "acsURL": f"{world.origin}/3ds/acs",
        "messageVersion": MESSAGE_VERSION,
        "threeDSNotificationURL": f"{world.origin}/3ds/done",
        "threeDSServerTransID": attempt.server_transaction_id,
    }
    action = {
        "type": "threeDS2",
        "subtype": "challenge",
        "paymentMethodType": "scheme",
        "paymentData": attempt.id,
        "authorisationToken": attempt.id,
        "token": encode(token),
    }
    contracts.check_action(action)
    return {"action": action}


def details(world: World, session: Session, body: Json) -> Json:
    """Answer the Drop-in's `paymentDetails`.

    The bank's own word counts, never the one that the browser carries.

    Raises:
        ApiError: 422, no attempt of this session waits for these details.
    """
    given = body.get("details")
    if not isinstance(given, dict):
        raise unprocessable("702", "Required field 'details' is missing.")
    attempt = _attempt_of(world, given, str(body.get("paymentData", "")))
    if attempt.order.session_id != session.id:
        raise unprocessable(UNKNOWN_ATTEMPT, "These details belong to another session.")
    attempt.is_used = True
    if attempt.verdict == "C":
        return sessions.close(world, session, None)
    if attempt.verdict == "Y":
        return _finish(world, session, attempt.order, attempt.instrument)
    refused = (
        outcomes.not_authenticated() if attempt.step == "challenge" else outcomes.decide("DECLINED")
    )
    return _finish(world, session, attempt.order, attempt.instrument, refused)


def _attempt_of(world: World, given: Json, key: str) -> Attempt:
    if "threeDSResult" in given:
        result = decode(str(given["threeDSResult"]))
        return find_attempt(world, str(result.get("authorisationToken", "")), "challenge")
    if "redirectResult" in given:
        return find_attempt(world, str(given["redirectResult"]), "redirect")
    attempt = find_attempt(world, key, "approval")
    if given.get("orderID") not in (None, f"EC-{attempt.server_transaction_id}"):
        raise unprocessable(UNKNOWN_ATTEMPT, "Unknown PayPal order.")
    attempt.verdict = "Y"
    return attempt


def _finish(
    world: World,
    session: Session,
    order: Order,
    instrument: Instrument,
    decision: Decision | None = None,
) -> Json:
    additional = session.request.get("additionalData", {})
    decision = decision or acquiring.first_decision(
        world, order, instrument, additional, session.refused_count + 1
    )
    return sessions.close(world, session, acquiring.authorise(world, order, instrument, decision))
