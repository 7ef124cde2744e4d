"""The learner ends the renewal, or takes the request back before its date (REN-2)."""

from chalicelib.application.patience import commit_fresh
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.contract.subscription import Subscription
from chalicelib.domain.exits.termination import cancel, undo_cancellation
from chalicelib.domain.kernel.change import Change
from chalicelib.domain.kernel.errors import Forbidden, NotFound
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.kernel.policy import policy_named


def cancel_renewal(subscription_id: str, customer_id: str, *, ports: Ports) -> None:
    """End the contract with the current period; the instant of receipt decides which it is.

    Raises:
        NotFound, Forbidden `NOT_YOURS`, Refused `ALREADY_ENDED`.
    """
    received_at = ports.clock()

    def decide(_: int) -> Change:
        subscription = _owned(subscription_id, customer_id, ports)
        upcoming = _upcoming(subscription, subscription.period_at(received_at) + 1, ports)
        return cancel(subscription, upcoming, now=received_at)

    commit_fresh(ports.store, decide)


def resume_renewal(subscription_id: str, customer_id: str, *, ports: Ports) -> None:
    """Take a cancellation back while the last period still runs.

    Raises:
        NotFound, Forbidden `NOT_YOURS`, Refused `ALREADY_ENDED`.
    """
    now = ports.clock()

    def decide(_: int) -> Change:
        subscription = _owned(subscription_id, customer_id, ports)
        latest = ports.store.due_items(subscription_id)[-1]
        policy = policy_named(subscription.policy)
        return undo_cancellation(subscription, latest, policy=policy, now=now)

    commit_fresh(ports.store, decide)


def _owned(subscription_id: str, customer_id: str, ports: Ports) -> Subscription:
    subscription = ports.store.subscription(subscription_id, fresh=True)
    if subscription.customer_id != customer_id:
        raise Forbidden("NOT_YOURS", subscription_id)
    return subscription


def _upcoming(subscription: Subscription, period: int, ports: Ports) -> DueItem | None:
    key = DueKey(subscription_id=subscription.id, period=period)
    try:
        return ports.store.due_item(key, fresh=True)
    except NotFound:
        return None
