"""The brake on charges: who may charge how many now, and what stops everybody.

One item holds the switch, the fence and the counts of the Paris day and of the hour. A worker asks
it for permits before a batch, in one conditional write that also carries what became of the batch
before; nothing moves money without a permit, and what has none stays on the agenda.

    open --stop_charging--> stopped --resume--> open
      |---- something looks wrong --> halted --release--> open, with counts and canary anew
      |---- the table is not the one written here --> fenced --lift--> open
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import Field

from chalicelib.domain.billing.outcomes import Authorised, Outcome, Refused
from chalicelib.domain.kernel.calendar import paris_date
from chalicelib.domain.kernel.change import NOTHING, Change, Insert, Replace
from chalicelib.domain.kernel.value import Entity, Value

WHOLE_BPS = 10_000
ANSWERED_WITHIN = timedelta(seconds=30)
"""By when a permit's outcome is told, longer than the longest call; later its worker has died."""

Shut = Literal["stopped", "halted", "fenced", "clock", "run_cap", "hour_cap", "canary"]
"""Why no permit is given; the sooner a person must act, the sooner it stands here."""

Cause = Literal["approval_fell", "outcomes_unknown", "paid_twice"]


class Limits(Value):
    """How much may go wrong before charging stops; sized for some thousand renewals a day.

    Attributes:
        per_run: charges of one worker invocation.
        per_hour: charges of all workers in an hour; twice the largest day, or one day's damage.
        canary_min, canary_bps: the first slice of a day, whichever is more; its outcomes must look
            normal before the rest is charged. A day below the slice is charged without waiting.
        canary_hold_minutes: how long the rest waits at least, so that late notifications arrive.
        approval_min_bps: of the charges of an hour, or of the slice, those that were not refused.
        unknown_max_bps: of the same, those whose outcome is unknown.
        sample_min: charges of an hour below which no share is judged.
        paid_twice_max: second payments of a day at which charging stops.
        clock_warns_seconds, clock_holds_seconds: how far our clock may be from the provider's,
            either way.
        sweep_silent_minutes: since when nobody has swept the agenda.
        notice_silent_minutes: since when the provider has told nothing, although charges were made.
        overdue_minutes: how old the oldest entry of the agenda may be.
        refused_per_address, refused_per_mailbox: refused first payments an hour from one network
            address, and for one mailbox, at which no payment page opens any more.
        first_refused_min, first_refused_bps: refused first payments of an hour, and their share,
            which look like somebody testing cards.
    """

    per_run: int = Field(default=1_000, ge=1)
    per_hour: int = Field(default=5_000, ge=1)
    canary_min: int = Field(default=20, ge=1)
    canary_bps: int = Field(default=200, ge=0, le=WHOLE_BPS)
    canary_hold_minutes: int = Field(default=0, ge=0)
    approval_min_bps: int = Field(default=5_000, ge=0, le=WHOLE_BPS)
    unknown_max_bps: int = Field(default=2_000, ge=0, le=WHOLE_BPS)
    sample_min: int = Field(default=50, ge=1)
    paid_twice_max: int = Field(default=3, ge=1)
    clock_warns_seconds: int = Field(default=30, ge=1)
    clock_holds_seconds: int = Field(default=300, ge=1)
    sweep_silent_minutes: int = Field(default=15, ge=1)
    notice_silent_minutes: int = Field(default=60, ge=1)
    overdue_minutes: int = Field(default=120, ge=1)
    refused_per_address: int = Field(default=20, ge=1)
    refused_per_mailbox: int = Field(default=10, ge=1)
    first_refused_min: int = Field(default=30, ge=1)
    first_refused_bps: int = Field(default=6_000, ge=0, le=WHOLE_BPS)

    def canary(self, expected: int) -> int:
        """The first slice of a day on which `expected` charges are due."""
        return max(self.canary_min, expected * self.canary_bps // WHOLE_BPS)


LIMITS = Limits()
"""Those of a deployment that set none."""


class Stopped(Value):
    """Somebody stopped every charge."""

    reason: str
    by: str
    since: datetime


class Halted(Value):
    """Charging stopped itself."""

    cause: Cause
    since: datetime


class Charging(Entity):
    """The brake, and the counts of the day and the hour it is now.

    Attributes:
        table_id: the table that this brake belongs to; in any other it is a restored copy.
        hour_at: the UTC hour that `hour_...` is about.
        granted: permits given and not brought back.
        reported: permits whose outcome was told; the rest were approved, or their worker died.
        paid_twice: second payments for one instalment, by whichever channel they were learnt.
        granted_at: when the latest permit was given.
    """

    table_id: str
    day_on: date
    hour_at: datetime
    granted: int = 0
    reported: int = 0
    refused: int = 0
    unknown: int = 0
    paid_twice: int = 0
    hour_granted: int = 0
    hour_refused: int = 0
    hour_unknown: int = 0
    granted_at: datetime | None = None
    canary_passed: bool = False
    stopped: Stopped | None = None
    halted: Halted | None = None
    fenced_since: datetime | None = None


NO_HOUR = {"hour_granted": 0, "hour_refused": 0, "hour_unknown": 0}
NO_DAY = {
    "granted": 0,
    "reported": 0,
    "refused": 0,
    "unknown": 0,
    "paid_twice": 0,
    "granted_at": None,
    "canary_passed": False,
}


class Tally(Value):
    """What outcomes a worker has to tell."""

    reported: int = 0
    refused: int = 0
    unknown: int = 0
    paid_twice: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            reported=self.reported + other.reported,
            refused=self.refused + other.refused,
            unknown=self.unknown + other.unknown,
            paid_twice=self.paid_twice + other.paid_twice,
        )

    @property
    def is_bad(self) -> bool:
        """Whether something in it speaks against going on."""
        return bool(self.refused or self.unknown or self.paid_twice)


