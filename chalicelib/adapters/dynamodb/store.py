"""The store port on one DynamoDB table."""

import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from secrets import SystemRandom
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from chalicelib.adapters.dynamodb import codec, failures, keys
from chalicelib.adapters.dynamodb.writes import action, count_of, key_of, note_of
from chalicelib.application.ports import AgendaEntry, Counted, Ids, Notification
from chalicelib.domain.billing.books.proof import LatestProof
from chalicelib.domain.billing.books.settlement import Settlement
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.billing.guards import Ask, Charging
from chalicelib.domain.billing.numbering import Series
from chalicelib.domain.billing.operating.proposal import Proposal
from chalicelib.domain.billing.returns.dispute import Dispute
from chalicelib.domain.billing.returns.refund import Refund
from chalicelib.domain.billing.returns.unplaced import UnplacedMoney
from chalicelib.domain.billing.reversal import Reversal
from chalicelib.domain.contract.subscription import Contract, Subscription
from chalicelib.domain.kernel.beat import Beat, BeatName
from chalicelib.domain.kernel.change import Change, Remove
from chalicelib.domain.kernel.errors import Conflict, NotFound
from chalicelib.domain.kernel.ids import DueKey, RefundKey
from chalicelib.domain.kernel.unique import Unique
from chalicelib.domain.kernel.value import Entity
from chalicelib.domain.people.correspondence import SentLetter
from chalicelib.domain.people.customer import BillingIdentity, Customer
from chalicelib.domain.selling.checkout import Checkout
from chalicelib.domain.selling.throttle import Tries, hour_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

E = TypeVar("E", bound=Entity)
H = TypeVar("H", bound=Hashable)
Meter = Callable[[str, float], None]
Item = Mapping[str, Mapping[str, Any]]

WRITES_MAX = 100
READS_MAX = 100
TRIES_MAX = 4
TRIES_KEPT = timedelta(days=3)
PAUSE_SECONDS = 0.05
COMMIT_LENGTH = 12
LOST = (NoConnection, HTTPClientError)
"""No reply came: whether the write was done is told by the next try."""


