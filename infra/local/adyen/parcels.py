"""Webhooks waiting for their delivery, in order, one line per endpoint."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

STANDARD = "standard"
TOKEN = "token"  # noqa: S105 - the name of an endpoint
ENDPOINTS = (STANDARD, TOKEN)
QUEUED = "queued"
BEFORE_LAST: Literal["before_last"] = "before_last"
Place = float | Literal["before_last"] | None


@dataclass(kw_only=True)
class Parcel:
    """One webhook request; `forged` names what is false in it, empty when genuine."""

    id: int
    endpoint: str
    event: str
    reference: str
    psp: str
    body: bytes = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    due_at: datetime
    first_due_at: datetime
    attempts: int = 0
    status: str = QUEUED
    answer: str = ""
    forged: str = ""


@dataclass
class Mailbag:
    """Every parcel ever made, the queued ones in their order of delivery."""

    parcels: list[Parcel] = field(default_factory=list)
    queue: list[Parcel] = field(default_factory=list)
    drawn: int = 0

    def next_id(self) -> int:
        """A number that grows."""
        self.drawn += 1
        return self.drawn

    def add(self, parcel: Parcel, place: Place = None) -> None:
        """Queue `parcel`: at the end, one place earlier, or at a share of the queue (0 to 1)."""
        self.parcels.append(parcel)
        waiting = len(self.queue)
        if place == BEFORE_LAST:
            self.queue.insert(max(0, waiting - 1), parcel)
        else:
            self.queue.insert(waiting if place is None else int(waiting * place), parcel)

    def close(self, parcel: Parcel, status: str) -> None:
        """Take `parcel` out of the queue with its final `status`."""
        parcel.status = status
        if parcel in self.queue:
            self.queue.remove(parcel)

    def waiting(self, endpoint: str) -> Iterator[Parcel]:
        """Queued parcels of `endpoint`, in order."""
        return (parcel for parcel in list(self.queue) if parcel.endpoint == endpoint)

    def find(self, parcel_id: int) -> Parcel | None:
        """The parcel of that number."""
        return next((parcel for parcel in self.parcels if parcel.id == parcel_id), None)

    def next_due_at(self) -> datetime | None:
        """When the queue will next have something to send."""
        return min((parcel.due_at for parcel in self.queue), default=None)

    def counts(self) -> dict[str, int]:
        """How many parcels stand in each status."""
        return dict(Counter(parcel.status for parcel in self.parcels))
