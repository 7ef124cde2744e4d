"""A journey stops at every due instant, in order, and nowhere else twice."""

from datetime import UTC, datetime, timedelta

import pytest

from infra.local.time_machine import EndlessExchange, Progress, settle, travel

START = datetime(2027, 1, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class Calendar:
    """A world in which things are due at known instants; a sweep does what is due."""

    def __init__(self, *due: datetime) -> None:
        self.due = sorted(due)
        self.clock = START
        self.swept: list[datetime] = []
        self.proved: list[datetime] = []
        self.webhooks = 0
        self.delivered = 0

    def now(self) -> datetime:
        return self.clock

    def set_clock(self, instant: datetime) -> None:
        assert instant >= self.clock
        self.clock = instant

    def next_due_at(self, after: datetime) -> datetime | None:
        return next((at for at in self.due if at > after), None)

    def sweep(self, at: datetime) -> None:
        self.swept.append(at)
        self.webhooks += at in self.due

    def prove(self, at: datetime) -> None:
        self.proved.append(at)

    def rest(self) -> int:
        return 0

    def deliver(self) -> int:
        sent, self.webhooks = self.webhooks, 0
        self.delivered += sent
        return sent


class Chatter(Calendar):
    """A world in which the provider never falls silent."""

    def deliver(self) -> int:
        return 1


def test_a_journey_stops_at_each_due_instant_and_at_its_end() -> None:
    due = [START + DAY, START + DAY, START + 3 * DAY]
    world = Calendar(*due, START + 9 * DAY)
    stops = list[Progress]()
    arrived = travel(world, START + 5 * DAY, stops.append)
    assert world.swept == [START + DAY, START + 3 * DAY, START + 5 * DAY]
    assert [stop.now for stop in stops] == world.swept
    assert world.delivered == 2
    assert (arrived.steps, arrived.share) == (3, 1.0)


def test_what_a_stop_makes_due_is_met_on_the_way() -> None:
    class Retrying(Calendar):
        def sweep(self, at: datetime) -> None:
            super().sweep(at)
            if at == START + DAY:
                self.due.append(at + timedelta(minutes=5))

    world = Retrying(START + DAY)
    travel(world, START + 2 * DAY)
    assert world.swept == [START + DAY, START + DAY + timedelta(minutes=5), START + 2 * DAY]


def test_the_daily_proof_rings_once_a_day_on_which_something_happens() -> None:
    world = Calendar(START + DAY, START + DAY + timedelta(hours=1), START + 2 * DAY)
    travel(world, START + 2 * DAY)
    assert world.proved == [START + DAY, START + 2 * DAY]


def test_a_day_begins_at_midnight_in_paris() -> None:
    before, after = datetime(2027, 1, 10, 22, 30, tzinfo=UTC), datetime(2027, 1, 10, 23, tzinfo=UTC)
    world = Calendar(before, after)
    travel(world, after)
    assert world.proved == [after]


def test_the_machine_goes_forward_only() -> None:
    with pytest.raises(ValueError, match="forward"):
        travel(Calendar(), START)


def test_an_instant_that_never_rests_is_told() -> None:
    with pytest.raises(EndlessExchange):
        settle(Chatter())