class DynamoStore:
    """One table; reads are eventually consistent unless fresh, writes are conditional.

    A read that finds nothing is made again, consistently, before it answers that there is nothing.
    """

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        ids: Ids,
        *,
        meter: Meter | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """`client` has short timeouts and a pool as large as there are threads.

        Args:
            client: the low-level client; its own retries are welcome.
            table: the table's name.
            ids: fresh ids, one for each commit.
            meter: told the operation and the capacity units it consumed; None measures nothing.
            pause: waits for some seconds before another try.
        """
        self._client = client
        self._table = table
        self._ids = ids
        self._meter = meter
        self._pause = pause
        self._jitter = SystemRandom()
        self._identity: str | None = None

    def metered(self, meter: Meter) -> "DynamoStore":
        """The same table, telling `meter` the operation and the units of each call."""
        return DynamoStore(self._client, self._table, self._ids, meter=meter, pause=self._pause)

    def checkout(self, checkout_id: str, *, fresh: bool = False) -> Checkout:
        return self._get(Checkout, keys.checkout(checkout_id), fresh=fresh)

    def subscription(self, subscription_id: str, *, fresh: bool = False) -> Subscription:
        return self._get(Subscription, keys.subscription(subscription_id), fresh=fresh)

    def contract(self, subscription_id: str) -> Contract:
        return self._get(Contract, keys.contract(subscription_id))

    def due_item(self, key: DueKey, *, fresh: bool = False) -> DueItem:
        return self._get(DueItem, keys.due(key), fresh=fresh)

    def due_items(self, subscription_id: str) -> tuple[DueItem, ...]:
        return self._of(subscription_id, DueItem, keys.DUE_PREFIX)

    def customer(self, customer_id: str, *, fresh: bool = False) -> Customer:
        return self._get(Customer, keys.customer(customer_id), fresh=fresh)

    def billing_identity(self, customer_id: str, number: int) -> BillingIdentity:
        return self._get(BillingIdentity, keys.billing_identity(customer_id, number))

    def unique(self, kind: Literal["mailbox", "live"], value: str) -> Unique | None:
        return self._find(Unique, keys.unique(kind, value), fresh=True)

    def reversal(self, key: DueKey, attempt: int) -> Reversal:
        return self._get(Reversal, keys.reversal(key, attempt))

    def settlement(self, batch: int) -> Settlement:
        return self._get(Settlement, keys.settlement(batch), fresh=True)

    def refund(self, key: RefundKey, *, fresh: bool = False) -> Refund:
        return self._get(Refund, keys.refund(key), fresh=fresh)

    def refunds(self, subscription_id: str) -> tuple[Refund, ...]:
        return self._of(subscription_id, Refund, keys.REFUND_PREFIX)

    def disputes(self, subscription_id: str) -> tuple[Dispute, ...]:
        return self._of(subscription_id, Dispute, keys.DISPUTE_PREFIX)

    def letters(self, subscription_id: str) -> tuple[SentLetter, ...]:
        return self._of(subscription_id, SentLetter, keys.LETTER_PREFIX)

    def unplaced_money(self, provider_reference: str, event: str, success: str) -> UnplacedMoney:
        return self._get(UnplacedMoney, keys.unplaced(provider_reference, event, success))

    def series(self, legal_entity: str, series: str, year: int) -> Series | None:
        return self._find(Series, keys.series(legal_entity, series, year), fresh=True)

    def due_entries(self, shard: int, until: datetime, limit: int) -> tuple[AgendaEntry, ...]:
        assert limit > 0
        found: list[AgendaEntry] = []
        pages = self._pages(
            "query",
            IndexName=keys.AGENDA_INDEX,
            KeyConditionExpression="gpk = :shard AND gsk <= :until",
            ExpressionAttributeValues={
                ":shard": {"S": keys.agenda_partition(shard)},
                ":until": {"S": keys.up_to(until)},
            },
            Limit=limit,
        )
        for page in pages:
            found += [
                keys.entry(keys.Key(item["pk"]["S"], item["sk"]["S"]), item["gsk"]["S"])
                for item in page
            ]
            if len(found) >= limit:
                break
        return tuple(found[:limit])

    def every_due_item(self) -> Iterator[DueItem]:
        return self._every(DueItem, "begins_with(sk, :prefix)", keys.DUE_PREFIX)

    def every_reversal(self) -> Iterator[Reversal]:
        return self._every(Reversal, "begins_with(sk, :prefix)", keys.REVERSAL_PREFIX)

    def every_refund(self) -> Iterator[Refund]:
        return self._every(Refund, "begins_with(sk, :prefix)", keys.REFUND_PREFIX)

    def every_dispute(self) -> Iterator[Dispute]:
        return self._every(Dispute, "begins_with(sk, :prefix)", keys.DISPUTE_PREFIX)

    def every_unplaced_money(self) -> Iterator[UnplacedMoney]:
        return self._every(UnplacedMoney, "begins_with(pk, :prefix)", keys.UNPLACED_PREFIX)

    def every_book_entry(self) -> Iterator[Entity]:
        prefixes = {f":p{n}": {"S": text} for n, text in enumerate(keys.BOOK_PARTITIONS)}
        sorts = {f":s{n}": {"S": text} for n, text in enumerate(keys.BOOK_SORTS)}
        conditions = [f"begins_with(pk, {name})" for name in prefixes]
        conditions += [f"begins_with(sk, {name})" for name in sorts]
        pages = self._pages(
            "scan",
            FilterExpression=" OR ".join(conditions),
            ExpressionAttributeValues={**prefixes, **sorts},
        )
        return (codec.thing(item) for page in pages for item in page)

    def latest_proof(self) -> LatestProof | None:
        return self._find(LatestProof, keys.latest_proof(), fresh=True)

    def every_series(self) -> Iterator[Series]:
        return self._every(Series, "begins_with(pk, :prefix)", keys.SERIES_PREFIX)

    def every_subscription(self) -> Iterator[Subscription]:
        return self._every(Subscription, "sk = :prefix", keys.subscription("").sk)

    def due_items_at(self, wanted: Iterable[DueKey]) -> dict[DueKey, DueItem]:
        return self._several(DueItem, {key: keys.due(key) for key in wanted})

    def subscriptions(self, ids: Iterable[str]) -> dict[str, Subscription]:
        return self._several(Subscription, {each: keys.subscription(each) for each in ids})

    def contracts(self, ids: Iterable[str]) -> dict[str, Contract]:
        return self._several(Contract, {each: keys.contract(each) for each in ids})

    def parked(self, reason: str | None, limit: int) -> tuple[Entity, ...]:
        assert limit > 0
        found: list[keys.Key] = []
        pages = self._pages(
            "query",
            IndexName=keys.AGENDA_INDEX,
            KeyConditionExpression="gpk = :parked AND begins_with(gsk, :reason)"
            if reason
            else "gpk = :parked",
            ExpressionAttributeValues={
                ":parked": {"S": keys.PARKED},
                **({":reason": {"S": f"{reason}#"}} if reason else {}),
            },
            Limit=limit,
        )
        for page in pages:
            found += [keys.Key(item["pk"]["S"], item["sk"]["S"]) for item in page]
            if len(found) >= limit:
                break
        items = self._items(found[:limit])
        things = (codec.decode(items[key]) for key in found[:limit] if key in items)
        return tuple(thing for thing in things if isinstance(thing, Entity))

    def proposal(self, proposal_id: str) -> Proposal:
        return self._get(Proposal, keys.proposal(proposal_id), fresh=True)

    def proposals(self, limit: int) -> tuple[Proposal, ...]:
        assert limit > 0
        found: list[Item] = []
        pages = self._pages(
            "query",
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={
                ":pk": {"S": keys.REPAIRS},
                ":prefix": {"S": keys.PROPOSAL_PREFIX},
            },
            ScanIndexForward=False,
            Limit=limit,
        )
        for page in pages:
            found += page
            if len(found) >= limit:
                break
        return tuple(codec.read(Proposal, item) for item in found[:limit])

    def letter_was_sent(self, subscription_id: str, event_id: str) -> bool:
        return self._item(keys.letter(subscription_id, event_id), fresh=True) is not None

    def commit(self, change: Change) -> None:
        if not change:
            return
        touched = {key_of(write) for write in change.writes}
        assert len(change.writes) <= WRITES_MAX, "a transaction holds a hundred writes"
        assert len(touched) == len(change.writes), "a transaction names a thing once"
        token = self._ids()
        commit = token[-COMMIT_LENGTH:]
        actions = [action(write, table=self._table, commit=commit) for write in change.writes]
        # a removal leaves no item to tell whose it was, so its token has to
        if len(actions) == 1 and not isinstance(change.writes[0], Remove):
            operation, request = _single(actions[0])
        else:
            operation = "transact_write_items"
            request = {"TransactItems": actions, "ClientRequestToken": token}
        self._insist(operation, request, change, commit)

    def keep_notification(self, notification: Notification) -> bool:
        try:
            self._call(
                "put_item",
                TableName=self._table,
                Item=codec.encode_notification(notification),
                ConditionExpression="attribute_not_exists(pk)",
            )
        except ClientError as error:
            if failures.reasons(error)[0].code in failures.CONDITIONS:
                return False
            raise
        return True

    def notification(self, provider_reference: str, event: str, success: str) -> Notification:
        key = keys.notification(provider_reference, event, success)
        item = self._item(key, fresh=True)
        if item is None:
            raise NotFound(detail="|".join(key))
        kept = codec.decode(item)
        assert isinstance(kept, Notification), "a key of notifications"
        return kept

    def identity(self) -> str:
        if self._identity is None:
            described = self._client.describe_table(TableName=self._table)["Table"]
            self._identity = described["TableId"]
        return self._identity

    def charging(self) -> Charging | None:
        return self._find(Charging, keys.charging(), fresh=True)

    def note_try(self, subject: str, at: datetime, *, refused: int = 0, paid: int = 0) -> None:
        tries = Tries(subject=subject, hour_at=hour_of(at))
        added = {name: by for name, by in (("refused", refused), ("paid", paid)) if by}
        self._note(tries, added, expires_at=int((at + TRIES_KEPT).timestamp()))

    def tries(self, subject: str, at: datetime) -> Tries | None:
        return self._find(Tries, keys.tries(subject, hour_of(at)), fresh=True)

    def before_payment(
        self, subjects: tuple[str, ...], at: datetime
    ) -> tuple[Charging | None, tuple[Tries, ...]]:
        wanted = [keys.charging(), *(keys.tries(subject, hour_of(at)) for subject in subjects)]
        named = [{"pk": {"S": key.pk}, "sk": {"S": key.sk}} for key in wanted]
        request: Any = {self._table: {"Keys": named}}
        found: list[Item] = []
        while request:
            reply = self._call("batch_get_item", RequestItems=request)
            found += reply["Responses"].get(self._table, ())
            request = reply["UnprocessedKeys"]
        things = [codec.decode(item) for item in found]
        brake = next((thing for thing in things if isinstance(thing, Charging)), None)
        return brake, tuple(thing for thing in things if isinstance(thing, Tries))

    def beat(self, name: BeatName, at: datetime) -> None:
        self._note(Beat(name=name, at=at), {})

    def last_beat(self, name: BeatName) -> Beat | None:
        return self._find(Beat, keys.beat(name), fresh=True)

    def _note(self, entity: Entity, added: Mapping[str, int], *, expires_at: int = 0) -> None:
        commit = self._ids()[-COMMIT_LENGTH:]
        request = note_of(entity, added, table=self._table, commit=commit, expires_at=expires_at)
        self._call("update_item", **request)

    def count(self, ask: Ask) -> Counted:
        request = count_of(ask, table=self._table, commit=self._ids()[-COMMIT_LENGTH:])
        for number in range(TRIES_MAX):
            if number:
                self._pause(self._jitter.uniform(0, PAUSE_SECONDS * 2**number))
            try:
                reply = self._call("update_item", **request)
            except LOST:
                continue
            except ClientError as error:
                (reason,) = failures.reasons(error)
                if reason.code in failures.CONDITIONS:
                    stood = codec.read(Charging, reason.item) if reason.item else None
                    return Counted(stood, is_counted=False)
                if reason.code not in failures.TRANSIENT:
                    raise
            else:
                return Counted(codec.read(Charging, reply["Attributes"]), is_counted=True)
        raise Conflict(detail=f"update_item was kept out {TRIES_MAX} times")

    def _insist(self, operation: str, request: Any, change: Change, commit: str) -> None:
        """Send a write until it is done or lost to somebody.

        Raises:
            Conflict: a condition failed, or traffic kept it out four times.
        """
        for number in range(TRIES_MAX):
            if number:
                self._pause(self._jitter.uniform(0, PAUSE_SECONDS * 2**number))
            try:
                self._call(operation, **request)
            except LOST:
                continue
            except ClientError as error:
                if failures.is_done(error, change.writes, commit):
                    return
            else:
                return
        raise Conflict(detail=f"{operation} was kept out {TRIES_MAX} times")

    def _get(self, kind: type[E], key: keys.Key, *, fresh: bool = False) -> E:
        found = self._find(kind, key, fresh=fresh)
        if found is None and not fresh:
            found = self._find(kind, key, fresh=True)
        if found is None:
            raise NotFound(detail="|".join(key))
        return found

    def _find(self, kind: type[E], key: keys.Key, *, fresh: bool) -> E | None:
        item = self._item(key, fresh=fresh)
        return None if item is None else codec.read(kind, item)

    def _item(self, key: keys.Key, *, fresh: bool) -> Item | None:
        reply = self._call(
            "get_item",
            TableName=self._table,
            Key={"pk": {"S": key.pk}, "sk": {"S": key.sk}},
            ConsistentRead=fresh,
        )
        item: Item | None = reply.get("Item")
        return item

    def _of(self, subscription_id: str, kind: type[E], prefix: str) -> tuple[E, ...]:
        """Everything of a kind that belongs to a contract, in the order of its sort keys."""
        pages = self._pages(
            "query",
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={
                ":pk": {"S": keys.subscription(subscription_id).pk},
                ":prefix": {"S": prefix},
            },
            ConsistentRead=True,
        )
        return tuple(codec.read(kind, item) for page in pages for item in page)

    def _several(self, kind: type[E], wanted: Mapping[H, keys.Key]) -> dict[H, E]:
        items = self._items(wanted.values())
        return {name: codec.read(kind, items[key]) for name, key in wanted.items() if key in items}

    def _items(self, wanted: Iterable[keys.Key]) -> dict[keys.Key, Item]:
        """The items of these keys that exist; what traffic kept out is asked for again.

        Raises:
            Conflict: traffic kept some out four times.
        """
        found: dict[keys.Key, Item] = {}
        waiting = iter(dict.fromkeys(wanted))
        while batch := list(islice(waiting, READS_MAX)):
            asked = [{"pk": {"S": key.pk}, "sk": {"S": key.sk}} for key in batch]
            for number in range(TRIES_MAX):
                if number:
                    self._pause(self._jitter.uniform(0, PAUSE_SECONDS * 2**number))
                reply = self._call("batch_get_item", RequestItems={self._table: {"Keys": asked}})
                for item in reply["Responses"].get(self._table, ()):
                    found[keys.Key(item["pk"]["S"], item["sk"]["S"])] = item
                asked = reply.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
                if not asked:
                    break
            else:
                raise Conflict(detail=f"batch_get_item was kept out {TRIES_MAX} times")
        return found

    def _every(self, kind: type[E], condition: str, prefix: str) -> Iterator[E]:
        pages = self._pages(
            "scan",
            FilterExpression=condition,
            ExpressionAttributeValues={":prefix": {"S": prefix}},
        )
        return (codec.read(kind, item) for page in pages for item in page)

    def _pages(self, operation: str, **request: Any) -> Iterator[Sequence[Item]]:
        reply = self._call(operation, TableName=self._table, **request)
        yield reply["Items"]
        while "LastEvaluatedKey" in reply:
            start = reply["LastEvaluatedKey"]
            reply = self._call(operation, TableName=self._table, ExclusiveStartKey=start, **request)
            yield reply["Items"]

    def _call(self, operation: str, **request: Any) -> Mapping[str, Any]:
        if self._meter is not None:
            request["ReturnConsumedCapacity"] = "INDEXES"
        reply: Mapping[str, Any] = getattr(self._client, operation)(**request)
        if self._meter is not None:
            consumed = reply["ConsumedCapacity"]
            parts = consumed if isinstance(consumed, list) else [consumed]
            self._meter(operation, sum(part["CapacityUnits"] for part in parts))
        return reply


def _single(request: Mapping[str, Any]) -> tuple[str, Any]:
    """The call that makes one write alone, at half the price of a transaction."""
    ((kind, parameters),) = request.items()
    return {"Put": "put_item", "Update": "update_item"}[kind], parameters
