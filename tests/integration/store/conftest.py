"""The same store: in memory, in memory with indexes, and on a table of the embedded database."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.application.ports import Ids, Store
from tests.fakes_store import Committed, FakeStore
from tests.fakes_stream import TableStream
from tests.simulation.world.table import Table

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


@pytest.fixture(params=["memory", "indexed", "dynamodb"])
def kept(request: pytest.FixtureRequest) -> Kept:
    """Each test of the contract runs on all of them."""
    if request.param in ("memory", "indexed"):
        store = FakeStore() if request.param == "memory" else Table()
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
