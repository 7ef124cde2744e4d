"""The guards on money, each in a day on which it saves some.

Every scenario is lived twice, with the guard and without; the figures are euros.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.application.billing.charging import (
    Gate,
    release_halt,
    resume_charging,
    stop_charging,
    tell,
)
from chalicelib.application.billing.relay import ALARMS
from chalicelib.application.billing.work_shard import Worked, work_shard
from chalicelib.application.ports import ChargeRequest
from chalicelib.domain.billing.agenda import SHARDS
from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.billing.guards import Charging, Halted, Limits, Shut, Tally, lift
from chalicelib.domain.billing.outcomes import Authorised, Outcome, Refused
from chalicelib.domain.kernel.change import Change, Replace
from chalicelib.domain.kernel.errors import Conflict
from tests.crash import Saboteur
from tests.examples import paris
from tests.fakes import FACTS, VISA, FakeGateway, FakePorts, LostReply, NoAnswer
from tests.world import World, in_memory

UNGUARDED = Limits(
    per_hour=10**9, canary_min=10**9, sample_min=10**9, paid_twice_max=10**9,
    clock_holds_seconds=10**9,
)  # fmt: skip
PRICE = 20


def a_town(people: int, limits: Limits = UNGUARDED) -> World:
    """A world in which so many people's second month falls due this morning, at five in Paris."""
    world = in_memory()
    world.fakes.facts = replace(FACTS, limits=limits)
    first, *_ = [world.subscribe(f"buyer{number}") for number in range(people)]
    world.move_to_next_due(first)
    assert world.now == paris(2026, 11, 5, 5)
    return world


def dues(world: World) -> list[DueItem]:
    """What is due this morning."""
    return [due for due in world.fakes.store.every_due_item() if due.period == 1]


def taken(world: World) -> int:
    """Euros taken this morning and not given back."""
    captured = [c for due in dues(world) for c in world.fakes.gateway.captured(due.key)]
    return sum(capture.amount.minor for capture in captured) // 100


def taken_twice(world: World) -> int:
    """Euros taken from somebody who had paid."""
    return PRICE * sum(
        sum(attempt.state in ("authorised", "returned") for attempt in due.attempts) > 1
        for due in dues(world)
    )


def brake(world: World) -> Charging:
    found = world.fakes.store.charging()
    assert found is not None
    return found


def alarms(world: World) -> list[str]:
    """What the brake told the people who watch, in order."""
    events = [event for record in world.fakes.store.committed for event in record.events]
    return [event for event in events if event in ALARMS]


def later(world: World, minutes: int) -> None:
    """Some minutes pass, and the schedule rings."""
    world.fakes.clock.advance(timedelta(minutes=minutes))
    world.sweep()


def runs(world: World, at_once: int = 1) -> list[Worked]:
    """Every shard worked once."""
    return [
        work_shard(n, has_time=lambda: True, ports=world.ports, at_once=at_once)
        for n in range(SHARDS)
    ]


def pressed(world: World) -> None:
    """Somebody presses the switch."""
    stop_charging(reason="wait", by="odile", ports=world.ports)


class Interrupted(FakeGateway):
    """A provider at whose n-th charge something happens elsewhere."""

    at: int = 0
    meanwhile: Callable[[], None]

    def charge(self, request: ChargeRequest) -> Outcome:
        if len(self.charges) == self.at:
            self.meanwhile()
        return super().charge(request)


