"""Propose a repair: show what it would do, and keep that for a second person."""

from chalicelib.application.billing.repairs.plans import Arguments, plan_of
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.proposal import WHY_LENGTH_MAX, Command, Proposal, proposed
from chalicelib.domain.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.domain.kernel.ids import is_id


def propose(
    proposal_id: str,
    command: Command,
    arguments: Arguments,
    *,
    why: str,
    who: str,
    ports: Ports,
) -> Proposal:
    """Keep the proposal; the same one asked for again is the same proposal.

    Raises:
        Invalid: an argument, `id` or `why` does not fit.
        NotFound, Refused: the thing named does not exist, or its state forbids the command.
        Conflict: the id is another request's.
    """
    why = why.strip()
    if not why or len(why) > WHY_LENGTH_MAX:
        raise Invalid({"why": "BAD_WHY"})
    if not is_id(proposal_id):
        raise Invalid({"id": "BAD_ID"})
    wanted = dict(arguments)
    known = _known(proposal_id, ports)
    if known is not None:
        if known.is_same_request(command, wanted, who):
            return known
        raise Conflict(detail=proposal_id)
    now = ports.clock()
    plan = plan_of(command, wanted, now=now, ports=ports)
    proposal, change = proposed(proposal_id, command, wanted, plan, why=why, who=who, now=now)
    ports.store.commit(change)
    return proposal


def _known(proposal_id: str, ports: Ports) -> Proposal | None:
    try:
        return ports.store.proposal(proposal_id)
    except NotFound:
        return None
