"""The two signatures of Adyen's webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.local.adyen.records import Json


def _signed(message: bytes, hmac_key: str) -> str:
    digest = hmac.new(bytes.fromhex(hmac_key), message, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def item_signature(item: Json, hmac_key: str) -> str:
    """The signature of one standard item; it covers eight fields and nothing else."""
    fields = (
        item["pspReference"],
        item.get("originalReference", ""),
        item["merchantAccountCode"],
        item["merchantReference"],
        str(item["amount"]["value"]),
        item["amount"]["currency"],
        item["eventCode"],
        item["success"],
    )
    return _signed(":".join(fields).encode(), hmac_key)


def body_signature(body: bytes, hmac_key: str) -> str:
    """The signature of a token webhook: its raw body."""
    return _signed(body, hmac_key)
