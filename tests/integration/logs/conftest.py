"""A deployment on the cloud's stand-ins, with the provider's simulator beside it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from chalicelib import bootstrap
from chalicelib.application.ports import Ids
from infra.local.adyen import Simulator
from tests.integration.http.site import Site, open_site
from tests.integration.logs.deployment import OPTIONS, REGION, Deployment, deploy, receive
from tests.world import on_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient


@pytest.fixture
def deployment(
    monkeypatch: pytest.MonkeyPatch,
    dynamodb: "DynamoDBClient",
    streams: "DynamoDBStreamsClient",
    table: str,
    commit_ids: Ids,
) -> Iterator[Deployment]:
    from moto import mock_aws  # noqa: PLC0415 - only these tests pay for it

    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    bootstrap._client.cache_clear()
    with mock_aws(), Simulator(OPTIONS, transport=receive) as provider:
        yield deploy(provider, dynamodb, streams, table, commit_ids)
    bootstrap._client.cache_clear()


@pytest.fixture
def site(
    dynamodb: "DynamoDBClient", streams: "DynamoDBStreamsClient", table: str, commit_ids: Ids
) -> Site:
    """The application on a table of its own, everything else in memory."""
    return open_site(on_table(dynamodb, streams, table, commit_ids))
