"""What a learner does with the product, tried again until it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.application.ports import Ports
from chalicelib.domain.kernel.errors import BillingError
from tests.crash import Killed

TRIES_MAX = 6
WAITS = (timedelta(seconds=3), timedelta(seconds=20), timedelta(minutes=2), timedelta(hours=2))


@dataclass
class Insistence:
    """Somebody who presses the button again when the page did not answer.

    Attributes:
        tries: when it was pressed.
    """

    what: str
    act: Callable[[Ports], None]
    ports: Ports
    later: Callable[[timedelta, Callable[[], None]], None]
    note: Callable[[str], None]
    tried: Callable[[datetime], None]
    done: Callable[[str | None], None]
    count: int = 0

    def press(self) -> None:
        """Try; the product says yes, no, or nothing."""
        self.count += 1
        self.tried(self.ports.clock())
        try:
            self.act(self.ports)
        except BillingError as error:
            self.note(f"{self.what}: {error.code}")
            if error.code in ("CONFLICT_TRY_AGAIN", "GATEWAY_UNAVAILABLE"):
                self._once_more()
            else:
                self.done(error.code)
        except Killed as death:
            self.note(f"{self.what}: no answer, {death}")
            self._once_more()
        else:
            self.note(f"{self.what}: done")
            self.done(None)

    def _once_more(self) -> None:
        if self.count < TRIES_MAX:
            self.later(WAITS[min(self.count, len(WAITS)) - 1], self.press)
        else:
            self.done("GAVE_UP")
