"""The gate before every charge: permits by the batch, outcomes told with the next batch's."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from chalicelib.application.ports import Counted, Ports
from chalicelib.domain.billing import guards
from chalicelib.domain.billing.guards import Ask, Charging, Shut, Step, Tally
from chalicelib.domain.billing.outcomes import Outcome
from chalicelib.domain.kernel.change import NOTHING, Change, Insert
from chalicelib.domain.kernel.errors import Conflict

TRIES = 20
TRIES_TO_MOVE = 500
"""Whoever stops everybody is kept out by traffic for some seconds at most, and not given up."""

WAIT_SECONDS = 1.0
WAITS_MAX = 45


def _no_time() -> bool:
    return False


def _no_wait(_: float) -> None:
    """Nobody waits."""


@dataclass
class Gate:
    """One worker's way to the brake, shared by its threads.

    Attributes:
        expected: how many charges are due today in all, as far as the worker can tell.
        has_time, wait: whether the worker may still wait for the first slice, and how it waits.
        shut: why the last permit was refused, for the rest of this run.
        held: how many charges were refused a permit.
    """

    ports: Ports
    expected: int = 1
    has_time: Callable[[], bool] = _no_time
    wait: Callable[[float], None] = _no_wait
    shut: Shut | None = None
    held: int = 0
    _together: int = 1
    _left: int = 1
    _pocket: int = 0
    _granted: int = 0
    _tally: Tally = field(default_factory=Tally)
    _asking: Lock = field(default_factory=Lock)
    _counting: Lock = field(default_factory=Lock)

    def begin(self, charges_max: int, *, together: int) -> None:
        """So many charges at most are to come; permits for those that go together are one ask."""
        self._left, self._together = charges_max, together

    def permits(self) -> bool:
        """Whether one charge may be made now; a charge without a permit is not made."""
        with self._asking:
            if self.shut is None and not self._pocket:
                self._ask()
            self._left -= 1
            if self.shut is None:
                self._pocket -= 1
                return True
            self.held += 1
            return False

    def note(self, outcome: Outcome) -> None:
        """Keep what became of a charge, to be told later."""
        with self._counting:
            self._tally += guards.told(outcome)

    def close(self) -> None:
        """Bring back what was not used, and tell what speaks against going on."""
        if not (self._pocket or self._tally.is_bad):
            return
        with self._asking:
            seen = self._send(self._of(-self._pocket, self.ports.clock()))
            self._pocket = 0
        halt_on_trouble(seen.brake, ports=self.ports)

    def _ask(self) -> None:
        """Fill the pocket, or shut the gate."""
        limits, now = self.ports.facts.limits, self.ports.clock()
        if guards.is_clock_off(self.ports.gateway.clock_offset(), limits.clock_holds_seconds):
            self.shut = "clock"
            return
        together = max(min(self._left, self._together), 1)
        wanted = min(together, limits.per_run - self._granted)
        if wanted <= 0:
            self.shut = "run_cap"
            return
        waits = 0
        for _ in range(TRIES + WAITS_MAX):
            step = self._try(self._of(wanted, now))
            if self._pocket:
                self.shut = step.shut
                return
            if step.shut == "canary" and waits < WAITS_MAX and self.has_time():
                if waits:
                    self.wait(WAIT_SECONDS)
                self._tell_own()
                waits += 1
            elif step.shut is not None:
                self.shut = step.shut
                return
            wanted, now = step.wanted or wanted, step.at or self.ports.clock()
        raise Conflict(detail="the brake was kept busy")

    def _tell_own(self) -> None:
        """Tell what this worker knows of the slice: without it the others wait in vain."""
        if self._tally.reported:
            self._send(self._of(0, self.ports.clock()))

    def _of(self, wanted: int, now: datetime) -> Ask:
        limits = self.ports.facts.limits
        with self._counting:
            tally, self._tally = self._tally, Tally()
        return Ask(
            table_id=self.ports.store.identity(),
            at=now,
            wanted=wanted,
            hour_max=limits.per_hour,
            canary_max=limits.canary(self.expected),
            tally=tally,
        )

    def _try(self, ask: Ask) -> Step:
        """Ask once; what to do when it was in vain."""
        seen = self._send(ask)
        if seen.is_counted:
            self._pocket += ask.wanted
            self._granted += ask.wanted
            return Step(shut="halted" if halt_on_trouble(seen.brake, ports=self.ports) else None)
        step = guards.after_refusal(seen.brake, ask, self.ports.facts.limits)
        try:
            self.ports.store.commit(step.change)
        except Conflict:  # another worker moved the brake: ask again
            return Step(wanted=ask.wanted)
        return step

    def _send(self, ask: Ask) -> Counted:
        """Ask and tell in one write; what was not told is kept for the next one."""
        counted = self.ports.store.count(ask)
        if not counted.is_counted:
            with self._counting:
                self._tally += ask.tally
        return counted


def tell(tally: Tally, *, ports: Ports) -> None:
    """Count what was learnt outside a run; charging stops itself when it is too much."""
    seen = ports.store.count(Ask(at=ports.clock(), tally=tally))
    halt_on_trouble(seen.brake, ports=ports)


def halt_on_trouble(seen: Charging | None, *, ports: Ports) -> bool:
    """Stop everybody when the counts look wrong; whether they do."""
    limits = ports.facts.limits
    if seen is None or guards.trouble(seen, limits) is None:
        return False

    def decide(brake: Charging) -> Change:
        cause = guards.trouble(brake, limits)
        return guards.halt(brake, cause, ports.clock()) if cause else NOTHING

    move(decide, ports=ports)
    return True


def move(decide: Callable[[Charging], Change], *, ports: Ports) -> Change:
    """Change the brake while workers count on it.

    Raises:
        Conflict: they were faster five hundred times.
    """
    for _ in range(TRIES_TO_MOVE):
        brake = ports.store.charging() or _first(ports)
        change = decide(brake)
        try:
            ports.store.commit(change)
        except Conflict:
            continue
        return change
    raise Conflict(detail="the brake was kept busy")


def _first(ports: Ports) -> Charging:
    """The brake of a table in which nobody has charged yet."""
    brake = guards.opened(ports.store.identity(), ports.clock())
    with suppress(Conflict):
        ports.store.commit(Change((Insert(brake),)))
    return brake


def stop_charging(*, reason: str, by: str, ports: Ports) -> Change:
    """Stop every charge, everywhere, before its next batch; papers and settlement go on."""
    now = ports.clock()
    return move(lambda brake: guards.stop(brake, reason=reason, by=by, now=now), ports=ports)


def resume_charging(*, ports: Ports) -> Change:
    """Let charges be made again; what is due is found by the next sweep."""
    return move(guards.resume, ports=ports)


def release_halt(*, ports: Ports) -> Change:
    """Go on after charging stopped itself and a person has looked."""
    return move(guards.release, ports=ports)
