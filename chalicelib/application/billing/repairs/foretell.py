"""What a day will charge: read from the agenda, and from the whole table only when told to."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from chalicelib.application.billing.books.prove_day import days_file
from chalicelib.application.ports import AgendaEntry, Ports
from chalicelib.domain.billing.agenda import SHARDS
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.billing.operating.days import DayFigures, DaysFigures
from chalicelib.domain.billing.operating.forecast import (
    Anomaly,
    Forecast,
    Line,
    forecast,
    past_its_date,
    without_next_item,
)
from chalicelib.domain.kernel.calendar import paris_date, start_of_day
from chalicelib.domain.kernel.errors import Invalid, NotFound

SHARD_MAX = 100_000
LOOKED_BACK_DAYS = 3
"""How old the proof may be that the day is compared with."""


def foretell(on: date | None, *, every_contract: bool, ports: Ports) -> Forecast:
    """What will be charged on a day, tomorrow when none is given.

    A day's due items, their contracts and what was confirmed are read by key: about two read units
    for each. With `every_contract` the whole table is read as well, to find contracts that have no
    period to be charged next.

    Raises:
        Invalid: `PAST_DAY` on the field `on`.
    """
    now = ports.clock()
    today = paris_date(now)
    on = on or today + timedelta(days=1)
    if on < today:
        raise Invalid({"on": "PAST_DAY"})
    starting, ending = start_of_day(on), start_of_day(on + timedelta(days=1))
    entries = list(_agenda(ending, ports))
    late = (past_its_date(_name(entry), entry.at, now) for entry in entries)
    found = [anomaly for anomaly in late if anomaly is not None]
    of_day = [entry for entry in entries if entry.due is not None and entry.kind == "due"]
    lines, unowned = _lines([entry for entry in of_day if starting <= entry.at < ending], ports)
    found += unowned
    if every_contract:
        found += _without_next_item(ports)
    return forecast(lines, found, _days_before(today, ports), on=on, now=now)


def _agenda(ending: datetime, ports: Ports) -> Iterator[AgendaEntry]:
    """Everything on the agenda until the end of the day, however old."""
    last = ending - timedelta(seconds=1)
    for number in range(SHARDS):
        yield from ports.store.due_entries(number, last, SHARD_MAX)


def _name(entry: AgendaEntry) -> str:
    if entry.due is None:
        return f"{entry.kind} {entry.subscription_id}"
    return f"{entry.kind} {entry.due.name}"


def _lines(entries: Sequence[AgendaEntry], ports: Ports) -> tuple[list[Line], list[Anomaly]]:
    """The due items with their contracts, and those whose contract is nowhere."""
    dues = ports.store.due_items_at(entry.due for entry in entries if entry.due is not None)
    owners = {key.subscription_id for key in dues}
    subscriptions = ports.store.subscriptions(owners)
    agreed = ports.store.contracts(owners)
    lines, unowned = [], []
    for key, due in dues.items():
        owner = key.subscription_id
        if owner in subscriptions and owner in agreed:
            lines.append(Line(due, subscriptions[owner], agreed[owner]))
        else:
            unowned.append(Anomaly(kind="no_contract", reference=owner))
    return lines, unowned


def _without_next_item(ports: Ports) -> tuple[Anomaly, ...]:
    latest = _latest(ports.store.every_due_item())
    return without_next_item(ports.store.every_subscription(), latest)


def _latest(dues: Iterable[DueItem]) -> dict[str, DueItem]:
    """The last period of each contract."""
    found: dict[str, DueItem] = {}
    for due in dues:
        known = found.get(due.subscription_id)
        if known is None or known.period < due.period:
            found[due.subscription_id] = due
    return found


def _days_before(today: date, ports: Ports) -> tuple[DayFigures, ...]:
    """Figures of the latest days, as a daily proof of today or shortly before filed them."""
    for back in range(LOOKED_BACK_DAYS):
        try:
            filed = ports.files.get(days_file(today - timedelta(days=back)))
        except NotFound:
            continue
        return DaysFigures.model_validate_json(filed).days
    return ()
