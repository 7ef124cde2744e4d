"""Reads what the secured fields encrypt, so that no card number travels in clear.

A blob is a compact JWE (RSA-OAEP-256, A256GCM) made in the browser with WebCrypto.
Values written `test_...` are read as they are, as on Adyen's test platform.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from infra.local.adyen.clock import wall_now

if TYPE_CHECKING:
    from infra.local.adyen.records import Json

BLOB_AGE_MAX = timedelta(hours=24)
_PARTS = 5


class Unreadable(ValueError):
    """A blob that is not ours, is damaged, or is too old."""


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _encoded_integer(number: int) -> str:
    octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def blob_digest(blob: str) -> str:
    """A fingerprint of a blob."""
    return hashlib.sha256(blob.encode()).hexdigest()


class Vault:
    """One RSA key for the life of the process."""

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def public_key(self) -> Json:
        """The public key as a JWK."""
        numbers = self._key.public_key().public_numbers()
        return {
            "kty": "RSA",
            "alg": "RSA-OAEP-256",
            "ext": True,
            "n": _encoded_integer(numbers.n),
            "e": _encoded_integer(numbers.e),
        }

    def read(self, blob: str, name: str) -> str:
        """The value called `name` in `blob`.

        Raises:
            Unreadable: not ours, damaged, older than a day, or another value.
        """
        if blob.startswith("test_"):
            return blob.removeprefix("test_")
        content = self._opened(blob)
        made_at = datetime.fromisoformat(content.get("generatedAt", ""))
        if not timedelta(minutes=-5) < wall_now() - made_at < BLOB_AGE_MAX:
            raise Unreadable("the encrypted value is too old")
        if not isinstance(content.get(name), str):
            raise Unreadable("the encrypted value is another one")
        return str(content[name])

    def _opened(self, blob: str) -> Json:
        parts = blob.split(".")
        if len(parts) != _PARTS:
            raise Unreadable("the value is not encrypted")
        header, wrapped, nonce, text, tag = parts
        scheme = padding.OAEP(padding.MGF1(SHA256()), SHA256(), None)
        try:
            key = self._key.decrypt(_decoded(wrapped), scheme)
            plain = AESGCM(key).decrypt(
                _decoded(nonce), _decoded(text) + _decoded(tag), header.encode()
            )
            content: Json = json.loads(plain)
        except (binascii.Error, InvalidTag, ValueError) as error:
            raise Unreadable("the value cannot be decrypted") from error
        return content
