"""The pump keeps Lambda's promises for queues and streams, and knows when all is done."""

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from infra.local.deliveries import Event
from infra.local.pump import Pump, Restless
from infra.local.sources import Mapping, QueueSource, StreamSource
from tests.integration.sandbox.conftest import NewQueue

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient

Handler = Callable[[Event], Any]


def calling(**handlers: Handler) -> Callable[[str, Event], Any]:
    """An invoker of the handlers by name."""
    return lambda name, event: handlers[name](event)


def bodies(event: Event) -> list[str]:
    return [record["body"] for record in event["Records"]]


def failing(*records: Event) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": each["messageId"]} for each in records]}


def send(queue: QueueSource, *texts: str, group: str = "") -> None:
    for text in texts:
        fifo = {"MessageGroupId": group, "MessageDeduplicationId": text} if group else {}
        queue.client.send_message(QueueUrl=queue.url, MessageBody=text, **fifo)


def dead(queue: QueueSource) -> list[str]:
    name = queue.url.rsplit("/", 1)[-1]
    end = ".fifo" if name.endswith(".fifo") else ""
    url = queue.client.get_queue_url(QueueName=f"{name.removesuffix('.fifo')}-dead{end}")
    found = queue.client.receive_message(QueueUrl=url["QueueUrl"], MaxNumberOfMessages=10)
    return [message["Body"] for message in found.get("Messages", [])]


class TestQueue:
    def test_every_message_is_given_once_under_an_id_of_its_own(self, new_queue: NewQueue) -> None:
        queue, seen = new_queue("work"), list[Event]()
        send(queue, *(f"m{number}" for number in range(23)))
        rest = Pump([queue], calling(work=seen.append)).rest()
        records = [record for event in seen for record in event["Records"]]
        assert rest.records == 23
        assert sorted(record["body"] for record in records) == sorted(
            f"m{number}" for number in range(23)
        )
        assert len({record["messageId"] for record in records}) == 23
        assert all(len(event["Records"]) <= 10 for event in seen)
        assert {record["eventSource"] for record in records} == {"aws:sqs"}

    def test_only_what_failed_comes_back(self, new_queue: NewQueue) -> None:
        queue, tries = new_queue("work"), Counter[str]()
        send(queue, "good", "bad at first", "fine")

        def work(event: Event) -> dict[str, Any]:
            tries.update(bodies(event))
            return failing(
                *(
                    r
                    for r in event["Records"]
                    if r["body"] == "bad at first" and tries[r["body"]] < 2
                )
            )

        rest = Pump([queue], calling(work=work)).rest()
        assert tries == {"good": 1, "bad at first": 2, "fine": 1}
        assert rest.returned == 1
        assert dead(queue) == []

    def test_poison_ends_among_the_dead_letters_and_nothing_else_does(
        self, new_queue: NewQueue
    ) -> None:
        queue, tries = new_queue("work"), Counter[str]()
        send(queue, "good", "poison")

        def work(event: Event) -> dict[str, Any]:
            tries.update(bodies(event))
            return failing(*(r for r in event["Records"] if r["body"] == "poison"))

        Pump([queue], calling(work=work)).rest()
        assert tries == {"good": 1, "poison": 2}
        assert dead(queue) == ["poison"]

    def test_a_handler_that_raises_fails_its_whole_batch(self, new_queue: NewQueue) -> None:
        queue, tries = new_queue("work"), Counter[str]()
        send(queue, "one", "two")

        def work(event: Event) -> None:
            tries.update(bodies(event))
            raise RuntimeError

        Pump([queue], calling(work=work)).rest()
        assert tries == {"one": 2, "two": 2}
        assert sorted(dead(queue)) == ["one", "two"]

    def test_a_queue_that_feeds_itself_is_told_apart_from_work(self, new_queue: NewQueue) -> None:
        queue = new_queue("work")
        send(queue, "again")

        def work(event: Event) -> None:
            send(queue, *bodies(event))

        with pytest.raises(Restless):
            Pump([queue], calling(work=work)).rest(rounds_max=20)


class TestFifoQueue:
    def test_each_group_has_its_own_batches_in_order(self, new_queue: NewQueue) -> None:
        queue, seen = new_queue("number", is_fifo=True), list[list[str]]()
        send(queue, *(f"A{number}" for number in range(4)), group="A")
        send(queue, *(f"B{number}" for number in range(4)), group="B")
        Pump([queue], calling(number=lambda event: seen.append(bodies(event)))).rest()
        assert all(len({body[0] for body in batch}) == 1 for batch in seen)
        for group in "AB":
            given = [body for batch in seen for body in batch if body[0] == group]
            assert given == [f"{group}{number}" for number in range(4)]

    def test_a_failure_holds_back_what_follows_in_its_group(self, new_queue: NewQueue) -> None:
        queue, order, tries = new_queue("number", is_fifo=True, batch_size=1), list[str](), 0
        send(queue, "A0", "A1", group="A")

        def number(event: Event) -> dict[str, Any]:
            nonlocal tries
            tries += 1
            if tries == 1:
                return failing(*event["Records"])
            order.extend(bodies(event))
            return {}

        Pump([queue], calling(number=number)).rest()
        assert order == ["A0", "A1"]


