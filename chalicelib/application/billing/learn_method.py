"""Which payment method the provider stores for a contract; only its own API is believed."""

from collections.abc import Callable
from datetime import UTC, datetime

from chalicelib.application.patience import commit_fresh
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.billing.rearm import first_owed, lose_method, renew_method, take_method
from chalicelib.domain.contract.subscription import Status, Subscription
from chalicelib.domain.kernel.change import NOTHING, Change, Replace
from chalicelib.domain.kernel.errors import NotFound
from chalicelib.domain.kernel.policy import policy_named
from chalicelib.domain.selling.checkout import StoredMethod

Decide = Callable[..., Change]
NEVER = datetime.min.replace(tzinfo=UTC)


def learn_method(
    subscription_id: str, *, ports: Ports, token: str | None = None, cause: str | None = None
) -> StoredMethod | None:
    """Ask for the stored method and keep it, on the contract or on the order before it.

    `token` is the one a signed notification named; without it the one stored last is taken.
    `cause` is what the news is about: the provider's name of the payment that stored the method.

    Raises:
        GatewayUnavailable.
    """
    return _learn(subscription_id, take_method, token, cause, ports)


def renew_stored_method(
    subscription_id: str, *, ports: Ports, cause: str, token: str | None = None
) -> StoredMethod | None:
    """As `learn_method`, when somebody gave the method anew or the provider brought it up to date.

    Raises:
        GatewayUnavailable.
    """
    return _learn(subscription_id, renew_method, token, cause, ports)


def unlearn_method(subscription_id: str, token: str, *, cause: str, ports: Ports) -> bool:
    """Take a method off that the provider says is gone; its API must say so too.

    Answers whether it is gone, and was the contract's.

    Raises:
        NotFound, GatewayUnavailable.
    """
    stored = ports.gateway.stored_methods(subscription_id)
    if any(method.token == token for method in stored):
        return False

    def decide(_: int) -> Change:
        subscription = ports.store.subscription(subscription_id, fresh=True)
        if subscription.method is None or subscription.method.token != token:
            return NOTHING
        return lose_method(
            subscription,
            _owed(subscription, ports),
            cause=cause,
            policy=policy_named(subscription.policy),
            now=ports.clock(),
        )

    return bool(commit_fresh(ports.store, decide))


def _learn(
    subscription_id: str, take: Decide, token: str | None, cause: str | None, ports: Ports
) -> StoredMethod | None:
    methods = ports.gateway.stored_methods(subscription_id)
    named = [method for method in methods if token in (None, method.token)]
    if not named:
        return None
    method = max(reversed(named), key=lambda known: known.stored_at or NEVER)

    def decide(_: int) -> Change:
        try:
            subscription = ports.store.subscription(subscription_id, fresh=True)
        except NotFound:
            checkout = ports.store.checkout(subscription_id, fresh=True)
            known = checkout.method == method
            return NOTHING if known else Change((Replace(checkout.next(method=method)),))
        return take(
            subscription,
            method,
            _owed(subscription, ports),
            cause=cause,
            policy=policy_named(subscription.policy),
            now=ports.clock(),
        )

    commit_fresh(ports.store, decide)
    for other in methods:
        if other.is_older_than(method):
            ports.gateway.forget_method(subscription_id, other.token)
    return method


def _owed(subscription: Subscription, ports: Ports) -> DueItem | None:
    """The month that is owed; a contract that is up to date owes none."""
    if subscription.status is Status.ACTIVE:
        return None
    return first_owed(ports.store.due_items(subscription.id))