class Ask(Value):
    """Permits wanted at an instant, and the ceilings of the counts; negative brings them back.

    With nothing wanted only the tally is told, whatever the state of the brake.
    """

    at: datetime
    table_id: str = ""
    wanted: int = 0
    hour_max: int = 0
    canary_max: int = 0
    tally: Tally = Tally()


def told(outcome: Outcome) -> Tally:
    """What an outcome adds to the counts."""
    match outcome:
        case Authorised():
            return Tally(reported=1)
        case Refused():
            return Tally(reported=1, refused=1)
        case _:
            return Tally(reported=1, unknown=1)


def opened(table_id: str, now: datetime) -> Charging:
    """The brake of a table that has none yet."""
    return Charging(table_id=table_id, day_on=paris_date(now), hour_at=hour_of(now))


def hour_of(now: datetime) -> datetime:
    """The hour of an instant; zones with whole hours share it."""
    return now.replace(minute=0, second=0, microsecond=0)


def turned(charging: Charging, now: datetime) -> Charging:
    """The brake in the hour it is now: what is over is not counted any more."""
    hour = {"hour_at": hour_of(now), **NO_HOUR}
    if paris_date(now) == charging.day_on:
        return charging.next(**hour)
    return charging.next(day_on=paris_date(now), **hour, **NO_DAY)


def admits(charging: Charging, ask: Ask) -> bool:
    """Whether the permits can be given; the store checks the same in its one write."""
    if ask.wanted <= 0:
        return True
    within_canary = charging.canary_passed or charging.granted + ask.wanted <= ask.canary_max
    return (
        charging.table_id == ask.table_id
        and charging.hour_at == hour_of(ask.at)
        and charging.stopped is None
        and charging.halted is None
        and charging.fenced_since is None
        and charging.hour_granted + ask.wanted <= ask.hour_max
        and within_canary
    )


def counted(charging: Charging, ask: Ask) -> Charging:
    """The brake after an ask that it admits."""
    tally = ask.tally
    return charging.next(
        granted=charging.granted + ask.wanted,
        hour_granted=charging.hour_granted + ask.wanted,
        reported=charging.reported + tally.reported,
        refused=charging.refused + tally.refused,
        hour_refused=charging.hour_refused + tally.refused,
        unknown=charging.unknown + tally.unknown,
        hour_unknown=charging.hour_unknown + tally.unknown,
        paid_twice=charging.paid_twice + tally.paid_twice,
        granted_at=ask.at if ask.wanted > 0 else charging.granted_at,
    )


def held_by(charging: Charging, table_id: str) -> Shut | None:
    """What keeps every charge back, whoever asks; None when nothing does."""
    if charging.table_id != table_id or charging.fenced_since is not None:
        return "fenced"
    if charging.stopped is not None:
        return "stopped"
    return "halted" if charging.halted is not None else None


@dataclass(frozen=True, slots=True)
class Step:
    """What to do after an ask that was not admitted.

    Attributes:
        change: what to write first, if anything.
        shut: why asking again is of no use; None when it is.
        wanted: how many permits to ask for then.
        at: the instant to ask for, when the others are already in the next hour.
    """

    change: Change = NOTHING
    shut: Shut | None = None
    wanted: int = 0
    at: datetime | None = None


def after_refusal(seen: Charging | None, ask: Ask, limits: Limits) -> Step:
    """Mend what time alone has changed, or say why nothing may be charged."""
    if seen is None:
        return Step(change=Change((Insert(opened(ask.table_id, ask.at)),)), wanted=ask.wanted)
    shut = held_by(seen, ask.table_id)
    if shut is not None:
        return Step(change=fence(seen, ask.at) if shut == "fenced" else NOTHING, shut=shut)
    if seen.hour_at != hour_of(ask.at):
        return _turn(seen, ask, limits)
    allowed = _room(seen, ask)
    if allowed > 0:
        return Step(wanted=allowed)
    if seen.canary_passed or seen.hour_granted >= ask.hour_max:
        return Step(shut="hour_cap")
    return _after_canary(seen, ask, limits)


