"""Is it really from Adyen? Per item for standard notifications, over the raw body for tokens.

Two keys stand during a rotation. Whatever is malformed is simply not genuine: nothing a stranger
sends raises here.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from typing import Any

SIGNED = (
    "pspReference", "originalReference", "merchantAccountCode", "merchantReference",
    "amount.value", "amount.currency", "eventCode", "success",
)  # fmt: skip


def item_is_genuine(item: Mapping[str, Any], keys: Iterable[str]) -> bool:
    """Whether one notification item bears a signature by one of the keys."""
    extra = item.get("additionalData")
    amount = item.get("amount")
    given = extra.get("hmacSignature") if isinstance(extra, Mapping) else None
    if not isinstance(given, str) or not isinstance(amount, Mapping):
        return False
    flat = {**item, "amount.value": amount.get("value"), "amount.currency": amount.get("currency")}
    values = [flat.get(name) for name in SIGNED]
    if any(isinstance(value, bool | Mapping | list) for value in values) or not _is_text(item):
        return False
    message = ":".join("" if value is None else str(value) for value in values).encode()
    return _any_key(message, given, keys)


def _is_text(item: Mapping[str, Any]) -> bool:
    """Whether UTF-8 can carry the item: JSON may escape half a character, which no text holds."""
    try:
        json.dumps(item, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        return False
    return True


def body_is_genuine(body: bytes, given: str | None, keys: Iterable[str]) -> bool:
    """Whether a token notification's raw body bears the signature of its header."""
    return given is not None and _any_key(body, given, keys)


def _any_key(message: bytes, given: str, keys: Iterable[str]) -> bool:
    try:
        proof = base64.b64decode(given.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return False
    expected = [hmac.new(bytes.fromhex(k), message, hashlib.sha256).digest() for k in keys if k]
    return sum(hmac.compare_digest(proof, digest) for digest in expected) > 0
