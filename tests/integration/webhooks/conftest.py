"""The webhook routes as they are deployed, on a table of their own."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.adapters.dynamodb import codec
from chalicelib.application.ports import Notification
from tests.world_site import Site, open_site

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Kept = Callable[[], list[Notification]]


@pytest.fixture
def site(dynamodb: "DynamoDBClient", table: str) -> Site:
    """The routes, and an empty table behind them."""
    return open_site(dynamodb, table)


@pytest.fixture
def kept(dynamodb: "DynamoDBClient", table: str) -> Kept:
    """Every notification in the table."""

    def read() -> list[Notification]:
        items: Any = dynamodb.scan(TableName=table)["Items"]
        return [n for n in map(codec.decode, items) if isinstance(n, Notification)]

    return read
