"""What every test may ask for: the embedded database, and a table of its own in it."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING

import pytest

from infra.local import engine as embedded
from tests.fakes import OPENING, FakeClock, FakeIds
from tests.table import create_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient

THREADS = 16


@pytest.fixture(scope="session")
def engine() -> Iterator[embedded.Engine]:
    """One embedded database for the whole run, in memory."""
    with embedded.running() as running:
        yield running


@pytest.fixture(scope="session")
def dynamodb(engine: embedded.Engine) -> "DynamoDBClient":
    """A client of the embedded database that gives up soon, as the deployed one does."""
    import boto3  # noqa: PLC0415 - only tests that use the database pay for it
    from botocore.config import Config  # noqa: PLC0415 - same

    return boto3.client(
        "dynamodb",
        endpoint_url=engine.endpoint,
        region_name=embedded.REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(
            connect_timeout=1,
            read_timeout=5,
            max_pool_connections=THREADS,
            retries={"mode": "standard", "total_max_attempts": 2},
        ),
    )


@pytest.fixture(scope="session")
def streams(engine: embedded.Engine) -> "DynamoDBStreamsClient":
    """A client of the streams of the embedded database."""
    import boto3  # noqa: PLC0415 - only tests that use the database pay for it
    from botocore.config import Config  # noqa: PLC0415 - same

    return boto3.client(
        "dynamodbstreams",
        endpoint_url=engine.endpoint,
        region_name=embedded.REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        # the database names its shards two characters shorter than the client thinks possible
        config=Config(parameter_validation=False),
    )


@pytest.fixture(scope="session")
def new_table(dynamodb: "DynamoDBClient") -> Callable[[], str]:
    """Makes an empty table each time it is called, and tells its name."""
    numbers = count(1)

    def make() -> str:
        name = f"tacite-{next(numbers)}"
        create_table(dynamodb, name)
        return name

    return make


@pytest.fixture(scope="session")
def commit_ids() -> FakeIds:
    """Ids that never repeat in a run, as the database remembers the tokens of every table."""
    return FakeIds(FakeClock(OPENING))


@pytest.fixture
def table(new_table: Callable[[], str]) -> str:
    """An empty table of this test's own."""
    return new_table()
