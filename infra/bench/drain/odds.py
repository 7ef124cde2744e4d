"""What goes wrong, and how often: the provider's weather and the deaths of workers."""

import math
import random
from dataclasses import dataclass
from typing import Any, Final

SOFT: Final = "12"
"""Not enough balance: tried again another day."""
STOP: Final = "20"
"""Fraud: never tried again."""
SHUFFLE_SECONDS: Final = 120
EFFECTS_OF_CHARGE: Final = 3
"""Claim, charge, outcome."""


@dataclass(frozen=True, kw_only=True)
class Odds:
    """Shares of what meets each fault, and how long the provider takes.

    Attributes:
        soft: charges refused, to be tried again.
        stop: charges refused with a code that forbids another try.
        silent: charges captured whose connection hangs up without an answer.
        shuffled: notices that come twice, and as many that come late and out of order.
        lost: notices that never come.
        deaths: workers that do not outlive one renewal's claim, charge and outcome; every other
            effect of every function is as deadly.
        p50_seconds: median of the provider's lognormal latency; `p99_seconds` its 99th percentile.
    """

    soft: float = 0.05
    stop: float = 0.01
    silent: float = 0.02
    shuffled: float = 0.05
    lost: float = 0.01
    deaths: float = 0.01
    p50_seconds: float = 0.35
    p99_seconds: float = 2.0

    def weather(self, seed: int) -> dict[str, Any]:
        """What the simulator is told; the same seed brings the same to the same charges."""
        latency = {"p50_ms": self.p50_seconds * 1000, "p99_ms": self.p99_seconds * 1000}
        return {
            "seed": seed,
            "latency": {"payments": latency} if self.p50_seconds else {},
            "timeout_after": {"payments": self.silent},
            "refusals": {SOFT: self.soft, STOP: self.stop},
            "webhooks": {
                "duplicate": self.shuffled,
                "shuffle": self.shuffled,
                "shuffle_seconds": SHUFFLE_SECONDS,
                "lose": self.lost,
            },
        }

    def death(self, source: random.Random) -> int | None:
        """Which of an invocation's effects its process does not outlive, counted from 0."""
        if not self.deaths:
            return None
        hazard = self.deaths / EFFECTS_OF_CHARGE
        return int(math.log(1 - source.random()) / math.log(1 - hazard))


CALM: Final = Odds(soft=0, stop=0, silent=0, shuffled=0, lost=0, deaths=0)
BARE: Final = Odds(
    soft=0, stop=0, silent=0, shuffled=0, lost=0, deaths=0, p50_seconds=0, p99_seconds=0
)
