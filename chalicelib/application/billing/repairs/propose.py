"""Propose a repair: show what it would do, and keep that for a second person."""

from chalicelib.application.billing.repairs.plans import plan_of
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.operating.proposal import (
    AT_ONCE,
    WHY_LENGTH_MAX,
    Order,
    Proposal,
    proposed,
)
from chalicelib.domain.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.domain.kernel.ids import is_id

STOPPING_TRIES = 500
"""Workers count on the brake all the time; stopping them is tried until it stands."""


def propose(proposal_id: str, order: Order, *, ports: Ports) -> Proposal:
    """Keep the proposal; the same one asked for again is the same proposal.

    A command that only stops things is done in the same commit.

    Raises:
        Invalid: an argument, `id` or `why` does not fit.
        NotFound, Refused: the thing named does not exist, or its state forbids the command.
        Conflict: the id is another request's, or workers kept being first.
    """
    if not 0 < len(order.why.strip()) <= WHY_LENGTH_MAX:
        raise Invalid({"why": "BAD_WHY"})
    if not is_id(proposal_id):
        raise Invalid({"id": "BAD_ID"})
    tries = STOPPING_TRIES if order.command in AT_ONCE else 1
    for _ in range(tries):
        known = _known(proposal_id, ports)
        if known is not None:
            return _same(known, order)
        now = ports.clock()
        plan = plan_of(order, now=now, ports=ports)
        proposal, change = proposed(proposal_id, order, plan, now=now)
        try:
            ports.store.commit(change)
        except Conflict:
            continue
        return proposal
    raise Conflict(detail=proposal_id)


def _same(known: Proposal, order: Order) -> Proposal:
    """What is asked for again, perhaps because the answer was lost."""
    if known.order != order:
        raise Conflict(detail=known.id)
    return known


def _known(proposal_id: str, ports: Ports) -> Proposal | None:
    try:
        return ports.store.proposal(proposal_id)
    except NotFound:
        return None
