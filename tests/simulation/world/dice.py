"""Everything random in a world: one generator, split by purpose.

What one purpose draws never shifts what another gets, so that a world with a subscriber less is
still the same world to the others.
"""

from dataclasses import dataclass, field
from random import Random


@dataclass
class Dice:
    """The one source of chance; the same seed and the same questions give the same answers."""

    seed: int
    _root: int = field(init=False)

    def __post_init__(self) -> None:
        self._root = Random(self.seed).getrandbits(64)

    def stream(self, *purpose: object) -> Random:
        """A generator of its own for a purpose; asked again, it starts again."""
        return Random(f"{self._root}/{'/'.join(str(part) for part in purpose)}")