def _turn(seen: Charging, ask: Ask, limits: Limits) -> Step:
    """Begin the hour; a worker whose clock is behind the others' never takes one back."""
    if seen.hour_at < ask.at:
        return Step(change=Change((Replace(turned(seen, ask.at)),)), wanted=ask.wanted)
    if seen.hour_at - ask.at > timedelta(seconds=limits.clock_holds_seconds):
        return Step(shut="clock")
    return Step(wanted=ask.wanted, at=seen.hour_at)


def _room(seen: Charging, ask: Ask) -> int:
    hour = ask.hour_max - seen.hour_granted
    canary = hour if seen.canary_passed else ask.canary_max - seen.granted
    return min(ask.wanted, hour, canary)


def _after_canary(seen: Charging, ask: Ask, limits: Limits) -> Step:
    """Judge the first slice of the day once its outcomes are in, or will never be.

    Approvals of a run's last batch are not told, to save their write: after the longest possible
    call no news is good news.
    """
    assert seen.granted_at is not None, "a slice that is used up was granted"
    waited = ask.at - seen.granted_at
    is_told = seen.reported >= seen.granted or waited >= ANSWERED_WITHIN
    if not is_told or waited < timedelta(minutes=limits.canary_hold_minutes):
        return Step(shut="canary")
    cause = (
        "paid_twice"
        if seen.paid_twice
        else _looks_wrong(seen.granted, seen.refused, seen.unknown, limits)
    )
    if cause is not None:
        return Step(change=halt(seen, cause, ask.at), shut="halted")
    passed = seen.next(canary_passed=True)
    return Step(change=Change((Replace(passed),)), wanted=ask.wanted)


def trouble(charging: Charging, limits: Limits) -> Cause | None:
    """What looks wrong about the hour; an outcome not told yet counts as approved."""
    if charging.paid_twice >= limits.paid_twice_max:
        return "paid_twice"
    if charging.hour_granted < limits.sample_min:
        return None
    return _looks_wrong(charging.hour_granted, charging.hour_refused, charging.hour_unknown, limits)


def _looks_wrong(granted: int, refused: int, unknown: int, limits: Limits) -> Cause | None:
    if unknown * WHOLE_BPS > limits.unknown_max_bps * granted:
        return "outcomes_unknown"
    if (granted - refused) * WHOLE_BPS < limits.approval_min_bps * granted:
        return "approval_fell"
    return None


def stop(charging: Charging, *, reason: str, by: str, now: datetime) -> Change:
    """Let nobody charge any more; the first reason stands."""
    if charging.stopped is not None:
        return NOTHING
    stopped = charging.next(stopped=Stopped(reason=reason, by=by, since=now))
    return Change((Replace(stopped, events=("ChargingStopped",)),))


def resume(charging: Charging) -> Change:
    """Let charging go on where it was stopped."""
    if charging.stopped is None:
        return NOTHING
    return Change((Replace(charging.next(stopped=None), events=("ChargingResumed",)),))


def halt(charging: Charging, cause: Cause, now: datetime) -> Change:
    """Stop until a person has looked; the first cause stands."""
    if charging.halted is not None:
        return NOTHING
    halted = charging.next(halted=Halted(cause=cause, since=now))
    return Change((Replace(halted, events=("ChargingHalted",)),))


def release(charging: Charging) -> Change:
    """Go on after a person has looked: counts begin anew, and so does the canary."""
    if charging.halted is None:
        return NOTHING
    released = charging.next(halted=None, **NO_HOUR, **NO_DAY)
    return Change((Replace(released, events=("ChargingResumed",)),))


def fence(charging: Charging, now: datetime) -> Change:
    """The table is a restored copy: nothing is charged in it until it was compared."""
    if charging.fenced_since is not None:
        return NOTHING
    return Change((Replace(charging.next(fenced_since=now), events=("ChargingFenced",)),))


def lift(charging: Charging, table_id: str) -> Change:
    """The table was compared with the provider and is the one that counts from now on."""
    lifted = charging.next(table_id=table_id, fenced_since=None, **NO_HOUR, **NO_DAY)
    return Change((Replace(lifted, events=("ChargingResumed",)),))


def is_clock_off(offset: timedelta | None, seconds: int) -> bool:
    """Whether our clock is further from the provider's than that, in either direction."""
    return offset is not None and abs(offset) > timedelta(seconds=seconds)
