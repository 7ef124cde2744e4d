"""The brake on charges, in memory and on the table: one write, and never past a ceiling."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.application.ports import Counted, Store
from chalicelib.domain.billing.guards import (
    Ask,
    Charging,
    Halted,
    Stopped,
    Tally,
    admits,
    counted,
    opened,
)
from chalicelib.domain.kernel.change import Change, Insert, Replace

NOW = datetime(2026, 11, 5, 4, 0, 7, 250000, tzinfo=UTC)
WORKERS = 16


def an_ask(store: Store, **changes: Any) -> Ask:
    ask = Ask(table_id=store.identity(), at=NOW, wanted=10, hour_max=100, canary_max=100)
    return ask.replace(**changes)


def braked(store: Store, **changes: Any) -> Charging:
    """A store with a brake in it."""
    brake = opened(store.identity(), NOW).replace(**changes)
    store.commit(Change((Insert(brake),)))
    return brake


def test_before_the_first_charge_there_is_no_brake(store: Store) -> None:
    assert store.charging() is None
    assert store.count(an_ask(store)) == Counted(None, is_counted=False)


def test_an_ask_is_counted_and_answered_with_the_brake_as_it_stands(store: Store) -> None:
    braked(store)
    tally = Tally(reported=9, refused=2, unknown=1, paid_twice=1)
    ask = an_ask(store, tally=tally)
    after = store.count(ask).brake
    assert after == store.charging()
    assert after is not None
    assert (after.granted, after.hour_granted, after.granted_at) == (10, 10, NOW)
    assert (after.reported, after.refused, after.unknown, after.paid_twice) == (9, 2, 1, 1)
    assert (after.hour_refused, after.hour_unknown, after.version) == (2, 1, 2)


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({}, {}),
        ({"table_id": "another"}, {}),
        ({"hour_at": datetime(2026, 11, 5, 3, tzinfo=UTC)}, {}),
        ({"stopped": Stopped(reason="a price", by="odile", since=NOW)}, {}),
        ({"halted": Halted(cause="approval_fell", since=NOW)}, {}),
        ({"fenced_since": NOW}, {}),
        ({"hour_granted": 90, "canary_passed": True}, {}),
        ({"hour_granted": 91, "canary_passed": True}, {}),
        ({}, {"hour_max": 9}),
        ({}, {"canary_max": 9}),
        ({"granted": 90}, {}),
        ({"granted": 91}, {}),
        ({"granted": 91, "canary_passed": True}, {}),
        ({"stopped": Stopped(reason="a price", by="odile", since=NOW)}, {"wanted": 0}),
        ({"table_id": "another", "granted": 20, "hour_granted": 20}, {"wanted": -3}),
    ],
)
def test_the_table_admits_what_the_rule_admits(
    store: Store, changes: dict[str, Any], asked: dict[str, Any]
) -> None:
    """The condition of the one write and `guards.admits` never disagree."""
    brake, ask = braked(store, **changes), an_ask(store, **asked)
    may = admits(brake, ask)
    assert store.count(ask) == Counted(counted(brake, ask) if may else brake, is_counted=may)
    assert store.charging() == (counted(brake, ask) if may else brake)


def test_what_was_said_before_does_not_ride_along_again(store: Store) -> None:
    """An alarm is told once, not with every batch."""
    brake = braked(store)
    store.commit(Change((Replace(brake.next(), events=("ChargingResumed",)),)))
    before = store.charging()
    store.count(an_ask(store))
    after = store.charging()
    assert before is not None
    assert after is not None
    assert after.version == before.version + 1


class TestFailure16:
    """Failure 16: however many workers wake, each counts once and none gets past a ceiling."""

    def test_sixteen_workers_at_once_stay_under_the_ceiling(self, store: Store) -> None:
        braked(store)
        ask = an_ask(store, wanted=7)
        with ThreadPoolExecutor(WORKERS) as pool:
            replies = list(pool.map(lambda _: store.count(ask), range(2 * WORKERS)))
        brake = store.charging()
        assert brake is not None
        assert sum(reply.is_counted for reply in replies) == 100 // 7
        assert (brake.granted, brake.hour_granted) == (98, 98)
        assert brake.version == 1 + 100 // 7


def test_a_table_is_known_by_itself_and_not_by_its_name(store: Store) -> None:
    assert store.identity() == store.identity()
    assert store.identity()


def test_hours_are_those_of_every_zone_with_whole_hours() -> None:
    brake = opened("t", NOW + timedelta(hours=18, minutes=59))
    assert (brake.hour_at, brake.day_on.isoformat()) == (
        datetime(2026, 11, 5, 22, tzinfo=UTC),
        "2026-11-05",
    )