class TestGuardStop:
    """The switch: somebody sees that prices are wrong, and stops every charge in seconds."""

    @staticmethod
    def mispriced(world: World) -> None:
        """A script has put a nought too many behind everybody's price."""
        store = world.fakes.store
        for due in dues(world):
            owner = store.subscription(due.subscription_id)
            store.commit(Change((Replace(owner.next(gross_minor=20_000)),)))

    def test_without_it_everybody_pays_ten_times_the_price(self) -> None:
        world = a_town(12)
        self.mispriced(world)
        world.sweep()
        assert taken(world) == 12 * 10 * PRICE

    def test_with_it_nothing_is_taken_until_the_price_is_mended(self) -> None:
        world = a_town(12)
        self.mispriced(world)
        stop_charging(reason="a nought too many", by="odile", ports=world.ports)
        stop_charging(reason="mine came later", by="paul", ports=world.ports)
        world.sweep()
        assert (taken(world), alarms(world)) == (0, ["ChargingStopped"])
        stopped = brake(world).stopped
        assert stopped is not None
        assert (stopped.reason, stopped.by, stopped.since) == (
            "a nought too many", "odile", world.now,
        )  # fmt: skip
        for due in dues(world):
            owner = world.fakes.store.subscription(due.subscription_id)
            world.fakes.store.commit(Change((Replace(owner.next(gross_minor=2_000)),)))
        resume_charging(ports=world.ports)
        resume_charging(ports=world.ports)
        later(world, 5)
        assert taken(world) == 12 * PRICE

    def test_pressed_in_the_middle_it_holds_before_the_next_batch(self) -> None:
        """A run under way is stopped too; what was begun is settled and gets its papers."""
        world = a_town(12)
        gateway = Interrupted(**vars(world.fakes.gateway))
        gateway.at, gateway.meanwhile = 4, lambda: pressed(world)
        world.fakes.gateway = gateway
        world.sweep()
        assert taken(world) == 5 * PRICE
        paid = [due for due in dues(world) if due.state is DueState.PAID]
        assert len(paid) == sum(due.mailed_at is not None for due in paid) == 5

    def test_what_was_asked_before_it_is_still_settled_by_its_notification(self) -> None:
        """Failure 13: an open question is not asked again while it is pressed, and is answered."""
        world = a_town(1)
        world.news = "held"
        world.fakes.gateway.script(VISA.token, LostReply(Authorised(provider_reference="PSP1")))
        world.sweep()
        pressed(world)
        later(world, 6)
        assert len(world.fakes.gateway.charges) == 1
        world.news = "delivered"
        world.rest()
        assert [due.state for due in dues(world)] == [DueState.PAID]

    def test_a_charge_driven_by_hand_passes_the_same_brake(self) -> None:
        """There is no way around it."""
        world = a_town(1)
        pressed(world)
        gate = Gate(world.ports)
        assert not gate.permits()
        assert (gate.shut, gate.held) == ("stopped", 1)


class TestGuardCap:
    """Ceilings: a slip makes everything due at once, and an hour later somebody is awake."""

    def test_without_it_everything_is_taken_in_one_sweep(self) -> None:
        world = a_town(40)
        world.sweep()
        assert taken(world) == 40 * PRICE

    def test_with_it_an_hour_takes_no_more_than_its_ceiling(self) -> None:
        """The rest stays on the agenda, every run says so, and the next hour goes on."""
        world = a_town(40, UNGUARDED.replace(per_hour=10))
        world.sweep()
        later(world, 30)
        assert taken(world) == 10 * PRICE
        assert {run.shut for run in runs(world) if run.held} == {"hour_cap"}
        assert sum(run.held for run in runs(world)) == 30
        later(world, 30)
        assert taken(world) == 20 * PRICE

    def test_a_run_takes_no_more_than_its_own(self) -> None:
        """One worker that went mad is held by its own count."""
        world = a_town(40, UNGUARDED.replace(per_run=1))
        first = runs(world, at_once=10)
        assert taken(world) == PRICE * sum(run.done > 0 for run in first)
        assert {run.shut for run in first if run.held} == {"run_cap"}

    def test_a_batch_gets_what_the_ceiling_still_allows(self) -> None:
        """And permits that nobody used are brought back."""
        world = a_town(1, UNGUARDED.replace(per_hour=3))
        gate = Gate(world.ports)
        gate.begin(10, together=10)
        assert [gate.permits() for _ in range(2)] == [True, True]
        assert brake(world).granted == 3
        gate.close()
        gate.close()
        assert (brake(world).granted, brake(world).hour_granted) == (2, 2)

    def test_the_first_permit_of_a_table_makes_its_brake(self) -> None:
        world = in_memory()
        assert world.fakes.store.charging() is None
        assert Gate(world.ports).permits()
        assert brake(world).granted == 1

    def test_a_new_day_counts_anew(self) -> None:
        world = a_town(1, UNGUARDED.replace(per_hour=1))
        assert Gate(world.ports).permits()
        assert not Gate(world.ports).permits()
        world.fakes.clock.move_to(paris(2026, 11, 6, 0))
        assert Gate(world.ports).permits()
        assert (brake(world).granted, brake(world).day_on.day) == (1, 6)


