"""A renewal's outcome, from whichever channel, entered once."""

from datetime import datetime

from chalicelib.application.billing.charging import tell
from chalicelib.application.patience import commit_fresh
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.billing.guards import Tally
from chalicelib.domain.billing.outcomes import Authorised, Outcome
from chalicelib.domain.billing.reversal import Reversal
from chalicelib.domain.billing.settle import settle
from chalicelib.domain.contract.subscription import Subscription
from chalicelib.domain.kernel.change import NOTHING, Change, Insert, Write
from chalicelib.domain.kernel.errors import Refused
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.kernel.policy import policy_named


def settle_due(
    key: DueKey,
    number: int,
    outcome: Outcome,
    *,
    now: datetime,
    ports: Ports,
    known: tuple[DueItem, Subscription | None] | None = None,
) -> Change:
    """Enter the outcome of attempt `number`; `known` spares the first try what was just read.

    Raises:
        NotFound: no such due item.
        Refused: `UNKNOWN_ATTEMPT`; that attempt was never opened.
        Conflict: somebody else kept being first.
    """

    def decide(tried: int) -> Change:
        fresh = tried > 0
        due = known[0] if known and not fresh else ports.store.due_item(key, fresh=fresh)
        attempt = due.attempt(number)
        if attempt is None and not fresh:
            due = ports.store.due_item(key, fresh=True)
            attempt = due.attempt(number)
        if attempt is None:
            raise Refused("UNKNOWN_ATTEMPT", key.subscription_id)
        if attempt.state == "authorised" and _is_known(outcome):
            return NOTHING
        subscription = (
            known[1]
            if known and known[1] and not fresh
            else ports.store.subscription(key.subscription_id, fresh=fresh)
        )
        policy = policy_named(subscription.policy)
        latest = latest_beside(due, ports)
        return settle(due, subscription, number, outcome, policy=policy, now=now, latest=latest)

    change = commit_fresh(ports.store, decide)
    if any(_goes_back(write) for write in change.writes):
        tell(Tally(paid_twice=1), ports=ports)
    return change


def latest_beside(due: DueItem, ports: Ports) -> DueItem | None:
    """The last due item of a contract one of whose payments failed to come; else None."""
    if due.owed_again_on is None:
        return None
    return ports.store.due_items(due.subscription_id)[-1]


def _goes_back(write: Write) -> bool:
    return isinstance(write, Insert) and isinstance(write.entity, Reversal)


def _is_known(outcome: Outcome) -> bool:
    return isinstance(outcome, Authorised) and not outcome.captured
