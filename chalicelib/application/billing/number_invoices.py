"""Number paid due items: gapless, in one short transaction, off the path of the payment (INV-2)."""

from chalicelib.application.ports import Ports
from chalicelib.domain.billing.guards import held_by, opened
from chalicelib.domain.billing.numbering import BATCH_MAX, Series, assign_numbers
from chalicelib.domain.kernel.calendar import paris_date
from chalicelib.domain.kernel.change import AlreadyStamped, Change, Insert
from chalicelib.domain.kernel.errors import Conflict
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.papers.numbering import INVOICE_SERIES

TRIES = 6


def number_invoices(keys: tuple[DueKey, ...], *, ports: Ports) -> tuple[DueKey, ...]:
    """Give the next numbers of the year to those that have none; answers which ones got one.

    In a restored table none is given, as its counter may be behind the papers: the agenda asks
    again until the fence is lifted.

    Raises:
        Conflict: another writer kept being first; the batch comes again.
    """
    issued_on = paris_date(ports.clock())
    pending = tuple(dict.fromkeys(keys))
    assert len(pending) <= BATCH_MAX
    for _ in range(TRIES):
        if not pending:
            return ()
        try:
            series = _series(issued_on.year, ports)
            if series is None:
                return ()
            ports.store.commit(assign_numbers(series, pending, issued_on=issued_on))
        except AlreadyStamped as stamped:
            pending = tuple(key for key in pending if key not in stamped.keys)
        except Conflict:
            continue
        else:
            return pending
    raise Conflict(detail="series")


def _series(year: int, ports: Ports) -> Series | None:
    """The counter of a year; None in a restored table, until its fence is lifted."""
    entity, table_id = ports.facts.seller.siren, ports.store.identity()
    series = ports.store.series(entity, INVOICE_SERIES, year)
    if series is not None:
        is_own = series.table_id in (None, table_id)
        return series.replace(table_id=table_id) if is_own else None
    brake = ports.store.charging()
    if brake is not None and held_by(brake, table_id) == "fenced":
        return None
    first = Series(legal_entity=entity, series=INVOICE_SERIES, year=year, table_id=table_id)
    # no table has a counter without a brake: a copy of it must run into its fence
    brakes = () if brake else (Insert(opened(table_id, ports.clock())),)
    ports.store.commit(Change((Insert(first), *brakes)))
    return first