class TestGuardCanary:
    """The first slice: yesterday evening's payments are not known here, and are taken again."""

    LIMITS = UNGUARDED.replace(canary_min=20, canary_hold_minutes=5)

    def paid_on_a_page(self, limits: Limits) -> World:
        """Everybody paid on a payment page last night; its notifications are late."""
        world = a_town(60, limits)
        last_night = world.now - timedelta(hours=8)
        for number, due in enumerate(dues(world)):
            page = Attempt(number=1, opened_at=last_night, channel="page")
            world.fakes.store.commit(Change((Replace(due.next(attempts=(page,))),)))
            success = Authorised(provider_reference=f"PAGE{number}")
            world.fakes.gateway._note(due.key.reference(1), due.gross, success)
        world.news = "held"
        world.sweep()
        return world

    def test_without_it_everybody_pays_twice(self) -> None:
        world = self.paid_on_a_page(UNGUARDED)
        world.news = "delivered"
        later(world, 5)
        assert taken_twice(world) == 60 * PRICE

    def test_with_it_the_slice_alone_does(self) -> None:
        """The notifications arrive, tell the second payments, and the rest is never charged."""
        world = self.paid_on_a_page(self.LIMITS)
        assert len(world.fakes.gateway.charges) == 20
        assert {run.shut for run in runs(world) if run.held} == {"canary"}
        world.news = "delivered"
        world.rest()
        later(world, 5)
        assert taken_twice(world) == 20 * PRICE
        assert len(world.fakes.gateway.charges) == 20
        assert taken(world) == 60 * PRICE, "and what came twice went back"

    def test_second_payments_among_the_slice_stop_the_day(self) -> None:
        """One is enough, where later in the day a few are tolerated."""
        world = a_town(30, self.LIMITS)
        world.sweep()
        tell(Tally(paid_twice=1), ports=world.ports)
        later(world, 5)
        assert taken(world) == 20 * PRICE
        assert brake(world).halted == Halted(cause="paid_twice", since=world.now)
        assert alarms(world) == ["ChargingHalted"]

    def test_a_slice_that_looks_normal_lets_the_rest_pass(self) -> None:
        world = a_town(30, self.LIMITS)
        world.sweep()
        assert taken(world) == 20 * PRICE
        later(world, 4)
        assert taken(world) == 20 * PRICE
        later(world, 1)
        assert (taken(world), alarms(world)) == (30 * PRICE, [])

    def test_a_small_day_is_charged_without_waiting(self) -> None:
        world = a_town(20, self.LIMITS)
        world.sweep()
        assert taken(world) == 20 * PRICE

    @pytest.mark.parametrize("step", [Refused(code="2"), NoAnswer()])
    def test_a_slice_refused_or_without_an_answer_holds_the_rest(self, step: Any) -> None:
        """Failure 30: what a worker that died has not told is waited for, not for ever."""
        world = a_town(30, self.LIMITS)
        world.fakes.gateway.script(VISA.token, *[step] * 30)
        world.sweep()
        later(world, 5)
        assert len(world.fakes.gateway.charges) == 20
        assert alarms(world).count("ChargingHalted") == 1

    def test_workers_wait_for_the_slice_while_they_have_time(self) -> None:
        """The slice's own workers tell its outcome; those that came after need no other sweep."""
        world = a_town(30, UNGUARDED.replace(canary_min=20))
        waited: list[float] = []

        def wait(seconds: float) -> None:
            waited.append(seconds)
            world.fakes.clock.advance(timedelta(seconds=seconds))

        for number in range(SHARDS):
            work_shard(number, has_time=lambda: True, ports=world.ports, wait=wait)
        assert taken(world) == 30 * PRICE
        assert 0 < sum(waited) <= 30

    def test_a_waiting_worker_tells_its_part_of_the_slice(self) -> None:
        """What it keeps for its next batch would never be told: the slice would look untouched."""
        world = a_town(1, UNGUARDED.replace(canary_min=20, canary_hold_minutes=0))
        waited: list[float] = []
        gate = Gate(world.ports, expected=100, has_time=lambda: True, wait=waited.append)
        gate.begin(40, together=20)
        for outcome in (Refused(code="20"),) * 20:
            assert gate.permits()
            gate.note(outcome)
        assert not gate.permits()
        assert (gate.shut, waited) == ("halted", [])
        assert brake(world).refused == 20

    def test_a_slice_that_its_worker_saw_succeed_lets_it_go_on_at_once(self) -> None:
        world = a_town(1, UNGUARDED.replace(canary_min=20))
        waited: list[float] = []
        gate = Gate(world.ports, expected=100, has_time=lambda: True, wait=waited.append)
        gate.begin(40, together=20)
        for number in range(20):
            assert gate.permits()
            gate.note(Authorised(provider_reference=f"GOOD{number}"))
        assert gate.permits()
        assert waited == []


