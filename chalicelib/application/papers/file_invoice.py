"""Freeze a numbered invoice, render it, store it once, stamp its digest (CGS 3.3)."""

import hashlib
from collections.abc import Callable

from chalicelib.application.papers.names import invoice_file, invoice_record_file
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.books.restore import filed
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.kernel.calendar import paris_date
from chalicelib.domain.kernel.change import AlreadyStamped, Change, Stamp
from chalicelib.domain.papers.invoice import InvoiceRecord, freeze_invoice
from chalicelib.domain.papers.seller import Buyer, PostalAddress
from chalicelib.domain.people.customer import BillingIdentity

JSON = "application/json"
PDF = "application/pdf"


class NumberTaken(Exception):
    """The number stands on the invoice of somebody else, which nobody else may be sent."""


def file_invoice(due: DueItem, render: Callable[[InvoiceRecord], bytes], *, ports: Ports) -> None:
    """File the invoice of a numbered due item; doing it again finds it done.

    The record is frozen first and the PDF is made from what was frozen, so a crash between the
    two never yields another paper under the same number.
    """
    if due.number is None or due.sha256 is not None:
        return
    record = _frozen(due, ports)
    pdf = render(record)
    if not ports.files.put_once(invoice_file(due), pdf, PDF):
        pdf = ports.files.get(invoice_file(due))
    stamp = Stamp(
        key=due.key,
        mark="sha256",
        facts={"sha256": hashlib.sha256(pdf).hexdigest()},
        requires=("number",),
        events=("InvoiceFiled",),
    )
    try:
        ports.store.commit(Change((stamp,)))
    except AlreadyStamped:
        return


def _frozen(due: DueItem, ports: Ports) -> InvoiceRecord:
    identity = ports.store.billing_identity(due.customer_id, due.identity_number)
    record = invoice_record(due, identity, ports)
    name = invoice_record_file(due)
    if ports.files.put_once(name, record.model_dump_json().encode(), JSON):
        return record
    kept = InvoiceRecord.model_validate_json(ports.files.get(name))
    if filed(kept).key != due.key:
        raise NumberTaken(due.number or "")
    return kept


def invoice_record(due: DueItem, identity: BillingIdentity, ports: Ports) -> InvoiceRecord:
    """Everything the invoice of a paid due item says."""
    paying = due.paying_attempt
    assert due.number is not None
    assert due.issued_on is not None
    assert due.paid_at is not None
    assert paying is not None
    plan = next(plan for plan in ports.facts.catalogue.plans if plan.key == due.plan)
    return freeze_invoice(
        number=due.number,
        issued_on=due.issued_on,
        paid_on=paris_date(due.paid_at),
        period_from_on=due.from_on,
        period_to_on=due.to_on,
        plan_name=plan.name(due.lang),
        gross=due.gross,
        rate_bps=due.rate_bps,
        lang=due.lang,
        seller=ports.facts.seller,
        buyer=Buyer(
            customer_id=due.customer_id,
            name=identity.full_name,
            address=PostalAddress(
                street=identity.address_line,
                postal_code=identity.postal_code,
                city=identity.city,
                country=identity.country,
            ),
        ),
        method_label=due.method_label or "",
        subscription_id=due.subscription_id,
        due_reference=due.key.reference(paying.number),
        provider_reference=paying.provider_reference or "",
    )
