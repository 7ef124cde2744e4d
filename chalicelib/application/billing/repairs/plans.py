"""What each command would do to what stands now: load, decide, and nothing else.

A plan is made twice: when it is proposed, to be shown, and when it is approved, to be done.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from chalicelib.application.billing.repairs import amounts, brake, reports
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.proposal import Command, Order, Plan
from chalicelib.domain.kernel.errors import Invalid

Planner = Callable[[Order, datetime, Ports], Plan]


def plan_of(order: Order, *, now: datetime, ports: Ports) -> Plan:
    """What the command would do now.

    Raises:
        Invalid: an argument is missing, unknown or not of its kind.
        NotFound: the thing it names does not exist.
        Refused: the state of that thing forbids it.
    """
    planner, wanted = PLANNERS[order.command]
    wrong = {name: "MISSING" for name in wanted if not order.arguments.get(name)}
    wrong |= {name: "UNKNOWN" for name in order.arguments if name not in wanted}
    if wrong:
        raise Invalid(wrong)
    return planner(order, now, ports)


PLANNERS: Mapping[Command, tuple[Planner, tuple[str, ...]]] = {
    Command.RE_DRIVE: (amounts.re_drive, ("item",)),
    Command.GRANT_ATTEMPT: (amounts.grant_attempt, ("item",)),
    Command.WRITE_OFF: (amounts.write_off, ("item", "reason")),
    Command.REFUND: (amounts.refund_part, ("item", "minor", "cause")),
    Command.ANSWER_UNPLACED: (amounts.answer_unplaced, ("money", "answer")),
    Command.SETTLE_BY_EVIDENCE: (reports.settle_by_evidence, ("attempt", "batch", "payment")),
    Command.SETTLE_BY_ABSENCE: (reports.settle_by_absence, ("attempt", "batches")),
    Command.READ_BATCH: (reports.read_batch, ("batch",)),
    Command.STOP_CHARGING: (brake.stop_charging, ()),
    Command.RESUME_CHARGING: (brake.resume_charging, ()),
    Command.RELEASE_HALT: (brake.release_halt, ()),
}
"""Who plans a command, and the arguments it takes; every one is needed."""
