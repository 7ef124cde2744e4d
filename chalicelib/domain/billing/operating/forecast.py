"""What a day will charge, told before it does, and what about it looks wrong.

Nothing is decided here: the day itself looks at every due item again. A figure that deviates, or an
item that should not be, is an anomaly for a person to look at before the money moves.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from chalicelib.domain.billing.due import DueItem, DueState
from chalicelib.domain.billing.operating.days import (
    COMPARED_DAYS,
    DayFigures,
    Row,
    deviations,
    figures_of,
    rows_of,
)
from chalicelib.domain.billing.operating.plainly import amount, money
from chalicelib.domain.billing.renewal import at_contract_price, charge_at
from chalicelib.domain.contract.subscription import Contract, Status, Subscription
from chalicelib.domain.kernel.calendar import PARIS, start_of_day
from chalicelib.domain.kernel.policy import policy_named
from chalicelib.domain.kernel.value import Value

LATE_AFTER = timedelta(hours=1)
"""A sweep comes every five minutes: after an hour past its instant something is wrong."""

Fate = Literal["charge", "ask", "hold", "lapse", "suspend", "wait", "papers"]
Kind = Literal[
    "count_deviates", "sum_deviates", "charged_twice", "other_than_price", "above_confirmed",
    "past_its_date", "no_contract", "without_next_item",
]  # fmt: skip


class Anomaly(Value):
    """Something about a day that a person looks at; `reference` names a due item or a contract."""

    kind: Kind
    reference: str | None = None
    detail: str = ""


class Forecast(Value):
    """What one day will charge.

    Attributes:
        rows: what will be charged, by plan and currency.
        by_hour: how many charges, by the Paris hour from which they may be made.
        methods: how many charges, by kind of payment method.
        fates: how many due items of the day, by what will become of them.
        retries: charges that were refused before.
        expired: charges on a method that has expired by then, as far as we know.
        expiring: charges on a method that expires in that month.
        missing: charges without a known method: it is asked for, else the charge is refused.
        renewals: the items whose date is that day, for the comparison.
        compared_with: the days that the figures were held against.
        anomalies: what a person looks at.
    """

    on: date
    made_at: datetime
    rows: tuple[Row, ...]
    by_hour: dict[int, int]
    methods: dict[str, int]
    fates: dict[Fate, int]
    retries: int
    expired: int
    expiring: int
    missing: int
    renewals: DayFigures
    compared_with: tuple[date, ...]
    anomalies: tuple[Anomaly, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A due item of the day with its contract, and what was confirmed at its conclusion."""

    due: DueItem
    subscription: Subscription
    agreed: Contract


def forecast(
    lines: Sequence[Line],
    found: Sequence[Anomaly],
    before: Sequence[DayFigures],
    *,
    on: date,
    now: datetime,
) -> Forecast:
    """What the due items on the agenda of that day will come to.

    Args:
        lines: every due item whose agenda instant lies on that day.
        found: anomalies that were met on the way to the lines.
        before: figures of earlier days, in any order; the latest seven are compared.
        on: the day, in Paris.
        now: when it is asked.
    """
    ending = start_of_day(on + timedelta(days=1))
    fates = [(line, fate_of(line, ending)) for line in lines]
    charged = [line for line, fate in fates if fate == "charge"]
    renewals = figures_of((line.due for line in lines), on)
    compared = sorted((day for day in before if day.on < on), key=lambda day: day.on)
    compared = compared[-COMPARED_DAYS:]
    standing = Counter(_standing(line.subscription, on) for line in charged)
    return Forecast(
        on=on,
        made_at=now,
        rows=rows_of(_as_charged(line) for line in charged),
        by_hour=_by_hour(charged),
        methods=dict(Counter(_method(line.subscription) for line in charged)),
        fates=dict(Counter(fate for _, fate in fates)),
        retries=sum(line.due.refusals > 0 for line in charged),
        expired=standing["expired"],
        expiring=standing["expiring"],
        missing=standing["missing"],
        renewals=renewals,
        compared_with=tuple(day.on for day in compared),
        anomalies=(
            *found,
            *_twice(charged),
            *(anomaly for line in charged for anomaly in _amounts(line)),
            *_deviating(renewals, compared),
        ),
    )


