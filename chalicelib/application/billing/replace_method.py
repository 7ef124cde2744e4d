"""The learner gives another payment method, or has the one on file deleted (PAY-5)."""

from datetime import timedelta

from chalicelib.application.billing.learn_method import renew_stored_method
from chalicelib.application.patience import commit_fresh
from chalicelib.application.pause import require_open
from chalicelib.application.ports import PaymentSession, Ports, SessionRequest
from chalicelib.domain.billing.outcomes import Authorised
from chalicelib.domain.billing.rearm import first_owed, lose_method
from chalicelib.domain.contract.subscription import Subscription
from chalicelib.domain.kernel.change import NOTHING, Change, Replace
from chalicelib.domain.kernel.errors import Forbidden, Refused
from chalicelib.domain.kernel.ids import method_reference, parse_method_reference
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.kernel.policy import policy_named
from chalicelib.domain.kernel.seals import page_key

PAGE_OPEN_FOR = timedelta(hours=1)
DELETED = "deleted"


def own_contract(subscription_id: str, customer_id: str, *, ports: Ports) -> Subscription:
    """The contract as it stands now, for its own subscriber.

    Raises:
        NotFound; Forbidden `NOT_YOURS`.
    """
    subscription = ports.store.subscription(subscription_id, fresh=True)
    if subscription.customer_id != customer_id:
        raise Forbidden("NOT_YOURS", subscription_id)
    return subscription


def open_method_page(subscription_id: str, customer_id: str, *, ports: Ports) -> None:
    """Intend a page that takes a method and no money; one still open stays the one.

    Raises:
        NotFound; Forbidden `NOT_YOURS`; Conflict.
    """

    def decide(_: int) -> Change:
        subscription = own_contract(subscription_id, customer_id, ports=ports)
        if has_method_page(subscription, ports=ports):
            return NOTHING
        opened = subscription.next(
            method_pages=subscription.method_pages + 1, method_page_at=ports.clock()
        )
        return Change((Replace(opened),))

    commit_fresh(ports.store, decide)


def has_method_page(subscription: Subscription, *, ports: Ports) -> bool:
    """Whether a page for another method is open."""
    opened_at = subscription.method_page_at
    return opened_at is not None and ports.clock() < opened_at + PAGE_OPEN_FOR


def method_session(subscription: Subscription, *, return_url: str, ports: Ports) -> PaymentSession:
    """The provider's page for the method; asked for again, it is the same.

    Raises:
        GatewayUnavailable; Throttled `PAYMENTS_PAUSED`.
    """
    require_open(ports.store.charging(), ports)
    opened_at = subscription.method_page_at
    assert opened_at is not None, "intent comes first"
    customer = ports.store.customer(subscription.customer_id)
    identity = ports.store.billing_identity(customer.id, subscription.identity_number)
    reference = method_reference(subscription.id, subscription.method_pages)
    return ports.gateway.open_session(
        SessionRequest(
            reference=reference,
            amount=Money(minor=0, currency=subscription.currency),
            shopper_reference=subscription.id,
            shopper_email=customer.email,
            shopper_address=None,
            country=identity.country,
            lang=subscription.lang,
            return_url=return_url,
            expires_at=opened_at + PAGE_OPEN_FOR,
            idempotency_key=page_key(ports.keys.identity, reference, opened_at),
        )
    )


def report_method(
    subscription: Subscription, session_id: str, session_result: str, *, ports: Ports
) -> bool:
    """The learner came back: whether a method was accepted; which one, its provider says.

    Raises:
        GatewayUnavailable; Refused `BAD_SESSION_RESULT`.
    """
    news = ports.gateway.session_news(session_id, session_result)
    named = parse_method_reference(news.reference)
    if named is None or named[0] != subscription.id:
        raise Refused("BAD_SESSION_RESULT", subscription.id)
    if not isinstance(news.outcome, Authorised):
        return False
    cause = news.outcome.provider_reference
    renewed = renew_stored_method(subscription.id, ports=ports, cause=cause)
    commit_fresh(ports.store, lambda _: _closed(subscription.id, named[1], ports))
    return renewed is not None


def _closed(subscription_id: str, page: int, ports: Ports) -> Change:
    """A page that was used takes no second method: the next one is another."""
    subscription = ports.store.subscription(subscription_id, fresh=True)
    if subscription.method_pages != page or subscription.method_page_at is None:
        return NOTHING
    return Change((Replace(subscription.next(method_page_at=None)),))


def delete_method(subscription_id: str, customer_id: str, *, ports: Ports) -> None:
    """Have the provider forget the method, then forget it; the contract goes on without.

    Raises:
        NotFound; Forbidden `NOT_YOURS`; Refused `NO_METHOD`; GatewayUnavailable.
    """
    before = own_contract(subscription_id, customer_id, ports=ports)
    if before.method is None:
        raise Refused("NO_METHOD", subscription_id)
    token = before.method.token
    ports.gateway.forget_method(subscription_id, token)

    def decide(_: int) -> Change:
        subscription = own_contract(subscription_id, customer_id, ports=ports)
        if subscription.method is None or subscription.method.token != token:
            return NOTHING
        return lose_method(
            subscription,
            first_owed(ports.store.due_items(subscription_id)),
            cause=f"{DELETED}.{token}",
            policy=policy_named(subscription.policy),
            now=ports.clock(),
        )

    commit_fresh(ports.store, decide)
