"""The business clock of the sandbox: the wall clock moved by an offset, or a stopped one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class ClockGoesBack(ValueError):
    """The clock was asked to go back without `backwards`."""


def wall_now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the sandbox's clock starts from the wall's


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 instant that names its zone.

    Raises:
        ValueError: not an instant, or no zone.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant must name its zone")
    return instant.astimezone(UTC)


def format_instant(instant: datetime) -> str:
    """UTC to the second, as `2027-02-27T23:00:00Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class VirtualClock:
    """Time that runs, jumps or stands still as it is told."""

    def __init__(self, frozen_at: datetime | None = None) -> None:
        self._offset = timedelta()
        self._stopped_at = frozen_at.astimezone(UTC) if frozen_at else None

    @property
    def is_frozen(self) -> bool:
        """Whether the clock stands still between two jumps."""
        return self._stopped_at is not None

    def now(self) -> datetime:
        """The business instant, in UTC."""
        return self._stopped_at or wall_now() + self._offset

    def set(self, instant: datetime, *, backwards: bool = False) -> None:
        """Jump to `instant`.

        Raises:
            ClockGoesBack: `instant` is past and `backwards` was not asked for.
        """
        if instant < self.now() and not backwards:
            raise ClockGoesBack("the clock goes forward only; say backwards to force it")
        if self._stopped_at is None:
            self._offset = instant - wall_now()
        else:
            self._stopped_at = instant.astimezone(UTC)

    def advance(self, seconds: float) -> None:
        """Jump forward by `seconds`."""
        self.set(self.now() + timedelta(seconds=seconds))

    def freeze(self) -> None:
        """Stop at the present instant."""
        self._stopped_at = self.now()

    def run(self) -> None:
        """Run again from the present instant."""
        present = self.now()
        self._stopped_at = None
        self._offset = present - wall_now()
