"""The time machine: moves the business clock forward, one due instant at a time.

Between two instants nothing is due, so nothing can happen; at each one the schedule rings, the
system works until it stands still, the provider's webhooks arrive, and it works again until both
are quiet. A jump of fourteen months therefore plays the same story as fourteen months of waiting.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

PARIS: Final = ZoneInfo("Europe/Paris")
STEPS_MAX: Final = 50_000
EXCHANGES_MAX: Final = 200


class EndlessExchange(RuntimeError):
    """Shop and provider keep answering each other at one instant."""


class World(Protocol):
    """What the time machine moves."""

    def now(self) -> datetime:
        """The business instant."""

    def set_clock(self, instant: datetime) -> None:
        """Move the business clock there."""

    def next_due_at(self, after: datetime) -> datetime | None:
        """When something is due next in the shop or at the provider; None when never."""

    def sweep(self, at: datetime) -> None:
        """Ring the schedule that looks for due work."""

    def prove(self, at: datetime) -> None:
        """Ring the daily proof."""

    def rest(self) -> int:
        """Carry messages until none is left; how many records moved."""

    def deliver(self) -> int:
        """Let the provider send what it has to tell; how many webhooks went out."""


@dataclass(frozen=True)
class Progress:
    """Where a journey stands; `share` runs from 0 to 1."""

    started_at: datetime
    now: datetime
    target_at: datetime
    steps: int

    @property
    def share(self) -> float:
        whole = (self.target_at - self.started_at).total_seconds()
        return (self.now - self.started_at).total_seconds() / whole if whole else 1.0


Watcher = Callable[[Progress], None]


def travel(world: World, target_at: datetime, watch: Watcher = lambda _: None) -> Progress:
    """Move to `target_at`, stopping at every instant at which something is due.

    Raises:
        EndlessExchange: an instant does not come to rest.
        ValueError: `target_at` is not ahead.
    """
    started_at = world.now()
    if target_at <= started_at:
        raise ValueError("the time machine goes forward only")
    progress = Progress(started_at, started_at, target_at, 0)
    while progress.now < target_at and progress.steps < STEPS_MAX:
        due_at = world.next_due_at(progress.now)
        instant = min(due_at, target_at) if due_at else target_at
        # the clock may run by itself: it is never set back
        at = max(instant, world.now())
        world.set_clock(at)
        _live(world, at, is_new_day=_day(at) != _day(progress.now))
        progress = Progress(started_at, at, target_at, progress.steps + 1)
        watch(progress)
    return progress


def settle(world: World) -> int:
    """Let shop and provider talk until both are quiet; how many records and webhooks moved.

    Raises:
        EndlessExchange: they do not stop.
    """
    moved = 0
    for _ in range(EXCHANGES_MAX):
        moved += world.rest()
        sent = world.deliver()
        if not sent:
            return moved
        moved += sent
    raise EndlessExchange(f"no rest after {EXCHANGES_MAX} exchanges")


def _live(world: World, at: datetime, *, is_new_day: bool) -> None:
    world.sweep(at)
    settle(world)
    if is_new_day:
        world.prove(at)
        settle(world)


def _day(at: datetime) -> object:
    return at.astimezone(UTC).astimezone(PARIS).date()
