"""What happened at the API, without bodies: references and codes only."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.local.adyen.records import Json

LOG = logging.getLogger("adyen_simulator")
REQUESTS_KEPT = 2000


@dataclass(frozen=True, kw_only=True)
class Line:
    """One request of the server or browser API."""

    at: str
    operation: str
    status: int
    reference: str = ""
    idempotency_key: str = ""
    replayed: bool = False
    fault: str = ""


class Journal:
    """The last requests, and counts of what should never happen."""

    def __init__(self) -> None:
        self.lines: deque[Line] = deque(maxlen=REQUESTS_KEPT)
        self.violations: list[Json] = []
        self.key_conflicts: list[Json] = []
        self.forgeries_accepted = 0

    def write(self, line: Line) -> None:
        """Keep and log one request."""
        self.lines.append(line)
        LOG.info("request", extra=asdict(line))

    def violation(self, kind: str, name: str, problem: str) -> None:
        """The simulator itself broke the published schema: a defect to mend."""
        self.violations.append({"kind": kind, "name": name, "problem": problem})
        LOG.error("own %s %s breaks its schema: %s", kind, name, problem)

    def key_conflict(self, key: str, operation: str, reason: str) -> None:
        """A client used one idempotency key for two different requests."""
        self.key_conflicts.append({"key": key, "operation": operation, "reason": reason})
        LOG.warning("idempotency key reused by %s: %s", operation, reason)

    def forgery_accepted(self, event: str, forged: str) -> None:
        """The receiver acknowledged a forged webhook."""
        self.forgeries_accepted += 1
        LOG.warning("a forged webhook was acknowledged: %s, %s", event, forged)
