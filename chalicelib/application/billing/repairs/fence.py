"""Lifting the fence of a restored table: a procedure of many steps, each of which may be repeated.

It cannot be one commit. So its approval is kept first, then it runs, and what it came to is kept at
the end; approved again after a crash it runs again, and finds done what was done.
"""

from datetime import datetime

from chalicelib.application.billing.books.lift_fence import lift_fence
from chalicelib.application.billing.repairs.reports import batches_of
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.guards import held_by
from chalicelib.domain.billing.operating.proposal import Order, Plan
from chalicelib.domain.kernel.change import NOTHING
from chalicelib.domain.kernel.errors import Invalid, Refused

SEPARATOR = ";"
Came = tuple[bool, tuple[str, ...]]
"""Whether a procedure did all it was to do, and what it came to, a line each."""


def plan_lift(order: Order, _: datetime, ports: Ports) -> Plan:
    """Compare a restored table with the provider's reports, then let charges go on."""
    batches, until_at = batches_of(order.arguments["batches"]), _until(order)
    brake = ports.store.charging()
    if brake is None or held_by(brake, ports.store.identity()) != "fenced":
        raise Refused("NOT_FENCED")
    return Plan(
        basis=(f"table {ports.store.identity()}",),
        shown=(
            f"enter every payment of batches {batches[0]} to {batches[-1]} that the table forgot",
            "give invoices that stand on paper their numbers back",
            "enter the notifications that have found no place in this table",
            f"lift the fence, if these reports tell everything until {until_at:%Y-%m-%d %H:%M} UTC",
            f"  and nothing is left but: {', '.join(_accepted(order)) or 'nothing'}",
        ),
        change=NOTHING,
    )


def lift(order: Order, ports: Ports) -> Came:
    """Do that; told is what a person still has to settle, or to answer for by name."""
    names = tuple(
        f"settlement_detail_report_batch_{batch}.csv"
        for batch in batches_of(order.arguments["batches"])
    )
    try:
        found = lift_fence(names, until_at=_until(order), ports=ports, accepted=_accepted(order))
    except Refused as refused:
        if refused.code == "NOT_FENCED":  # it was lifted, and the end of this was not kept
            return True, ("the fence is lifted",)
        raise
    told = (
        f"{found.payments} payments told, {found.entered} of them entered",
        f"{found.renumbered} invoices given their numbers back",
        f"{found.placed} notifications entered that had found no place",
        "the fence is lifted" if found.is_lifted else "the fence stands",
        *(f"left: {what}" for what in found.unresolved),
    )
    return found.is_lifted, told


def _accepted(order: Order) -> tuple[str, ...]:
    given = order.arguments.get("accept", "").split(SEPARATOR)
    return tuple(text.strip() for text in given if text.strip())


def _until(order: Order) -> datetime:
    try:
        until_at = datetime.fromisoformat(order.arguments["until"])
    except ValueError:
        raise Invalid({"until": "BAD_INSTANT"}) from None
    if until_at.tzinfo is None:
        raise Invalid({"until": "BAD_INSTANT"})
    return until_at
