"""What each command would do to what stands now: load, decide, and nothing else.

A plan is made twice: when it is proposed, to be shown, and when it is approved, to be done.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.application.billing.repairs import amounts, brake, fence, reports
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.operating.proposal import Command, Order, Plan
from chalicelib.domain.kernel.errors import Invalid

Planner = Callable[[Order, datetime, Ports], Plan]


@dataclass(frozen=True, slots=True)
class Way:
    """Who plans a command, the arguments that it needs, and those that it takes besides."""

    plan: Planner
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()


def plan_of(order: Order, *, now: datetime, ports: Ports) -> Plan:
    """What the command would do now.

    Raises:
        Invalid: an argument is missing, unknown or not of its kind.
        NotFound: the thing it names does not exist.
        Refused: the state of that thing forbids it.
    """
    way = WAYS[order.command]
    wrong = {name: "MISSING" for name in way.needs if not order.arguments.get(name)}
    known = (*way.needs, *way.takes)
    wrong |= {name: "UNKNOWN" for name in order.arguments if name not in known}
    if wrong:
        raise Invalid(wrong)
    return way.plan(order, now, ports)


WAYS: Mapping[Command, Way] = {
    Command.RE_DRIVE: Way(amounts.re_drive, ("item",)),
    Command.GRANT_ATTEMPT: Way(amounts.grant_attempt, ("item",)),
    Command.WRITE_OFF: Way(amounts.write_off, ("item", "reason")),
    Command.REFUND: Way(amounts.refund_part, ("item", "minor", "cause")),
    Command.ANSWER_UNPLACED: Way(amounts.answer_unplaced, ("money", "answer")),
    Command.SETTLE_BY_EVIDENCE: Way(reports.settle_by_evidence, ("attempt", "batch", "payment")),
    Command.SETTLE_BY_ABSENCE: Way(reports.settle_by_absence, ("attempt", "batches")),
    Command.READ_BATCH: Way(reports.read_batch, ("batch",)),
    Command.ANSWER_BATCH: Way(reports.answer_batch, ("batch", "answer")),
    Command.STOP_CHARGING: Way(brake.stop_charging),
    Command.RESUME_CHARGING: Way(brake.resume_charging),
    Command.RELEASE_HALT: Way(brake.release_halt),
    Command.LIFT_FENCE: Way(fence.plan_lift, ("batches", "until"), ("accept",)),
}
RUNS: Mapping[Command, Callable[[Order, Ports], fence.Came]] = {Command.LIFT_FENCE: fence.lift}
"""How procedures are gone through once they are approved."""
