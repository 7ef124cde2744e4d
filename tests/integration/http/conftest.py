"""The real application on a table of the embedded database, everything else in memory."""

from typing import TYPE_CHECKING

import pytest

from chalicelib.application.ports import Ids
from tests.integration.http.site import Site, open_account, open_site, subscribe
from tests.world import on_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient


@pytest.fixture
def site(
    dynamodb: "DynamoDBClient", streams: "DynamoDBStreamsClient", table: str, commit_ids: Ids
) -> Site:
    """The application on a table of its own."""
    return open_site(on_table(dynamodb, streams, table, commit_ids))


@pytest.fixture
def settled(site: Site) -> Site:
    """A site where somebody has an account and is not signed in."""
    browser = site.browser()
    subscribe(site, browser)
    open_account(site, browser)
    return site