class TestGuardHalt:
    """The rate of approvals falls: a rule at the provider calls every card stolen."""

    def under_a_wrong_rule(self, limits: Limits) -> World:
        world = a_town(100, limits)
        good = [Authorised(provider_reference=f"GOOD{number}") for number in range(40)]
        world.fakes.gateway.script(VISA.token, *good, *[Refused(code="20")] * 60)
        world.sweep()
        world.fakes.gateway._script.clear()
        return world

    def test_without_it_sixty_people_lose_their_month(self) -> None:
        """A card called stolen is never tried again."""
        world = self.under_a_wrong_rule(UNGUARDED)
        world.live(timedelta(days=10))
        assert taken(world) == 40 * PRICE

    def test_with_it_charging_halts_and_the_rest_pays_once_the_rule_is_mended(self) -> None:
        limits = UNGUARDED.replace(sample_min=50, approval_min_bps=7_500)
        world = self.under_a_wrong_rule(limits)
        halted = brake(world).halted
        assert halted is not None
        assert (halted.cause, alarms(world).count("ChargingHalted")) == ("approval_fell", 1)
        later(world, 60)
        assert len(world.fakes.gateway.charges) <= 40 + 20, "it stays halted by itself"
        release_halt(ports=world.ports)
        release_halt(ports=world.ports)
        later(world, 5)
        assert taken(world) >= (100 - 20) * PRICE


class TestGuardClock:
    """The clock: ours is a month ahead of the provider's, and a month is charged too early."""

    @staticmethod
    def ahead(limits: Limits, days: int) -> World:
        world = a_town(10, limits)
        world.fakes.gateway.offset = timedelta(days=-days)
        world.sweep()
        return world

    def test_without_it_everybody_is_charged_a_month_early(self) -> None:
        assert taken(self.ahead(UNGUARDED, 30)) == 10 * PRICE

    @pytest.mark.parametrize("days", [30, -30])
    def test_failure_31_a_clock_off_either_way_holds_every_charge(self, days: int) -> None:
        """Failure 31: a tolerance has two sides."""
        world = self.ahead(UNGUARDED.replace(clock_holds_seconds=300), days)
        assert taken(world) == 0
        assert {run.shut for run in runs(world) if run.held} == {"clock"}
        world.fakes.gateway.offset = timedelta(seconds=-299)
        later(world, 5)
        assert taken(world) == 10 * PRICE

    def test_a_worker_behind_the_others_never_takes_the_hour_back(self) -> None:
        """A second behind it counts in their hour; ten minutes behind it charges nothing."""
        world = a_town(1, UNGUARDED.replace(clock_holds_seconds=300))
        assert Gate(world.ports).permits()
        slow = FakePorts(store=world.fakes.store, facts=world.fakes.facts)
        slow.clock.now = world.now - timedelta(seconds=1)
        assert Gate(slow).permits()
        assert brake(world).hour_granted == 2
        slow.clock.now = world.now - timedelta(minutes=10)
        behind = Gate(slow)
        assert not behind.permits()
        assert behind.shut == "clock"


