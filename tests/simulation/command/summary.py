"""What a run over many worlds came to, for people, for a file and for a plot."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.world.world import Outcome


@dataclass
class Summary:
    """Counts over every world so far.

    Attributes:
        months_by_world: how many months of service each world held.
    """

    worlds: int = 0
    people: int = 0
    months: int = 0
    charges: int = 0
    events: int = 0
    injected: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    months_by_world: list[int] = field(default_factory=list)
    _digests: list[tuple[int, str]] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count a world."""
        self.worlds += 1
        self.people += len(outcome.plan.people)
        self.months += outcome.months
        self.charges += outcome.charges
        self.events += outcome.events
        self.injected.update(outcome.injected)
        self.months_by_world.append(outcome.months)
        self.findings += [f"seed {outcome.plan.seed}: {finding}" for finding in outcome.findings]
        self._digests.append((outcome.plan.seed, outcome.digest))

    @property
    def digest(self) -> str:
        """The identity of all these worlds together, in whatever order they were lived."""
        return hashlib.sha256(
            "".join(text for _, text in sorted(self._digests)).encode()
        ).hexdigest()

    @property
    def seeds(self) -> tuple[int, int]:
        """The first seed and the last."""
        seeds = [seed for seed, _ in self._digests]
        return min(seeds), max(seeds)

    def as_json(self, seconds: float) -> str:
        """Everything, for a file."""
        record: dict[str, Any] = {
            "seeds": self.seeds,
            "worlds": self.worlds,
            "subscribers": self.people,
            "subscriber_months": self.months,
            "charges": self.charges,
            "events": self.events,
            "seconds": round(seconds, 1),
            "faults": dict(sorted(self.injected.items())),
            "findings": self.findings,
            "months_by_world": self.months_by_world,
            "digest": self.digest,
        }
        return json.dumps(record, indent=2) + "\n"

    def as_text(self, seconds: float) -> str:
        """The same for a person."""
        first, last = self.seeds
        lines = [
            f"{self.worlds:,} worlds, seeds {first} to {last}, in {seconds:,.0f} s",
            f"{self.people:,} subscribers, {self.months:,} subscriber-months",
            f"{self.charges:,} captures, {self.events:,} events",
            f"{self.injected.total():,} faults:",
            *(f"  {count:>9,} {kind.replace('_', ' ')}" for kind, count in _most(self.injected)),
            f"{len(self.findings)} findings",
        ]
        return "\n".join(lines)


def _most(counts: Counter[str]) -> Iterable[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
