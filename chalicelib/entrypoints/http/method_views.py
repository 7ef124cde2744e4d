"""What the pages of the payment methods show, out of what the books say."""

from datetime import date
from typing import Literal, get_args

from chalicelib.domain.billing.due import DueItem, DueState
from chalicelib.domain.billing.rearm import first_owed
from chalicelib.domain.contract.subscription import Status, Subscription
from chalicelib.domain.kernel.calendar import paris_date
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.people.customer import Customer
from chalicelib.domain.selling.checkout import StoredMethod, label_of
from chalicelib.entrypoints.http import payment_page
from chalicelib.entrypoints.http.pay_views import pay_path
from chalicelib.entrypoints.http.visit import Visit
from chalicelib.pages.billing import OpenSession, PaymentView, RedirectReturn
from chalicelib.pages.methods import (
    ContractMethod,
    DeleteMethodView,
    MethodView,
    Notice,
    PaymentMethod,
)

KINDS: dict[str, Literal["paypal", "sepa"]] = {"paypal": "paypal", "sepadirectdebit": "sepa"}


def methods(visit: Visit, customer: Customer) -> MethodView:
    """What pays each contract that may still be charged, the latest first."""
    store = visit.ports.store
    contracts = [store.subscription(one, fresh=True) for one in reversed(customer.subscription_ids)]
    shown = [_contract(visit, contract) for contract in contracts]
    asked = visit.query.get("notice")
    notice: Notice | None = next((known for known in get_args(Notice) if known == asked), None)
    return MethodView(contracts=tuple(one for one in shown if one), notice=notice)


def deletion(visit: Visit, subscription: Subscription) -> DeleteMethodView:
    """The method that would be deleted, and what it would have paid."""
    contract = _contract(visit, subscription)
    assert contract is not None, "a contract with a method is shown"
    return DeleteMethodView(contract=contract)


def payment(
    visit: Visit, subscription: Subscription, session: OpenSession | RedirectReturn
) -> PaymentView:
    """The page that takes a method and no money."""
    base = f"/account/method/{subscription.id}"
    return payment_page.view(
        visit,
        session,
        purpose="method",
        base=base,
        here=f"{base}/form",
        plan=subscription.plan,
        amount=Money(minor=0, currency=subscription.currency),
    )


def _contract(visit: Visit, subscription: Subscription) -> ContractMethod | None:
    """A contract's part of the page; none once it is over, paid and without a method."""
    dues = visit.ports.store.due_items(subscription.id)
    owed = first_owed(dues)
    is_over = subscription.status is Status.ENDED
    if is_over and owed is None and subscription.method is None:
        return None
    plans = visit.ports.facts.catalogue.plans
    plan = next(plan for plan in plans if plan.key == subscription.plan)
    due = _upcoming(dues[-1])
    stored = subscription.method
    return ContractMethod(
        subscription_id=subscription.id,
        offer_name=plan.name(visit.lang),
        method=_method(stored, paris_date(visit.ports.clock())) if stored else None,
        next_due_on=due.from_on if due else None,
        amount=subscription.gross if due else None,
        owed=owed.gross if owed else None,
        pay=pay_path(visit, owed) if owed else None,
    )


def _upcoming(latest: DueItem) -> DueItem | None:
    """The month that will be charged by itself, if one is written down."""
    return latest if latest.state is DueState.SCHEDULED and not latest.refusals else None


def _method(stored: StoredMethod, today: date) -> PaymentMethod:
    return PaymentMethod(
        kind=KINDS.get(stored.kind, "card"),
        brand=label_of(stored.brand) if stored.brand else None,
        last_four=stored.last_four,
        expires_on=stored.expires_on,
        is_expired=stored.expires_on is not None and stored.expires_on < today,
    )
