"""Pays a session without a browser, through the same steps: for tests and simulations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.adyen import sessions, shopper

if TYPE_CHECKING:
    from infra.local.adyen.records import Json
    from infra.local.adyen.world import World

GIVES_UP = "C"


def pay(world: World, session_id: str, body: Json) -> Json:
    """Pay a session as a shopper would, without a browser.

    `card`, `iban` or `method` (paypal) says with what, `holder_name` by whom; `verdict` is
    the shopper's word at the bank or at PayPal: Y (default), N, or C for giving up.

    Raises:
        ApiError: 422, as the browser would be refused.
    """
    session = sessions.find_payable(world, session_id)
    answer = shopper.submit(world, session, {"paymentMethod": _typed(world, body)})
    action = answer.get("action")
    if action is None:
        return answer
    verdict = str(body.get("verdict", "Y"))
    attempt = world.state.attempts[action.get("paymentData", "")]
    if attempt.step == "fingerprint":
        shopper.fingerprint(world, {"paymentData": attempt.id})
        attempt.verdict = attempt.verdict or ("N" if verdict == GIVES_UP else verdict)
        result = shopper.encode({"transStatus": verdict, "authorisationToken": attempt.id})
        return shopper.details(world, session, {"details": {"threeDSResult": result}})
    if verdict != "Y":
        # At PayPal, giving up reaches nobody but the page.
        return {"resultCode": "Cancelled", "sessionData": session.data}
    return shopper.details(world, session, {"details": {}, "paymentData": attempt.id})


def _typed(world: World, body: Json) -> Json:
    """The `paymentMethod` that the secured fields would have posted."""
    name = str(body.get("holder_name", "Camille Exemple"))
    if "iban" in body:
        return {"type": "sepadirectdebit", "iban": body["iban"], "ownerName": name}
    if body.get("method") == "paypal":
        return {"type": "paypal", "subtype": "sdk"}
    number = str(body.get("card", "4111111111111111")).replace(" ", "")
    return {
        "type": "scheme",
        "holderName": name,
        "encryptedCardNumber": f"test_{number}",
        "encryptedExpiryMonth": f"test_{body.get('expiry_month', '03')}",
        "encryptedExpiryYear": f"test_{body.get('expiry_year', world.now().year + 3)}",
        "encryptedSecurityCode": "test_7373" if number.startswith("3") else "test_737",
        **({"brand": body["brand"]} if "brand" in body else {}),
    }
