"""A town on a deployment of its own."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from chalicelib import bootstrap
from chalicelib.application.ports import Ids
from infra.local.adyen import Simulator
from tests.integration.logs.deployment import OPTIONS, REGION, deploy, receive
from tests.integration.month.town import Town

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient


@pytest.fixture
def town(
    monkeypatch: pytest.MonkeyPatch,
    dynamodb: "DynamoDBClient",
    streams: "DynamoDBStreamsClient",
    table: str,
    commit_ids: Ids,
) -> Iterator[Town]:
    from moto import mock_aws  # noqa: PLC0415 - only these tests pay for it

    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    bootstrap._client.cache_clear()
    with mock_aws(), Simulator(OPTIONS, transport=receive) as provider:
        deployment = deploy(provider, dynamodb, streams, table, commit_ids)
        yield Town(deployment, dynamodb, table)
    bootstrap._client.cache_clear()
