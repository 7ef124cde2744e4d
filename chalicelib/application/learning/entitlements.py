"""What the platform asks and tells: who may open what, and the first use (DEF-2, WDR-2)."""

from datetime import datetime

from chalicelib.application.ports import Ports
from chalicelib.domain.contract.subscription import Status, Subscription
from chalicelib.domain.kernel.change import Change, Replace
from chalicelib.domain.learning.entitlement import Feature, Standing, features


def entitlements(learner_id: str, *, ports: Ports) -> tuple[Feature, ...]:
    """The paid features open to a learner now, over all contracts.

    Raises:
        NotFound: nobody has that id.
    """
    now = ports.clock()
    customer = ports.store.customer(learner_id)
    opened: dict[Feature, None] = {}
    for subscription_id in customer.subscription_ids:
        subscription = ports.store.subscription(subscription_id)
        opened |= dict.fromkeys(features(standing(subscription), now))
    return tuple(opened)


def standing(subscription: Subscription) -> Standing:
    """What of a contract decides about access."""
    return Standing(
        plan=subscription.plan,
        is_running=subscription.status in (Status.ACTIVE, Status.PAST_DUE),
        starts_on=subscription.anchor_on,
        ends_on=subscription.ends_on,
        confirmed_at=subscription.confirmed_at,
    )


def report_first_use(learner_id: str, *, used_at: datetime, ports: Ports) -> bool:
    """Keep the first use of paid content; later uses and uses without access change nothing.

    Raises:
        NotFound: nobody has that id.
        Conflict: to be sent again.
    """
    customer = ports.store.customer(learner_id)
    for subscription_id in customer.subscription_ids:
        subscription = ports.store.subscription(subscription_id, fresh=True)
        opens = features(standing(subscription), used_at)
        if subscription.first_used_at is None and opens:
            used = subscription.next(first_used_at=used_at)
            ports.store.commit(Change((Replace(used),)))
            return True
    return False
