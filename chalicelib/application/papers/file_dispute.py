"""The file of a dispute: frozen, rendered, and put away with its papers as one archive, once.

The same facts give the same bytes: names, order and dates inside the archive never vary.
"""

import io
import zipfile
from collections.abc import Callable, Iterable

from chalicelib.application.papers.names import (
    confirmation_file,
    dispute_file,
    dispute_record_file,
)
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.due import Attempt, DueItem
from chalicelib.domain.billing.returns.dispute import Dispute
from chalicelib.domain.billing.returns.refund import Refund
from chalicelib.domain.contract.subscription import Contract, Subscription
from chalicelib.domain.kernel.errors import NotFound
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.papers.confirmation import TermsReference
from chalicelib.domain.papers.dispute_file import (
    Dated,
    DisputeFileRecord,
    FiledInvoice,
    Origin,
    SentNotice,
    ShownConsent,
    ToldCharge,
)
from chalicelib.domain.papers.numbering import invoice_name
from chalicelib.domain.papers.seller import Buyer, PostalAddress
from chalicelib.domain.people.correspondence import SentLetter

ZIP = "application/zip"
JSON = "application/json"
UNIX = 3
EPOCH_OF_ZIP = (1980, 1, 1, 0, 0, 0)
LINK_SECONDS = 3600
Render = Callable[[DisputeFileRecord], bytes]


def write_dispute_file(dispute: Dispute, render: Render, *, ports: Ports) -> tuple[str, str]:
    """Put the file of a dispute away; answers its name and an address that serves it for an hour.

    There is one file for each version of a dispute: doing it again finds it done.
    """
    record = _frozen(dispute, ports)
    archive = _archive(record, render(record), _papers(record, ports))
    ports.files.put_once(dispute_file(dispute), archive, ZIP)
    return dispute_file_link(dispute, ports=ports)


def dispute_named(subscription_id: str, name: str, *, ports: Ports) -> Dispute:
    """A dispute by what the provider calls it.

    Raises:
        NotFound: no such dispute.
    """
    every = ports.store.disputes(subscription_id)
    found = next((dispute for dispute in every if dispute.dispute == name), None)
    if found is None:
        raise NotFound(detail=subscription_id)
    return found


def dispute_file_link(dispute: Dispute, *, ports: Ports) -> tuple[str, str]:
    """The name of a dispute's file, and an address that serves it for an hour."""
    file = dispute_file(dispute)
    shown = f"{dispute.subscription_id}-{dispute.dispute}-{dispute.version}.zip"
    return file, ports.files.link(file, file_name=shown, seconds=LINK_SECONDS)


def _frozen(dispute: Dispute, ports: Ports) -> DisputeFileRecord:
    record = _record(dispute, ports)
    name = dispute_record_file(dispute)
    if ports.files.put_once(name, record.model_dump_json().encode(), JSON):
        return record
    return DisputeFileRecord.model_validate_json(ports.files.get(name))


def _record(dispute: Dispute, ports: Ports) -> DisputeFileRecord:
    store = ports.store
    subscription = store.subscription(dispute.subscription_id, fresh=True)
    contract = store.contract(dispute.subscription_id)
    dues = store.due_items(dispute.subscription_id)
    disputed = next(due for due in dues if due.key == dispute.due_key)
    attempt = disputed.attempt(dispute.attempt)
    assert attempt is not None, "a dispute about a payment"
    plan = next(plan for plan in ports.facts.catalogue.plans if plan.key == contract.plan)
    letters = sorted(store.letters(subscription.id), key=lambda one: (one.sent_at, one.event_id))
    return DisputeFileRecord(
        dispute=dispute.dispute,
        version=dispute.version,
        lang=contract.lang,
        seller=ports.facts.seller,
        buyer=_buyer(subscription, disputed.identity_number, ports),
        standing=dispute.standing,
        reason=next((one.reason for one in reversed(dispute.heard) if one.reason), None),
        amount=Money(minor=dispute.heard[-1].minor, currency=dispute.currency),
        opened_at=dispute.opened_at,
        subscription_id=subscription.id,
        plan_name=plan.name(contract.lang),
        paid=_charge(disputed, attempt),
        method_label=disputed.method_label or "",
        from_on=disputed.from_on,
        to_on=disputed.to_on,
        concluded_at=contract.concluded_at,
        terms=_terms(contract, ports),
        consents=_consents(contract),
        origin=Origin(**contract.evidence.model_dump()),
        confirmed_at=subscription.confirmed_at,
        invited_at=subscription.invited_at,
        first_used_at=subscription.first_used_at,
        notices=tuple(_notice(letter) for letter in letters),
        charges=tuple(_charge(due, one) for due in dues for one in due.attempts),
        invoices=tuple(invoice for due in dues if (invoice := _invoice(due)) is not None),
        timeline=_timeline(dispute, subscription, dues, letters, store.refunds(subscription.id)),
    )