class StreamCase:
    """Writes to a table and what its relay was given."""

    def __init__(
        self, client: "DynamoDBClient", streams: "DynamoDBStreamsClient", table: str
    ) -> None:
        self.client, self.table = client, table
        self.streams = streams
        self.abandoned: list[str] = []

    def source(self, **rules: Any) -> StreamSource:
        described = self.client.describe_table(TableName=self.table)["Table"]
        return StreamSource(
            self.streams,
            described["LatestStreamArn"],
            Mapping("relay", **{"batch_size": 100, **rules}),
            lambda records: self.abandoned.extend(names({"Records": list(records)})),
        )

    def write(self, *keys: str) -> None:
        for key in keys:
            self.client.put_item(
                TableName=self.table,
                Item={"pk": {"S": key}, "sk": {"S": "X"}, "raw": {"B": b"\xff"}},
            )


def names(event: Event) -> list[str]:
    return [record["dynamodb"]["Keys"]["pk"]["S"] for record in event["Records"]]


@pytest.fixture
def stream(dynamodb: "DynamoDBClient", streams: "DynamoDBStreamsClient", table: str) -> StreamCase:
    return StreamCase(dynamodb, streams, table)


class TestStream:
    def test_records_come_once_in_order_as_plain_json(self, stream: StreamCase) -> None:
        import json  # noqa: PLC0415 - proves the event, not the module

        seen = list[Event]()
        stream.write("a", "b", "c")
        Pump([stream.source()], calling(relay=seen.append)).rest()
        assert [name for event in seen for name in names(event)] == ["a", "b", "c"]
        record = json.loads(json.dumps(seen))[0]["Records"][0]
        assert record["dynamodb"]["NewImage"]["raw"] == {"B": "/w=="}
        assert record["eventName"] == "INSERT"

    def test_what_the_filter_leaves_out_is_not_given(
        self, stream: StreamCase, dynamodb: "DynamoDBClient"
    ) -> None:
        seen = list[str]()
        stream.write("a")
        dynamodb.delete_item(TableName=stream.table, Key={"pk": {"S": "a"}, "sk": {"S": "X"}})
        source = stream.source(patterns=({"eventName": ["INSERT", "MODIFY"]},))
        Pump([source], calling(relay=lambda event: seen.extend(names(event)))).rest()
        assert seen == ["a"]

    def test_one_bad_record_is_cut_out_of_its_batch(self, stream: StreamCase) -> None:
        done = list[str]()
        stream.write(*"abcdefgh")

        def relay(event: Event) -> None:
            if "e" in names(event):
                raise RuntimeError
            done.extend(names(event))

        Pump([stream.source(retries_max=2)], calling(relay=relay)).rest()
        assert done == list("abcdfgh")
        assert stream.abandoned == ["e"]

    def test_a_partial_failure_goes_on_from_the_record_named(self, stream: StreamCase) -> None:
        given = list[list[str]]()
        stream.write(*"abcd")

        def relay(event: Event) -> dict[str, Any]:
            given.append(names(event))
            if len(given) > 1:
                return {}
            third = event["Records"][2]["dynamodb"]["SequenceNumber"]
            return {"batchItemFailures": [{"itemIdentifier": third}]}

        Pump([stream.source(is_bisecting=False)], calling(relay=relay)).rest()
        assert given == [["a", "b", "c", "d"], ["c", "d"]]

    def test_without_cutting_the_whole_rest_is_given_up(self, stream: StreamCase) -> None:
        stream.write("a", "b")

        def relay(_: Event) -> None:
            raise RuntimeError

        source = stream.source(is_bisecting=False, retries_max=1)
        Pump([source], calling(relay=relay)).rest()
        assert stream.abandoned == ["a", "b"]


class TestRest:
    def test_rest_waits_for_the_whole_chain(self, stream: StreamCase, new_queue: NewQueue) -> None:
        """Table, stream, FIFO queue, table again: rest is when the last write was relayed."""
        numbering, relayed = new_queue("number", is_fifo=True), list[str]()

        def relay(event: Event) -> None:
            for name in names(event):
                relayed.append(name)
                if not name.startswith("numbered "):
                    send(numbering, name, group="F")

        def number(event: Event) -> None:
            stream.write(*(f"numbered {body}" for body in bodies(event)))

        stream.write(*"abc")
        Pump([numbering, stream.source()], calling(relay=relay, number=number)).rest()
        assert relayed == ["a", "b", "c", "numbered a", "numbered b", "numbered c"]
