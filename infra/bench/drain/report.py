"""What a whole run found, and whether it keeps its budgets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from chalicelib.domain.billing.guards import Limits
from infra.bench.drain.audit import Count
from infra.bench.drain.day import Day
from infra.bench.drain.functions import HTTP, Used
from infra.bench.drain.overhead import Pair
from tests.world_units import Cost

WRITE_UNITS_MAX: Final = 14
READ_UNITS_MAX: Final = 3
INVOCATIONS_MAX: Final = 0.5
OVERHEAD_MAX: Final = 1.5
GROWTH_MAX: Final = 1.02
FIND: Final = "query"


@dataclass(frozen=True)
class Scale:
    """One size of the table: a calm day on it, then a hard one.

    Attributes:
        others: subscriptions in the table that are not due.
        calm_due: how many were renewed on the calm day.
    """

    others: int
    calm_due: int
    calm: Day
    hard: Day
    count: Count

    def calm_cost(self) -> Cost:
        """Units of one renewal when nothing goes wrong, its part of the sweep's questions apart."""
        whole = Cost()
        for name, used in self.calm.used.items():
            asked = used.consumed.get(FIND, Cost()) if name != HTTP.handler else Cost()
            whole += used.cost
            whole += Cost(-asked.reads, -asked.read_units, 0, 0)
        return whole.shared_by(self.calm_due)

    def hard_cost(self) -> Cost:
        """Units of one renewal under all faults, everything included."""
        whole = sum((used.cost for used in self.hard.used.values()), Cost())
        return whole.shared_by(self.count.due)

    def calm_invocations(self) -> float:
        """Invocations for one renewal when nothing goes wrong, the webhook's request apart.

        Of the drain, its sweep included; the schedule rings later too, whatever is due.
        """
        return _invocations(self.calm.drained) / self.calm_due

    def hard_invocations(self) -> float:
        """Invocations for one paid renewal of the hard day, every ring of the schedule included."""
        return _invocations(self.hard.used) / max(1, self.count.paid)

    @property
    def paid_per_second(self) -> float:
        """Of all workers together, from the schedule to rest."""
        return self.hard.drain_paid / self.hard.seconds

    @property
    def deaths(self) -> int:
        """Workers that died on the hard day."""
        return sum(self.hard.deaths.values())


@dataclass(frozen=True)
class Report:
    """Everything a run measured."""

    scales: tuple[Scale, ...]
    bare: Pair
    slow: Pair
    limits: Limits

    def broken(self) -> list[str]:
        """The budgets that do not hold, in words; none when all do."""
        calm = [scale.calm_cost() for scale in self.scales]
        rules = {
            "a renewal was not charged exactly once, or left something undone": all(
                scale.count.is_exact for scale in self.scales
            ),
            f"a renewal writes more than {WRITE_UNITS_MAX} units": all(
                cost.write_units <= WRITE_UNITS_MAX for cost in calm
            ),
            f"a renewal reads more than {READ_UNITS_MAX} units": all(
                cost.read_units - WEBHOOK_READ_UNITS <= READ_UNITS_MAX for cost in calm
            ),
            f"more than {INVOCATIONS_MAX} invocations a renewal": all(
                scale.calm_invocations() <= INVOCATIONS_MAX for scale in self.scales
            ),
            "the cost of a renewal grows with the table": _is_flat(
                [cost.write_units for cost in calm]
            )
            and _is_flat([cost.read_units for cost in calm]),
            f"the engine takes more than {OVERHEAD_MAX} times its bare calls": max(
                self.bare.ratio, self.slow.ratio
            )
            <= OVERHEAD_MAX,
        }
        return [words for words, holds in rules.items() if not holds]


WEBHOOK_READ_UNITS: Final = 0.5
"""Applying a notice that tells what is known reads the due item."""


def _invocations(used: Mapping[str, Used]) -> int:
    return sum(one.invocations for name, one in used.items() if name != HTTP.handler)


def _is_flat(costs: list[float]) -> bool:
    return max(costs) <= GROWTH_MAX * min(costs)
