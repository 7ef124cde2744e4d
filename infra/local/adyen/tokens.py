"""Stored payment methods: made, found, listed, disabled, updated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.adyen.clock import format_instant
from infra.local.adyen.errors import unprocessable
from infra.local.adyen.records import Token
from infra.local.adyen.webhooks import announce_token

if TYPE_CHECKING:
    from infra.local.adyen.records import Json, Payment
    from infra.local.adyen.world import World

CONTRACT_NOT_FOUND = "800"


def store(world: World, payment: Payment) -> Token:
    """Store the method of an accepted payment, or find the same one stored before."""
    order, instrument = payment.order, payment.instrument
    known = _same(world, payment)
    if known is not None:
        # The plan of a holder name starts afresh with each subscription.
        known.attempts.clear()
        known.first_month = 1 if order.amount_minor else 0
        announce_token(world, known, "alreadyExisting", payment.psp)
        return known
    token = Token(
        id=world.state.references.psp(),
        shopper_reference=order.shopper_reference,
        instrument=instrument,
        models=(order.processing_model or "CardOnFile",),
        created_at=world.now(),
        first_psp=payment.psp,
        first_month=1 if order.amount_minor else 0,
    )
    world.state.tokens[token.id] = token
    announce_token(world, token, "created", payment.psp)
    return token


def _same(world: World, payment: Payment) -> Token | None:
    """A live token of the shopper for the same card under the same name."""
    for token in world.state.tokens.values():
        same_card = token.instrument.fingerprint == payment.instrument.fingerprint
        same_name = token.instrument.holder_name == payment.instrument.holder_name
        same_shopper = token.shopper_reference == payment.order.shopper_reference
        if token.disabled_at is None and same_shopper and same_name and same_card:
            return token
    return None


def chargeable(world: World, token_id: str, shopper_reference: str, model: str) -> Token:
    """The token that a merchant-initiated charge names.

    Raises:
        ApiError: 422/800, unknown, disabled, another shopper's, or stored for another model.
    """
    token = world.state.tokens.get(token_id)
    if token is None or token.disabled_at is not None:
        raise unprocessable(CONTRACT_NOT_FOUND, "Contract not found")
    if token.shopper_reference != shopper_reference:
        raise unprocessable(CONTRACT_NOT_FOUND, "Contract not found")
    if model and model not in token.models:
        raise unprocessable(CONTRACT_NOT_FOUND, f"Contract not found for {model}")
    return token


def listing(world: World, shopper_reference: str) -> Json:
    """The live stored methods of a shopper."""
    owned = [
        _resource(token)
        for token in world.state.tokens.values()
        if token.shopper_reference == shopper_reference
        and token.disabled_at is None
        and token.revoked_at is None
    ]
    return {
        "merchantAccount": world.options.merchant_account,
        "shopperReference": shopper_reference,
        "storedPaymentMethods": owned,
    }


def _resource(token: Token) -> Json:
    instrument = token.instrument
    resource: Json = {
        "id": token.id,
        "type": instrument.type,
        "shopperReference": token.shopper_reference,
        "supportedRecurringProcessingModels": list(token.models),
        "createdAt": format_instant(token.created_at),
        "firstPspReference": token.first_psp,
    }
    if instrument.type == "scheme":
        resource |= {
            "brand": instrument.brand,
            "name": instrument.brand.upper(),
            "lastFour": instrument.last4,
            "expiryMonth": instrument.expiry_month,
            "expiryYear": instrument.expiry_year,
            "holderName": instrument.holder_name,
        }
    return resource


def delete(world: World, token_id: str, shopper_reference: str) -> None:
    """Disable a token at the merchant's request.

    Raises:
        ApiError: 422/800, no live token of that shopper.
    """
    disable(world, chargeable(world, token_id, shopper_reference, ""))


def disable(world: World, token: Token) -> None:
    """Disable a token and say so."""
    token.disabled_at = world.now()
    announce_token(world, token, "disabled", world.state.references.psp())


def revoke(world: World, token: Token) -> None:
    """The shopper ends the agreement elsewhere: it is told, and charges answer code 26."""
    token.revoked_at = world.now()
    announce_token(world, token, "disabled", world.state.references.psp())
