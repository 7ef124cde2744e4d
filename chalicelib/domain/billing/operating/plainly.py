"""A change in words, for the person who is to agree to it: what it was, what it becomes.

Only what changes is told, amounts by account, and nothing that names or reaches a person. Instants
that are those of the change itself read "at once", so that the same change read later reads the
same.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from chalicelib.domain.billing.due import Attempt, DueItem
from chalicelib.domain.billing.guards import Charging
from chalicelib.domain.billing.journal import balances
from chalicelib.domain.billing.operating.proposal import Plan
from chalicelib.domain.kernel.change import Change, Insert, Replace, Write
from chalicelib.domain.kernel.money import Money, exponent
from chalicelib.domain.kernel.value import Entity, Value

NAMING = (
    "id",
    "subscription_id",
    "period",
    "instalment",
    "attempt",
    "refund",
    "batch",
    "provider_reference",
    "event",
    "success",
)
UNTOLD = ("version", "method", "method_label", "method_cause", "failed_tries")
"""Not for other eyes (a card), or of no weight here."""

BRAKE = ("stopped", "halted", "fenced_since")


def planned(
    change: Change, looked_at: Iterable[Entity], *, now: datetime, notes: tuple[str, ...] = ()
) -> Plan:
    """The plan of a change that was decided on these things.

    `notes` are what it rests on besides them, such as what the provider said. The brake counts
    charges all the time: what is told of it has to be the same later, and its version has not.
    """
    before = {name_of(entity): entity for entity in looked_at}
    basis = tuple(
        f"{name} version {entity.version}"
        for name, entity in sorted(before.items())
        if not isinstance(entity, Charging)
    )
    told = [line for write in change.writes for line in _told(write, before, now)]
    return Plan(basis=basis, shown=(*notes, *told), change=change)


def name_of(entity: Entity) -> str:
    """What a thing is and which one: `DueItem 01J….1.1`."""
    parts = [getattr(entity, name) for name in NAMING if name in type(entity).model_fields]
    return " ".join((type(entity).__name__, ".".join(str(part) for part in parts))).strip()


def amount(minor: int, currency: str) -> str:
    """An amount as people write it, with a point: `20.00 EUR`."""
    places = exponent(currency)
    whole, rest = divmod(abs(minor), 10**places)
    text = f"{whole}.{rest:0{places}}" if places else str(whole)
    return f"{'-' if minor < 0 else ''}{text} {currency}"


def money(value: Money) -> str:
    """The same of an amount that knows its currency."""
    return amount(value.minor, value.currency)


def _told(write: Write, before: Mapping[str, Entity], now: datetime) -> list[str]:
    assert isinstance(write, Insert | Replace), "a repair writes whole things"
    name = name_of(write.entity)
    if isinstance(write, Insert):
        return [f"{name}: new", *_lines({}, _given(write.entity), now)]
    assert name in before, "a repair shows what it changes"
    was = before[name]
    lines = _lines(_fields(was), _fields(write.entity), now)
    if isinstance(was, DueItem) and isinstance(write.entity, DueItem):
        lines += _attempts(was, write.entity) + _accounts(was, write.entity)
    return [name, *lines]


def _fields(entity: Entity) -> dict[str, Any]:
    if isinstance(entity, Charging):
        return {name: getattr(entity, name) for name in BRAKE}
    kept = set(type(entity).model_fields) - {*UNTOLD, *NAMING, "attempts", "postings"}
    return {name: getattr(entity, name) for name in type(entity).model_fields if name in kept}


def _given(entity: Entity) -> dict[str, Any]:
    """What a new thing says beyond what every such thing says."""
    usual = type(entity).model_fields
    return {name: value for name, value in _fields(entity).items() if value != usual[name].default}


def _lines(was: Mapping[str, Any], becomes: Mapping[str, Any], now: datetime) -> list[str]:
    return [
        f"  {name}: {_word(was[name], now)} -> {_word(value, now)}"
        if name in was
        else f"  {name}: {_word(value, now)}"
        for name, value in becomes.items()
        if was.get(name) != value
    ]


def _word(value: object, now: datetime) -> str:  # noqa: PLR0911 - one line for each type
    match value:
        case None:
            return "none"
        case datetime():
            return "at once" if value == now else f"{value:%Y-%m-%d %H:%M} UTC"
        case date():
            return value.isoformat()
        case Enum():
            return str(value.value)
        case Value():
            return ", ".join(_word(part, now) for _, part in value)
        case tuple():
            return f"{len(value)} of them"
        case _:
            return str(value)


def _attempts(was: DueItem, becomes: DueItem) -> list[str]:
    return [
        f"  attempt {attempt.number}: {_state(was.attempt(attempt.number))} -> {_state(attempt)}"
        for attempt in becomes.attempts
        if was.attempt(attempt.number) != attempt
    ]


def _state(attempt: Attempt | None) -> str:
    if attempt is None:
        return "none"
    return " ".join(part for part in (attempt.state, attempt.code, attempt.kind) if part)


def _accounts(was: DueItem, becomes: DueItem) -> list[str]:
    """The balance of every account that the change touches."""
    old, new = balances(was.postings), balances(becomes.postings)
    return [
        f"  {account.value}: {amount(old.get(account, 0), was.currency)}"
        f" -> {amount(new.get(account, 0), was.currency)}"
        for account in sorted({*old, *new})
        if old.get(account, 0) != new.get(account, 0)
    ]
