"""The table's stream: what several records say leaves together, and comes again when it did not."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.adapters.dynamodb import codec
from chalicelib.application.ports import QueueName
from chalicelib.bootstrap import use
from chalicelib.entrypoints.streams import relay_records
from tests.fakes import FakePorts, FakeQueues
from tests.fakes_things import a_due
from tests.integration.http.site import SETTINGS, SiteContainer

Record = dict[str, Any]


class CountedQueues(FakeQueues):
    """Queues that remember their requests, and may be away."""

    def __init__(self, ports: FakePorts) -> None:
        super().__init__(ports.clock)
        self.requests: list[tuple[QueueName, int]] = []
        self.is_down = False

    def send(self, queue: QueueName, messages: tuple[Mapping[str, object], ...]) -> None:
        if self.is_down:
            raise ConnectionError
        self.requests.append((queue, len(messages)))
        super().send(queue, messages)


@pytest.fixture
def queues() -> Iterator[CountedQueues]:
    """The queues of the container of this process."""
    ports, held = FakePorts(), list(bootstrap._held)
    ports.queues = counted = CountedQueues(ports)
    use(SiteContainer(SETTINGS, ports))
    yield counted
    bootstrap._held[:] = held


def record(period: int, *events: str) -> Record:
    """What the stream carries of a due item."""
    image = codec.encode(a_due(period), events=events, commit="c")
    return {"dynamodb": {"SequenceNumber": f"s{period}", "NewImage": image}}


UNREADABLE: Record = {
    "dynamodb": {
        "SequenceNumber": "bad",
        "NewImage": {"pk": {"S": "WHO#1"}, "sk": {"S": "WHAT"}},
    }
}


def failed(*records: Record) -> list[str]:
    """Which records are to come again, from which on."""
    answer = relay_records({"Records": list(records)})
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def numbered(queues: CountedQueues) -> list[object]:
    """The periods that were sent to be numbered, in order."""
    waiting: list[Any] = list(queues.waiting["numbering"])
    return [message["record"]["period"] for message in waiting]


class TestRelayedTogether:
    """One request takes ten messages: a batch of records pays for few."""

    def test_a_batch_sends_to_each_queue_once_and_in_order(self, queues: CountedQueues) -> None:
        paid = [record(period, "PeriodPaid") for period in range(1, 13)]
        assert failed(*paid, record(13, "InvoiceFiled"), record(14)) == []
        assert queues.requests == [("numbering", 12), ("mail", 1)]
        assert numbered(queues) == list(range(1, 13))

    def test_what_came_before_a_failure_leaves(self, queues: CountedQueues) -> None:
        """The failure and what follows come again, in their order."""
        assert failed(record(1, "PeriodPaid"), UNREADABLE, record(2, "PeriodPaid")) == ["bad"]
        assert numbered(queues) == [1]

    def test_when_no_message_leaves_every_record_comes_again(self, queues: CountedQueues) -> None:
        queues.is_down = True
        assert failed(record(1, "PeriodPaid"), record(2, "PeriodPaid")) == ["s1"]
        queues.is_down = False
        assert failed(record(1, "PeriodPaid"), record(2, "PeriodPaid")) == []
        assert numbered(queues) == [1, 2]

    def test_an_empty_batch_is_done(self, queues: CountedQueues) -> None:
        assert failed() == []
        assert queues.requests == []
