"""Gapless invoice numbers: one writer per series, ten due items in one transaction (INV-2)."""

from datetime import date

from chalicelib.domain.kernel.change import Change, Replace, Stamp
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.kernel.value import Entity
from chalicelib.domain.papers.numbering import number_text

BATCH_MAX = 10


class Series(Entity):
    """The counter of one (legal entity, series, year).

    Attributes:
        following: the next number.
        table_id: the table it counts in; in a restored copy it may be behind the papers.
    """

    legal_entity: str
    series: str
    year: int
    following: int = 1
    table_id: str | None = None


def assign_numbers(series: Series, keys: tuple[DueKey, ...], *, issued_on: date) -> Change:
    """Give consecutive numbers to paid due items that have none.

    Raises (on commit):
        Conflict: one of them has a number already, or the counter moved.
    """
    assert 0 < len(keys) <= BATCH_MAX
    assert issued_on.year == series.year, "the issue date picks the year"
    counter = series.next(following=series.following + len(keys))
    stamps = tuple(
        Stamp(
            key=key,
            mark="number",
            facts={
                "number": number_text(series.year, series.following + offset, series.series),
                "issued_on": issued_on.isoformat(),
            },
            requires=("paid_at",),
            events=("InvoiceNumbered",),
        )
        for offset, key in enumerate(keys)
    )
    return Change((Replace(counter), *stamps))
