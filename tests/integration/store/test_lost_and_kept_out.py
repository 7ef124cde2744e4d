"""Replies that never come, and traffic that keeps a write out: no write is lost or made twice."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from chalicelib.adapters.dynamodb.store import TRIES_MAX, DynamoStore
from chalicelib.application.ports import Ids
from chalicelib.domain.kernel import unique
from chalicelib.domain.kernel.change import AlreadyStamped, Change, Insert, Remove, Replace, Stamp
from chalicelib.domain.kernel.errors import Conflict, NotFound
from tests.fakes_things import (
    CUSTOMER_ID,
    SUBSCRIPTION_ID,
    a_customer,
    a_due,
    a_notification,
    a_series,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LOST_REPLY = ReadTimeoutError(endpoint_url="http://localhost")
NO_CONNECTION = EndpointConnectionError(endpoint_url="http://localhost")
STAMP = Stamp(key=a_due().key, mark="sha256", facts={"sha256": "a" * 64})
HELD = unique.live("solo", CUSTOMER_ID, SUBSCRIPTION_ID)


def refusal(code: str, *reasons: str) -> ClientError:
    response: dict[str, Any] = {"Error": {"Code": code, "Message": code}}
    if reasons:
        response["CancellationReasons"] = [{"Code": reason} for reason in reasons]
    return ClientError(cast("Any", response), "Write")


CONFLICT_OF_TWO = refusal("TransactionCanceledException", "None", "TransactionConflict")


@dataclass
class Fault:
    """An error instead of a reply, before or after the request was carried out."""

    error: Exception
    when: Literal["before", "after"] = "before"


@dataclass
class FaultyClient:
    """A client whose next calls fail as told; it notes every request."""

    client: "DynamoDBClient"
    faults: deque[Fault] = field(default_factory=deque)
    requests: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def __getattr__(self, operation: str) -> Any:
        def call(**request: Any) -> Any:
            self.requests.append((operation, request))
            fault = self.faults.popleft() if self.faults else None
            if fault and fault.when == "before":
                raise fault.error
            reply = getattr(self.client, operation)(**request)
            if fault:
                raise fault.error
            return reply

        return call

    def fail(self, *faults: Fault) -> None:
        """Fail the next calls, and forget those that came before."""
        self.requests.clear()
        self.faults.extend(faults)


@pytest.fixture
def client(dynamodb: "DynamoDBClient") -> FaultyClient:
    return FaultyClient(dynamodb)


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def store(client: FaultyClient, table: str, commit_ids: Ids, pauses: list[float]) -> DynamoStore:
    store = DynamoStore(cast("Any", client), table, commit_ids, pause=pauses.append)
    for entity in (a_customer(), a_due(), a_series(), HELD):
        store.commit(Change((Insert(entity),)))
    return store


CHANGES = {
    "insert": Change((Insert(a_due(2)),)),
    "replace": Change((Replace(a_customer().next(lang="en")),)),
    "stamp": Change((STAMP,)),
    "remove": Change((Remove(HELD),)),
    "several": Change((Replace(a_series().next(following=2)), STAMP, Remove(HELD))),
}
every_change = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)


@every_change
def test_a_write_whose_reply_was_lost_is_made_once(
    store: DynamoStore, client: FaultyClient, change: Change
) -> None:
    client.fail(Fault(LOST_REPLY, "after"))
    store.commit(change)
    assert len(client.requests) == 2
    assert client.requests[0] == client.requests[1]
    with pytest.raises(Conflict):
        store.commit(change)


@every_change
def test_a_write_that_never_arrived_is_sent_again(
    store: DynamoStore, client: FaultyClient, change: Change
) -> None:
    client.fail(Fault(NO_CONNECTION), Fault(refusal("ThrottlingException")))
    store.commit(change)
    assert len(client.requests) == 3


@pytest.mark.parametrize(
    "error",
    [
        CONFLICT_OF_TWO,
        refusal("TransactionConflictException"),
        refusal("TransactionInProgressException"),
        refusal("ThrottlingException"),
        refusal("ProvisionedThroughputExceededException"),
        refusal("InternalServerError"),
        refusal("TransactionCanceledException", "ThrottlingError", "None"),
    ],
    ids=str,
)
def test_traffic_is_waited_out_with_the_same_token(
    store: DynamoStore, client: FaultyClient, pauses: list[float], error: ClientError
) -> None:
    client.fail(*[Fault(error)] * (TRIES_MAX - 1))
    store.commit(CHANGES["several"])
    tokens = {request["ClientRequestToken"] for _, request in client.requests}
    assert (len(client.requests), len(tokens)) == (TRIES_MAX, 1)
    assert len(pauses) == TRIES_MAX - 1
    assert store.due_item(STAMP.key, fresh=True).sha256 == "a" * 64


def test_traffic_that_never_ends_is_a_conflict(store: DynamoStore, client: FaultyClient) -> None:
    client.fail(*[Fault(CONFLICT_OF_TWO)] * TRIES_MAX)
    with pytest.raises(Conflict) as conflict:
        store.commit(CHANGES["several"])
    assert not isinstance(conflict.value, AlreadyStamped)
    assert len(client.requests) == TRIES_MAX
    assert store.due_item(STAMP.key, fresh=True).sha256 is None


def test_pauses_grow_and_stay_under_half_a_second(
    store: DynamoStore, client: FaultyClient, pauses: list[float]
) -> None:
    client.fail(*[Fault(CONFLICT_OF_TWO)] * TRIES_MAX)
    with pytest.raises(Conflict):
        store.commit(CHANGES["several"])
    assert all(pause <= 0.05 * 2**number for number, pause in enumerate(pauses, start=1))
    assert sum(pauses) < 1


def test_a_request_that_can_never_succeed_is_not_repeated(
    store: DynamoStore, client: FaultyClient
) -> None:
    client.fail(Fault(refusal("ValidationException")))
    with pytest.raises(ClientError, match="ValidationException"):
        store.commit(CHANGES["several"])
    assert len(client.requests) == 1


def test_a_cancelled_transaction_with_one_hopeless_write_is_not_repeated(
    store: DynamoStore, client: FaultyClient
) -> None:
    hopeless = refusal("TransactionCanceledException", "TransactionConflict", "ValidationError")
    client.fail(Fault(hopeless))
    with pytest.raises(ClientError, match="TransactionCanceledException"):
        store.commit(CHANGES["several"])
    assert len(client.requests) == 1


def test_after_a_lost_reply_another_writer_makes_it_a_conflict(
    store: DynamoStore,
    client: FaultyClient,
    dynamodb: "DynamoDBClient",
    table: str,
    commit_ids: Ids,
) -> None:
    """The stored thing is the other's write by then, so it has to be read and decided again."""
    second = a_customer().next(lang="en")
    other = DynamoStore(dynamodb, table, commit_ids)

    def overwrite(_: float) -> None:
        other.commit(Change((Replace(second.next(lang="fr")),)))

    late = DynamoStore(cast("Any", client), table, commit_ids, pause=overwrite)
    client.fail(Fault(LOST_REPLY, "after"))
    with pytest.raises(Conflict):
        late.commit(Change((Replace(second),)))
    assert store.customer(CUSTOMER_ID, fresh=True).version == 3


