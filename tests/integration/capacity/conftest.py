"""Worlds whose table counts what it is asked."""

from typing import TYPE_CHECKING

import pytest

from chalicelib.application.ports import Ids
from tests.world import World, on_table
from tests.world_units import Counter

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient


@pytest.fixture
def counter() -> Counter:
    """What the table of this test consumed."""
    return Counter()


@pytest.fixture
def counted_world(
    dynamodb: "DynamoDBClient",
    streams: "DynamoDBStreamsClient",
    table: str,
    commit_ids: Ids,
    counter: Counter,
) -> World:
    """A world on a table of its own, counted."""
    world = on_table(dynamodb, streams, table, commit_ids, meter=counter)
    world.settles_daily = False  # what the reports of settled batches cost is apart
    return world
