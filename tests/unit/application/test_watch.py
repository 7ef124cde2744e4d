"""Absences: what should have happened and did not is told before it costs a day."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.application.billing.watch import BEAT_EVERY, Concern, ring, sign, watch
from tests.fakes import FakePorts
from tests.world import World, in_memory

if TYPE_CHECKING:
    from chalicelib.domain.kernel.beat import BeatName

PRICE = 20
PEOPLE = 6


def a_morning() -> World:
    """Six people's second month falls due now; the schedule was alive until now."""
    world = in_memory()
    first, *_ = [world.subscribe(f"buyer{number}") for number in range(PEOPLE)]
    world.move_to_next_due(first)
    world.ports.store.beat("sweep", world.now)
    return world


def euros(world: World) -> int:
    """What this morning has brought in."""
    months = [due for due in world.fakes.store.every_due_item() if due.period == 1]
    return PRICE * sum(len(world.fakes.gateway.captured(due.key)) for due in months)


def events(world: World) -> list[str]:
    return [concern.event for concern in watch(ports=world.ports)]


def through(world: World, span: timedelta, *, watched: bool) -> None:
    """Time passes while the schedule of the sweep is broken; a person mends it when told."""
    until = world.now + span
    while world.now < until:
        world.fakes.clock.advance(timedelta(minutes=5))
        if watched and "sweep_silent" in events(world):
            ring(ports=world.ports)
            world.rest()


class TestGuardWatch:
    """The watch: the schedule is broken, and a day's money does not come in."""

    def test_without_it_nothing_is_charged_and_nobody_knows(self) -> None:
        world = a_morning()
        through(world, timedelta(hours=12), watched=False)
        assert euros(world) == 0

    def test_with_it_the_day_is_charged_within_half_an_hour(self) -> None:
        world = a_morning()
        through(world, timedelta(minutes=30), watched=True)
        assert euros(world) == PEOPLE * PRICE

    def test_a_schedule_that_never_rang_is_missed_too(self) -> None:
        ports = FakePorts()
        assert watch(ports=ports) == (Concern("sweep_silent", -1),)
        assert ring(ports=ports) == 16
        assert watch(ports=ports) == ()

    def test_work_that_is_found_but_not_done_grows_old(self) -> None:
        """Failure 11: the sweep rings, and the workers get nowhere."""
        world = a_morning()
        world.fakes.clock.advance(timedelta(minutes=121))
        world.ports.store.beat("sweep", world.now)
        assert watch(ports=world.ports) == (Concern("agenda_overdue", 121),)

    def test_charges_without_notices_are_told_after_an_hour(self) -> None:
        """The provider's notifications are lost on their way."""
        world = a_morning()
        world.news = "lost"
        world.sweep()
        world.fakes.clock.advance(timedelta(minutes=60))
        assert "notices_silent" not in events(world)
        world.fakes.clock.advance(timedelta(minutes=1))
        assert "notices_silent" in events(world)
        world.ports.store.beat("notice", world.now)
        assert "notices_silent" not in events(world)

    @pytest.mark.parametrize("seconds", [31, -31])
    def test_failure_31_a_clock_off_either_way_is_told(self, seconds: int) -> None:
        """Failure 31: long before it holds the charges."""
        world = a_morning()
        world.fakes.gateway.offset = timedelta(seconds=seconds)
        assert watch(ports=world.ports) == (Concern("clock_off", seconds),)
        world.fakes.gateway.offset = timedelta(seconds=30)
        assert watch(ports=world.ports) == ()

    def test_an_hour_of_refused_first_payments_is_told_until_the_next_is_over(self) -> None:
        """Somebody tests cards from everywhere, each address below its limit."""
        world = a_morning()
        for _ in range(30):
            world.ports.store.note_try("all", world.now, refused=1)
        assert watch(ports=world.ports) == (Concern("cards_tested", 30),)
        world.fakes.clock.advance(timedelta(hours=1))
        world.sweep()
        world.ports.store.beat("sweep", world.now)
        world.ports.store.beat("notice", world.now)
        assert watch(ports=world.ports) == (Concern("cards_tested", 30),)

    def test_a_process_writes_its_sign_now_and_then(self) -> None:
        """A thousand notifications are one write."""
        world = a_morning()
        beaten: dict[BeatName, datetime] = {}
        first = world.now
        for _ in range(3):
            sign("notice", beaten, ports=world.ports)
        world.fakes.clock.advance(BEAT_EVERY - timedelta(seconds=1))
        sign("notice", beaten, ports=world.ports)
        last = world.ports.store.last_beat("notice")
        assert last is not None
        assert (last.at, last.version) == (first, 1)
        world.fakes.clock.advance(timedelta(seconds=1))
        sign("notice", beaten, ports=world.ports)
        last = world.ports.store.last_beat("notice")
        assert last is not None
        assert last.at == first + BEAT_EVERY
