"""What kind of world a seed stands for."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from tests.simulation.faults.kinds import FAULTS, Fault
from tests.simulation.world.dice import Dice

OPENS_FROM = datetime(2027, 1, 4, 7, tzinfo=UTC)
OPENS_WITHIN_DAYS = 700
BIG_EVERY = 25
BIG = (200, 350, 360, 720)
SMALL = (1, 14, 60, 420)
FORCES = (0.0, 0.5, 1.0, 1.0, 3.0)


@dataclass(frozen=True, slots=True)
class Plan:
    """How many people live in a world, for how long, and what may go wrong.

    Attributes:
        people: numbers of the learners; each is the same person in any world of the seed.
        force: by how much faults are more frequent than usual.
        poor: the part of the cards that will not always pay.
    """

    seed: int
    people: tuple[int, ...]
    days: int
    opens_at: datetime
    faults: tuple[Fault, ...] = FAULTS
    force: float = 1.0
    poor: float = 0.4

    @property
    def ends_at(self) -> datetime:
        """When the calm begins that lets everything come to its end."""
        return self.opens_at + timedelta(days=self.days)

    def without(self, fault: Fault) -> "Plan":
        """The same world, in which one thing never goes wrong."""
        return replace(self, faults=tuple(kind for kind in self.faults if kind != fault))

    def with_people(self, people: tuple[int, ...]) -> "Plan":
        """The same world with these people alone."""
        return replace(self, people=people)


def planned(seed: int) -> Plan:
    """The world of a seed: one in twenty-five is big."""
    stream = Dice(seed).stream("plan")
    fewest, most, shortest, longest = BIG if seed % BIG_EVERY == 0 else SMALL
    return Plan(
        seed=seed,
        people=tuple(range(stream.randint(fewest, most))),
        days=stream.randint(shortest, longest),
        opens_at=OPENS_FROM + timedelta(days=stream.randrange(OPENS_WITHIN_DAYS)),
        faults=_kinds(stream),
        force=stream.choice(FORCES),
        poor=stream.choice((0.1, 0.4, 0.9)),
    )


def troubled(seed: int) -> Plan:
    """A small world of a seed in which everything goes wrong that can."""
    return replace(
        planned(seed), people=tuple(range(10)), days=240, faults=FAULTS, force=3.0, poor=0.9
    )


def _kinds(stream: Random) -> tuple[Fault, ...]:
    """All that may go wrong, often only some of it."""
    if stream.random() < 0.5:
        return FAULTS
    return tuple(kind for kind in FAULTS if stream.random() < 0.6)