class TestGuardFence:
    """The fence: a table restored from a copy knows nothing of the money taken since."""

    def test_a_restored_copy_charges_nothing_until_it_was_compared(self) -> None:
        world = a_town(3)
        assert Gate(world.ports).permits()
        world.fakes.store.table_id = "restored"
        for _ in range(2):
            later(world, 5)
        assert (taken(world), alarms(world)) == (0, ["ChargingFenced"])
        assert {run.shut for run in runs(world) if run.held} == {"fenced"}
        world.fakes.store.commit(lift(brake(world), "restored"))
        later(world, 5)
        assert taken(world) == 3 * PRICE


class TestFailure6:
    """Failure 6: a second sweep while the first still works charges nothing twice."""

    def test_two_sweeps_of_one_morning(self) -> None:
        world = a_town(5)
        for _ in range(2):
            world.fakes.queues.send("agenda", tuple({"shard": n} for n in range(SHARDS)))
        world.sweep()
        assert (taken(world), taken_twice(world)) == (5 * PRICE, 0)


class TestFailure10:
    """Failure 10: what is wrong ends the run, and is not swallowed on the way."""

    def test_it_is_halted_however_busy_the_brake_is(self) -> None:
        """A conflict does not swallow it."""
        world = a_town(1, UNGUARDED.replace(paid_twice_max=1))
        assert Gate(world.ports).permits()
        tell(Tally(paid_twice=1), ports=Saboteur(world.ports, at=1, how="conflict"))
        assert brake(world).halted is not None


class TestFailure17:
    """Failure 17: somebody else charges the same people."""

    def test_second_payments_learnt_by_any_channel_halt(self) -> None:
        """Charging stops at the third, whoever takes the first payments."""
        world = a_town(1, UNGUARDED.replace(paid_twice_max=3))
        assert Gate(world.ports).permits()
        for _ in range(4):
            tell(Tally(paid_twice=1), ports=world.ports)
        halted = brake(world).halted
        assert halted is not None
        assert halted.cause == "paid_twice"
        assert not Gate(world.ports).permits()


class TestFailure30:
    """Failure 30: what a call that timed out came to is the provider's to say."""

    def test_too_many_unknown_outcomes_halt_too(self) -> None:
        """Charging into silence would leave a day of open questions."""
        world = a_town(100, UNGUARDED.replace(sample_min=50))
        world.fakes.gateway.script(VISA.token, *[NoAnswer()] * 100)
        world.sweep()
        halted = brake(world).halted
        assert halted is not None
        assert halted.cause == "outcomes_unknown"
        assert len(world.fakes.gateway.charges) < 70


class TestFailure11:
    """Failure 11: what a guard holds back stays on the agenda and is told, never dropped."""

    @pytest.mark.parametrize(
        ("limits", "shut"),
        [
            (UNGUARDED.replace(per_hour=1), "hour_cap"),
            (UNGUARDED.replace(canary_min=1), "canary"),
        ],
    )
    def test_held_items_are_due_as_before(self, limits: Limits, shut: Shut) -> None:
        world = a_town(6, limits)
        before = {due.key: due for due in dues(world)}
        held = [run for run in runs(world) if run.held]
        assert {run.shut for run in held} == {shut}
        untouched = [due for due in dues(world) if due == before[due.key]]
        assert len(untouched) == 5 == sum(run.held for run in held)
        assert all(due.agenda_at is not None for due in untouched)


def test_a_brake_kept_busy_gives_up_in_the_end() -> None:
    """And the run leaves its entries to the next sweep."""
    world = a_town(1)

    class Busy(type(world.fakes.store)):  # type: ignore[misc]  # the fake's own class
        def commit(self, change: Change) -> None:
            raise Conflict(detail="busy")

    store = Busy(things=dict(world.fakes.store.things))
    ports = world.fakes.bundle(store=store)
    with pytest.raises(Conflict):
        stop_charging(reason="r", by="b", ports=ports)
    with pytest.raises(Conflict):
        Gate(ports).permits()
