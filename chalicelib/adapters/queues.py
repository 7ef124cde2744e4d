"""Work for later, in SQS; `numbering` is FIFO, one group per series."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.application.ports import QueueName

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

BATCH_MAX = 10
GROUP = "invoices"


class NotSent(Exception):
    """The queue did not take a message; the caller's own delivery will come again."""


@dataclass(frozen=True, slots=True)
class SqsQueues:
    """The `Queues` port."""

    client: "SQSClient"
    urls: Mapping[QueueName, str]

    def send(self, queue: QueueName, messages: tuple[Mapping[str, object], ...]) -> None:
        for start in range(0, len(messages), BATCH_MAX):
            batch = messages[start : start + BATCH_MAX]
            answer = self.client.send_message_batch(
                QueueUrl=self.urls[queue],
                Entries=[_entry(queue, n, body) for n, body in enumerate(batch)],
            )
            if answer.get("Failed"):
                raise NotSent(queue)


def _entry(queue: QueueName, place: int, body: Mapping[str, object]) -> Any:
    entry = {"Id": str(place), "MessageBody": json.dumps(body, separators=(",", ":"))}
    if queue == "numbering":
        entry |= {"MessageGroupId": GROUP, "MessageDeduplicationId": str(body["id"])}
    return entry
