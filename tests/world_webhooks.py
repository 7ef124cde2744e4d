"""Notifications as the provider sends them: signed items and bodies, with basic credentials."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from tests.fakes import FACTS, KEYS

Item = dict[str, Any]
REFERENCE = "01JDABCDEFGHJKMNPQRSTVWXYZ.0001.1.1"
SIGNED = ("pspReference", "originalReference", "merchantAccountCode", "merchantReference")


def authorisation(psp: str, **changes: Any) -> Item:
    """A genuine item: the success of a charge, or what `changes` say."""
    item = {
        "additionalData": {},
        "amount": {"currency": "EUR", "value": 2000},
        "eventCode": "AUTHORISATION",
        "eventDate": "2026-11-05T05:00:03+01:00",
        "merchantAccountCode": FACTS.merchant_account,
        "merchantReference": REFERENCE,
        "paymentMethod": "visa",
        "pspReference": psp,
        "reason": "",
        "success": "true",
    } | changes
    return signed(item)


def signed(item: Mapping[str, Any], key: str = KEYS.standard_hmac[0]) -> Item:
    """The item with the signature over its eight fields, joined by colons."""
    amount = item["amount"]
    parts = [str(item.get(name, "")) for name in SIGNED]
    parts += [str(amount["value"]), amount["currency"], item["eventCode"], str(item["success"])]
    signature = signature_of(":".join(parts).encode(), key)
    return {**item, "additionalData": {**item["additionalData"], "hmacSignature": signature}}


def signature_of(content: bytes, key: str) -> str:
    """The provider's signature: HMAC-SHA256 under a hexadecimal key, in base 64."""
    digest = hmac.new(bytes.fromhex(key), content, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def standard_body(*items: Any, live: str = "false") -> bytes:
    """The body that carries standard items."""
    wrapped = [{"NotificationRequestItem": item} for item in items]
    return json.dumps({"live": live, "notificationItems": wrapped}).encode()


def webhook_headers(
    user: str = KEYS.webhook_user, password: str = KEYS.webhook_password, **more: str
) -> dict[str, str]:
    """The headers of a delivery, with the credentials that were agreed."""
    basic = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"content-type": "application/json", "authorization": f"Basic {basic}", **more}


def token_headers(body: bytes, key: str = KEYS.token_hmac[0]) -> dict[str, str]:
    """The headers of a token notification: its body is signed as a whole."""
    return webhook_headers(hmacsignature=signature_of(body, key), protocol="HmacSHA256")
