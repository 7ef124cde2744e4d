"""The table's stream: events leave on their way, notifications are applied."""

from collections.abc import Mapping
from typing import Any

from chalicelib.application.billing.apply_notification import apply_notification
from chalicelib.application.billing.relay import relay
from chalicelib.application.messages import identity
from chalicelib.bootstrap import Container, container, decode_image, log_alarm, log_defect


def relay_records(event: Mapping[str, Any]) -> dict[str, list[dict[str, str]]]:
    """Pass each changed item on; stop at the first failure, so that order is kept.

    The answer names the first record that was not done: it and those after it come again.
    """
    ports = container()
    for record in event["Records"]:
        try:
            _pass_on(record, ports)
        except Exception as error:  # noqa: BLE001 - the record comes again
            sequence = record["dynamodb"]["SequenceNumber"]
            log_defect("record_failed", error, event_id=record.get("eventID"))
            return {"batchItemFailures": [{"itemIdentifier": sequence}]}
    return {"batchItemFailures": []}


def _pass_on(record: Mapping[str, Any], ports: Container) -> None:
    image = record["dynamodb"].get("NewImage")
    if not image:
        return
    changed = decode_image(image)
    if isinstance(changed, bytes):
        _apply(changed, ports)
        return
    entity, events = changed
    for event in relay(entity, events, ports=ports):
        log_alarm(event.lower(), thing=getattr(entity, "subscription_id", identity(entity)))


def _apply(raw: bytes, ports: Container) -> None:
    disposition, reason = apply_notification(raw, now=ports.clock(), ports=ports)
    ports.note("notification", disposition=disposition, reason=reason)
