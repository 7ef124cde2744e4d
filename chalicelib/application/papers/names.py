"""Where papers lie; a name is derived from identity, so that nothing is ever filed twice."""

from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.billing.returns.dispute import Dispute
from chalicelib.domain.papers.numbering import invoice_name


def invoice_file(due: DueItem) -> str:
    """The PDF of an invoice."""
    assert due.number is not None, "a file has a number"
    return f"{invoice_name(due.number)}.pdf"


def invoice_record_file(due: DueItem) -> str:
    """The frozen record of an invoice, beside its PDF."""
    return invoice_file(due).removesuffix(".pdf") + ".json"


def confirmation_file(subscription_id: str) -> str:
    """The PDF that confirms a contract on a durable medium."""
    return f"contracts/{subscription_id}/confirmation.pdf"


def confirmation_record_file(subscription_id: str) -> str:
    """The frozen record of the confirmation."""
    return f"contracts/{subscription_id}/confirmation.json"


def dispute_file(dispute: Dispute) -> str:
    """The archive of a dispute, as it stood at one version of it."""
    name = f"{dispute.dispute}-{dispute.version:03}"
    return f"disputes/{dispute.subscription_id}/{name}.zip"


def dispute_record_file(dispute: Dispute) -> str:
    """The frozen record of that archive."""
    return dispute_file(dispute).removesuffix(".zip") + ".json"