def _buyer(subscription: Subscription, number: int, ports: Ports) -> Buyer:
    customer = ports.store.customer(subscription.customer_id)
    identity = ports.store.billing_identity(subscription.customer_id, number)
    return Buyer(
        customer_id=subscription.customer_id,
        name=identity.full_name,
        email=customer.email,
        address=PostalAddress(
            street=identity.address_line,
            postal_code=identity.postal_code,
            city=identity.city,
            country=identity.country,
        ),
    )


def _terms(contract: Contract, ports: Ports) -> TermsReference:
    site = f"{ports.facts.public_url}/{contract.lang}"
    return TermsReference(
        version=contract.terms_version,
        lang=contract.lang,
        sha256=contract.terms_sha256,
        url=f"{site}/terms/{contract.terms_version}",
    )


def _consents(contract: Contract) -> tuple[ShownConsent, ...]:
    return tuple(
        ShownConsent(text=one.words, screen=one.screen, lang=one.lang, given_at=one.given_at)
        for one in contract.consents
    )


def _notice(letter: SentLetter) -> SentNotice:
    return SentNotice(template=letter.template, sent_at=letter.sent_at, sha256=letter.sha256)


def _charge(due: DueItem, attempt: Attempt) -> ToldCharge:
    return ToldCharge(
        reference=due.key.reference(attempt.number),
        provider_reference=attempt.provider_reference,
        opened_at=attempt.opened_at,
        outcome=attempt.state,
        amount=due.gross,
    )


def _invoice(due: DueItem) -> FiledInvoice | None:
    if due.number is None or due.issued_on is None or due.sha256 is None:
        return None
    return FiledInvoice(
        number=due.number,
        issued_on=due.issued_on,
        from_on=due.from_on,
        to_on=due.to_on,
        amount=due.gross,
        sha256=due.sha256,
    )


def _timeline(
    dispute: Dispute,
    subscription: Subscription,
    dues: Iterable[DueItem],
    letters: Iterable[SentLetter],
    refunds: Iterable[Refund],
) -> tuple[Dated, ...]:
    lines = [Dated(at=subscription.concluded_at, moment="concluded", about=subscription.id)]
    if subscription.confirmed_at is not None:
        lines.append(Dated(at=subscription.confirmed_at, moment="confirmed"))
    if subscription.invited_at is not None:
        lines.append(Dated(at=subscription.invited_at, moment="invited"))
    if subscription.first_used_at is not None:
        lines.append(Dated(at=subscription.first_used_at, moment="first_used"))
    lines += [
        Dated(at=one.opened_at, moment="charged", about=due.key.reference(one.number))
        for due in dues
        for one in due.attempts
    ]
    lines += [Dated(at=one.sent_at, moment="letter", about=one.template) for one in letters]
    lines += [Dated(at=one.heard_at, moment="dispute", about=one.event) for one in dispute.heard]
    lines += [Dated(at=one.promised_at, moment="refund", about=one.reference) for one in refunds]
    return tuple(sorted(lines, key=lambda line: (line.at, line.moment, line.about)))


def _papers(record: DisputeFileRecord, ports: Ports) -> dict[str, bytes]:
    """The contract's confirmation and every invoice, as they were sealed; what is missing is left.

    An invoice is listed with its digest, so a paper that is gone would be seen.
    """
    wanted = {"contract.pdf": confirmation_file(record.subscription_id)}
    for invoice in record.invoices:
        wanted[f"invoices/{invoice.number}.pdf"] = f"{invoice_name(invoice.number)}.pdf"
    found = {}
    for inside, name in wanted.items():
        try:
            found[inside] = ports.files.get(name)
        except NotFound:
            continue
    return found


def _archive(record: DisputeFileRecord, summary: bytes, papers: dict[str, bytes]) -> bytes:
    whole = {"summary.pdf": summary, "record.json": record.model_dump_json(indent=1).encode()}
    whole |= papers
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in sorted(whole):
            entry = zipfile.ZipInfo(name, EPOCH_OF_ZIP)
            # stored, not packed: the papers are packed already, and no library's edition matters
            entry.create_system = UNIX
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, whole[name])
    return packed.getvalue()
