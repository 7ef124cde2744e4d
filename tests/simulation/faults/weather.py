"""The faults of one world, as its seed will have them."""

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from tests.simulation.faults.kinds import AT_EFFECT, FAULTS, RATES, SPELLS, Fault
from tests.simulation.world.dice import Dice

CLOCK_OFF_SECONDS = 290
"""Further off, nothing is charged at all."""
COMMIT = "store.commit"

Spell = tuple[datetime, datetime]


@dataclass
class Weather:
    """Says at each occasion whether something goes wrong, and counts what did.

    Attributes:
        faults: the kinds that may happen; others never do.
        force: by how much they are more frequent than usual.
        injected: how often each kind happened.
        is_calm: whether nothing goes wrong any more.
    """

    dice: Dice
    faults: tuple[Fault, ...]
    starts_at: datetime
    days: int
    force: float = 1.0
    injected: Counter[str] = field(default_factory=Counter)
    is_calm: bool = False
    spells: dict[Fault, list[Spell]] = field(default_factory=dict)
    _streams: dict[Fault, Random] = field(default_factory=dict)
    _effects: Random = field(init=False)
    _told: set[tuple[Fault, datetime]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._streams = {kind: self.dice.stream("fault", kind) for kind in FAULTS}
        self._effects = self.dice.stream("fault", "effects")
        for kind in SPELLS:
            if kind in self.faults:
                self.spells[kind] = self._drawn(kind)

    def strikes(self, kind: Fault, *, times: float = 1.0) -> bool:
        """Whether this occasion is one on which it happens; `times` as likely as usual."""
        if self.is_calm or kind not in self.faults:
            return False
        if self._streams[kind].random() >= RATES[kind] * self.force * times:
            return False
        self.injected[kind] += 1
        return True

    def at_effect(self, name: str) -> Fault | None:
        """What happens at this effect, None nearly always."""
        if self.is_calm:
            return None
        draw = self._effects.random()
        for kind, rate in AT_EFFECT.items():
            draw -= rate * self.force
            if draw < 0:
                return self._fitting(kind, name)
        return None

    def _fitting(self, kind: Fault, name: str) -> Fault | None:
        is_commit = name == COMMIT
        if kind not in self.faults or (kind in ("conflict", "throttled") and not is_commit):
            return None
        self.injected[kind] += 1
        return kind

    def spell(self, kind: Fault, now: datetime) -> Spell | None:
        """The spell of that kind that holds now, counted once."""
        if self.is_calm or kind not in self.spells:
            return None
        at = bisect_right(self.spells[kind], now, key=lambda spell: spell[0]) - 1
        if at < 0 or self.spells[kind][at][1] <= now:
            return None
        found = self.spells[kind][at]
        if (kind, found[0]) not in self._told:
            self._told.add((kind, found[0]))
            self.injected[kind] += 1
        return found

    def clock_offset(self, role: str) -> timedelta:
        """How far the clock of a process is off, for ever."""
        if "clock_off" not in self.faults:
            return timedelta(0)
        stream = self.dice.stream("clock", role)
        off = timedelta(seconds=stream.randint(-CLOCK_OFF_SECONDS, CLOCK_OFF_SECONDS))
        self.injected["clock_off"] += 1
        return off

    def pick(self, kind: Fault) -> Random:
        """The generator of a fault, for what else it needs to know."""
        return self._streams[kind]

    def _drawn(self, kind: Fault) -> list[Spell]:
        per_hundred, shortest, longest = SPELLS[kind]
        stream = self.dice.stream("spells", kind)
        count = int(per_hundred * self.days / 100 + stream.random())
        spells = []
        for _ in range(count):
            begins = self.starts_at + timedelta(minutes=stream.randrange(self.days * 24 * 60))
            spells.append((begins, begins + timedelta(hours=stream.randint(shortest, longest))))
        return _apart(sorted(spells))


def _apart(spells: list[Spell]) -> list[Spell]:
    """Spells that do not overlap, in order."""
    apart: list[Spell] = []
    for begins, ends in spells:
        if not apart or begins > apart[-1][1]:
            apart.append((begins, ends))
    return apart
