"""Writes webhooks, lets the armed faults spoil them, and queues them."""

from __future__ import annotations

import copy
import json
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from infra.local.adyen import contracts, signing
from infra.local.adyen.clock import format_instant
from infra.local.adyen.parcels import BEFORE_LAST, STANDARD, TOKEN, Parcel

if TYPE_CHECKING:
    from infra.local.adyen.parcels import Place
    from infra.local.adyen.records import Json, Payment, Token
    from infra.local.adyen.world import World

FORGERIES = ("hmac", "key", "merchant", "live", "second_item")
REPORT = "REPORT_AVAILABLE"
HOSTILE_ODDS = 0.1
HOSTILE_DELAY_SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One standard event; `psp` is its own reference, the payment's by default."""

    event: str
    payment: Payment
    success: bool = True
    reason: str = ""
    psp: str = ""
    reference: str = ""
    amount_minor: int | None = None
    extra: Json = field(default_factory=dict)


def announce(world: World, notice: Notice) -> None:
    """Queue a standard webhook."""
    item = _item(world, notice)
    _queue(world, STANDARD, notice.event, item["merchantReference"], item["pspReference"], item)


def announce_report(world: World, name: str, url: str) -> None:
    """Queue the news that a report can be fetched; the address in it is not signed."""
    item: Json = {
        "additionalData": {},
        "amount": {"currency": "EUR", "value": 0},
        "eventCode": REPORT,
        "eventDate": format_instant(world.now()),
        "merchantAccountCode": world.options.merchant_account,
        "merchantReference": "",
        "pspReference": name,
        "reason": url,
        "success": "true",
    }
    _queue(world, STANDARD, REPORT, "", name, item)


def announce_token(world: World, token: Token, kind: str, event_id: str) -> None:
    """Queue a token webhook; `kind` is created, updated, disabled or alreadyExisting."""
    event = f"recurring.token.{kind}"
    content: Json = {
        "merchantAccount": world.options.merchant_account,
        "shopperReference": token.shopper_reference,
        "storedPaymentMethodId": token.id,
        "type": token.instrument.label,
    }
    if kind != "disabled":
        content["operation"] = kind
    document: Json = {
        "createdAt": format_instant(world.now()),
        "environment": "test",
        "eventId": event_id,
        "type": event,
        "version": "1",
        "data": content,
    }
    _queue(world, TOKEN, event, token.shopper_reference, token.id, document)


def _item(world: World, notice: Notice) -> Json:
    payment = notice.payment
    own = notice.psp or payment.psp
    minor = payment.order.amount_minor if notice.amount_minor is None else notice.amount_minor
    item: Json = {
        "additionalData": dict(notice.extra),
        "amount": {"currency": payment.order.currency, "value": minor},
        "eventCode": notice.event,
        "eventDate": format_instant(world.now()),
        "merchantAccountCode": world.options.merchant_account,
        "merchantReference": notice.reference or payment.order.reference,
        "paymentMethod": payment.instrument.label,
        "pspReference": own,
        "reason": notice.reason,
        "success": "true" if notice.success else "false",
    }
    if own != payment.psp:
        item["originalReference"] = payment.psp
    if notice.event == "AUTHORISATION" and notice.success:
        item["operations"] = ["CANCEL", "CAPTURE", "REFUND"]
    return item


def _queue(
    world: World, endpoint: str, event: str, reference: str, psp: str, content: Json
) -> None:
    board = world.state.faults
    armed = board.take_webhooks(event, reference)
    kinds = {fault.kind for fault in armed}
    for fault in armed:
        forged = fault.kind.removeprefix("forge_")
        # A token webhook holds one event: there is no second item to falsify.
        if forged in FORGERIES and (endpoint, forged) != (TOKEN, "second_item"):
            _post(world, endpoint, event, reference, psp, content, forged=forged)
    delay = sum(fault.delay_seconds for fault in armed if fault.kind == "delay")
    copies = 1 + sum(1 for fault in armed if fault.kind == "duplicate")
    if board.profile == "hostile":
        copies, delay, kinds = _hostile(world, copies, delay, kinds)
    spell = board.weather.spell(event, f"{reference} {psp}")
    place = BEFORE_LAST if "reorder" in kinds else spell.place
    delay += spell.late_seconds
    for _ in range(copies + spell.copies - 1):
        parcel = _post(world, endpoint, event, reference, psp, content, delay=delay, place=place)
        if "lose" in kinds or spell.is_lost:
            world.state.mailbag.close(parcel, "lost")


