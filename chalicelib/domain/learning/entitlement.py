"""What a learner may open, computed from the contract's state at the instant of access (DEF-2)."""

from datetime import date, datetime
from typing import Literal

from chalicelib.domain.kernel.calendar import start_of_day
from chalicelib.domain.kernel.value import Value

Feature = Literal[
    "courses", "exercises", "certificates", "forum", "private_messages",
    "mentor_sessions", "projects", "diploma_track",
]  # fmt: skip
SOLO: tuple[Feature, ...] = ("courses", "exercises", "certificates", "forum", "private_messages")
PLUS: tuple[Feature, ...] = (*SOLO, "mentor_sessions", "projects", "diploma_track")


class Standing(Value):
    """The facts of one contract that decide about access."""

    plan: Literal["solo", "plus"]
    is_running: bool
    starts_on: date
    ends_on: date | None
    confirmed_at: datetime | None


def features(standing: Standing, now: datetime) -> tuple[Feature, ...]:
    """The paid features open at `now`; none before the confirmation was sent (FRM-4).

    Issued certificates, papers and the account itself are not paid features: they stay for life.
    """
    if not standing.is_running or standing.confirmed_at is None or standing.confirmed_at > now:
        return ()
    if now < start_of_day(standing.starts_on):
        return ()
    if standing.ends_on is not None and now >= start_of_day(standing.ends_on):
        return ()
    return SOLO if standing.plan == "solo" else PLUS
