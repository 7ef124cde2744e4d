"""Where the pump draws from: a queue and a table's stream, each with the rules of its mapping.

A source gives one batch to its function and keeps the promises that Lambda makes for it: what
succeeded never comes back, what failed comes back until its tries are spent, then it goes to the
place for the undeliverable. Nothing is invented: queues, visibility, receive counts, dead letters
and stream positions are those of the emulators.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final, Protocol

from infra.local.deliveries import Event, failed_ids, passes, queue_event, stream_event

Invoke = Callable[[str, Event], Any]
"""Calls the handler of that name with an event; what it raises is a failed invocation."""

MESSAGES_PER_CALL_MAX: Final = 10
RECORDS_PER_CALL_MAX: Final = 1000
RETRIES_WHEN_UNLIMITED: Final = 5


@dataclass(frozen=True)
class Mapping:
    """How a source calls its function, as deployed.

    `retries_max` counts the tries after the first one of a stream batch; a queue counts by itself.
    `patterns` are the event filters; `failures` is where an undeliverable stream batch is put.
    """

    function: str
    batch_size: int = 10
    is_partial: bool = True
    is_bisecting: bool = True
    retries_max: int = RETRIES_WHEN_UNLIMITED
    patterns: tuple[dict[str, Any], ...] = ()
    failures: str | None = None


class Source(Protocol):
    """One thing that calls one function."""

    def draw(self, invoke: Invoke) -> int:
        """Give the next batch, if any, to its function; how many records were given."""

    def wake(self) -> int:
        """Let the wait of every failed record end; how many come back."""

    def waiting(self) -> int:
        """How many records are still to be given: visible, in flight or delayed."""


@dataclass
class QueueSource:
    """A queue behind an event source mapping."""

    client: Any
    url: str
    arn: str
    mapping: Mapping
    failed: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    def draw(self, invoke: Invoke) -> int:
        """Receive once, give batches; a FIFO queue gives every message group its own."""
        messages = self._receive()
        for batch in self._batches(messages):
            self._give(batch, invoke)
        self._delete_done()
        return len(messages)

    def wake(self) -> int:
        """End the visibility wait of the failed messages, as if its wall time had passed."""
        receipts, self.failed = self.failed, []
        for receipt in receipts:
            self.client.change_message_visibility(
                QueueUrl=self.url, ReceiptHandle=receipt, VisibilityTimeout=0
            )
        return len(receipts)

    def waiting(self) -> int:
        """Visible, in flight and delayed messages."""
        attributes = self.client.get_queue_attributes(
            QueueUrl=self.url,
            AttributeNames=[
                "ApproximateNumberOfMessages",
                "ApproximateNumberOfMessagesNotVisible",
                "ApproximateNumberOfMessagesDelayed",
            ],
        )["Attributes"]
        return sum(int(count) for count in attributes.values())

    def _receive(self) -> list[dict[str, Any]]:
        # what follows a failure in a FIFO group must not be in hand yet
        is_fifo = self.url.endswith(".fifo")
        answer = self.client.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=self.mapping.batch_size if is_fifo else MESSAGES_PER_CALL_MAX,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
            WaitTimeSeconds=0,
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def _batches(self, messages: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
        size = self.mapping.batch_size

        def group(message: dict[str, Any]) -> str:
            name: str = message.get("Attributes", {}).get("MessageGroupId", "")
            return name

        for _, batch in groupby(sorted(messages, key=group), key=group):
            whole = list(batch)
            yield from (whole[start : start + size] for start in range(0, len(whole), size))

    def _give(self, batch: list[dict[str, Any]], invoke: Invoke) -> None:
        sent = [message["MessageId"] for message in batch]
        try:
            answer = invoke(self.mapping.function, queue_event(batch, source_arn=self.arn))
            failed = failed_ids(answer, sent) if self.mapping.is_partial else frozenset[str]()
        except Exception:  # noqa: BLE001 - whatever a handler raises fails its batch
            failed = frozenset(sent)
        receipts = {message["MessageId"]: message["ReceiptHandle"] for message in batch}
        self.failed += [receipts.pop(each) for each in sent if each in failed]
        self.done += receipts.values()

    def _delete_done(self) -> None:
        receipts, self.done = self.done, []
        for start in range(0, len(receipts), MESSAGES_PER_CALL_MAX):
            some = receipts[start : start + MESSAGES_PER_CALL_MAX]
            answer = self.client.delete_message_batch(
                QueueUrl=self.url,
                Entries=[
                    {"Id": str(place), "ReceiptHandle": receipt}
                    for place, receipt in enumerate(some)
                ],
            )
            assert not answer.get("Failed"), "the queue kept a message that was done"


@dataclass
class StreamSource:
    """A table's stream behind an event source mapping, read in order, shard by shard.

    `abandon` receives the records whose tries are spent.
    """

    client: Any
    arn: str
    mapping: Mapping
    abandon: Callable[[Sequence[dict[str, Any]]], None]
    iterators: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._open_shards("TRIM_HORIZON")

    def draw(self, invoke: Invoke) -> int:
        """Read one page of every shard and give it in batches; a failure holds back its shard."""
        drawn = 0
        for shard in list(self.iterators):
            page = self.client.get_records(
                ShardIterator=self.iterators[shard], Limit=RECORDS_PER_CALL_MAX
            )
            records = [
                record for record in page["Records"] if passes(record, self.mapping.patterns)
            ]
            for start in range(0, len(records), self.mapping.batch_size):
                self._give(records[start : start + self.mapping.batch_size], invoke)
            self._advance(shard, page.get("NextShardIterator"))
            drawn += len(page["Records"])
        return drawn

    def wake(self) -> int:
        """Nothing waits: a stream retries at once, before it goes on."""
        return 0

    def waiting(self) -> int:
        """Zero: an empty page is the end of the stream."""
        return 0

    def _open_shards(self, start: str) -> None:
        shards = self.client.describe_stream(StreamArn=self.arn)["StreamDescription"]["Shards"]
        for shard in shards:
            name = shard["ShardId"]
            if name not in self.iterators:
                self.iterators[name] = self.client.get_shard_iterator(
                    StreamArn=self.arn, ShardId=name, ShardIteratorType=start
                )["ShardIterator"]

    def _advance(self, shard: str, iterator: str | None) -> None:
        if iterator:
            self.iterators[shard] = iterator
            return
        self._open_shards("TRIM_HORIZON")  # the shard is closed: its children take over
        del self.iterators[shard]

    def _give(self, batch: Sequence[dict[str, Any]], invoke: Invoke, tries: int = 0) -> None:
        rest = self._undelivered(batch, invoke)
        if not rest:
            return
        if len(rest) > 1 and self.mapping.is_bisecting:
            middle = len(rest) // 2
            self._give(rest[:middle], invoke, tries)
            self._give(rest[middle:], invoke, tries)
        elif tries < self.mapping.retries_max:
            self._give(rest, invoke, tries + 1)
        else:
            self.abandon(rest)

    def _undelivered(
        self, batch: Sequence[dict[str, Any]], invoke: Invoke
    ) -> Sequence[dict[str, Any]]:
        sent = [record["dynamodb"]["SequenceNumber"] for record in batch]
        try:
            answer = invoke(self.mapping.function, stream_event(batch, source_arn=self.arn))
            failed = failed_ids(answer, sent) if self.mapping.is_partial else frozenset[str]()
        except Exception:  # noqa: BLE001 - whatever a handler raises fails its batch
            return batch
        # a stream goes on from the earliest failure, whatever came after it
        first = next((place for place, name in enumerate(sent) if name in failed), len(batch))
        return batch[first:]


def mapping_of(deployed: dict[str, Any], function: str) -> Mapping:
    """The rules of an event source mapping, from the description that Lambda gives of it."""
    retries = deployed.get("MaximumRetryAttempts", -1)
    filters = deployed.get("FilterCriteria", {}).get("Filters", [])
    return Mapping(
        function=function,
        batch_size=deployed["BatchSize"],
        is_partial="ReportBatchItemFailures" in deployed.get("FunctionResponseTypes", []),
        is_bisecting=bool(deployed.get("BisectBatchOnFunctionError")),
        retries_max=RETRIES_WHEN_UNLIMITED if retries in (-1, None) else retries,
        patterns=tuple(json.loads(each["Pattern"]) for each in filters),
        failures=deployed.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"),
    )
