"""The first charge's outcome, from whichever channel, entered once."""

from datetime import datetime

from chalicelib.application.patience import commit_fresh
from chalicelib.application.ports import Ports
from chalicelib.domain.billing import outcomes
from chalicelib.domain.billing.first_charge import send_back, settle_first
from chalicelib.domain.billing.outcomes import Authorised, Outcome
from chalicelib.domain.contract.subscription import Contract
from chalicelib.domain.kernel.change import Change, Insert, Write
from chalicelib.domain.kernel.errors import GatewayUnavailable, Refused
from chalicelib.domain.kernel.ids import parse_reference
from chalicelib.domain.selling.checkout import Checkout, Stage, attempt
from chalicelib.domain.selling.throttle import EVERYBODY, subjects


def settle_first_charge(
    checkout_id: str, number: int, outcome: Outcome, *, now: datetime, ports: Ports
) -> Change:
    """Conclude the contract, keep the refusal, or send the money back; repeats change nothing.

    Raises:
        NotFound: no such order.
        Refused: `UNKNOWN_ATTEMPT`; the order never opened that attempt.
        Conflict: somebody else kept being first.
    """
    decided_on: list[Checkout] = []

    def decide(_: int) -> Change:
        # Money may come before a lagging copy shows the attempt: only the present order decides.
        checkout = ports.store.checkout(checkout_id, fresh=True)
        decided_on[:] = [checkout]
        if attempt(checkout, number) is None:
            raise Refused("UNKNOWN_ATTEMPT", checkout_id)
        if isinstance(outcome, Authorised) and checkout.stage is Stage.PLACED:
            return _authorised(checkout, number, outcome, now, ports)
        return settle_first(checkout, None, number, outcome, now=now)

    change = commit_fresh(ports.store, decide)
    _count(decided_on[0], number, outcome, change, now=now, ports=ports)
    return change


def _count(
    checkout: Checkout,
    number: int,
    outcome: Outcome,
    change: Change,
    *,
    now: datetime,
    ports: Ports,
) -> None:
    """Count refusals, against card testing; of what was paid only how often.

    One page may be refused several times, each under another name of the provider's; a page that
    was given up was refused nothing.
    """
    if isinstance(outcome, outcomes.Refused) and outcome.provider_reference is not None:
        session = attempt(checkout, number)
        known = session.provider_reference if session else None
        if change or known != outcome.provider_reference:
            for subject in (*subjects(checkout), EVERYBODY):
                ports.store.note_try(subject, now, refused=1)
    elif any(_concludes(write) for write in change.writes):
        ports.store.note_try(EVERYBODY, now, paid=1)


def _concludes(write: Write) -> bool:
    return isinstance(write, Insert) and isinstance(write.entity, Contract)


def _authorised(
    checkout: Checkout, number: int, outcome: Authorised, now: datetime, ports: Ports
) -> Change:
    store = ports.store
    holder = store.unique("mailbox", checkout.mailbox_digest)
    customer_id = holder.holder if holder else checkout.customer_id
    has_account = holder is not None or not checkout.is_new_customer
    customer = store.customer(customer_id, fresh=True) if has_account else None
    if customer is not None:
        held = store.unique("live", f"{checkout.plan}#{customer.id}")
        if held is not None and held.holder != checkout.id:
            return send_back(checkout, number, outcome, reason="already_subscribed", now=now)
        checkout = checkout.replace(customer_id=customer.id)
    return settle_first(checkout, customer, number, outcome, now=now)


def report_session(checkout_id: str, session_id: str, session_result: str, *, ports: Ports) -> None:
    """The buyer came back from the payment page: ask the provider and enter its answer.

    What the page itself says is never believed; the answer must name this order and its amount.

    Raises:
        NotFound, GatewayUnavailable; Refused `BAD_SESSION_RESULT`.
    """
    news = ports.gateway.session_news(session_id, session_result)
    named = parse_reference(news.reference)
    if named is None or named[0].subscription_id != checkout_id or named[0].period != 0:
        raise Refused("BAD_SESSION_RESULT", checkout_id)
    checkout = ports.store.checkout(checkout_id, fresh=True)
    if news.amount is not None and news.amount != checkout.gross:
        raise Refused("BAD_SESSION_RESULT", checkout_id)
    outcome = _with_method(checkout_id, news.outcome, ports)
    settle_first_charge(checkout_id, named[1], outcome, now=ports.clock(), ports=ports)


def _with_method(checkout_id: str, outcome: Outcome, ports: Ports) -> Outcome:
    """The outcome with what paid: the confirmation leaves at once and must name it (FRM-4).

    A provider that is silent, or slow to store, delays nothing: its notification tells later.
    """
    if not isinstance(outcome, Authorised) or outcome.method is not None:
        return outcome
    try:
        methods = ports.gateway.stored_methods(checkout_id)
    except GatewayUnavailable:
        return outcome
    if not methods:
        return outcome
    return outcome.replace(method=methods[-1], method_label=methods[-1].label())
