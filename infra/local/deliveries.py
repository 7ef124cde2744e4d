"""What a Lambda function receives from a queue or a stream, byte for byte as AWS shapes it.

Pure: messages and records as the clients return them in, event dictionaries and verdicts out.
"""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

Event = dict[str, Any]
"""What a handler is called with."""

GROUP: Final = "MessageGroupId"


class UnknownOperator(ValueError):
    """An event filter uses an operator that is not understood here."""


def queue_event(messages: Sequence[Mapping[str, Any]], *, source_arn: str) -> Event:
    """The event of one batch of received messages."""
    return {"Records": [_queue_record(message, source_arn) for message in messages]}


def stream_event(records: Sequence[Mapping[str, Any]], *, source_arn: str) -> Event:
    """The event of one batch of stream records; bytes become Base64, instants become seconds."""
    return {"Records": [{**_plain(record), "eventSourceARN": source_arn} for record in records]}


def schedule_event(at: datetime, *, name: str) -> Event:
    """The event of a scheduled rule called `name` that fires at the instant `at`."""
    return {
        "version": "0",
        "id": f"{name}-{at:%Y%m%dT%H%M%S}",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "region": "eu-west-3",
        "resources": [f"arn:aws:events:eu-west-3:000000000000:rule/{name}"],
        "detail": {},
    }


def failed_ids(answer: object, sent: Sequence[str]) -> frozenset[str]:
    """The identifiers that `answer` gives back, as an event source mapping reads it.

    Nothing, an empty object or an empty list is success. A malformed answer, a blank identifier or
    one that was not sent means that the whole batch failed.
    """
    if answer is None or answer == {}:
        return frozenset()
    failures = answer.get("batchItemFailures") if isinstance(answer, dict) else ()
    if failures is None:
        return frozenset()
    if not isinstance(failures, list):
        return frozenset(sent)
    named = {failure.get("itemIdentifier") for failure in failures if isinstance(failure, dict)}
    is_readable = all(isinstance(failure, dict) for failure in failures) and named <= set(sent)
    return frozenset(name for name in sent if name in named or not is_readable)


def passes(record: Mapping[str, Any], patterns: Sequence[Mapping[str, Any]]) -> bool:
    """Whether one of a mapping's filter `patterns` lets `record` through; no pattern, all pass.

    Raises:
        UnknownOperator: a pattern uses more than equality, `exists`, `prefix` and `anything-but`.
    """
    return not patterns or any(_matches(record, pattern) for pattern in patterns)


def _matches(value: object, pattern: object) -> bool:
    if isinstance(pattern, Mapping):
        inner = value if isinstance(value, Mapping) else {}
        return all(_matches(inner.get(key), rule) for key, rule in pattern.items())
    if isinstance(pattern, list):
        return any(_meets(value, rule) for rule in pattern)
    raise UnknownOperator(f"a filter value is a list or an object, not {pattern!r}")


def _meets(value: object, rule: object) -> bool:
    match rule:
        case {"exists": bool(wanted)}:
            return (value is not None) is wanted
        case {"prefix": str(start)}:
            return isinstance(value, str) and value.startswith(start)
        case {"anything-but": list(unwanted)}:
            return value is not None and value not in unwanted
        case dict():
            raise UnknownOperator(f"filter operator {rule!r}")
        case _:
            return value == rule


def _queue_record(message: Mapping[str, Any], source_arn: str) -> Event:
    attributes = message.get("MessageAttributes", {})
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message.get("Attributes", {})),
        "messageAttributes": {name: _camel(value) for name, value in attributes.items()},
        "md5OfBody": message.get("MD5OfBody", ""),
        "eventSource": "aws:sqs",
        "eventSourceARN": source_arn,
        "awsRegion": source_arn.split(":")[3],
    }


def _camel(attribute: Mapping[str, Any]) -> dict[str, Any]:
    return {key[0].lower() + key[1:]: _plain(value) for key, value in attribute.items()}


def _plain(value: Any) -> Any:
    match value:
        case Mapping():
            return {key: _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case datetime():
            return value.timestamp()
        case _:
            return value
