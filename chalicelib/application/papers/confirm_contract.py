"""Confirm a contract on a durable medium, and only then let the learner in (FRM-4)."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from chalicelib.application.letters import Written, send
from chalicelib.application.papers.names import confirmation_file, confirmation_record_file
from chalicelib.application.patience import commit_fresh
from chalicelib.application.ports import Ports
from chalicelib.domain.contract.subscription import Contract, Subscription, next_wake
from chalicelib.domain.kernel.change import NOTHING, Change, Insert, Replace
from chalicelib.domain.kernel.seals import Link, link_token
from chalicelib.domain.papers.confirmation import ConfirmationRecord
from chalicelib.domain.people.customer import Customer

PASSWORD_PURPOSE = "password"  # noqa: S105 - the name of a kind of link
INVITATION = timedelta(days=45)

Freeze = Callable[[Subscription, Contract, Customer], ConfirmationRecord]


def file_confirmation(
    subscription_id: str,
    freeze: Freeze,
    render: Callable[[ConfirmationRecord], bytes],
    *,
    ports: Ports,
) -> None:
    """Freeze, render and store the confirmation once; doing it again finds it done."""
    subscription = ports.store.subscription(subscription_id, fresh=True)
    if subscription.confirmation_sha256 is not None:
        return
    pdf = render(_frozen(subscription, freeze, ports))
    name = confirmation_file(subscription_id)
    if not ports.files.put_once(name, pdf, "application/pdf"):
        pdf = ports.files.get(name)
    digest = hashlib.sha256(pdf).hexdigest()

    def decide(_: int) -> Change:
        current = ports.store.subscription(subscription_id, fresh=True)
        if current.confirmation_sha256 is not None:
            return NOTHING
        filed = current.next(confirmation_sha256=digest)
        return Change((Replace(filed, events=("ConfirmationFiled",)),))

    commit_fresh(ports.store, decide)


def _frozen(subscription: Subscription, freeze: Freeze, ports: Ports) -> ConfirmationRecord:
    contract = ports.store.contract(subscription.id)
    customer = ports.store.customer(subscription.customer_id)
    record = freeze(subscription, contract, customer)
    name = confirmation_record_file(subscription.id)
    if ports.files.put_once(name, record.model_dump_json().encode(), "application/json"):
        return record
    return ConfirmationRecord.model_validate_json(ports.files.get(name))


def post_confirmation(
    subscription_id: str,
    event_id: str,
    write: Callable[[Subscription, Contract, Customer, bytes], Written],
    *,
    ports: Ports,
) -> None:
    """Mail the confirmation with its PDF; from the relay's acceptance on, access is open."""
    subscription = ports.store.subscription(subscription_id, fresh=True)
    if subscription.confirmation_sha256 is None or subscription.confirmed_at is not None:
        return
    contract = ports.store.contract(subscription_id)
    customer = ports.store.customer(subscription.customer_id, fresh=True)
    pdf = ports.files.get(confirmation_file(subscription_id))
    proof = send(
        write(subscription, contract, customer, pdf), subscription_id, event_id, ports=ports
    )

    def decide(_: int) -> Change:
        current = ports.store.subscription(subscription_id, fresh=True)
        if current.confirmed_at is not None:
            return NOTHING
        confirmed = current.next(confirmed_at=proof.sent_at)
        events = ("ConfirmationSent", "EntitlementChanged")
        return Change((Replace(confirmed, events=events), Insert(proof)))

    commit_fresh(ports.store, decide)


def invite(
    subscription_id: str,
    event_id: str,
    write: Callable[[Subscription, Customer, Link, str], Written],
    *,
    ports: Ports,
) -> None:
    """Open the account and mail the link that sets its password, apart from the confirmation."""
    subscription = ports.store.subscription(subscription_id, fresh=True)
    if subscription.confirmed_at is None or subscription.invited_at is not None:
        return
    now = ports.clock()
    customer = ports.store.customer(subscription.customer_id, fresh=True)
    ports.accounts.ensure(customer.id, customer.email)
    link = Link(
        purpose=PASSWORD_PURPOSE,
        subject=customer.id,
        edition=customer.credential_edition,
        expires_at=now + INVITATION,
    )
    token = link_token(ports.keys.link, link)
    proof = send(write(subscription, customer, link, token), subscription_id, event_id, ports=ports)

    def decide(_: int) -> Change:
        current = ports.store.subscription(subscription_id, fresh=True)
        if current.invited_at is not None:
            return NOTHING
        invited = current.replace(invited_at=proof.sent_at)
        return Change((Replace(invited.next(agenda_at=next_wake(invited, now))), Insert(proof)))

    commit_fresh(ports.store, decide)