def test_each_commit_has_a_token_of_its_own(store: DynamoStore, client: FaultyClient) -> None:
    client.fail()
    for change in (Change((Remove(HELD),)), Change((Insert(HELD), Insert(a_due(2))))):
        store.commit(change)
    tokens = {request["ClientRequestToken"] for _, request in client.requests}
    assert len(tokens) == 2
    assert all(len(token) <= 36 for token in tokens)


def test_a_write_alone_costs_no_transaction(store: DynamoStore, client: FaultyClient) -> None:
    client.fail()
    for name in ("insert", "replace", "stamp"):
        store.commit(CHANGES[name])
    operations = [operation for operation, _ in client.requests]
    assert operations == ["put_item", "put_item", "update_item"]


def test_a_notification_that_could_not_be_kept_is_an_error(
    store: DynamoStore, client: FaultyClient
) -> None:
    client.fail(Fault(refusal("ThrottlingException")))
    with pytest.raises(ClientError, match="ThrottlingException"):
        store.keep_notification(a_notification())
    assert store.keep_notification(a_notification())


def test_a_read_that_finds_nothing_is_made_again_consistently(
    store: DynamoStore, client: FaultyClient
) -> None:
    client.fail()
    store.due_item(a_due().key)
    assert [request["ConsistentRead"] for _, request in client.requests] == [False]
    client.fail()
    with pytest.raises(NotFound):
        store.due_item(a_due(9).key)
    assert [request["ConsistentRead"] for _, request in client.requests] == [False, True]
