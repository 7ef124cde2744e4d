"""The table's stream: events leave on their way, notifications are applied."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.application.billing.apply_notification import apply_notification
from chalicelib.application.billing.relay import Together, relay
from chalicelib.application.billing.watch import sign
from chalicelib.application.messages import identity
from chalicelib.application.ports import Queues
from chalicelib.bootstrap import Container, container, decode_image, log_alarm, log_defect

WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


def relay_records(event: Mapping[str, Any]) -> dict[str, list[dict[str, str]]]:
    """Pass each changed item on; stop at the first failure, so that order is kept.

    The messages of all records leave together, at the end. The answer names the first record that
    was not done: it and those after it come again, and all of them when the messages did not leave.
    """
    ports = container()
    records, together = event["Records"], Together(ports.queues)
    done = _passed_on(records, ports, together)
    try:
        together.go()
    except Exception as error:  # noqa: BLE001 - every record comes again
        log_defect("records_not_sent", error, records=done)
        done = 0
    return {
        "batchItemFailures": [
            {"itemIdentifier": record["dynamodb"]["SequenceNumber"]}
            for record in records[done : done + 1]
        ]
    }


def _passed_on(records: Sequence[Mapping[str, Any]], ports: Container, queues: Queues) -> int:
    """Pass records on until one fails; how many were."""
    for done, record in enumerate(records):
        try:
            _pass_on(record, ports, queues)
        except Exception as error:  # noqa: BLE001 - the record comes again
            log_defect("record_failed", error, event_id=record.get("eventID"))
            return done
    return len(records)


def _pass_on(record: Mapping[str, Any], ports: Container, queues: Queues) -> None:
    image = record["dynamodb"].get("NewImage")
    if not image:
        return
    changed = decode_image(image)
    if isinstance(changed, bytes):
        _apply(changed, ports)
        return
    entity, events = changed
    for event in relay(entity, events, ports=ports, queues=queues):
        thing = getattr(entity, "subscription_id", identity(entity))
        log_alarm(WORD.sub("_", event).lower(), thing=thing)


def _apply(raw: bytes, ports: Container) -> None:
    disposition, reason = apply_notification(raw, now=ports.clock(), ports=ports)
    sign("notice", ports.beaten, ports=ports)
    ports.note("notification", disposition=disposition, reason=reason)