def fate_of(line: Line, ending: datetime) -> Fate:
    """What the day, which ends at `ending`, will do with a due item on its agenda."""
    due, subscription = line.due, line.subscription
    if due.state is DueState.PAID:
        return "papers"
    if due.state is DueState.CHARGING:
        return "ask"
    if not subscription.runs_past(due.from_on) and not due.attempts:
        return "lapse"
    at = charge_at(due, policy_named(subscription.policy))
    if due.state is not DueState.SCHEDULED or at is None or at >= ending:
        return "suspend" if due.refusals else "wait"
    return "hold" if subscription.held else "charge"


def past_its_date(name: str, at: datetime, now: datetime) -> Anomaly | None:
    """Whatever waits on the agenda for more than an hour past its instant."""
    if at + LATE_AFTER >= now:
        return None
    told = f"since {at:%Y-%m-%d %H:%M} UTC"
    return Anomaly(kind="past_its_date", reference=name, detail=told)


def without_next_item(
    subscriptions: Iterable[Subscription], latest: Mapping[str, DueItem]
) -> tuple[Anomaly, ...]:
    """Contracts that go on and have no period to be charged next.

    `latest` is each contract's last due item. What is still unpaid brings the next one itself, and
    a suspended contract waits for its debt alone (DUN-1).
    """
    return tuple(
        Anomaly(kind="without_next_item", reference=subscription.id)
        for subscription in subscriptions
        if subscription.status in (Status.ACTIVE, Status.PAST_DUE)
        and _lacks_next(subscription, latest.get(subscription.id))
    )


def _lacks_next(subscription: Subscription, latest: DueItem | None) -> bool:
    if latest is None:
        return True
    is_over = latest.state in (DueState.PAID, DueState.LAPSED, DueState.WRITTEN_OFF)
    return is_over and subscription.runs_past(latest.to_on)


def _by_hour(charged: Iterable[Line]) -> dict[int, int]:
    instants = (line.due.agenda_at for line in charged)
    hours = Counter(at.astimezone(PARIS).hour for at in instants if at is not None)
    return dict(sorted(hours.items()))


def _method(subscription: Subscription) -> str:
    method = subscription.method
    return (method.brand or method.kind) if method else "none"


def _standing(subscription: Subscription, on: date) -> str:
    """Whether the method is there and good for the day; the provider may know a newer card."""
    method = subscription.method
    if method is None:
        return "missing"
    if method.expires is None:
        return "good"
    month, _, year = method.expires.partition("/")
    last = (int(year), int(month))
    if last < (on.year, on.month):
        return "expired"
    return "expiring" if last == (on.year, on.month) else "good"


def _as_charged(line: Line) -> DueItem:
    return at_contract_price(line.due, line.subscription)


def _twice(charged: Sequence[Line]) -> list[Anomaly]:
    times = Counter(line.due.subscription_id for line in charged)
    return [
        Anomaly(kind="charged_twice", reference=contract, detail=f"{count} charges")
        for contract, count in times.items()
        if count > 1
    ]


def _amounts(line: Line) -> list[Anomaly]:
    """What is charged is the contract's price, and never more than was confirmed (PAY-2)."""
    due, subscription, agreed = line.due, line.subscription, line.agreed
    found: list[Anomaly] = []
    if due.gross != subscription.gross:
        told = f"{money(due.gross)}, the price is {money(subscription.gross)}"
        found.append(Anomaly(kind="other_than_price", reference=due.key.name, detail=told))
    charged = _as_charged(line)
    if charged.gross_minor > agreed.gross_minor or charged.currency != agreed.currency:
        confirmed = amount(agreed.gross_minor, agreed.currency)
        told = f"{money(charged.gross)}, confirmed were {confirmed}"
        found.append(Anomaly(kind="above_confirmed", reference=due.key.name, detail=told))
    return found


def _deviating(today: DayFigures, before: Sequence[DayFigures]) -> list[Anomaly]:
    return [
        Anomaly(kind="count_deviates" if what == "count" else "sum_deviates", detail=told)
        for what, told in deviations(today, before)
    ]
