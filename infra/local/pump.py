"""The message pump: carries queues and stream to the handlers until nothing is left to carry.

The emulator can do this too, but it does not tell when it is done: while a function works on the
stream every queue looks empty, and a failed message waits its visibility timeout in wall time.
Here one thread empties every source in turn, so an empty round *is* rest; a failed message comes
back as soon as nothing else moves.

See docs/decisions/the-sandbox-pumps-its-own-messages.md.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from infra.local.sources import Invoke, Source

ROUNDS_MAX: Final = 20_000
DRAWS_MAX: Final = 100
"""How often a source is drawn from before the others have their turn."""
DELAYED_SECONDS: Final = 0.2


class Restless(RuntimeError):
    """The system did not come to rest within the bound: something feeds itself."""


@dataclass(frozen=True)
class Rest:
    """What happened until the system stood still: rounds, records carried, failures come back."""

    rounds: int
    records: int
    returned: int


class Pump:
    """Draws from `sources` with `invoke`; one thread at a time, others wait their turn."""

    def __init__(self, sources: Sequence[Source], invoke: Invoke) -> None:
        self._sources = tuple(sources)
        self._invoke = invoke
        self._turn = threading.Lock()

    def rest(self, rounds_max: int = ROUNDS_MAX) -> Rest:
        """Carry everything until every source is empty and nothing waits to come back.

        Raises:
            Restless: `rounds_max` rounds were not enough.
        """
        with self._turn:
            records = returned = 0
            for rounds in range(1, rounds_max + 1):
                carried = sum(self._empty(source) for source in self._sources)
                records += carried
                if carried:
                    continue
                woken = sum(source.wake() for source in self._sources)
                returned += woken
                if woken:
                    continue
                if not any(source.waiting() for source in self._sources):
                    return Rest(rounds=rounds, records=records, returned=returned)
                time.sleep(DELAYED_SECONDS)  # only what was sent with a delay is left
            raise Restless(f"still moving after {rounds_max} rounds and {records} records")

    def _empty(self, source: Source) -> int:
        """Draw until nothing is left, as a queue that is asked once less costs a call less."""
        carried = 0
        for _ in range(DRAWS_MAX):
            drawn = source.draw(self._invoke)
            carried += drawn
            if not drawn:
                break
        return carried
