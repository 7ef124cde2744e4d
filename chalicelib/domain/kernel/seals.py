"""Keyed digests: what nobody can guess and everybody can recompute with the key.

Keys are arguments. Every seal names its purpose, so that one never passes for another.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import datetime

from chalicelib.domain.kernel.value import Value

LINK_SEPARATOR = "~"


def seal(key: str, purpose: str, *parts: str) -> str:
    """A URL-safe seal of 32 characters over `purpose` and `parts`."""
    message = "\x1f".join((purpose, *parts)).encode()
    digest = hmac.new(key.encode(), message, hashlib.sha256).digest()
    return urlsafe_b64encode(digest[:24]).decode()


def holds(key: str, given: str, purpose: str, *parts: str) -> bool:
    """Whether `given` is the seal of these parts, compared in constant time."""
    return hmac.compare_digest(seal(key, purpose, *parts).encode(), given.encode())


def mailbox_digest(key: str, mailbox: str) -> str:
    """The identity of a mailbox without the mailbox: case and outer blanks do not count."""
    return seal(key, "mailbox", mailbox.strip().casefold())


def address_digest(key: str, address: str) -> str:
    """The identity of a network address without the address."""
    return seal(key, "address", address)


def idempotency_key(key: str, reference: str) -> str:
    """The provider's idempotency key of one attempt: reproducible after a crash, unguessable."""
    return seal(key, "charge", reference)


def page_key(key: str, reference: str, opened_at: datetime) -> str:
    """The idempotency key of one payment page: a page that a restored table forgot is another."""
    return seal(key, "page", f"{reference} {opened_at.isoformat()}")


class Link(Value):
    """What a link in a mail says: for what, for whom, which edition, until when."""

    purpose: str
    subject: str
    edition: int
    expires_at: datetime


def link_token(key: str, link: Link) -> str:
    """The text of a link that only we can write."""
    expiry = str(int(link.expires_at.timestamp()))
    edition = str(link.edition)
    proof = seal(key, link.purpose, link.subject, edition, expiry)
    return LINK_SEPARATOR.join((link.subject, edition, expiry, proof))


def read_link(key: str, purpose: str, token: str, now: datetime) -> tuple[str, int] | None:
    """Subject and edition of a link that is ours, of this purpose and still in time."""
    parts = token.split(LINK_SEPARATOR)
    if len(parts) != 4:  # noqa: PLR2004 - the four parts that link_token joins
        return None
    subject, edition, expiry, proof = parts
    if not (edition.isdecimal() and expiry.isdecimal()):
        return None
    if not holds(key, proof, purpose, subject, edition, expiry):
        return None
    return (subject, int(edition)) if now.timestamp() < int(expiry) else None
