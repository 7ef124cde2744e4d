"""The ledger of idempotency keys: one key, one answer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from infra.local.adyen.wire import Request, Response

HEADER = "idempotency-key"
KEY_LENGTH_MAX = 64


class Claim(Enum):
    """What a key means at this instant."""

    FRESH = "fresh"
    RUNNING = "running"
    ANSWERED = "answered"
    OTHER_BODY = "other_body"
    OTHER_OPERATION = "other_operation"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """The answer kept for a key, and the request it answered."""

    operation: str
    digest: str
    status: int
    body: bytes
    headers: Mapping[str, str]
    kept_at: datetime


def request_digest(request: Request) -> str:
    """A fingerprint of the body, so that the ledger keeps no personal data."""
    return hashlib.sha256(request.body).hexdigest()


@dataclass
class Ledger:
    """Keys of the whole company account; an answer is forgotten after some days."""

    entries: dict[str, Entry] = field(default_factory=dict)
    running: set[str] = field(default_factory=set)

    def claim(self, key: str, operation: str, digest: str, *, now: datetime, days: int) -> Claim:
        """Take `key` for a request, or say why it is taken."""
        if key in self.running:
            return Claim.RUNNING
        entry = self.entries.get(key)
        if entry is None or now - entry.kept_at > timedelta(days=days):
            self.running.add(key)
            return Claim.FRESH
        if entry.operation != operation:
            return Claim.OTHER_OPERATION
        return Claim.ANSWERED if entry.digest == digest else Claim.OTHER_BODY

    def keep(
        self, key: str, operation: str, digest: str, response: Response, now: datetime
    ) -> None:
        """Keep the answer of `key`."""
        self.running.discard(key)
        self.entries[key] = Entry(
            operation=operation,
            digest=digest,
            status=response.status,
            body=response.body,
            headers=dict(response.headers),
            kept_at=now,
        )

    def release(self, key: str) -> None:
        """Give `key` back unanswered: it may be sent again as if for the first time."""
        self.running.discard(key)
