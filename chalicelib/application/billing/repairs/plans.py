"""What each command would do to what stands now: load, decide, and nothing else.

A plan is made twice: when it is proposed, to be shown, and when it is approved, to be done.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import get_args

from chalicelib.application.ports import Ports
from chalicelib.domain.billing import repair
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.billing.plainly import planned
from chalicelib.domain.billing.proposal import Command, Plan
from chalicelib.domain.contract.subscription import Subscription
from chalicelib.domain.kernel.change import Change
from chalicelib.domain.kernel.errors import Invalid
from chalicelib.domain.kernel.ids import DueKey, parse_reference
from chalicelib.domain.kernel.policy import policy_named

Arguments = Mapping[str, str]
Planner = Callable[[Arguments, datetime, Ports], Plan]
Decision = Callable[[DueItem, Subscription], Change]


def plan_of(command: Command, arguments: Arguments, *, now: datetime, ports: Ports) -> Plan:
    """What the command would do now.

    Raises:
        Invalid: an argument is missing, unknown or not of its kind.
        NotFound: the thing it names does not exist.
        Refused: the state of that thing forbids it.
    """
    planner, wanted = PLANNERS[command]
    wrong = {name: "MISSING" for name in wanted if not arguments.get(name)}
    wrong |= {name: "UNKNOWN" for name in arguments if name not in wanted}
    if wrong:
        raise Invalid(wrong)
    return planner(arguments, now, ports)


def due_key_of(text: str) -> DueKey:
    """The due item that an operator names, with or without the number of an attempt at its end.

    Raises:
        Invalid: `BAD_ITEM`.
    """
    named = parse_reference(text) or parse_reference(f"{text}.0")
    if named is None:
        raise Invalid({"item": "BAD_ITEM"})
    return named[0]


def _re_drive(arguments: Arguments, now: datetime, ports: Ports) -> Plan:
    def decide(due: DueItem, subscription: Subscription) -> Change:
        policy = policy_named(subscription.policy)
        return repair.re_drive(due, subscription, policy=policy, now=now)

    return _about_one(arguments, decide, now, ports)


def _grant_attempt(arguments: Arguments, now: datetime, ports: Ports) -> Plan:
    def decide(due: DueItem, subscription: Subscription) -> Change:
        policy = policy_named(subscription.policy)
        return repair.grant_attempt(due, subscription, policy=policy, now=now)

    return _about_one(arguments, decide, now, ports)


def _write_off(arguments: Arguments, now: datetime, ports: Ports) -> Plan:
    if arguments["reason"] not in get_args(repair.WriteOffReason):
        raise Invalid({"reason": "BAD_REASON"})
    return _about_one(
        arguments, lambda due, owner: repair.write_off(due, owner, now=now), now, ports
    )


def _about_one(arguments: Arguments, decide: Decision, now: datetime, ports: Ports) -> Plan:
    due = ports.store.due_item(due_key_of(arguments["item"]), fresh=True)
    subscription = ports.store.subscription(due.subscription_id, fresh=True)
    return planned(decide(due, subscription), (due, subscription), now=now)


PLANNERS: Mapping[Command, tuple[Planner, tuple[str, ...]]] = {
    Command.RE_DRIVE: (_re_drive, ("item",)),
    Command.GRANT_ATTEMPT: (_grant_attempt, ("item",)),
    Command.WRITE_OFF: (_write_off, ("item", "reason")),
}
"""Who plans a command, and the arguments it takes; every one is needed."""
