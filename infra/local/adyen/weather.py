"""Faults left to chance: latency and odds, the same for the same seed whatever the threads do."""

from __future__ import annotations

import math
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from infra.local.adyen import outcomes

if TYPE_CHECKING:
    from infra.local.adyen.records import Json

ANY = "*"
WEBHOOK_CHANCES = ("duplicate", "shuffle", "lose")
SHUFFLE_SECONDS = 30.0
# The standard normal quantile of 0.99: it turns a p99 into the spread of a lognormal law.
Z99 = 2.3263478740408408
_FIELDS = ("seed", "latency", "timeout_before", "timeout_after", "refusals", "webhooks")


class UnknownWeather(ValueError):
    """A field that does not exist, or a figure out of its range."""


@dataclass(frozen=True, kw_only=True)
class Latency:
    """How long an operation takes, in milliseconds: half below p50, one in a hundred above p99."""

    p50_ms: float
    p99_ms: float

    def seconds(self, source: random.Random) -> float:
        """One draw, in seconds."""
        spread = math.log(self.p99_ms / self.p50_ms) / Z99
        return source.lognormvariate(math.log(self.p50_ms), spread) / 1000


@dataclass(frozen=True, kw_only=True)
class Spell:
    """What chance does to one webhook."""

    copies: int = 1
    is_lost: bool = False
    late_seconds: float = 0.0
    place: float | None = None


@dataclass
class Weather:
    """Chances by operation (`*` for all others), by refusal code and by webhook.

    Each draw depends on the seed, on what is asked (the operation and its reference) and on
    how many times it was asked: parallel callers change nothing to it.
    """

    seed: int = 1
    latency: dict[str, Latency] = field(default_factory=dict)
    timeout_before: dict[str, float] = field(default_factory=dict)
    timeout_after: dict[str, float] = field(default_factory=dict)
    refusals: dict[str, float] = field(default_factory=dict)
    webhooks: dict[str, float] = field(default_factory=dict)
    shuffle_seconds: float = SHUFFLE_SECONDS
    _asked: Counter[tuple[str, str]] = field(default_factory=Counter)

    def _draw(self, matter: str, name: str) -> random.Random:
        self._asked[matter, name] += 1
        words = (self.seed, matter, name, self._asked[matter, name])
        return random.Random("|".join(str(word) for word in words))

    def delay_seconds(self, operation: str, name: str) -> float:
        """How long this request takes."""
        latency = self.latency.get(operation) or self.latency.get(ANY)
        return latency.seconds(self._draw(f"latency {operation}", name)) if latency else 0.0

    def fault(self, operation: str, name: str) -> str:
        """`timeout_before`, `timeout_after`, or nothing."""
        before = self.timeout_before.get(operation, self.timeout_before.get(ANY, 0.0))
        after = self.timeout_after.get(operation, self.timeout_after.get(ANY, 0.0))
        if not before and not after:
            return ""
        drawn = self._draw(f"fault {operation}", name).random()
        if drawn < before:
            return "timeout_before"
        return "timeout_after" if drawn < before + after else ""

    def refusal(self, name: str) -> str:
        """The refusal code that chance gives to a charge; empty when it has none to give."""
        if not self.refusals:
            return ""
        drawn = self._draw("refusal", name).random()
        for code, odds in self.refusals.items():
            if drawn < odds:
                return code
            drawn -= odds
        return ""

    def spell(self, event: str, name: str) -> Spell:
        """What becomes of one webhook."""
        if not self.webhooks:
            return Spell()
        source = self._draw(f"webhook {event}", name)
        twice, moved, lost = (
            source.random() < self.webhooks.get(chance, 0.0) for chance in WEBHOOK_CHANCES
        )
        late, place = source.uniform(0, self.shuffle_seconds), source.random()
        return Spell(
            copies=2 if twice else 1,
            is_lost=lost,
            late_seconds=late if moved else 0.0,
            place=place if moved else None,
        )

    def document(self) -> Json:
        """The chances, as they were asked for."""
        return {
            "seed": self.seed,
            "latency": {
                name: {"p50_ms": one.p50_ms, "p99_ms": one.p99_ms}
                for name, one in self.latency.items()
            },
            "timeout_before": dict(self.timeout_before),
            "timeout_after": dict(self.timeout_after),
            "refusals": dict(self.refusals),
            "webhooks": {**self.webhooks, "shuffle_seconds": self.shuffle_seconds},
        }


def read(document: Json, operations: frozenset[str]) -> Weather:
    """Read chances; what is left out does not happen.

    Raises:
        UnknownWeather: an unknown field, operation, refusal code or webhook chance, odds that
            are no probabilities, or a p99 below its p50.
    """
    unknown = sorted(set(document) - set(_FIELDS))
    if unknown:
        raise UnknownWeather(f"fields {list(_FIELDS)}; unknown: {unknown}")
    webhooks = _mapping(document, "webhooks")
    shuffle_seconds = float(webhooks.pop("shuffle_seconds", SHUFFLE_SECONDS))
    known = operations | {ANY}
    latency = _mapping(document, "latency")
    _check_names(latency, known)
    refusals = _odds(_mapping(document, "refusals"), None)
    for code in refusals:
        if outcomes.decide(code).accepted:
            raise UnknownWeather(f"{code} is no refusal")
    return Weather(
        seed=int(document.get("seed", 1)),
        latency={name: _latency(_mapping(latency, name)) for name in latency},
        timeout_before=_odds(_mapping(document, "timeout_before"), known),
        timeout_after=_odds(_mapping(document, "timeout_after"), known),
        refusals=refusals,
        webhooks=_odds(webhooks, frozenset(WEBHOOK_CHANCES)),
        shuffle_seconds=shuffle_seconds,
    )


def _mapping(document: Json, name: str) -> dict[str, Any]:
    given = document.get(name, {})
    if not isinstance(given, dict):
        raise UnknownWeather(f"{name} is an object")
    return dict(given)


def _check_names(given: dict[str, Any], known: frozenset[str]) -> None:
    unknown = sorted(set(given) - known)
    if unknown:
        raise UnknownWeather(f"names {sorted(known)}; unknown: {unknown}")


def _odds(given: dict[str, Any], known: frozenset[str] | None) -> dict[str, float]:
    if known is not None:
        _check_names(given, known)
    odds = {name: float(value) for name, value in given.items()}
    if not all(0 <= value <= 1 for value in odds.values()):
        raise UnknownWeather(f"odds go from 0 to 1: {odds}")
    return odds


def _latency(given: dict[str, Any]) -> Latency:
    latency = Latency(p50_ms=float(given.get("p50_ms", 0)), p99_ms=float(given.get("p99_ms", 0)))
    if not 0 < latency.p50_ms <= latency.p99_ms:
        raise UnknownWeather("a latency needs 0 < p50_ms <= p99_ms")
    return latency
