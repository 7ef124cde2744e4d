"""Worlds whose store is a table of the embedded database."""

from typing import TYPE_CHECKING

import pytest

from chalicelib.application.ports import Ids
from tests.world import World, on_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient


@pytest.fixture
def table_world(
    dynamodb: "DynamoDBClient", streams: "DynamoDBStreamsClient", table: str, commit_ids: Ids
) -> World:
    """A world on a table of its own."""
    return on_table(dynamodb, streams, table, commit_ids)
