"""Charge a due item: intent, act, outcome. A crash between any two is found by the next sweep."""

from chalicelib.application.billing.charging import Gate
from chalicelib.application.billing.learn_method import learn_method
from chalicelib.application.billing.settle_due import settle_due
from chalicelib.application.ports import ChargeRequest, Ports
from chalicelib.domain.billing.agenda import may_ask
from chalicelib.domain.billing.due import DueItem, DueState
from chalicelib.domain.billing.outcomes import Outcome, Refused, Unknown
from chalicelib.domain.billing.refusals import NO_METHOD
from chalicelib.domain.billing.renewal import claim, lapse, suspend
from chalicelib.domain.contract.subscription import Subscription
from chalicelib.domain.kernel.change import Replace
from chalicelib.domain.kernel.errors import Conflict
from chalicelib.domain.kernel.policy import policy_named
from chalicelib.domain.kernel.seals import idempotency_key


def charge_due(due: DueItem, *, ports: Ports, gate: Gate | None = None) -> None:
    """Bring one due item forward: lapse it, suspend for it, or charge it.

    An attempt already open is asked about with its own key, never opened again; once the provider
    may have forgotten the key, and while a dispute holds the contract, it is only waited for. No
    charge is made, nor asked about, without a permit of the `gate`: then nothing is written, and
    the item stays on the agenda.
    """
    now = ports.clock()
    # a retry may be there because the method has just changed: never again with the one before
    subscription = ports.store.subscription(due.subscription_id, fresh=due.refusals > 0)
    policy = policy_named(subscription.policy)
    if not subscription.runs_past(due.from_on) and not due.attempts:
        ports.store.commit(lapse(due))
        return
    change = claim(due, subscription, policy=policy, now=now)
    if not change:
        ports.store.commit(suspend(due, subscription, policy=policy, now=now))
        return
    claimed = _claimed(change.writes[0])
    attempt = claimed.open_attempt if claimed.state is DueState.CHARGING else None
    # to ask again may charge, if the first try never arrived
    is_held = subscription.held is not None
    asks = attempt is not None and not is_held and may_ask(attempt.opened_at, now)
    own = gate or Gate(ports)
    if asks and not own.permits():
        return
    try:
        ports.store.commit(change)
    except Conflict:
        return
    if attempt is None:
        return
    outcome: Outcome = Unknown()
    if asks:
        outcome = _charge(claimed, subscription, attempt.number, ports)
        own.note(outcome)
        if gate is None:
            own.close()
    settle_due(
        due.key,
        attempt.number,
        outcome,
        now=ports.clock(),
        ports=ports,
        known=(claimed, subscription),
    )


def _claimed(write: object) -> DueItem:
    assert isinstance(write, Replace)
    assert isinstance(write.entity, DueItem)
    return write.entity


def _charge(due: DueItem, subscription: Subscription, number: int, ports: Ports) -> Outcome:
    method = subscription.method or learn_method(subscription.id, ports=ports)
    if method is None or method.token == subscription.barred_token:
        return Refused(code=NO_METHOD)
    reference = due.key.reference(number)
    return ports.gateway.charge(
        ChargeRequest(
            reference=reference,
            cycle=due.key.name,
            amount=due.gross,
            method=method,
            shopper_reference=subscription.id,
            return_url=f"{ports.facts.public_url}/{subscription.lang}/account",
            attempt=number,
            idempotency_key=idempotency_key(ports.keys.identity, reference),
        )
    )
