"""Approve a repair: do exactly what was shown, in one commit with the approval."""

from datetime import datetime

from chalicelib.application.billing.repairs.plans import RUNS, plan_of
from chalicelib.application.patience import commit_fresh
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.operating.proposal import (
    Plan,
    Proposal,
    approved,
    ended,
    may_approve,
)
from chalicelib.domain.kernel.change import NOTHING, Change
from chalicelib.domain.kernel.errors import Invalid, NotFound, Refused


def approve(proposal_id: str, *, who: str, ports: Ports) -> Proposal:
    """Do what was proposed; approving again what one has approved changes nothing.

    A procedure that did not come to its end is taken up again, by whoever may approve it.

    Raises:
        NotFound: no such proposal.
        Refused: `SAME_PERSON`, `PROPOSAL_LAPSED`, `ALREADY_DONE`; `CHANGED_SINCE` where what it
            was shown on stands no more, and then it never will be done.
        GatewayUnavailable: the provider could not be asked.
        Conflict: somebody else kept being first.
    """

    def decide(_: int) -> Change:
        proposal = ports.store.proposal(proposal_id)
        if proposal.state == "done" and proposal.approved_by == who:
            return NOTHING
        now = ports.clock()
        may_approve(proposal, who=who, now=now)
        if proposal.state == "running":
            return NOTHING
        return approved(proposal, _planned_again(proposal, now, ports), who=who, now=now)

    commit_fresh(ports.store, decide)
    proposal = ports.store.proposal(proposal_id)
    if proposal.state == "stale":
        raise Refused("CHANGED_SINCE", proposal_id)
    return _run(proposal, ports) if proposal.state == "running" else proposal


def _run(proposal: Proposal, ports: Ports) -> Proposal:
    """Go through a procedure to its end and keep what it came to."""
    try:
        is_done, told = RUNS[proposal.command](proposal.order, ports)
    except (NotFound, Refused) as refused:
        is_done, told = False, (f"refused: {refused.code} {refused.detail}".rstrip(),)
    ports.store.commit(ended(proposal, told, is_done=is_done))
    return ports.store.proposal(proposal.id)


def _planned_again(proposal: Proposal, now: datetime, ports: Ports) -> Plan | None:
    """The same command on what stands now; None where it is refused by now."""
    try:
        return plan_of(proposal.order, now=now, ports=ports)
    except (Invalid, NotFound, Refused):
        return None
