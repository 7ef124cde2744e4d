"""The first charge: a placed checkout becomes a contract, or is tried again, or was paid twice."""

from datetime import datetime
from typing import assert_never

from chalicelib.domain.billing import journal
from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.billing.outcomes import Authorised, Outcome, Refused, Unknown
from chalicelib.domain.billing.renewal import due_item, opening
from chalicelib.domain.billing.reversal import Reason, give_back
from chalicelib.domain.contract.subscription import (
    Contract,
    Subscription,
    effective_on,
    next_wake,
)
from chalicelib.domain.kernel import unique
from chalicelib.domain.kernel.change import NOTHING, Change, Insert, Replace, Write
from chalicelib.domain.kernel.policy import policy_named
from chalicelib.domain.people.customer import BillingIdentity, Customer
from chalicelib.domain.selling.checkout import Checkout, Stage, attempt, with_session


def settle_first(
    checkout: Checkout, customer: Customer | None, number: int, outcome: Outcome, *, now: datetime
) -> Change:
    """Enter the outcome of attempt `number` of an order's first charge.

    `customer` is the account the order belongs to when it exists already. Money for an order that
    is void, already paid, or for a plan the person already has, goes back.
    """
    session = attempt(checkout, number)
    assert session is not None, "an outcome without an attempt"
    match outcome:
        case Unknown():
            return NOTHING
        case Refused():
            if session.state != "open":
                return NOTHING
            refused = session.replace(
                state="refused",
                refusal_code=outcome.code,
                provider_reference=outcome.provider_reference,
            )
            return Change((Replace(with_session(checkout, refused)),))
        case Authorised():
            if session.state in ("authorised", "returned"):
                return NOTHING
            if checkout.stage is not Stage.PLACED:
                reason: Reason = "paid_twice" if checkout.stage is Stage.PAID else "order_void"
                return send_back(checkout, number, outcome, reason=reason, now=now)
            return conclude(checkout, customer, outcome, number=number, now=now)
        case _:
            assert_never(outcome)


def conclude(
    checkout: Checkout,
    customer: Customer | None,
    outcome: Authorised,
    *,
    number: int,
    now: datetime,
) -> Change:
    """Conclude: account, evidence, subscription and first periods, in one commit."""
    placed_at = checkout.placed_at
    assert placed_at is not None, "money before an order"
    session = attempt(checkout, number)
    assert session is not None, "money without a payment page"
    paid = session.replace(state="authorised", provider_reference=outcome.provider_reference)
    method = checkout.method or outcome.method
    subscription = Subscription(
        id=checkout.id,
        customer_id=checkout.customer_id,
        plan=checkout.plan,
        lang=checkout.lang,
        price_row=checkout.price_row,
        gross_minor=checkout.gross_minor,
        currency=checkout.currency,
        rate_bps=checkout.rate_bps,
        policy=checkout.policy,
        terms_version=checkout.terms_version,
        anchor_on=effective_on(placed_at, starts_at_once=checkout.starts_at_once()),
        concluded_at=placed_at,
        starts_at_once=checkout.starts_at_once(),
        method=method,
    )
    subscription = subscription.replace(agenda_at=next_wake(subscription, now))
    writes: list[Write] = [
        Replace(
            with_session(checkout, paid).replace(
                stage=Stage.PAID, agenda_at=None, address_digest=None
            )
        ),
        Insert(subscription, events=("SubscriptionConcluded",)),
        Insert(contract_of(checkout, placed_at)),
        Insert(unique.live(checkout.plan, checkout.customer_id, checkout.id)),
        *_account(checkout, customer, now),
        *opening(subscription, _first_period(subscription, outcome, number, now)),
    ]
    return Change(tuple(writes))


def _first_period(
    subscription: Subscription, outcome: Authorised, number: int, now: datetime
) -> DueItem:
    due = due_item(subscription, 0)
    paying = Attempt(
        number=number,
        state="authorised",
        opened_at=subscription.concluded_at,
        provider_reference=outcome.provider_reference,
    )
    sale = journal.sale(net_minor=due.net_minor, vat_minor=due.vat_minor)
    payment = journal.payment(gross_minor=due.gross_minor, vat_minor=due.vat_minor)
    return due.replace(
        state=DueState.PAID,
        attempts=(paying,),
        postings=(*sale, *payment),
        method_label=outcome.method_label or due.method_label,
        paid_at=now,
        agenda_at=now,
    )


def contract_of(checkout: Checkout, concluded_at: datetime) -> Contract:
    """The evidence of what was concluded, with every policy switch in force."""
    return Contract(
        subscription_id=checkout.id,
        customer_id=checkout.customer_id,
        plan=checkout.plan,
        price_row=checkout.price_row,
        gross_minor=checkout.gross_minor,
        currency=checkout.currency,
        rate_bps=checkout.rate_bps,
        terms_version=checkout.terms_version,
        terms_sha256=checkout.terms_sha256,
        lang=checkout.lang,
        policy=policy_named(checkout.policy).model_dump(mode="json"),
        consents=checkout.consents,
        evidence=checkout.evidence,
        concluded_at=concluded_at,
    )


def _account(checkout: Checkout, customer: Customer | None, now: datetime) -> list[Write]:
    if customer is not None:
        known = (*customer.subscription_ids, checkout.id)
        return [Replace(customer.next(subscription_ids=known))]
    buyer = checkout.buyer
    return [
        Insert(
            Customer(
                id=checkout.customer_id,
                lang=checkout.lang,
                given_name=buyer.given_name,
                family_name=buyer.family_name,
                email=buyer.email,
                born_on=buyer.born_on,
                mailbox_digest=checkout.mailbox_digest,
                subscription_ids=(checkout.id,),
                created_at=now,
            )
        ),
        Insert(
            BillingIdentity(
                customer_id=checkout.customer_id,
                number=1,
                given_name=buyer.given_name,
                family_name=buyer.family_name,
                address_line=buyer.address_line,
                postal_code=buyer.postal_code,
                city=buyer.city,
                country=buyer.country,
            )
        ),
        Insert(unique.mailbox(checkout.mailbox_digest, checkout.customer_id)),
    ]


def send_back(
    checkout: Checkout, number: int, outcome: Authorised, *, reason: Reason, now: datetime
) -> Change:
    """Money for an order that cannot become a contract any more: it goes back in full.

    With `already_subscribed` the order itself is void: the person took the plan by another one.
    """
    session = attempt(checkout, number)
    assert session is not None
    reference = outcome.provider_reference
    after = with_session(checkout, session.replace(state="returned", provider_reference=reference))
    if reason == "already_subscribed":
        after = after.replace(stage=Stage.VOID, agenda_at=None, address_digest=None)
    back = give_back(checkout.first_due, number, reference, checkout.gross, reason, now)
    return Change((Replace(after), back))
