"""What should have happened and did not: absences, told by somebody who does none of the work."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.application.billing.work_shard import sweep
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.agenda import SHARDS
from chalicelib.domain.billing.guards import Limits, is_clock_off
from chalicelib.domain.kernel.beat import Beat, BeatName
from chalicelib.domain.selling.throttle import EVERYBODY, HOUR, looks_like_testing

BEAT_EVERY = timedelta(minutes=5)
"""How often a sign of life is written at most, however much goes on."""


@dataclass(frozen=True, slots=True)
class Concern:
    """Something a person must look at.

    Attributes:
        event: the name of its alarm, and of its runbook page.
        figure: minutes, seconds or a count, as the event says.
    """

    event: str
    figure: int


def ring(*, ports: Ports) -> int:
    """Have every shard worked, and leave a sign that it was asked for."""
    shards = sweep(ports=ports)
    ports.store.beat("sweep", ports.clock())
    return shards


def sign(name: BeatName, beaten: dict[BeatName, datetime], *, ports: Ports) -> None:
    """Leave a sign of life, unless this process did so lately; `beaten` is what it remembers."""
    now = ports.clock()
    if name in beaten and now < beaten[name] + BEAT_EVERY:
        return
    ports.store.beat(name, now)
    beaten[name] = now


def watch(*, ports: Ports) -> tuple[Concern, ...]:
    """Look for what is missing; nothing is changed."""
    limits = ports.facts.limits
    return (
        *_sweep_silent(limits, ports),
        *_agenda_overdue(limits, ports),
        *_notices_silent(limits, ports),
        *_clock_off(limits, ports),
        *_cards_tested(limits, ports),
    )


def _sweep_silent(limits: Limits, ports: Ports) -> Iterator[Concern]:
    silent = _since(ports.store.last_beat("sweep"), ports)
    if silent is None or silent > timedelta(minutes=limits.sweep_silent_minutes):
        yield Concern("sweep_silent", _minutes(silent))


def _agenda_overdue(limits: Limits, ports: Ports) -> Iterator[Concern]:
    now = ports.clock()
    oldest = [entry.at for n in range(SHARDS) for entry in ports.store.due_entries(n, now, 1)]
    overdue = now - min(oldest, default=now)
    if overdue > timedelta(minutes=limits.overdue_minutes):
        yield Concern("agenda_overdue", _minutes(overdue))


def _notices_silent(limits: Limits, ports: Ports) -> Iterator[Concern]:
    """Every charge is notified within minutes; that the latest was not is known after an hour."""
    brake = ports.store.charging()
    if brake is None or brake.granted_at is None:
        return
    waited = ports.clock() - brake.granted_at
    last = ports.store.last_beat("notice")
    is_told = last is not None and last.at + BEAT_EVERY >= brake.granted_at
    if not is_told and waited > timedelta(minutes=limits.notice_silent_minutes):
        yield Concern("notices_silent", _minutes(waited))


def _clock_off(limits: Limits, ports: Ports) -> Iterator[Concern]:
    offset = ports.gateway.clock_offset()
    if offset is not None and is_clock_off(offset, limits.clock_warns_seconds):
        yield Concern("clock_off", round(offset.total_seconds()))


def _cards_tested(limits: Limits, ports: Ports) -> Iterator[Concern]:
    now = ports.clock()
    for at in (now - HOUR, now):
        tries = ports.store.tries(EVERYBODY, at)
        if tries is not None and looks_like_testing(
            tries, refused_min=limits.first_refused_min, refused_bps=limits.first_refused_bps
        ):
            yield Concern("cards_tested", tries.refused)


def _since(beat: Beat | None, ports: Ports) -> timedelta | None:
    return None if beat is None else ports.clock() - beat.at


def _minutes(span: timedelta | None) -> int:
    """Whole minutes; -1 says that there never was a sign."""
    return -1 if span is None else span // timedelta(minutes=1)
