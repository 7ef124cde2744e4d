"""Which payment method the provider stored for a contract; only its own API is believed."""

from chalicelib.application.patience import commit_fresh
from chalicelib.application.ports import Ports
from chalicelib.domain.contract.subscription import next_wake
from chalicelib.domain.kernel.change import NOTHING, Change, Replace
from chalicelib.domain.kernel.errors import NotFound
from chalicelib.domain.selling.checkout import StoredMethod


def learn_method(
    subscription_id: str, *, ports: Ports, token: str | None = None
) -> StoredMethod | None:
    """Ask for the stored method and keep it, on the contract or on the order before it.

    `token` is the one a signed notification named; without it the latest is taken.

    Raises:
        GatewayUnavailable.
    """
    methods = ports.gateway.stored_methods(subscription_id)
    named = [method for method in methods if token in (None, method.token)]
    if not named:
        return None
    method = named[-1]

    def decide(_: int) -> Change:
        now = ports.clock()
        try:
            subscription = ports.store.subscription(subscription_id, fresh=True)
        except NotFound:
            checkout = ports.store.checkout(subscription_id, fresh=True)
            known = checkout.method == method
            return NOTHING if known else Change((Replace(checkout.next(method=method)),))
        if subscription.method == method:
            return NOTHING
        equipped = subscription.replace(method=method)
        return Change((Replace(equipped.next(agenda_at=next_wake(equipped, now))),))

    commit_fresh(ports.store, decide)
    return method
