"""What waits for a person, whatever kind of thing it is: its name, how much, since when, why."""

from datetime import datetime
from typing import assert_never

from chalicelib.domain.billing.books.settlement import Settlement
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.billing.returns.dispute import Dispute
from chalicelib.domain.billing.returns.refund import Refund
from chalicelib.domain.billing.returns.unplaced import UnplacedMoney
from chalicelib.domain.billing.reversal import Reversal
from chalicelib.domain.kernel.calendar import start_of_day
from chalicelib.domain.kernel.ids import DueKey, RefundKey
from chalicelib.domain.kernel.value import Entity, Value

Parkable = DueItem | Settlement | Refund | Reversal | Dispute | UnplacedMoney
BACK = ".back"
PART = ":"


class Waiting(Value):
    """Something that waits for a person.

    Attributes:
        item: what the operator's commands call it.
        since: when it was last tried, was owed, or was heard of; None where nothing tells.
    """

    item: str
    reason: str
    minor: int
    currency: str
    since: datetime | None
    detail: str


def waiting(entity: Entity) -> Waiting:
    """A thing that is parked, in figures and a few words."""
    assert isinstance(entity, Parkable), "nothing else is ever parked"
    assert entity.parked is not None, "what is parked says why"
    minor, currency, detail = _told(entity)
    return Waiting(
        item=name_of(entity),
        reason=entity.parked,
        minor=minor,
        currency=currency,
        since=parked_since(entity),
        detail=detail,
    )


def parked_since(entity: Entity) -> datetime | None:  # noqa: PLR0911 - one line for each kind
    """Since when a thing that is parked waits, as far as it tells."""
    assert isinstance(entity, Parkable), "nothing else is ever parked"
    match entity:
        case DueItem(attempts=()):
            return start_of_day(entity.from_on)
        case DueItem():
            return entity.attempts[-1].opened_at
        case Settlement():
            return entity.announced_at
        case Refund():
            return entity.latest.opened_at
        case Dispute():
            return entity.opened_at
        case UnplacedMoney():
            return entity.heard_at
        case Reversal():
            return None
        case _:
            assert_never(entity)


def name_of(entity: Parkable) -> str:
    """How operators name it, so that a command can be given about it."""
    match entity:
        case DueItem():
            return entity.key.name
        case Settlement():
            return str(entity.batch)
        case Refund():
            return refund_name(entity.key)
        case Reversal():
            return reversal_name(entity.key, entity.attempt)
        case Dispute():
            return f"{entity.due_key.name} {entity.dispute}"
        case UnplacedMoney():
            return PART.join((entity.provider_reference, entity.event, entity.success))
        case _:
            assert_never(entity)


def refund_name(key: RefundKey) -> str:
    """The name of money promised back: `<contract>.<period>.<instalment>.R<number>`."""
    return f"{key.due.name}.R{key.number}"


def reversal_name(key: DueKey, attempt: int) -> str:
    """The name of money that came too much: `<contract>.<period>.<instalment>.<attempt>.back`."""
    return f"{key.reference(attempt)}{BACK}"


def _told(entity: Parkable) -> tuple[int, str, str]:
    """How much it is about, and what happened."""
    match entity:
        case DueItem():
            return entity.gross_minor, entity.currency, _tries(entity)
        case Settlement():
            told = f"batch, {entity.done} of {entity.rows} lines, {entity.stray_count} do not fit"
            return entity.unexplained_minor, entity.currency or "EUR", told
        case Refund():
            told = f"refund, try {entity.latest.number} {entity.latest.state}"
            return entity.gross_minor, entity.currency, told
        case Reversal():
            told = f"{entity.reason}, {len(entity.failures)} orders failed"
            return entity.gross_minor, entity.currency, told
        case Dispute():
            return entity.heard[-1].minor, entity.currency, f"dispute, {entity.standing}"
        case UnplacedMoney():
            return entity.minor, entity.currency, f"{entity.reason}: {entity.reference}"
        case _:
            assert_never(entity)


def _tries(due: DueItem) -> str:
    if not due.attempts:
        return f"due {due.from_on}, never tried"
    last = due.attempts[-1]
    return f"due {due.from_on}, {due.refusals} refusals, last {last.code or last.state}"
