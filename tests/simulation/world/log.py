"""What happened in a world, line by line, and its digest: two equal digests are the same world."""

import hashlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

KEPT = 400


@dataclass
class EventLog:
    """The story of a world; only its end is kept, all of it is in the digest.

    Attributes:
        keep: how many lines are kept; None keeps all.
    """

    clock: Callable[[], datetime]
    keep: int | None = KEPT
    count: int = 0
    lines: deque[str] = field(init=False)
    _digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def __post_init__(self) -> None:
        self.lines = deque(maxlen=self.keep)

    def __call__(self, what: str) -> None:
        """Write a line down."""
        line = f"{self.clock():%Y-%m-%d %H:%M:%S} {what}"
        self._digest.update(line.encode())
        self.lines.append(line)
        self.count += 1

    @property
    def digest(self) -> str:
        """The identity of everything that was written down so far."""
        return self._digest.hexdigest()
