"""`POST /payments`: the monthly charge of a token, and payments made from a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.adyen import acquiring, outcomes, tokens
from infra.local.adyen.errors import unprocessable
from infra.local.adyen.instruments import read_instrument
from infra.local.adyen.outcomes import ACCEPTED
from infra.local.adyen.records import Order

if TYPE_CHECKING:
    from infra.local.adyen.records import Decision, Json, Payment, Token
    from infra.local.adyen.world import World

MERCHANT_INITIATED = "ContAuth"


def read_order(body: Json, *, session_id: str = "", stores: bool | None = None) -> Order:
    """What a session or a payment request asks to pay.

    Raises:
        ApiError: 422/137, a negative amount.
    """
    amount = body["amount"]
    if amount["value"] < 0:
        raise unprocessable("137", "Invalid amount specified")
    additional = body.get("additionalData", {})
    shopper = body.get("shopperReference", "")
    wants = body.get("storePaymentMethod") is True if stores is None else stores
    return Order(
        amount_minor=amount["value"],
        currency=amount["currency"],
        reference=body["reference"],
        merchant_order_reference=body.get("merchantOrderReference", ""),
        shopper_reference=shopper,
        shopper_interaction=body.get("shopperInteraction", "Ecommerce"),
        processing_model=body.get("recurringProcessingModel", ""),
        stores=bool(shopper) and wants,
        manual_capture=additional.get("manualCapture") == "true",
        capture_delay_hours=body.get("captureDelayHours", 0),
        session_id=session_id,
    )


def pay(world: World, body: Json) -> Json:
    """Answer `POST /payments`.

    Raises:
        ApiError: 422, a token that may not be charged, or card data that cannot be read.
    """
    method = body["paymentMethod"]
    if body.get("shopperInteraction") == MERCHANT_INITIATED:
        return answer(_charge(world, body, method))
    order = read_order(body)
    instrument = read_instrument(world, method, owner=order.reference)
    try:
        decision = acquiring.first_decision(
            world, order, instrument, body.get("additionalData", {})
        )
    except outcomes.UnknownOutcome as error:
        raise unprocessable("702", str(error)) from error
    return answer(acquiring.authorise(world, order, instrument, decision))


def _charge(world: World, body: Json, method: Json) -> Payment:
    order = read_order(body, stores=False)
    token = tokens.chargeable(
        world,
        method.get("storedPaymentMethodId", ""),
        order.shopper_reference,
        order.processing_model,
    )
    if method.get("type", token.instrument.type) != token.instrument.type:
        raise unprocessable(tokens.CONTRACT_NOT_FOUND, "Contract not found for this method")
    decision = _charge_decision(world, body, order, token)
    return acquiring.authorise(world, order, token.instrument, decision, token_id=token.id)


def _charge_decision(world: World, body: Json, order: Order, token: Token) -> Decision:
    """A requested code first, then the token's life, the scripts, the holder's plan."""
    planned = outcomes.month_decision(token, order.merchant_order_reference or order.reference)
    requested = body.get("additionalData", {}).get(acquiring.REQUESTED_OUTCOME)
    if requested:
        try:
            return outcomes.decide(str(requested))
        except outcomes.UnknownOutcome as error:
            raise unprocessable("702", str(error)) from error
    scripts = world.state.scripts
    return (
        outcomes.token_decision(token, world.now())
        or outcomes.next_decision(scripts.get(f"token:{token.id}"))
        or outcomes.next_decision(scripts.get(f"shopper:{token.shopper_reference}"))
        or planned
        or _by_chance(world, order)
        or ACCEPTED
    )


def _by_chance(world: World, order: Order) -> Decision | None:
    code = world.state.faults.weather.refusal(order.reference)
    return outcomes.decide(code) if code else None


def answer(payment: Payment) -> Json:
    """The body of an answer to `/payments`; a refusal is one too."""
    order, instrument, decision = payment.order, payment.instrument, payment.decision
    method = {"type": instrument.type}
    if instrument.type == "scheme":
        method["brand"] = instrument.brand
    document: Json = {
        "additionalData": acquiring.additional(payment),
        "amount": payment.amount,
        "merchantReference": order.reference,
        "paymentMethod": method,
        "pspReference": payment.psp,
        "resultCode": acquiring.result_code(payment),
    }
    if decision.code:
        document["refusalReason"] = decision.reason
        document["refusalReasonCode"] = decision.code
    return document
