"""Attempts beside a paid month that nobody heard of: reports prove that they came, or that not.

Asking about one could charge it. So it is only waited for: once every report of the days it could
have been settled in is read and none tells it, it is absent.
"""

from datetime import datetime
from typing import NamedTuple

from chalicelib.domain.billing.agenda import REPORT_PATIENCE
from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.kernel.change import NOTHING, Change, Replace
from chalicelib.domain.kernel.ids import DueKey

KEPT = 1_000


class Absent(NamedTuple):
    """An attempt that no report tells."""

    due: DueKey
    number: int


class Heard:
    """The attempts beside paid months whose outcome nobody told, oldest known first."""

    def __init__(self) -> None:
        self._never: list[tuple[DueKey, Attempt]] = []

    def never(self, due: DueKey, attempt: Attempt) -> None:
        """Nobody told what became of this attempt."""
        if len(self._never) < KEPT:
            self._never.append((due, attempt))

    def absent(self, complete_until: datetime | None) -> tuple[Absent, ...]:
        """Those that every report of their days left out, when reports are complete so far."""
        if complete_until is None:
            return ()
        return tuple(
            Absent(due, attempt.number)
            for due, attempt in self._never
            if attempt.opened_at + REPORT_PATIENCE < complete_until
        )


def close_absent(due: DueItem, number: int) -> Change:
    """An attempt that never came is closed; money that comes all the same still goes back."""
    attempt = due.attempt(number)
    if due.state is not DueState.PAID or attempt is None or attempt.state != "open":
        return NOTHING
    return Change((Replace(due.next(attempts=due.with_attempt(attempt.replace(state="absent")))),))
