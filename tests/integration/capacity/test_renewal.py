"""A renewal from the sweep to the mail holds its budget of units, whatever else was done."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.adapters.dynamodb import keys
from chalicelib.domain.billing.agenda import SHARDS
from chalicelib.domain.billing.outcomes import Refused
from tests.fakes import VISA
from tests.world import World
from tests.world_units import (
    APPLY,
    KEEP,
    STEP_OF_OPERATION,
    STEP_OF_QUEUE,
    Cost,
    Counter,
    RenewalCosts,
    item_bytes,
    renewal_costs,
)
from tests.world_verdicts import assert_sound, due_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WRITE_UNITS_MAX = 14
READ_UNITS_MAX = 3
ITEM_BYTES_MAX = 1024
TEN = 10
SWEEP_READ_UNITS = SHARDS * 0.5
FIND = STEP_OF_OPERATION["query"]


@pytest.fixture
def ten(counted_world: World, counter: Counter) -> RenewalCosts:
    """Ten renewals due on one day."""
    return renewal_costs(counted_world, counter, TEN)


def test_ten_renewals_hold_the_budget_of_write_units(ten: RenewalCosts) -> None:
    assert ten.alone.write_units == pytest.approx(12.3)
    assert ten.applied.write_units == ten.kept.write_units == pytest.approx(13.3)
    assert ten.applied.write_units <= WRITE_UNITS_MAX


def test_each_step_writes_what_it_is_known_to(ten: RenewalCosts) -> None:
    written = {name: cost.write_units for name, cost in ten.steps.items() if cost.writes}
    assert written == {
        STEP_OF_OPERATION["update_item"]: 1,
        STEP_OF_OPERATION["put_item"]: 1.1,
        STEP_OF_OPERATION["transact_write_items"]: 5,
        STEP_OF_QUEUE["numbering"]: 2.2,
        STEP_OF_QUEUE["documents"]: 1,
        STEP_OF_QUEUE["mail"]: 2,
        KEEP: 1,
    }


def test_a_renewal_itself_holds_the_budget_of_read_units(ten: RenewalCosts) -> None:
    """What a sweep asks of the shards is apart: it is the same whether much is due or nothing."""
    own = ten.alone.read_units - ten.steps[FIND].read_units
    assert own == pytest.approx(2.6)
    assert own <= READ_UNITS_MAX
    assert ten.steps[FIND].read_units * TEN == SWEEP_READ_UNITS


def test_twenty_renewals_of_one_day_hold_it_with_their_sweep(
    counted_world: World, counter: Counter
) -> None:
    twenty = renewal_costs(counted_world, counter, 2 * TEN)
    assert twenty.alone.read_units == pytest.approx(2.6 + SWEEP_READ_UNITS / (2 * TEN))
    assert twenty.alone.read_units <= READ_UNITS_MAX


def test_a_notification_of_what_is_known_writes_nothing_more(ten: RenewalCosts) -> None:
    assert ten.steps[KEEP] == Cost(reads=0, read_units=0, writes=1, write_units=1)
    assert ten.steps[APPLY] == Cost(reads=1, read_units=0.5, writes=0, write_units=0)


def test_an_empty_sweep_asks_every_shard_once_and_writes_nothing(
    counted_world: World, counter: Counter
) -> None:
    counted_world.inhabited = set(range(SHARDS))
    counted_world.sweep()
    assert counter.taken() == Cost(SHARDS, SWEEP_READ_UNITS, 0, 0)


@pytest.fixture
def bytes_of(dynamodb: "DynamoDBClient", table: str) -> Callable[[keys.Key], int]:
    """The size of an item of this test's table."""

    def measure(key: keys.Key) -> int:
        named = {"pk": {"S": key.pk}, "sk": {"S": key.sk}}
        found = dynamodb.get_item(TableName=table, Key=named, ConsistentRead=True)
        return item_bytes(dict(found["Item"]))

    return measure


def test_a_period_refused_then_paid_stays_under_a_kilobyte(
    counted_world: World, bytes_of: Callable[[keys.Key], int]
) -> None:
    counted_world.settles_daily = True
    subscription_id = counted_world.subscribe()
    refusal = Refused(provider_reference="WNS7GQ4TG5PFWR51", code="12")
    counted_world.fakes.gateway.script(VISA.token, refusal)
    counted_world.move_to_next_due(subscription_id)
    counted_world.live(timedelta(days=3))
    assert_sound(counted_world)
    refused, upcoming = (keys.due(due_key(subscription_id, period)) for period in (1, 2))
    assert len(counted_world.ports.store.due_item(due_key(subscription_id, 1)).attempts) == 2
    assert bytes_of(upcoming) < bytes_of(refused) < ITEM_BYTES_MAX
    assert bytes_of(keys.subscription(subscription_id)) < ITEM_BYTES_MAX
