"""A real restore: yesterday's items copied into a new table of the embedded database."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.application.billing.books.lift_fence import lift_fence
from chalicelib.application.ports import Ids
from tests.fakes_stream import TableStream
from tests.world import World, on_table
from tests.world_restore import (
    PRICE,
    a_town,
    assert_proved,
    dues,
    forgotten_evening,
    next_morning,
    numbers_on_two,
    reports,
    taken_twice,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient

Items = list[dict[str, Any]]


@dataclass(frozen=True)
class Tables:
    """A world on a table, and the means to restore it into another."""

    dynamodb: "DynamoDBClient"
    streams: "DynamoDBStreamsClient"
    new_table: Callable[[], str]
    ids: Ids
    table: str
    world: World

    def copy(self) -> Items:
        """Every item of the table, as a backup holds them."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.table)
        return [dict(item) for page in pages for item in page["Items"]]

    def restore(self, items: Items, *, fenced: bool = True) -> None:
        """Point the world at a new table with these items; without the fence it is adopted."""
        name = self.new_table()
        store = DynamoStore(self.dynamodb, name, self.ids)
        for item in items:
            self.dynamodb.put_item(TableName=name, Item=item)
        if not fenced:
            for item in items:
                if "table_id" in item:
                    own = {**item, "table_id": {"S": store.identity()}}
                    self.dynamodb.put_item(TableName=name, Item=own)
        stream = TableStream(self.dynamodb, self.streams, name)
        stream.drain()
        self.world.ports = self.world.fakes.bundle(store=store)
        self.world.read_stream = stream.drain


@pytest.fixture
def tables(
    dynamodb: "DynamoDBClient",
    streams: "DynamoDBStreamsClient",
    new_table: Callable[[], str],
    commit_ids: Ids,
) -> Tables:
    table = new_table()
    world = a_town(on_table(dynamodb, streams, table, commit_ids))
    return Tables(dynamodb, streams, new_table, commit_ids, table, world)


class TestGuardFence:
    """The fence, on a table that is another although every item in it is the same."""

    def test_without_it_money_is_taken_and_numbers_are_given_a_second_time(
        self, tables: Tables
    ) -> None:
        copy = tables.copy()
        forgotten_evening(tables.world)
        tables.restore(copy, fenced=False)
        next_morning(tables.world)
        assert taken_twice(tables.world) == 4 * PRICE
        assert numbers_on_two(tables.world) > 0

    def test_with_it_nothing_is_taken_twice_and_every_number_stands_where_it_stood(
        self, tables: Tables
    ) -> None:
        world, copy = tables.world, tables.copy()
        forgotten_evening(world)
        before = {due.key: due.number for due in dues(world)}
        tables.restore(copy)
        next_morning(world)
        assert (taken_twice(world), numbers_on_two(world)) == (0, 0)
        compared = lift_fence(reports(world), until_at=world.now, ports=world.ports)
        assert (compared.entered, compared.renumbered, compared.is_lifted) == (4, 4, True)
        world.rest()
        assert {due.key: due.number for due in dues(world)} == before
        world.sweep()
        assert (taken_twice(world), numbers_on_two(world)) == (0, 0)
        assert_proved(world)
