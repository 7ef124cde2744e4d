"""Papers for tests: quick ones, that show what they were made of, and the real ones."""

import json

from chalicelib.application.papers.confirm_contract import file_confirmation
from chalicelib.application.papers.file_dispute import write_dispute_file
from chalicelib.application.papers.file_invoice import file_invoice
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.billing.returns.dispute import Dispute
from chalicelib.domain.papers.confirmation import ConfirmationRecord
from chalicelib.domain.papers.dispute_file import DisputeFileRecord
from chalicelib.domain.papers.invoice import InvoiceRecord
from chalicelib.entrypoints.confirmations import frozen_for
from chalicelib.entrypoints.queues import Message


def quick_papers(message: Message, ports: Ports) -> None:
    """Put a paper on file as `queues.write_document` does, without typesetting it."""
    match message["event"]:
        case "InvoiceNumbered":
            due = DueItem.model_validate_json(json.dumps(message["record"]))
            file_invoice(due, _plain, ports=ports)
        case "SubscriptionConcluded":
            subscription_id = str(message["record"]["id"])
            file_confirmation(subscription_id, frozen_for(ports), _plain, ports=ports)
        case "DisputeHeard":
            dispute = Dispute.model_validate_json(json.dumps(message["record"]))
            write_dispute_file(dispute, _plain, ports=ports)
        case unknown:
            raise ValueError(unknown)


def _plain(record: InvoiceRecord | ConfirmationRecord | DisputeFileRecord) -> bytes:
    return b"%PDF-quick " + record.model_dump_json().encode()
