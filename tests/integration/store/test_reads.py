"""What a read asks of the table: how consistent, and how many pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import pytest

from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.application.ports import Ids
from chalicelib.domain.billing.agenda import shard
from chalicelib.domain.kernel.change import Change, Insert
from chalicelib.domain.kernel.errors import Conflict
from tests.fakes_things import CUSTOMER_ID, SUBSCRIPTION_ID, a_due, a_proposal, one_of_each

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FAR = datetime(2030, 1, 1, tzinfo=UTC)
SHARD = shard(SUBSCRIPTION_ID)
PAGE = 2
KEY = a_due().key


@dataclass
class ShortPages:
    """A client whose pages hold two items, as a page of the table holds a megabyte."""

    client: "DynamoDBClient"
    requests: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def __getattr__(self, operation: str) -> Any:
        def call(**request: Any) -> Any:
            self.requests.append((operation, request))
            short = {"Limit": PAGE} if operation in ("query", "scan") else {}
            return getattr(self.client, operation)(**{**request, **short})

        return call


@pytest.fixture
def client(dynamodb: "DynamoDBClient") -> ShortPages:
    return ShortPages(dynamodb)


@pytest.fixture
def store(client: ShortPages, table: str, commit_ids: Ids) -> DynamoStore:
    store = DynamoStore(cast("Any", client), table, commit_ids)
    others = tuple(a_due(n) for n in range(2, 6))
    store.commit(Change(tuple(Insert(thing) for thing in (*one_of_each(), *others))))
    client.requests.clear()
    return store


def test_every_page_is_read(store: DynamoStore) -> None:
    assert [due.period for due in store.due_items(SUBSCRIPTION_ID)] == [1, 2, 3, 4, 5]
    assert sorted(due.period for due in store.every_due_item()) == [1, 2, 3, 4, 5]
    assert len(list(store.every_reversal())) == 1
    assert len(list(store.every_series())) == 1
    assert len(list(store.every_refund())) == len(store.refunds(SUBSCRIPTION_ID)) == 1
    assert len(list(store.every_dispute())) == len(store.disputes(SUBSCRIPTION_ID)) == 1
    assert len(list(store.every_unplaced_money())) == len(store.letters(SUBSCRIPTION_ID)) == 1
    assert len(store.due_entries(SHARD, FAR, 100)) == 7
    assert [each.id for each in store.every_subscription()] == [SUBSCRIPTION_ID]


def test_no_page_is_read_beyond_the_limit(store: DynamoStore, client: ShortPages) -> None:
    first = store.due_entries(SHARD, FAR, 3)
    assert len(first) == 3
    assert len(client.requests) == 2
    assert first == store.due_entries(SHARD, FAR, 100)[:3]


def test_a_scan_reads_no_further_than_it_is_asked_to(
    store: DynamoStore, client: ShortPages
) -> None:
    next(store.every_due_item())
    read = len(client.requests)
    list(store.every_due_item())
    assert len(client.requests) - read > read


CONSISTENT: dict[str, Callable[[DynamoStore], object]] = {
    "fresh": lambda store: store.due_item(KEY, fresh=True),
    "due_items": lambda store: store.due_items(SUBSCRIPTION_ID),
    "unique": lambda store: store.unique("live", f"solo#{CUSTOMER_ID}"),
    "series": lambda store: store.series("900000019", "F", 2026),
    "proposal": lambda store: store.proposal(a_proposal().id),
    "letter_was_sent": lambda store: store.letter_was_sent(SUBSCRIPTION_ID, "none"),
}
EVENTUAL: dict[str, Callable[[DynamoStore], object]] = {
    "due_item": lambda store: store.due_item(KEY),
    "subscription": lambda store: store.subscription(SUBSCRIPTION_ID),
    "contract": lambda store: store.contract(SUBSCRIPTION_ID),
    "checkout": lambda store: store.checkout(SUBSCRIPTION_ID),
    "customer": lambda store: store.customer(CUSTOMER_ID),
    "agenda": lambda store: store.due_entries(SHARD, FAR, 1),
}


@pytest.mark.parametrize("read", CONSISTENT.values(), ids=CONSISTENT)
def test_what_decides_about_uniqueness_or_numbers_is_read_consistently(
    store: DynamoStore, client: ShortPages, read: Callable[[DynamoStore], object]
) -> None:
    read(store)
    assert all(request["ConsistentRead"] is True for _, request in client.requests)
    assert client.requests


@pytest.mark.parametrize("read", EVENTUAL.values(), ids=EVENTUAL)
def test_other_reads_cost_half(
    store: DynamoStore, client: ShortPages, read: Callable[[DynamoStore], object]
) -> None:
    read(store)
    assert [request.get("ConsistentRead", False) for _, request in client.requests] == [False]


@dataclass
class Throttled(ShortPages):
    """A client that leaves part of a batch unread, so many times."""

    times: int = 0

    def batch_get_item(self, **request: Any) -> Any:
        ((table, wanted),) = request["RequestItems"].items()
        self.requests.append(("batch_get_item", request))
        if not self.times:
            return self.client.batch_get_item(**request)
        self.times -= 1
        first, *rest = wanted["Keys"]
        reply = self.client.batch_get_item(
            **{**request, "RequestItems": {table: {"Keys": [first]}}}
        )
        return {**reply, "UnprocessedKeys": {table: {"Keys": rest}} if rest else {}}


def a_throttled_store(
    dynamodb: "DynamoDBClient", table: str, ids: Ids, times: int
) -> tuple[DynamoStore, Throttled]:
    client = Throttled(dynamodb, times=times)
    store = DynamoStore(cast("Any", client), table, ids, pause=lambda _: None)
    store.commit(Change(tuple(Insert(a_due(n)) for n in range(1, 9))))
    return store, client


def test_what_traffic_kept_out_of_a_batch_is_asked_for_again(
    dynamodb: "DynamoDBClient", table: str, commit_ids: Ids
) -> None:
    store, client = a_throttled_store(dynamodb, table, commit_ids, 3)
    keys = [KEY.replace(period=n) for n in range(1, 9)]
    assert set(store.due_items_at(keys)) == set(keys)
    assert [operation for operation, _ in client.requests].count("batch_get_item") == 4


def test_traffic_that_never_lets_a_batch_through_is_a_conflict(
    dynamodb: "DynamoDBClient", table: str, commit_ids: Ids
) -> None:
    store, _ = a_throttled_store(dynamodb, table, commit_ids, 99)
    with pytest.raises(Conflict):
        store.due_items_at([KEY.replace(period=n) for n in range(1, 9)])