def _hostile(
    world: World, copies: int, delay: float, kinds: set[str]
) -> tuple[int, float, set[str]]:
    """Now and then twice, late, or before the previous one; never lost."""
    draw = world.state.references.random.random
    copies += draw() < HOSTILE_ODDS
    delay += HOSTILE_DELAY_SECONDS if draw() < HOSTILE_ODDS else 0
    return copies, delay, kinds | ({"reorder"} if draw() < HOSTILE_ODDS else set())


def _post(
    world: World,
    endpoint: str,
    event: str,
    reference: str,
    psp: str,
    content: Json,
    *,
    forged: str = "",
    delay: float = 0.0,
    place: Place = None,
) -> Parcel:
    body, headers = _sealed(world, endpoint, content, forged)
    mailbag = world.state.mailbag
    due_at = world.now() + timedelta(seconds=delay)
    parcel = Parcel(
        id=mailbag.next_id(),
        endpoint=endpoint,
        event=event,
        reference=reference,
        psp=psp,
        body=body,
        headers=headers,
        due_at=due_at,
        first_due_at=due_at,
        forged=forged,
    )
    mailbag.add(parcel, place)
    world.queued.set()
    return parcel


def _sealed(
    world: World, endpoint: str, content: Json, forged: str
) -> tuple[bytes, dict[str, str]]:
    """The body and headers, genuine or false in the one way that `forged` names."""
    content = copy.deepcopy(content)
    if endpoint == TOKEN:
        return _sealed_token(world, content, forged)
    options = world.options
    if forged == "merchant":
        content["merchantAccountCode"] = "SomebodyElseECOM"
    key = secrets.token_hex(32) if forged == "key" else options.hmac_key
    signature = signing.item_signature(content, key)
    content["additionalData"]["hmacSignature"] = _spoilt(signature, forged)
    items = [content]
    if forged == "second_item":
        false_item = copy.deepcopy(content)
        false_item["amount"]["value"] += 1
        items.append(false_item)
    document = {
        "live": "true" if forged == "live" else "false",
        "notificationItems": [{"NotificationRequestItem": item} for item in items],
    }
    _verify(world, "webhooks", content["eventCode"], document)
    return _encoded(document), {"content-type": "application/json"}


def _sealed_token(world: World, content: Json, forged: str) -> tuple[bytes, dict[str, str]]:
    if forged == "merchant":
        content["data"]["merchantAccount"] = "SomebodyElseECOM"
    if forged == "live":
        content["environment"] = "live"
    _verify(world, "tokens", content["type"], content)
    body = _encoded(content)
    key = secrets.token_hex(32) if forged == "key" else world.options.token_hmac_key
    signature = _spoilt(signing.body_signature(body, key), forged)
    headers = {
        "content-type": "application/json",
        "hmacsignature": signature,
        "protocol": "HmacSHA256",
    }
    return body, headers


def _spoilt(signature: str, forged: str) -> str:
    """The signature, with its first letter changed when it is to be false."""
    if forged != "hmac":
        return signature
    return ("B" if signature.startswith("A") else "A") + signature[1:]


def _encoded(document: Json) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _verify(world: World, document: str, event: str, content: Json) -> None:
    try:
        name = contracts.webhook_schema if document == "webhooks" else contracts.token_schema
        contracts.check(document, name(event), content)
    except contracts.Breach as breach:
        world.journal.violation("webhook", event, str(breach))


def forge(world: World, parcel: Parcel, forged: str) -> Parcel:
    """Queue a false copy of an event already made.

    Raises:
        ValueError: no such forgery.
    """
    if forged not in FORGERIES or (parcel.endpoint, forged) == (TOKEN, "second_item"):
        raise ValueError(f"forgeries: {list(FORGERIES)}")
    content = json.loads(parcel.body)
    if parcel.endpoint == STANDARD:
        content = content["notificationItems"][0]["NotificationRequestItem"]
        content["additionalData"].pop("hmacSignature", None)
    return _post(
        world,
        parcel.endpoint,
        parcel.event,
        parcel.reference,
        parcel.psp,
        content,
        forged=forged,
    )


def replay(world: World, parcel: Parcel) -> Parcel:
    """Queue the very bytes of an event once more."""
    now = world.now()
    mailbag = world.state.mailbag
    again = Parcel(
        id=mailbag.next_id(),
        endpoint=parcel.endpoint,
        event=parcel.event,
        reference=parcel.reference,
        psp=parcel.psp,
        body=parcel.body,
        headers=dict(parcel.headers),
        due_at=now,
        first_due_at=now,
        forged=parcel.forged,
    )
    mailbag.add(again)
    world.queued.set()
    return again
