"""What a person's order, and a provider's notification, ask of the table on the HTTP path."""

from typing import TYPE_CHECKING

import pytest

from tests.world_site import Site, open_site, order_to_payment_page
from tests.world_webhooks import authorisation, standard_body, webhook_headers

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def site(dynamodb: "DynamoDBClient", table: str) -> Site:
    """The site on a table of its own."""
    return open_site(dynamodb, table)


def test_from_the_form_to_the_payment_page(site: Site) -> None:
    """Two writes and one call; the form looks for the mailbox, each page loads its own order."""
    asked = order_to_payment_page(site)
    operations = {name: [operation for operation, _ in each] for name, each in asked.items()}
    assert operations == {
        "order form": ["get_item", "put_item"],
        "review page": ["get_item"],
        "order button": ["get_item", "put_item"],
        "payment page": ["get_item", "batch_get_item"],
    }
    assert len(site.gateway.pages) == 1
    units = {name: units for name, each in asked.items() for _, units in each[1:]}
    assert units == {"order form": 2, "order button": 3, "payment page": 1.5}


def test_a_notification_is_one_conditional_put(site: Site) -> None:
    body = standard_body(authorisation("WNS7GQ4TG5PFWR50"))
    assert site.send("/webhooks/adyen", body, webhook_headers()).status_code == 202
    assert site.meter == [("put_item", 1.0)]


def test_a_repeated_notification_is_one_put_that_is_refused(site: Site) -> None:
    body = standard_body(authorisation("WNS7GQ4TG5PFWR50"))
    for _ in range(3):
        assert site.send("/webhooks/adyen", body, webhook_headers()).status_code == 202
    assert site.meter == [("put_item", 1.0)]


def test_a_forged_notification_asks_nothing_of_the_table(site: Site) -> None:
    forged = authorisation("WNS7GQ4TG5PFWR50") | {"success": "false"}
    assert site.send("/webhooks/adyen", standard_body(forged), webhook_headers()).status_code == 401
    assert site.meter == []
