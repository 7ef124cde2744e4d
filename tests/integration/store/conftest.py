"""The same store twice: in memory, and on a table of the embedded database."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.application.ports import Ids, Store
from tests.fakes_store import Committed, FakeStore
from tests.fakes_stream import TableStream

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient


@dataclass(frozen=True)
class Kept:
    """A store, and what its stream has carried so far."""

    store: Store
    committed: Callable[[], list[Committed]]

    def last(self) -> Committed:
        """The latest write."""
        return self.committed()[-1]


@pytest.fixture(params=["memory", "dynamodb"])
def kept(request: pytest.FixtureRequest) -> Kept:
    """Each test of the contract runs on both."""
    if request.param == "memory":
        store = FakeStore()
        return Kept(store, lambda: store.committed)
    dynamodb: DynamoDBClient = request.getfixturevalue("dynamodb")
    streams: DynamoDBStreamsClient = request.getfixturevalue("streams")
    table: str = request.getfixturevalue("table")
    ids: Ids = request.getfixturevalue("commit_ids")
    stream = TableStream(dynamodb, streams, table)
    seen: list[Committed] = []

    def committed() -> list[Committed]:
        seen.extend(stream.drain())
        return seen

    return Kept(DynamoStore(dynamodb, table, ids), committed)


@pytest.fixture
def store(kept: Kept) -> Store:
    """A store alone."""
    return kept.store
