"""Numbers of the books: each given once, without gap; one byte a number."""

import re
from collections import defaultdict

from chalicelib.domain.billing.books.findings import Named
from chalicelib.domain.billing.numbering import Series
from chalicelib.domain.papers.numbering import number_text

PARTS = re.compile(r"([A-Z])(\d{4})-(\d{8})")
RANK_MAX = 20_000_000
"""A rank beyond is a stranger at once: it would only cost memory."""


class Numbers:
    """How often each rank of a series was seen, and how many were given out."""

    def __init__(self) -> None:
        self.given = 0
        self._seen: dict[tuple[str, int], bytearray] = defaultdict(bytearray)
        self._following: dict[tuple[str, int], int] = {}

    def count(self, series: Series) -> None:
        """A counter, as it stands."""
        self._following[series.series, series.year] = series.following

    def give(self, number: str, named: Named) -> None:
        """A due item bears this number."""
        parts = PARTS.fullmatch(number)
        rank = int(parts[3]) if parts else 0
        key = (parts[1], int(parts[2])) if parts else ("", 0)
        seen = self._seen[key]
        if not 0 < rank <= RANK_MAX:
            named.add("number_unknown", number)
            return
        if rank >= len(seen):
            seen.extend(bytes(rank + 1 - len(seen)))
        if seen[rank]:
            named.add("number_twice", number)
            return
        seen[rank] = 1
        self.given += 1

    def close(self, named: Named) -> None:
        """Gaps, and numbers beyond the counter."""
        for series, year in sorted({*self._seen, *self._following}):
            following = self._following.get((series, year), 1)
            seen = self._seen[series, year]
            for rank in range(1, max(following, len(seen))):
                is_seen = rank < len(seen) and seen[rank]
                if rank < following and not is_seen:
                    named.add("number_missing", number_text(year, rank, series))
                if rank >= following and is_seen:
                    named.add("number_unknown", number_text(year, rank, series))
