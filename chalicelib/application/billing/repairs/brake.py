"""Plans about the brake on every charge: one person stops, two go on."""

from collections.abc import Callable
from datetime import datetime

from chalicelib.application.ports import Ports
from chalicelib.domain.billing import guards
from chalicelib.domain.billing.guards import Charging
from chalicelib.domain.billing.operating.plainly import planned
from chalicelib.domain.billing.operating.proposal import Order, Plan, person_of
from chalicelib.domain.kernel.change import Change, Insert, Replace
from chalicelib.domain.kernel.errors import Refused


def stop_charging(order: Order, now: datetime, ports: Ports) -> Plan:
    """Nobody charges any more; the first reason stands."""
    by = person_of(order.who)
    return _about_the_brake(
        lambda brake: guards.stop(brake, reason=order.why, by=by, now=now),
        "STOPPED_ALREADY",
        now,
        ports,
    )


def resume_charging(_: Order, now: datetime, ports: Ports) -> Plan:
    """Charging goes on where a person had stopped it."""
    return _about_the_brake(guards.resume, "NOT_STOPPED", now, ports)


def release_halt(_: Order, now: datetime, ports: Ports) -> Plan:
    """Charging goes on where it had stopped itself."""
    return _about_the_brake(guards.release, "NOT_HALTED", now, ports)


def _about_the_brake(
    decide: Callable[[Charging], Change], in_vain: str, now: datetime, ports: Ports
) -> Plan:
    known = ports.store.charging()
    brake = known or guards.opened(ports.store.identity(), now)
    change = decide(brake)
    if not change:
        raise Refused(in_vain)
    if known is None:
        change = _inserted(change)
    return planned(change, (brake,), now=now)


def _inserted(change: Change) -> Change:
    """The same brake where none is stored yet."""
    (write,) = change.writes
    assert isinstance(write, Replace), "the brake is moved as a whole"
    return Change((Insert(write.entity.replace(version=1), write.events),))
