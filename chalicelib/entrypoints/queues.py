"""Work from the queues: each record on its own, failures told apart, the rest stays done."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chalicelib.application.billing.number_invoices import number_invoices
from chalicelib.application.billing.work_shard import work_shard
from chalicelib.application.papers.confirm_contract import file_confirmation
from chalicelib.application.papers.file_dispute import write_dispute_file
from chalicelib.application.papers.file_invoice import file_invoice
from chalicelib.application.ports import Ports
from chalicelib.bootstrap import container, log_alarm, log_defect
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.billing.returns.dispute import Dispute
from chalicelib.domain.kernel.ids import DueKey

Message = Mapping[str, Any]
Failures = dict[str, list[dict[str, str]]]
MARGIN_MS = 30_000


def work_agenda_records(event: Mapping[str, Any], context: Any) -> Failures:
    """Work the shards that were asked for; no charge starts with under half a minute left."""
    ports = container()
    remaining_ms: Callable[[], int] = context.get_remaining_time_in_millis

    def has_time() -> bool:
        return remaining_ms() > MARGIN_MS

    def work(message: Message) -> None:
        worked = work_shard(int(message["shard"]), has_time=has_time, ports=ports, wait=time.sleep)
        if worked.done:
            ports.note("shard_worked", shard=message["shard"], done=worked.done, left=worked.left)
        for problem in worked.failed:
            log_alarm("entry_failed", what=problem)
        if worked.held:
            log_alarm("charging_held", shard=message["shard"], held=worked.held, why=worked.shut)
        if worked.left:
            ports.queues.send("agenda", ({**message},))

    return _each(event, work)


def number_records(event: Mapping[str, Any]) -> Failures:
    """Number a batch in one transaction; when it fails, the whole batch comes again in order."""
    ports = container()
    records = event["Records"]
    try:
        numbered = number([json.loads(record["body"]) for record in records], ports)
    except Exception as error:  # noqa: BLE001 - order matters: all or nothing
        log_defect("numbering_failed", error, records=len(records))
        return {"batchItemFailures": [{"itemIdentifier": r["messageId"]} for r in records]}
    ports.note("numbered", count=len(numbered))
    return {"batchItemFailures": []}


def number(messages: Iterable[Message], ports: Ports) -> tuple[DueKey, ...]:
    """Number the paid due items that a batch of at most ten messages is about."""
    return number_invoices(tuple(_due(message).key for message in messages), ports=ports)


def write_document_records(event: Mapping[str, Any]) -> Failures:
    """Freeze, render and file papers."""
    ports = container()
    return _each(event, lambda message: write_document(message, ports))


def write_document(message: Message, ports: Ports) -> None:
    """Put one paper on file, as its event asks."""
    match message["event"]:
        case "InvoiceNumbered":
            from chalicelib.documents.invoice import render_invoice  # noqa: PLC0415 - Typst

            file_invoice(_due(message), render_invoice, ports=ports)
        case "SubscriptionConcluded":
            from chalicelib.documents.confirmation import render_confirmation  # noqa: PLC0415
            from chalicelib.entrypoints.confirmations import frozen_for  # noqa: PLC0415

            subscription_id = str(message["record"]["id"])
            file_confirmation(subscription_id, frozen_for(ports), render_confirmation, ports=ports)
        case "DisputeHeard":
            from chalicelib.documents.dispute import render_dispute  # noqa: PLC0415

            dispute = Dispute.model_validate_json(json.dumps(message["record"]))
            write_dispute_file(dispute, render_dispute, ports=ports)
        case unknown:
            raise ValueError(unknown)


def send_mail_records(event: Mapping[str, Any]) -> Failures:
    """Write and send mails."""
    from chalicelib.entrypoints.letters import send_letter  # noqa: PLC0415 - heavy templates

    ports = container()
    return _each(event, lambda message: send_letter(message, ports))


def _each(event: Mapping[str, Any], work: Callable[[Message], None]) -> Failures:
    failures = []
    for record in event["Records"]:
        try:
            work(json.loads(record["body"]))
        except Exception as error:  # noqa: BLE001 - the others go on, this one comes again
            log_defect("message_failed", error, message_id=record["messageId"])
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def _due(message: Message) -> DueItem:
    return DueItem.model_validate_json(json.dumps(message["record"]))
