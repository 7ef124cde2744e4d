"""What Adyen holds for the merchant: entries that wait, and the batches already closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from infra.local.adyen.records import Batch, Entry


@dataclass
class Books:
    """Entries that wait for a batch, the batches closed, and when the last one was."""

    waiting: list[Entry] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    closed_until: datetime | None = None
    carried_minor: dict[str, int] = field(default_factory=dict)
