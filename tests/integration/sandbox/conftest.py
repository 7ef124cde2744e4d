"""Queues as SQS keeps them, beside the embedded database of every test."""

import json
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from infra.local.sources import Mapping, QueueSource

REGION = "eu-west-3"
ACCOUNT = "123456789012"

NewQueue = Callable[..., QueueSource]


@pytest.fixture
def sqs() -> Iterator[Any]:
    """A client of an SQS of this test's own."""
    import boto3  # noqa: PLC0415 - only tests that use queues pay for it
    from moto import mock_aws  # noqa: PLC0415 - same

    with mock_aws():
        yield boto3.client(
            "sqs", region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test"
        )


@pytest.fixture
def new_queue(sqs: Any) -> NewQueue:
    """Makes a queue with dead letters after two receives, and the source that draws from it."""
    numbers = count(1)

    def make(function: str, *, is_fifo: bool = False, batch_size: int = 10) -> QueueSource:
        name, end = f"{function}-{next(numbers)}", ".fifo" if is_fifo else ""
        kind = {"FifoQueue": "true"} if is_fifo else {}
        sqs.create_queue(QueueName=f"{name}-dead{end}", Attributes=kind)
        redrive = {
            "deadLetterTargetArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}-dead{end}",
            "maxReceiveCount": 2,
        }
        attributes = {**kind, "VisibilityTimeout": "360", "RedrivePolicy": json.dumps(redrive)}
        url = sqs.create_queue(QueueName=f"{name}{end}", Attributes=attributes)["QueueUrl"]
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}{end}"
        return QueueSource(sqs, url, arn, Mapping(function, batch_size=batch_size))

    return make
