"""Reads a `paymentMethod`: published test cards and IBANs only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.adyen import cards
from infra.local.adyen.errors import unprocessable
from infra.local.adyen.outcomes import read_plan
from infra.local.adyen.records import Instrument
from infra.local.adyen.vault import Unreadable, blob_digest

if TYPE_CHECKING:
    from infra.local.adyen.errors import ApiError
    from infra.local.adyen.records import Json
    from infra.local.adyen.world import World

_BLOBS = {
    "encryptedCardNumber": "number",
    "encryptedExpiryMonth": "expiryMonth",
    "encryptedExpiryYear": "expiryYear",
    "encryptedSecurityCode": "cvc",
}
MONTHS = range(1, 13)


def read_instrument(world: World, method: Json, *, owner: str) -> Instrument:
    """What the shopper pays with.

    `owner` is the session (or request) the encrypted values belong to: another one may
    not use them again.

    Raises:
        ApiError: 422, a number that is not a published test one, or unreadable values.
    """
    kind = method.get("type", "scheme")
    if kind in ("scheme", "card"):
        return _card(world, method, owner)
    if kind == "sepadirectdebit":
        return _account(method)
    return Instrument(type=kind, brand=kind)


def _card(world: World, method: Json, owner: str) -> Instrument:
    if "number" in method:
        raise unprocessable("010", "Card data must be encrypted.")
    values = {name: _opened(world, method, field, owner) for field, name in _BLOBS.items()}
    card = cards.catalogue().get(values["number"])
    if card is None:
        raise _invalid_number()
    if values["cvc"] and len(values["cvc"]) != (4 if "amex" in card.brands else 3):
        raise unprocessable("103", "CVC is not the right length")
    month, year = values["expiryMonth"], values["expiryYear"]
    if not (month.isdigit() and year.isdigit() and int(month) in MONTHS):
        raise unprocessable("129", "Expiry Date Invalid")
    chosen = method.get("brand")
    holder_name = str(method.get("holderName", ""))
    return Instrument(
        type="scheme",
        brand=chosen if chosen in card.brands else card.brands[0],
        last4=card.last4,
        fingerprint=card.fingerprint,
        expiry_month=f"{int(month):02d}",
        expiry_year=year if len(year) == len("2030") else f"20{year}",
        holder_name=holder_name,
        challenged=_challenged(holder_name, default=card.is_challenged),
    )


def _challenged(holder_name: str, *, default: bool) -> bool:
    wish = read_plan(holder_name).authentication
    return {"NONE": False, "CHALLENGE": True, "FRICTIONLESS": True}.get(wish, default)


def _opened(world: World, method: Json, field: str, owner: str) -> str:
    blob = method.get(field, "")
    if not blob and field == "encryptedSecurityCode":
        return ""
    try:
        value = world.vault.read(blob, _BLOBS[field])
    except Unreadable as error:
        raise unprocessable("174", f"Unable to decrypt data: {field}") from error
    if blob.startswith("test_"):
        return value
    spent = world.state.spent_blobs
    if spent.setdefault(blob_digest(blob), owner) != owner:
        raise unprocessable("174", f"Encrypted data was already used: {field}")
    return value


def _invalid_number() -> ApiError:
    return unprocessable("101", "Invalid card number")


def _account(method: Json) -> Instrument:
    iban = str(method.get("iban", "")).replace(" ", "").upper()
    if iban not in cards.published_ibans():
        raise unprocessable("161", "Invalid iban")
    return Instrument(
        type="sepadirectdebit",
        brand="sepadirectdebit",
        last4=iban[-4:],
        fingerprint=cards.fingerprint_of(iban),
        holder_name=str(method.get("ownerName", "")),
    )
